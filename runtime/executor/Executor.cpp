/// The run as a whole: states, inputs, outputs, steps, errors.
#include "runtime/executor/Executor.h"

#include "runtime/abi/DType.h"
#include "runtime/base/FloatEnvironment.h"
#include "runtime/executor/Program.h"
#include "runtime/executor/RunState.h"
#include "runtime/executor/SegmentRun.h"
#include "runtime/executor/ShapeBinding.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace delos::runtime {
namespace {

/// States kept for reuse; more runs at once than this allocate and free theirs.
constexpr size_t cachedStates = 16;

struct KernelError {
  absl::StatusCode code;
  const char *text;
};

/// Indexed by DelosKernelCode.
constexpr std::array<KernelError, 6> kernelErrors = {{
    {absl::StatusCode::kOk, ""},
    {absl::StatusCode::kOutOfRange, "an index lies outside its tensor"},
    {absl::StatusCode::kInvalidArgument, "integer division by zero"},
    {absl::StatusCode::kInvalidArgument, "a value that the operator forbids"},
    {absl::StatusCode::kInvalidArgument, "dimensions that had to agree do not"},
    {absl::StatusCode::kInternal, "a guard of the compiler does not hold"},
}};

absl::Status kernelStatus(const Plan &plan, KernelFailure failure) {
  if (failure.kernel < 0)
    return absl::OkStatus();
  auto index = static_cast<size_t>(failure.code);
  KernelError error = index < kernelErrors.size()
                          ? kernelErrors[index]
                          : KernelError{absl::StatusCode::kInternal, "an error code that is not known"};
  const KernelRecord &kernel = plan.kernels[failure.kernel];
  return absl::Status(error.code, absl::StrCat(error.text, " (", failure.code, ") in kernel '", kernel.symbol,
                                               "', which computes ", absl::StrJoin(kernel.members, ", ")));
}

/// A state together with the atomics of its tasks.
struct PooledState {
  PooledState(const Program &program, int participants, int threads)
      : participants(participants), state(program, participants, threads), tasks(program.maxTasks) {}

  const int participants;
  RunState state;
  TaskStates tasks;
  std::vector<int64_t> symbols;
  std::vector<void *> inputs, outputs;
};

struct ByteRange {
  uintptr_t begin, end;
};

bool overlap(ByteRange a, ByteRange b) { return a.begin < b.end && b.begin < a.end; }

ByteRange rangeOf(const void *data, int64_t bytes) {
  auto begin = reinterpret_cast<uintptr_t>(data);
  return {begin, begin + static_cast<uintptr_t>(bytes)};
}

} // namespace

/// States are kept in slots that a run empties and fills by atomic exchange: no lock that a fork could leave
/// held.
class Executor::Implementation {
public:
  Implementation(Program program, const ExecutorOptions &options)
      : program(std::move(program)), options(options) {}
  ~Implementation() {
    for (auto &slot : slots)
      delete slot.load();
  }

  absl::Status run(std::span<const TensorView> inputs, OutputFn output, const RunSettings &settings);
  absl::StatusOr<int64_t> arenaBytes(std::span<const TensorView> inputs) const;

  const Program program;
  std::atomic<int64_t> runs{0}, inputCopies{0};

private:
  /// Gives a state back at the end of the scope.
  struct Lease {
    Implementation &owner;
    std::unique_ptr<PooledState> pooled;
    ~Lease() { owner.release(std::move(pooled)); }
  };

  ThreadPool &pool() const { return options.pool ? *options.pool : ThreadPool::process(); }
  int threads() const {
    int available = pool().workers() + 1;
    return options.threads > 0 ? std::min(options.threads, available) : available;
  }
  std::unique_ptr<PooledState> acquire();
  void release(std::unique_ptr<PooledState> pooled);
  absl::Status collectInputs(std::span<const TensorView> inputs, PooledState &pooled);
  absl::Status collectOutputs(OutputFn output, PooledState &pooled);
  absl::Status checkOverlap(const PooledState &pooled) const;
  void poison(const PooledState &pooled) const;
  absl::Status runSteps(PooledState &pooled, TraceRecorder *trace);

  const ExecutorOptions options;
  std::array<std::atomic<PooledState *>, cachedStates> slots{};
};

std::unique_ptr<PooledState> Executor::Implementation::acquire() {
  int participants = pool().workers() + 1;
  for (auto &slot : slots) {
    if (!slot.load(std::memory_order_relaxed))
      continue;
    std::unique_ptr<PooledState> pooled(slot.exchange(nullptr, std::memory_order_acq_rel));
    // The pool of a forked child may be of another size than the one that the state was made for.
    if (pooled && pooled->participants == participants)
      return pooled;
  }
  return std::make_unique<PooledState>(program, participants, threads());
}

void Executor::Implementation::release(std::unique_ptr<PooledState> pooled) {
  for (auto &slot : slots) {
    PooledState *empty = nullptr;
    if (slot.compare_exchange_strong(empty, pooled.get(), std::memory_order_acq_rel)) {
      (void)pooled.release();
      return;
    }
  }
}

absl::Status Executor::Implementation::collectInputs(std::span<const TensorView> inputs,
                                                     PooledState &pooled) {
  pooled.inputs.resize(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    pooled.inputs[i] = inputs[i].data;
    if (isDense(inputs[i]))
      continue;
    const ValueInfo &info = program.plan->inputs[i];
    auto bytes = byteSize(info.dtype, elementCount(inputs[i].shape));
    if (!bytes || !pooled.state.staging()[i].reserve(*bytes))
      return absl::ResourceExhaustedError(
          absl::StrCat("input '", info.name, "': no memory for a dense copy"));
    packDense(inputs[i], pooled.state.staging()[i].data());
    pooled.inputs[i] = pooled.state.staging()[i].data();
    inputCopies.fetch_add(1, std::memory_order_relaxed);
  }
  return absl::OkStatus();
}

absl::Status Executor::Implementation::collectOutputs(OutputFn output, PooledState &pooled) {
  const Plan &plan = *program.plan;
  pooled.outputs.assign(plan.outputs.size(), nullptr);
  for (size_t index = 0; index < plan.outputs.size(); ++index) {
    int64_t bytes = pooled.state.bytes(program.outputBuffers[index]);
    absl::StatusOr<void *> data = output(index, pooled.state.outputShapes()[index], bytes);
    if (!data.ok())
      return data.status();
    if (!*data && bytes != 0)
      return absl::InvalidArgumentError(absl::StrCat("output '", plan.outputs[index].name, "': has no data"));
    pooled.outputs[index] = *data;
  }
  return absl::OkStatus();
}

absl::Status Executor::Implementation::checkOverlap(const PooledState &pooled) const {
  const Plan &plan = *program.plan;
  auto rangeOfOutput = [&](size_t i) {
    return rangeOf(pooled.outputs[i], pooled.state.bytes(program.outputBuffers[i]));
  };
  for (size_t i = 0; i < plan.outputs.size(); ++i) {
    for (int32_t buffer : program.inputBuffers) {
      int32_t input = plan.buffers[buffer].index;
      if (overlap(rangeOfOutput(i), rangeOf(pooled.inputs[input], pooled.state.bytes(buffer))))
        return absl::InvalidArgumentError(absl::StrCat("output '", plan.outputs[i].name, "' overlaps input '",
                                                       plan.inputs[input].name, "'"));
    }
    for (size_t j = 0; j < i; ++j)
      if (overlap(rangeOfOutput(i), rangeOfOutput(j)))
        return absl::InvalidArgumentError(
            absl::StrCat("output '", plan.outputs[i].name, "' overlaps output '", plan.outputs[j].name, "'"));
  }
  return absl::OkStatus();
}

void Executor::Implementation::poison(const PooledState &pooled) const {
  constexpr int poisonByte = 0xFF;
  if (pooled.state.arenaBytes() > 0)
    std::memset(pooled.state.arenaData(), poisonByte, static_cast<size_t>(pooled.state.arenaBytes()));
  for (size_t i = 0; i < program.outputBuffers.size(); ++i)
    if (auto bytes = static_cast<size_t>(pooled.state.bytes(program.outputBuffers[i])))
      std::memset(pooled.outputs[i], poisonByte, bytes);
}

absl::Status Executor::Implementation::runSteps(PooledState &pooled, TraceRecorder *trace) {
  for (const PreparedStep &step : program.steps) {
    if (const auto *copy = std::get_if<Copy>(&step)) {
      auto bytes = std::min(pooled.state.bytes(copy->source), pooled.state.bytes(copy->destination));
      if (bytes > 0)
        std::memcpy(pooled.state.address(copy->destination), pooled.state.address(copy->source),
                    static_cast<size_t>(bytes));
      continue;
    }
    SegmentRun segment(std::get<PreparedSegment>(step), pooled.state, pooled.tasks, pool(), threads(), trace);
    if (absl::Status status = kernelStatus(*program.plan, segment.run()); !status.ok())
      return status;
  }
  return absl::OkStatus();
}

absl::Status Executor::Implementation::run(std::span<const TensorView> inputs, OutputFn output,
                                           const RunSettings &settings) {
  Lease lease{*this, acquire()};
  PooledState &pooled = *lease.pooled;
  absl::Status status = bindShapes(*program.plan, inputs, pooled.symbols);
  if (status.ok())
    status = pooled.state.resize(pooled.symbols);
  if (status.ok())
    status = collectInputs(inputs, pooled);
  if (status.ok())
    status = collectOutputs(output, pooled);
  if (status.ok())
    status = checkOverlap(pooled);
  if (!status.ok())
    return status;
  pooled.state.setPointers(pooled.inputs, pooled.outputs);
  if (settings.poison)
    poison(pooled);
  KernelFloatScope floats;
  if (settings.trace) {
    TraceRecorder recorder(pool().workers() + 1);
    status = runSteps(pooled, &recorder);
    *settings.trace = recorder.collect();
  } else {
    status = runSteps(pooled, nullptr);
  }
  runs.fetch_add(status.ok(), std::memory_order_relaxed);
  return status;
}

absl::StatusOr<int64_t> Executor::Implementation::arenaBytes(std::span<const TensorView> inputs) const {
  std::vector<int64_t> symbols;
  if (absl::Status status = bindShapes(*program.plan, inputs, symbols); !status.ok())
    return status;
  auto bytes = program.plan->arenaBytes.evaluate(symbols);
  if (!bytes)
    return absl::InvalidArgumentError("the arena's size overflows for these input shapes");
  return *bytes;
}

Executor::Executor(std::unique_ptr<Implementation> implementation)
    : implementation(std::move(implementation)) {}

Executor::~Executor() = default;

absl::StatusOr<std::unique_ptr<Executor>> Executor::create(std::shared_ptr<const Plan> plan,
                                                           const std::vector<DelosKernelFn> &kernels,
                                                           const ExecutorOptions &options) {
  absl::StatusOr<Program> program = prepareProgram(std::move(plan), kernels);
  if (!program.ok())
    return program.status();
  return std::unique_ptr<Executor>(
      new Executor(std::make_unique<Implementation>(*std::move(program), options)));
}

absl::Status Executor::run(std::span<const TensorView> inputs, OutputFn output, const RunSettings &settings) {
  return implementation->run(inputs, output, settings);
}

absl::StatusOr<int64_t> Executor::arenaBytes(std::span<const TensorView> inputs) const {
  return implementation->arenaBytes(inputs);
}

const Plan &Executor::plan() const { return *implementation->program.plan; }
int Executor::launchCount() const { return implementation->program.launchCount; }
int64_t Executor::runCount() const { return implementation->runs.load(std::memory_order_relaxed); }
int64_t Executor::inputCopyCount() const {
  return implementation->inputCopies.load(std::memory_order_relaxed);
}

} // namespace delos::runtime
