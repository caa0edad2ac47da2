/// Claiming tiles, releasing successors, sleeping when there is nothing ready.
#include "runtime/executor/SegmentRun.h"

#include <algorithm>
#include <bit>
#include <chrono>

namespace delos::runtime {
namespace {

using Clock = std::chrono::steady_clock;

/// A wake-up inside the run takes 20-85 us, so helpers stay awake across serial stretches up to this long, as
/// long as the segment has anything to share.
constexpr auto helperSpin = std::chrono::milliseconds(1);
/// The caller waits only for what others compute. When that takes longer, somebody else may need its
/// processor to get it done: asleep, it lets a helper that was descheduled move there.
constexpr auto callerSpin = std::chrono::microseconds(100);
/// Pauses between two looks at the clock.
constexpr int pausesPerLook = 32;
constexpr int wordBits = 64;

/// A run that can be stopped looks for it about this often.
constexpr double secondsBetweenLooks = 1e-3;

int64_t tilesBetweenLooks(const LaunchSize &size) {
  double looks = std::max(size.seconds / secondsBetweenLooks, 1.0);
  return std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(size.tiles) / looks));
}

uint64_t bitOf(int32_t rank) { return uint64_t{1} << (rank % wordBits); }

} // namespace

SegmentRun::SegmentRun(int32_t maxTasks)
    : tasks(new TaskState[maxTasks]), ready(new std::atomic<uint64_t>[maxTasks / wordBits + 1]()) {}

const LaunchSize &SegmentRun::sizeOf(int32_t rank) const {
  return context->state.size(context->segment.tasks[rank]);
}

SegmentEnd SegmentRun::run(const SegmentContext &runContext) {
  if (runContext.segment.tasks.empty())
    return {};
  context = &runContext;
  ending.store(RunEnd::Finished, std::memory_order_relaxed);
  result = {};
  int helpers = helpersFor();
  ticket = helpers > 0 ? context->pool.reserve(*this, helpers) : -1;
  if (ticket < 0)
    runSerially();
  else
    runShared();
  return result;
}

int SegmentRun::helpersFor() const {
  const SegmentSize &size = context->state.size(context->segment);
  if (size.helpersAwake == size.helpersAsleep)
    return size.helpersAsleep;
  return std::max(size.helpersAsleep, std::min(size.helpersAwake, context->pool.awakeWorkers()));
}

void SegmentRun::runSerially() {
  for (int32_t rank : context->segment.serialOrder) {
    const Task &task = context->segment.tasks[rank];
    const LaunchSize &size = context->state.size(task);
    int64_t step = context->control.isActive() ? tilesBetweenLooks(size) : std::max<int64_t>(size.tiles, 1);
    for (int64_t begin = 0; begin < size.tiles; begin += step)
      call(task, begin, std::min(size.tiles, begin + step), 0);
  }
}

void SegmentRun::runShared() {
  reset();
  context->pool.offer(ticket);
  while (remaining.load(std::memory_order_acquire) != 0) {
    participate(0);
    if (remaining.load(std::memory_order_acquire) != 0)
      sleepUntilReady();
  }
  context->pool.withdraw(ticket);
}

void SegmentRun::reset() {
  const PreparedSegment &segment = context->segment;
  auto count = static_cast<int32_t>(segment.tasks.size());
  words.store((count + wordBits - 1) / wordBits, std::memory_order_relaxed);
  for (int32_t word = 0; word * wordBits < count; ++word)
    ready[word].store(0, std::memory_order_relaxed);
  for (int32_t rank = 0; rank < count; ++rank) {
    TaskState &task = tasks[rank];
    task.claimed.store(0, std::memory_order_relaxed);
    task.claims.store(sizeOf(rank).claims, std::memory_order_relaxed);
    task.left.store(sizeOf(rank).claims, std::memory_order_relaxed);
    task.waiting.store(segment.tasks[rank].waitsFor, std::memory_order_relaxed);
  }
  sharedLeft.store(context->state.size(segment).sharedTasks, std::memory_order_relaxed);
  remaining.store(count, std::memory_order_release);
  for (int32_t rank : segment.roots)
    ready[rank / wordBits].fetch_or(bitOf(rank), std::memory_order_relaxed);
}

void SegmentRun::participate(int participant) {
  do {
    while (takeReady(participant)) {
    }
  } while (awaitReady(participant));
}

bool SegmentRun::hasReadyWork() const {
  for (int32_t word = 0, count = words.load(std::memory_order_relaxed); word < count; ++word)
    if (ready[word].load(std::memory_order_seq_cst) != 0)
      return true;
  return false;
}

/// Spins until there is ready work: true. False when there will be none for this thread, or not soon.
bool SegmentRun::awaitReady(int participant) {
  bool isCaller = participant == 0;
  Clock::time_point start = Clock::now();
  Clock::duration limit = isCaller ? Clock::duration(callerSpin) : Clock::duration(helperSpin);
  do {
    for (int i = 0; i < pausesPerLook; ++i) {
      if (hasReadyWork())
        return true;
      if (remaining.load(std::memory_order_acquire) == 0)
        return false;
      if (!isCaller && sharedLeft.load(std::memory_order_relaxed) == 0)
        return false;
      pauseProcessor();
    }
  } while (Clock::now() - start < limit);
  return false;
}

void SegmentRun::sleepUntilReady() {
  uint32_t key = callerEvents.current();
  if (!hasReadyWork() && remaining.load(std::memory_order_seq_cst) != 0)
    callerEvents.wait(key);
}

bool SegmentRun::takeReady(int participant) {
  for (int32_t word = 0, count = words.load(std::memory_order_relaxed); word < count; ++word) {
    uint64_t bits = ready[word].load(std::memory_order_acquire);
    for (; bits; bits &= bits - 1)
      if (runTask(word * wordBits + std::countr_zero(bits), participant))
        return true;
  }
  return false;
}

/// The number of a claim that is now this participant's, or -1 when none is left. Every other participant
/// works from the end.
int64_t SegmentRun::claim(int32_t rank, int participant) {
  TaskState &task = tasks[rank];
  bool fromEnd = participant % 2 != 0;
  uint64_t before =
      task.claimed.fetch_add(fromEnd ? uint64_t{1} << 32 : uint64_t{1}, std::memory_order_relaxed);
  auto front = static_cast<uint32_t>(before), end = static_cast<uint32_t>(before >> 32);
  uint32_t claims = task.claims.load(std::memory_order_relaxed);
  uint64_t taken = uint64_t{front} + end;
  if (taken + 1 >= claims)
    ready[rank / wordBits].fetch_and(~bitOf(rank), std::memory_order_relaxed);
  if (taken >= claims)
    return -1;
  return fromEnd ? claims - 1 - end : front;
}

/// Runs claims of the task until none is left; false when it got none.
bool SegmentRun::runTask(int32_t rank, int participant) {
  int64_t number = claim(rank, participant);
  if (number < 0)
    return false;
  const Task &task = context->segment.tasks[rank];
  for (; number >= 0; number = claim(rank, participant)) {
    runClaim(task, number, participant);
    // Every claimer's writes are visible to whoever sees the count reach zero.
    if (tasks[rank].left.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      finish(rank, participant);
      break;
    }
  }
  return true;
}

void SegmentRun::runClaim(const Task &task, int64_t number, int participant) {
  const LaunchSize &size = context->state.size(task);
  int64_t begin = number * size.grain;
  call(task, begin, std::min(begin + size.grain, size.tiles), participant);
}

void SegmentRun::finish(int32_t rank, int participant) {
  const PreparedSegment &segment = context->segment;
  int32_t finished = 1;
  for (;;) {
    const Task &task = segment.tasks[rank];
    if (isShared(task, sizeOf(rank)))
      sharedLeft.fetch_sub(1, std::memory_order_relaxed);
    int32_t next = releaseSuccessors(task, participant);
    if (next < 0)
      break;
    if (sizeOf(next).claims > 1) {
      publish(next, participant);
      break;
    }
    runClaim(segment.tasks[next], 0, participant);
    ++finished;
    rank = next;
  }
  if (remaining.fetch_sub(finished, std::memory_order_seq_cst) == finished && participant != 0)
    callerEvents.notify();
}

/// Releases the successors of a finished task and publishes all that became ready but the most urgent one,
/// which it returns (or -1).
int32_t SegmentRun::releaseSuccessors(const Task &task, int participant) {
  int32_t kept = -1;
  for (int32_t successor : task.successors) {
    bool isLast = context->segment.tasks[successor].waitsFor == 1 ||
                  tasks[successor].waiting.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (!isLast)
      continue;
    if (kept >= 0)
      publish(std::max(kept, successor), participant);
    kept = kept < 0 ? successor : std::min(kept, successor);
  }
  return kept;
}

void SegmentRun::publish(int32_t rank, int participant) {
  ready[rank / wordBits].fetch_or(bitOf(rank), std::memory_order_seq_cst);
  if (participant != 0)
    callerEvents.notify();
  context->pool.summon(ticket);
}

void SegmentRun::call(const Task &task, int64_t begin, int64_t end, int participant) {
  if (begin >= end || ending.load(std::memory_order_relaxed) != RunEnd::Finished)
    return;
  if (context->control.isActive())
    if (RunEnd end = context->control.check(); end != RunEnd::Finished)
      return stop({end, task.launch, 0});
  const RunState &state = context->state;
  double started = context->trace ? context->trace->now() : 0;
  int32_t code =
      task.kernelFn(state.pointers(task), state.dims(task), state.scratch(participant), begin, end);
  if (context->trace)
    context->trace->record({task.launch, task.kernel, participant, started, context->trace->now()});
  if (code != DELOS_KERNEL_OK)
    stop({RunEnd::KernelFailed, task.launch, code});
}

/// The first one counts. Everybody who calls this holds work, so the caller of the run sees the result.
void SegmentRun::stop(SegmentEnd end) {
  RunEnd running = RunEnd::Finished;
  if (ending.compare_exchange_strong(running, end.end, std::memory_order_relaxed))
    result = end;
}

} // namespace delos::runtime
