/// Claiming tiles, releasing successors, sleeping when there is nothing ready.
#include "runtime/executor/SegmentRun.h"

#include <bit>
#include <chrono>

namespace delos::runtime {
namespace {

/// Below this much work that threads could share, waking a worker at the start of the run costs more than it
/// brings.
constexpr double minSharedSeconds = 30e-6;
/// A wake-up inside the run takes 20-85 us, so helpers stay awake across serial stretches up to this long.
constexpr auto runSpin = std::chrono::milliseconds(1);
/// Pauses between two looks at the clock.
constexpr int pausesPerLook = 64;

using Clock = std::chrono::steady_clock;

} // namespace

TaskStates::TaskStates(int32_t maxTasks)
    : states(new State[maxTasks]), ready(new std::atomic<uint64_t>[(maxTasks + 63) / 64]()) {}

SegmentRun::SegmentRun(const PreparedSegment &segment, const RunState &state, TaskStates &tasks,
                       ThreadPool &pool, int threads, TraceRecorder *trace)
    : segment(segment), state(state), tasks(tasks), pool(pool), threads(threads), trace(trace),
      words(static_cast<int32_t>((segment.tasks.size() + 63) / 64)) {}

KernelFailure SegmentRun::run() {
  if (segment.tasks.empty())
    return {};
  int ticket = -1;
  if (threads > 1 && isWorthHelp()) {
    reset();
    ticket = pool.attach(*this);
  }
  if (ticket < 0) {
    runSerially();
  } else {
    while (remaining.load(std::memory_order_acquire) != 0) {
      uint32_t key = pool.events().current();
      participate(0);
      if (remaining.load(std::memory_order_acquire) != 0)
        pool.events().wait(key);
    }
    pool.detach(ticket);
  }
  int32_t kernel = failedKernel.load(std::memory_order_acquire);
  return {kernel, failedCode.load(std::memory_order_relaxed)};
}

bool SegmentRun::isWorthHelp() const {
  double shared = 0;
  for (const Task &task : segment.tasks) {
    const LaunchSize &size = state.size(task);
    // Without an estimate only the tiles can tell.
    if (size.seconds <= 0 && (size.tiles > 1 || segment.roots.size() > 1))
      return true;
    // A segment with one root and serial launches may still fork; its work counts unless it is a chain.
    if (size.tiles > size.grain || segment.roots.size() > 1 || task.successors.size() > 1)
      shared += size.seconds;
    if (shared >= minSharedSeconds)
      return true;
  }
  return false;
}

void SegmentRun::runSerially() {
  for (int32_t rank : segment.serialOrder) {
    const Task &task = segment.tasks[rank];
    call(task, 0, tilesOf(task), 0);
  }
}

void SegmentRun::reset() {
  for (int32_t word = 0; word < words; ++word)
    tasks.readyWord(word).store(0, std::memory_order_relaxed);
  for (size_t rank = 0; rank < segment.tasks.size(); ++rank) {
    TaskStates::State &taskState = tasks[static_cast<int32_t>(rank)];
    taskState.next.store(0, std::memory_order_relaxed);
    taskState.left.store(tilesOf(segment.tasks[rank]), std::memory_order_relaxed);
    taskState.waiting.store(segment.tasks[rank].waitsFor, std::memory_order_relaxed);
  }
  for (int32_t rank : segment.roots)
    tasks.readyWord(rank / 64).fetch_or(uint64_t{1} << (rank % 64), std::memory_order_relaxed);
  remaining.store(static_cast<int32_t>(segment.tasks.size()), std::memory_order_release);
}

void SegmentRun::participate(int participant) {
  auto deadline = Clock::now() + runSpin;
  while (remaining.load(std::memory_order_acquire) != 0) {
    if (takeReady(participant)) {
      deadline = Clock::now() + runSpin;
      continue;
    }
    for (int i = 0; i < pausesPerLook && remaining.load(std::memory_order_relaxed) != 0; ++i)
      pauseProcessor();
    if (Clock::now() > deadline)
      return;
  }
}

bool SegmentRun::takeReady(int participant) {
  for (int32_t word = 0; word < words; ++word) {
    uint64_t bits = tasks.readyWord(word).load(std::memory_order_acquire);
    for (; bits; bits &= bits - 1)
      if (runTask(word * 64 + std::countr_zero(bits), participant))
        return true;
  }
  return false;
}

bool SegmentRun::runTask(int32_t rank, int participant) {
  const Task &task = segment.tasks[rank];
  TaskStates::State &taskState = tasks[rank];
  int64_t tiles = tilesOf(task), grain = state.size(task).grain;
  bool claimed = false;
  for (;;) {
    int64_t begin = taskState.next.fetch_add(grain, std::memory_order_relaxed);
    if (begin >= tiles)
      return claimed;
    claimed = true;
    int64_t end = std::min(begin + grain, tiles);
    if (end == tiles)
      tasks.readyWord(rank / 64).fetch_and(~(uint64_t{1} << (rank % 64)), std::memory_order_relaxed);
    call(task, begin, end, participant);
    // Every claimer's writes are visible to whoever sees the count reach zero.
    if (taskState.left.fetch_sub(end - begin, std::memory_order_acq_rel) == end - begin) {
      finish(rank, participant);
      return true;
    }
  }
}

void SegmentRun::finish(int32_t rank, int participant) {
  int32_t finished = 1;
  for (;;) {
    int32_t next = releaseSuccessors(segment.tasks[rank]);
    if (next < 0)
      break;
    if (needsHelp(next)) {
      publish(next);
      break;
    }
    const Task &task = segment.tasks[next];
    call(task, 0, tilesOf(task), participant);
    ++finished;
    rank = next;
  }
  if (remaining.fetch_sub(finished, std::memory_order_acq_rel) == finished)
    pool.events().notify();
}

/// Releases the successors of a finished task and publishes all that became ready but the most urgent one,
/// which it returns (or -1).
int32_t SegmentRun::releaseSuccessors(const Task &task) {
  int32_t kept = -1;
  for (int32_t successor : task.successors) {
    bool isLast = segment.tasks[successor].waitsFor == 1 ||
                  tasks[successor].waiting.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (!isLast)
      continue;
    if (kept >= 0)
      publish(std::max(kept, successor));
    kept = kept < 0 ? successor : std::min(kept, successor);
  }
  return kept;
}

void SegmentRun::publish(int32_t rank) {
  tasks.readyWord(rank / 64).fetch_or(uint64_t{1} << (rank % 64), std::memory_order_release);
  pool.events().notify();
}

bool SegmentRun::needsHelp(int32_t rank) const {
  const LaunchSize &size = state.size(segment.tasks[rank]);
  return size.tiles > size.grain;
}

void SegmentRun::call(const Task &task, int64_t begin, int64_t end, int participant) {
  if (state.size(task).tiles == 0 || failedKernel.load(std::memory_order_relaxed) >= 0)
    return;
  double started = trace ? trace->now() : 0;
  int32_t code =
      task.kernelFn(state.pointers(task), state.dims(task), state.scratch(participant), begin, end);
  if (trace)
    trace->record({task.launch, task.kernel, participant, started, trace->now()});
  if (code == DELOS_KERNEL_OK)
    return;
  int32_t none = -1;
  if (failedKernel.compare_exchange_strong(none, task.kernel, std::memory_order_acq_rel))
    failedCode.store(code, std::memory_order_relaxed);
}

} // namespace delos::runtime
