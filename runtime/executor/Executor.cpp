/// The run as a whole: states, inputs, outputs, steps, errors.
#include "runtime/executor/Executor.h"

#include "runtime/abi/DType.h"
#include "runtime/base/FloatEnvironment.h"
#include "runtime/executor/Program.h"
#include "runtime/executor/RunState.h"
#include "runtime/executor/SegmentRun.h"
#include "runtime/executor/ShapeBinding.h"
#include "runtime/threads/ThreadPool.h"

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

absl::Status kernelStatus(const Plan &plan, const Launch &launch, int32_t code) {
  auto index = static_cast<size_t>(code);
  KernelError error = index < kernelErrors.size()
                          ? kernelErrors[index]
                          : KernelError{absl::StatusCode::kInternal, "an error code that is not known"};
  const KernelRecord &kernel = plan.kernels[launch.kernel];
  const auto &members = launch.members.empty() ? kernel.members : launch.members;
  return absl::Status(error.code, absl::StrCat(error.text, " (", code, ") in kernel '", kernel.symbol,
                                               "', which computes ", absl::StrJoin(members, ", ")));
}

absl::Status statusOf(const Program &program, SegmentEnd end) {
  switch (end.end) {
  case RunEnd::Finished:
    return absl::OkStatus();
  case RunEnd::KernelFailed:
    return kernelStatus(*program.plan, *program.launches[end.launch], end.code);
  case RunEnd::Cancelled:
    return absl::CancelledError("the run was cancelled");
  case RunEnd::DeadlineExceeded:
    return absl::DeadlineExceededError("the run exceeded its time");
  }
  return absl::InternalError("a segment ended for no known reason");
}

struct Releaser {
  void operator()(SegmentRun *segment) const { segment->release(); }
};

/// A state together with the segments' runner.
struct PooledState {
  PooledState(const Program &program, int participants, int threads)
      : participants(participants), threads(threads), state(program, participants, threads) {}

  /// A runner that no worker of an earlier run looks into any more.
  SegmentRun &runner(const Program &program) {
    if (!segmentRun || !segmentRun->isUnshared())
      segmentRun.reset(new SegmentRun(program.maxTasks));
    return *segmentRun;
  }

  const int participants, threads;
  RunState state;
  std::unique_ptr<SegmentRun, Releaser> segmentRun;
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

  WorkerPool &poolFor(const RunSettings &settings) const {
    WorkerPool *given = settings.pool ? settings.pool : options.pool;
    return given ? *given : ThreadPool::process();
  }
  std::unique_ptr<PooledState> acquire(int participants);
  void release(std::unique_ptr<PooledState> pooled);
  absl::Status collectInputs(std::span<const TensorView> inputs, PooledState &pooled);
  absl::Status collectOutputs(OutputFn output, PooledState &pooled);
  absl::Status checkOverlap(const PooledState &pooled) const;
  void poison(const PooledState &pooled) const;
  absl::Status prepare(std::span<const TensorView> inputs, OutputFn output, PooledState &pooled);
  absl::Status runSteps(PooledState &pooled, WorkerPool &pool, const RunControl &control,
                        TraceRecorder *trace);

  const ExecutorOptions options;
  std::array<std::atomic<PooledState *>, cachedStates> slots{};
};

std::unique_ptr<PooledState> Executor::Implementation::acquire(int participants) {
  for (auto &slot : slots) {
    if (!slot.load(std::memory_order_relaxed))
      continue;
    std::unique_ptr<PooledState> pooled(slot.exchange(nullptr, std::memory_order_acq_rel));
    // A run with a host's threads, or a forked child, may need another number of them.
    if (pooled && pooled->participants == participants)
      return pooled;
    if (pooled)
      release(std::move(pooled));
  }
  int threads = options.threads > 0 ? std::min(options.threads, participants) : participants;
  return std::make_unique<PooledState>(program, participants, threads);
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

absl::Status Executor::Implementation::runSteps(PooledState &pooled, WorkerPool &pool,
                                                const RunControl &control, TraceRecorder *trace) {
  for (const PreparedStep &step : program.steps) {
    if (const auto *copy = std::get_if<Copy>(&step)) {
      auto bytes = std::min(pooled.state.bytes(copy->source), pooled.state.bytes(copy->destination));
      if (bytes > 0)
        std::memcpy(pooled.state.address(copy->destination), pooled.state.address(copy->source),
                    static_cast<size_t>(bytes));
      continue;
    }
    SegmentContext context{std::get<PreparedSegment>(step), pooled.state, pool, control, trace};
    SegmentEnd end = pooled.runner(program).run(context);
    if (end.end != RunEnd::Finished)
      return statusOf(program, end);
  }
  return absl::OkStatus();
}

/// Everything before the first launch: sizes, inputs, outputs.
absl::Status Executor::Implementation::prepare(std::span<const TensorView> inputs, OutputFn output,
                                               PooledState &pooled) {
  absl::Status status = bindShapes(*program.plan, inputs, pooled.symbols);
  if (status.ok())
    status = pooled.state.resize(pooled.symbols);
  if (status.ok())
    status = collectInputs(inputs, pooled);
  if (status.ok())
    status = collectOutputs(output, pooled);
  if (status.ok())
    status = checkOverlap(pooled);
  if (status.ok())
    pooled.state.setPointers(pooled.inputs, pooled.outputs);
  return status;
}

absl::Status Executor::Implementation::run(std::span<const TensorView> inputs, OutputFn output,
                                           const RunSettings &settings) {
  WorkerPool &pool = poolFor(settings);
  Lease lease{*this, acquire(pool.workers() + 1)};
  PooledState &pooled = *lease.pooled;
  if (absl::Status status = prepare(inputs, output, pooled); !status.ok())
    return status;
  if (settings.poison)
    poison(pooled);
  KernelFloatScope floats;
  absl::Status status;
  if (settings.trace) {
    TraceRecorder recorder(pooled.participants);
    status = runSteps(pooled, pool, settings.control, &recorder);
    *settings.trace = recorder.collect();
  } else {
    status = runSteps(pooled, pool, settings.control, nullptr);
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
int Executor::launchCount() const { return static_cast<int>(implementation->program.launches.size()); }
int64_t Executor::runCount() const { return implementation->runs.load(std::memory_order_relaxed); }
int64_t Executor::inputCopyCount() const {
  return implementation->inputCopies.load(std::memory_order_relaxed);
}

} // namespace delos::runtime
