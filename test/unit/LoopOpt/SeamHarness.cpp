// Random inputs, poisoned outputs, comparison.
#include "test/unit/LoopOpt/SeamHarness.h"

#include "lib/Reference/Elements.h"
#include "lib/Reference/Interpreter.h"
#include "lib/Target/CPU/OnePass/OnePassKernel.h"
#include "lib/Target/CPU/Seam/SeamKernel.h"
#include "test/unit/Target/KernelHarness.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace delos;
using namespace delos::test;
using reference::RefTensor;

namespace {

constexpr size_t guardBytes = 256;
constexpr unsigned char poison = 0xFF; // a NaN in every float format

/// An output between two guard zones.
struct GuardedBuffer {
  std::vector<unsigned char> bytes;
  size_t size = 0;
  explicit GuardedBuffer(size_t size) : bytes(size + 2 * guardBytes + 64, poison), size(size) {
    std::memset(bytes.data(), 0xA5, start());
    std::memset(bytes.data() + start() + size, 0xA5, bytes.size() - start() - size);
  }
  size_t start() const {
    size_t address = reinterpret_cast<size_t>(bytes.data()) + guardBytes;
    return guardBytes + (64 - address % 64) % 64;
  }
  unsigned char *data() { return bytes.data() + start(); }
  bool isIntact() const {
    for (size_t i = 0; i < bytes.size(); ++i)
      if ((i < start() || i >= start() + size) && bytes[i] != 0xA5)
        return false;
    return true;
  }
};

reference::Shape shapeOf(mlir::Type type, const std::map<std::string, int64_t> &dims) {
  reference::Shape shape;
  for (const DimExpr &dim : graph::dimsOf(type))
    shape.push_back(*dim.evaluate([&](std::string_view name) -> std::optional<int64_t> {
      auto found = dims.find(std::string(name));
      return found == dims.end() ? std::nullopt : std::optional(found->second);
    }));
  return shape;
}

DelosDType dtypeOf(mlir::Type type) {
  return reference::dtypeOf(mlir::cast<mlir::RankedTensorType>(type).getElementType());
}

RefTensor randomTensor(mlir::Type type, const SeamCase &test, std::mt19937 &random) {
  RefTensor tensor = RefTensor::zeros(dtypeOf(type), shapeOf(type, test.dims)).value();
  size_t count = tensor.elementCount();
  if (reference::isFloat(tensor.dtype())) {
    std::normal_distribution<double> normal;
    std::vector<double> values(count);
    for (double &value : values)
      value = normal(random);
    if (tensor.dtype() == DELOS_DTYPE_FLOAT64)
      reference::storeAll(tensor, values);
    else
      reference::storeAll(tensor, std::vector<float>(values.begin(), values.end()));
    return tensor;
  }
  bool isSigned = reference::isSigned(tensor.dtype());
  int64_t top = tensor.dtype() == DELOS_DTYPE_BOOL ? 1 : test.magnitude;
  std::uniform_int_distribution<int64_t> uniform(isSigned ? -top : 0, top);
  std::vector<int64_t> values(count);
  for (int64_t &value : values)
    value = uniform(random);
  if (isSigned)
    reference::storeAll(tensor, values);
  else
    reference::storeAll(tensor, std::vector<uint64_t>(values.begin(), values.end()));
  return tensor;
}

std::vector<double> asDoubles(const RefTensor &tensor) {
  RefTensor wide = RefTensor::zeros(DELOS_DTYPE_FLOAT64, tensor.shape()).value();
  if (tensor.dtype() == DELOS_DTYPE_FLOAT64)
    return reference::loadAll<double>(tensor);
  if (reference::isFloat(tensor.dtype())) {
    std::vector<float> values = reference::loadAll<float>(tensor);
    return std::vector<double>(values.begin(), values.end());
  }
  std::vector<int64_t> values = reference::loadAll<int64_t>(tensor);
  return std::vector<double>(values.begin(), values.end());
}

double compare(const RefTensor &got, const RefTensor &expected) {
  std::vector<double> a = asDoubles(got), e = asDoubles(expected);
  double most = 0, error = 0;
  for (double value : e)
    if (std::isfinite(value))
      most = std::max(most, std::fabs(value));
  for (size_t i = 0; i < e.size(); ++i) {
    if (std::isnan(e[i]) && std::isnan(a[i]))
      continue;
    if (a[i] == e[i])
      continue;
    double difference = std::fabs(a[i] - e[i]);
    if (!std::isfinite(difference))
      return std::numeric_limits<double>::infinity();
    error = std::max(error, difference);
  }
  return error / (most + 1e-30);
}

/// A plan and its machine code.
struct Compiled {
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  mlir::OwningOpRef<mlir::ModuleOp> source;
  mlir::func::FuncOp function;
  std::vector<loopopt::PackedConstant> packed;
  cpu::SeamKernel kernel;
  std::optional<CompiledModule> module;
};

std::string compile(const SeamCase &test, Compiled &compiled, SeamOutcome &outcome) {
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(compiled.context.get(), [&](mlir::Diagnostic &diagnostic) {
    messages += diagnostic.str() + "\n";
    return mlir::success();
  });
  compiled.source = mlir::parseSourceString<mlir::ModuleOp>(test.text, compiled.context.get());
  if (!compiled.source)
    return "parse: " + messages;
  compiled.function = *compiled.source->getOps<mlir::func::FuncOp>().begin();
  auto isConstant = [&](unsigned input) { return llvm::is_contained(test.constants, input); };
  mlir::Block &body = compiled.function.getBody().front();
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(compiled.context.get()));
  auto take = [&](auto planned, auto apply) -> std::string {
    if (auto *refusal = std::get_if<loopopt::Refusal>(&planned)) {
      if (refusal->blocking)
        outcome.blockingOp = refusal->blocking->getName().getStringRef().str();
      return "refused: " + refusal->reason;
    }
    auto &plan = std::get<0>(planned);
    mlir::FailureOr<cpu::SeamKernel> kernel = apply(plan);
    if (mlir::failed(kernel))
      return "apply: " + messages;
    compiled.kernel = *kernel;
    if constexpr (requires { plan.packed; })
      compiled.packed.assign(plan.packed.begin(), plan.packed.end());
    return "";
  };
  bool isWindow = llvm::any_of(
      body, [](mlir::Operation &op) { return mlir::isa<graph::ConvOp, graph::WindowReduceOp>(op); });
  loopopt::VectorTarget target = cpu::vectorTargetOf(test.target);
  auto onePass = loopopt::planOnePass(body, target);
  std::string failure =
      std::holds_alternative<loopopt::OnePassPlan>(onePass)
          ? take(std::move(onePass),
                 [&](auto &plan) { return cpu::applyOnePass(*module, "kernel", plan, test.target); })
      : isWindow ? take(loopopt::planWindow(body, target, isConstant, test.windowSchedule),
                        [&](auto &plan) { return cpu::applyWindow(*module, "kernel", plan, test.target); })
                 : take(loopopt::planContraction(body, target, isConstant, test.schedule), [&](auto &plan) {
                     return cpu::applyContraction(*module, "kernel", plan, test.target);
                   });
  if (!failure.empty())
    return failure;
  auto code = CompiledModule::compile(*module, test.target);
  if (!code.ok())
    return std::string(code.status().message()) + ": " + messages;
  compiled.module.emplace(std::move(*code));
  return "";
}

} // namespace

struct PreparedSeamCase::State {
  Compiled compiled;
  std::vector<RefTensor> inputs;
  std::vector<std::vector<std::byte>> packed;
  std::vector<GuardedBuffer> outputs;
  std::optional<GuardedBuffer> scratch;
  std::vector<void *> buffers;
  std::vector<int64_t> dims;
  KernelFn function = nullptr;
  std::map<std::string, int64_t> sizes;
};

PreparedSeamCase::PreparedSeamCase(const SeamCase &test, unsigned seed) : state(std::make_unique<State>()) {
  Compiled &compiled = state->compiled;
  result.failure = compile(test, compiled, result);
  if (!result.failure.empty())
    return;
  state->sizes = test.dims;
  std::mt19937 random(seed);
  for (mlir::BlockArgument argument : compiled.function.getArguments()) {
    state->inputs.push_back(randomTensor(argument.getType(), test, random));
    state->buffers.push_back(state->inputs.back().data());
  }
  for (const loopopt::PackedConstant &constant : compiled.packed) {
    auto &room = state->packed.emplace_back(constant.bytes() + 64);
    auto *aligned = room.data() + (64 - reinterpret_cast<size_t>(room.data()) % 64) % 64;
    const RefTensor &tensor = state->inputs[constant.input];
    loopopt::packConstant(constant, {tensor.data(), static_cast<size_t>(tensor.byteSize())},
                          {aligned, constant.bytes()});
    state->buffers[constant.input] = aligned;
  }
  for (mlir::Type type : compiled.function.getResultTypes())
    state->outputs.emplace_back(RefTensor::zeros(dtypeOf(type), shapeOf(type, test.dims)).value().byteSize());
  for (GuardedBuffer &output : state->outputs)
    state->buffers.push_back(output.data());
  auto value = [&](const DimExpr &expr) {
    return *expr.evaluate(
        [&](std::string_view name) -> std::optional<int64_t> { return test.dims.at(std::string(name)); });
  };
  for (const DimExpr &symbol : compiled.kernel.symbols)
    state->dims.push_back(value(symbol));
  state->scratch.emplace(value(compiled.kernel.scratchBytes));
  result.tiles = value(compiled.kernel.tiles);
  auto address = compiled.module->find("kernel");
  if (!address.ok()) {
    result.failure = std::string(address.status().message());
    return;
  }
  state->function = reinterpret_cast<KernelFn>(*address);
}

PreparedSeamCase::~PreparedSeamCase() = default;

bool PreparedSeamCase::run(int64_t begin, int64_t end) {
  return begin >= end ||
         state->function(state->buffers.data(), state->dims.data(), state->scratch->data(), begin, end) == 0;
}

void PreparedSeamCase::check() {
  result.guardsIntact = state->scratch->isIntact();
  for (const GuardedBuffer &output : state->outputs)
    result.guardsIntact &= output.isIntact();
  reference::InterpreterOptions exact;
  exact.float64 = true;
  auto expected = reference::interpret(state->compiled.function, state->inputs, exact);
  if (!expected.ok()) {
    result.failure = "reference: " + std::string(expected.status().message());
    return;
  }
  for (auto [i, type] : llvm::enumerate(state->compiled.function.getResultTypes())) {
    RefTensor got = RefTensor::zeros(dtypeOf(type), shapeOf(type, state->sizes)).value();
    std::memcpy(got.data(), state->outputs[i].data(), state->outputs[i].size);
    result.error = std::max(result.error, compare(got, (*expected)[i]));
  }
}

std::vector<std::byte> PreparedSeamCase::output(unsigned index) const {
  GuardedBuffer &buffer = state->outputs[index];
  auto *bytes = reinterpret_cast<std::byte *>(buffer.data());
  return {bytes, bytes + buffer.size};
}

SeamOutcome delos::test::runSeamCase(const SeamCase &test, unsigned seed) {
  PreparedSeamCase prepared(test, seed);
  SeamOutcome &outcome = prepared.outcome();
  if (!outcome.failure.empty())
    return outcome;
  int64_t middle = outcome.tiles / 2;
  if (!prepared.run(middle, outcome.tiles) || !prepared.run(0, middle))
    outcome.failure = "the kernel returned an error";
  else
    prepared.check();
  return outcome;
}
