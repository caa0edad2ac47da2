// Case text -> module with constants -> engine -> launches in order.
#include "benchmark/kernels/PreparedCase.h"

#include "dialects/Fusion/FusionDialect.h"
#include "dialects/Graph/GraphOps.h"
#include "lib/Engine/Compiler.h"
#include "lib/Pipelines/InitAll.h"
#include "lib/Reference/Elements.h"
#include "lib/Reference/Interpreter.h"
#include "runtime/executor/Executor.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include "absl/strings/str_cat.h"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <unistd.h>

namespace delos::bench {

using reference::RefTensor;

namespace {

using Memory = std::unique_ptr<void, void (*)(void *)>;

Memory allocate(int64_t bytes) {
  return {std::aligned_alloc(DELOS_BUFFER_ALIGNMENT, (bytes + DELOS_BUFFER_ALIGNMENT) /
                                                         DELOS_BUFFER_ALIGNMENT * DELOS_BUFFER_ALIGNMENT),
          std::free};
}

/// Uniform numbers of the case's ranges.
absl::StatusOr<RefTensor> drawTensor(mlir::Type type, const KernelCase &kernel, std::mt19937_64 &random) {
  auto tensorType = mlir::cast<mlir::RankedTensorType>(type);
  DelosDType dtype = reference::dtypeOf(tensorType.getElementType());
  auto tensor = RefTensor::zeros(dtype, tensorType.getShape().vec());
  if (!tensor.ok())
    return tensor;
  auto count = static_cast<size_t>(tensor->elementCount());
  if (reference::isFloat(dtype)) {
    std::uniform_real_distribution<float> uniform(static_cast<float>(kernel.low),
                                                  static_cast<float>(kernel.high));
    std::vector<float> values(count);
    for (float &value : values)
      value = uniform(random);
    if (dtype == DELOS_DTYPE_FLOAT64)
      reference::storeAll(*tensor, std::vector<double>(values.begin(), values.end()));
    else
      reference::storeAll(*tensor, values);
    return tensor;
  }
  std::vector<int64_t> values(count);
  std::uniform_int_distribution<int64_t> uniform(0, dtype == DELOS_DTYPE_BOOL ? 1 : kernel.highestInteger);
  for (int64_t &value : values)
    value = uniform(random);
  if (reference::isSigned(dtype))
    reference::storeAll(*tensor, values);
  else
    reference::storeAll(*tensor, std::vector<uint64_t>(values.begin(), values.end()));
  return tensor;
}

std::vector<double> doublesOf(const RefTensor &tensor) {
  return reference::withCarrier(tensor.dtype(), [&](auto carrier) {
    auto values = reference::loadAll<decltype(carrier)>(tensor);
    return std::vector<double>(values.begin(), values.end());
  });
}

double difference(const RefTensor &got, const RefTensor &expected) {
  std::vector<double> a = doublesOf(got), b = doublesOf(expected);
  double most = 0, worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))
      continue;
    double apart = std::fabs(a[i] - b[i]);
    worst = std::max(worst, std::isfinite(apart) ? apart : std::numeric_limits<double>::infinity());
  }
  for (double value : b)
    if (std::isfinite(value))
      most = std::max(most, std::fabs(value));
  return worst == 0 ? 0 : worst / std::max(most, 1e-30);
}

/// A file in the temporary folder that goes with the object.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string &suffix) {
    std::string pattern = (std::filesystem::temp_directory_path() / "delos-kernel-XXXXXX").string() + suffix;
    int descriptor = mkstemps(pattern.data(), static_cast<int>(suffix.size()));
    if (descriptor >= 0)
      close(descriptor);
    path = pattern;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::string path;
};

/// A kernel call with its buffers bound.
struct BoundLaunch {
  DelosKernelFn function;
  std::vector<void *> buffers;
  int64_t tiles;
};

} // namespace

struct PreparedCase::State {
  int threads = 1;
  std::string cpu;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<RefTensor> arguments; ///< Of the case's function, constants included.
  std::vector<unsigned> constants;
  CompiledProgram program;
  std::shared_ptr<const runtime::Plan> plan;
  double compileSeconds = 0;
  std::vector<RefTensor *> inputs; ///< Of the compiled function.
  std::vector<RefTensor> outputs;
  Memory arena{nullptr, std::free}, scratch{nullptr, std::free};
  std::vector<BoundLaunch> launches;
  std::unique_ptr<runtime::Executor> executor;

  mlir::func::FuncOp function() { return *module->getOps<mlir::func::FuncOp>().begin(); }
  absl::Status parse(const KernelCase &kernel, unsigned seed);
  absl::Status compile(bool asOneKernel);
  absl::Status writeModule(const std::string &path, bool asOneKernel);
  absl::Status bind();
  absl::Status bindLaunches();
  void *addressOf(const runtime::Buffer &buffer);
};

absl::Status PreparedCase::State::parse(const KernelCase &kernel, unsigned seed) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  context = std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  module = mlir::parseSourceString<mlir::ModuleOp>(kernel.text, context.get());
  if (!module)
    return absl::InvalidArgumentError("the text of the case does not parse");
  std::mt19937_64 random(seed);
  for (mlir::Type type : function().getArgumentTypes()) {
    auto tensor = drawTensor(type, kernel, random);
    if (!tensor.ok())
      return tensor.status();
    arguments.push_back(*std::move(tensor));
  }
  constants = kernel.constants;
  return absl::OkStatus();
}

/// Moves what the function computes into one kernel, which the planner leaves as it is.
static void wrap(mlir::func::FuncOp main) {
  mlir::Block &block = main.getBody().front();
  mlir::Operation *end = block.getTerminator();
  mlir::OpBuilder builder(end);
  auto kernel =
      fusion::KernelOp::create(builder, main.getLoc(), end->getOperandTypes(), main.getArguments(),
                               builder.getStringAttr("whole"), fusion::ScheduleAttr(), fusion::ReportAttr());
  mlir::Block *body = builder.createBlock(&kernel.getBody());
  body->getOperations().splice(body->end(), block.getOperations(), block.begin(), kernel->getIterator());
  for (mlir::BlockArgument argument : main.getArguments()) {
    mlir::Value inside = body->addArgument(argument.getType(), argument.getLoc());
    argument.replaceUsesWithIf(inside, [&](mlir::OpOperand &use) { return use.getOwner() != kernel; });
  }
  fusion::YieldOp::create(builder, main.getLoc(), end->getOperands());
  end->setOperands(kernel.getResults());
}

/// The function as @main with its constant arguments as graph.constant.
absl::Status PreparedCase::State::writeModule(const std::string &path, bool asOneKernel) {
  mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
  mlir::func::FuncOp main = *copy->getOps<mlir::func::FuncOp>().begin();
  main.setName("main");
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockBegin(&main.getBody().front());
  llvm::BitVector dropped(main.getNumArguments());
  for (unsigned index : constants) {
    auto type = mlir::cast<mlir::RankedTensorType>(main.getArgument(index).getType());
    const RefTensor &tensor = arguments[index];
    llvm::ArrayRef<char> bytes(reinterpret_cast<const char *>(tensor.data()), tensor.byteSize());
    auto value = graph::ConstantOp::create(builder, main.getLoc(),
                                           mlir::DenseElementsAttr::getFromRawBuffer(type, bytes));
    main.getArgument(index).replaceAllUsesWith(value);
    dropped.set(index);
  }
  if (mlir::failed(main.eraseArguments(dropped)))
    return absl::InternalError("the constants of the case cannot be bound");
  if (asOneKernel)
    wrap(main);
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error);
  if (error || mlir::failed(mlir::writeBytecodeToFile(*copy, stream)))
    return absl::UnavailableError(absl::StrCat("cannot write '", path, "'"));
  return absl::OkStatus();
}

absl::Status PreparedCase::State::compile(bool asOneKernel) {
  TemporaryFile file(".mlir");
  if (absl::Status status = writeModule(file.path, asOneKernel); !status.ok())
    return status;
  CompileOptions options;
  options.threads = threads;
  options.targetCPU = cpu;
  auto start = std::chrono::steady_clock::now();
  auto compiled = compileModel(ModelSource::file(file.path), options);
  compileSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!compiled.ok())
    return compiled.status();
  program = *std::move(compiled);
  plan = std::make_shared<const runtime::Plan>(std::move(program.plan));
  return absl::OkStatus();
}

absl::Status PreparedCase::State::bind() {
  for (unsigned index = 0; index < arguments.size(); ++index)
    if (!llvm::is_contained(constants, index))
      inputs.push_back(&arguments[index]);
  for (const runtime::ValueInfo &info : plan->outputs) {
    reference::Shape shape;
    for (const runtime::Formula &size : info.shape)
      shape.push_back(size.constantValue().value_or(-1));
    auto tensor = RefTensor::zeros(info.dtype, shape);
    if (!tensor.ok())
      return tensor.status();
    outputs.push_back(*std::move(tensor));
  }
  if (threads == 1)
    return bindLaunches();
  auto made = runtime::Executor::create(plan, program.kernels, {threads, nullptr});
  if (!made.ok())
    return made.status();
  executor = *std::move(made);
  return absl::OkStatus();
}

void *PreparedCase::State::addressOf(const runtime::Buffer &buffer) {
  switch (buffer.kind) {
  case runtime::BufferKind::Input:
    return inputs[buffer.index]->data();
  case runtime::BufferKind::Output:
    return outputs[buffer.index].data();
  case runtime::BufferKind::Constant:
    return const_cast<void *>(plan->constants[buffer.index].data.get());
  default:
    return static_cast<char *>(arena.get()) + buffer.offset.constantValue().value_or(0);
  }
}

absl::Status PreparedCase::State::bindLaunches() {
  arena = allocate(plan->arenaBytes.constantValue().value_or(0));
  int64_t scratchBytes = 0;
  for (const runtime::Instruction &instruction : plan->body.instructions) {
    auto *segment = std::get_if<runtime::Segment>(&instruction.step);
    if (!segment)
      return absl::UnimplementedError("expected a case of launches only");
    for (const runtime::Launch &launch : segment->launches) {
      const runtime::KernelRecord &record = plan->kernels[launch.kernel];
      auto tiles = record.tiles.constantValue(), scratch = record.scratchBytes.constantValue();
      if (!tiles || !scratch || !record.dims.empty())
        return absl::UnimplementedError("expected a case of static sizes");
      scratchBytes = std::max(scratchBytes, *scratch);
      BoundLaunch &bound = launches.emplace_back(BoundLaunch{program.kernels[launch.kernel], {}, *tiles});
      for (int32_t buffer : launch.buffers)
        bound.buffers.push_back(addressOf(plan->buffers[buffer]));
    }
  }
  scratch = allocate(scratchBytes);
  return absl::OkStatus();
}

PreparedCase::PreparedCase(std::unique_ptr<State> state) : state(std::move(state)) {}
PreparedCase::~PreparedCase() = default;

absl::StatusOr<std::unique_ptr<PreparedCase>> PreparedCase::create(const KernelCase &kernel, int threads,
                                                                   unsigned seed) {
  auto state = std::make_unique<State>();
  state->threads = threads;
  state->cpu = kernel.cpu;
  absl::Status status = state->parse(kernel, seed);
  if (status.ok())
    status = state->compile(kernel.isOneKernel);
  // What no generator takes whole is left to the planner.
  if (!status.ok() && kernel.isOneKernel && !state->plan)
    status = state->compile(/*asOneKernel=*/false);
  if (status.ok())
    status = state->bind();
  if (!status.ok())
    return status;
  return std::unique_ptr<PreparedCase>(new PreparedCase(std::move(state)));
}

absl::Status PreparedCase::run() {
  if (!state->executor) {
    for (const BoundLaunch &launch : state->launches)
      if (int32_t code = launch.tiles == 0 ? 0
                                           : launch.function(launch.buffers.data(), nullptr,
                                                             state->scratch.get(), 0, launch.tiles))
        return absl::InternalError(absl::StrCat("a kernel returned ", code));
    return absl::OkStatus();
  }
  std::vector<runtime::TensorView> views;
  for (RefTensor *input : state->inputs)
    views.push_back({input->dtype(), input->shape(), {}, input->data()});
  auto provide = [&](size_t index, std::span<const int64_t>, int64_t) -> absl::StatusOr<void *> {
    return state->outputs[index].data();
  };
  return state->executor->run(views, provide);
}

absl::StatusOr<double> PreparedCase::error() {
  for (RefTensor &output : state->outputs)
    std::memset(output.data(), 0xFF, static_cast<size_t>(output.byteSize()));
  if (absl::Status status = run(); !status.ok())
    return status;
  auto expected = reference::interpret(state->function(), state->arguments);
  if (!expected.ok())
    return expected.status();
  double worst = 0;
  for (size_t i = 0; i < expected->size(); ++i)
    worst = std::max(worst, difference(state->outputs[i], (*expected)[i]));
  return worst;
}

int64_t PreparedCase::launches() const {
  int64_t count = 0;
  for (const runtime::Instruction &instruction : state->plan->body.instructions)
    if (auto *segment = std::get_if<runtime::Segment>(&instruction.step))
      count += static_cast<int64_t>(segment->launches.size());
  return count;
}

int64_t PreparedCase::tiles() const {
  int64_t sum = 0;
  for (const runtime::KernelRecord &record : state->plan->kernels)
    sum += record.tiles.constantValue().value_or(0);
  return sum;
}

double PreparedCase::compileSeconds() const { return state->compileSeconds; }

} // namespace delos::bench
