/// One execution of a segment by the caller and any workers that join.
#pragma once

#include "runtime/executor/Program.h"
#include "runtime/executor/RunState.h"
#include "runtime/threads/ThreadPool.h"
#include "runtime/trace/Trace.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace delos::runtime {

/// The first kernel that failed, or launch -1.
struct KernelFailure {
  int32_t kernel = -1;
  int32_t code = 0;
};

/// Atomics of the tasks of a segment, reused from run to run.
class TaskStates {
public:
  explicit TaskStates(int32_t maxTasks);

  /// One cache line per task: claims of different tasks do not disturb each other.
  struct alignas(64) State {
    std::atomic<int64_t> next{0};    ///< First tile that nobody has claimed.
    std::atomic<int64_t> left{0};    ///< Tiles that are not finished.
    std::atomic<int32_t> waiting{0}; ///< Predecessors that are not finished.
  };
  State &operator[](int32_t rank) { return states[rank]; }
  /// Bit r of the set: task r has unclaimed tiles and all its predecessors are finished.
  std::atomic<uint64_t> &readyWord(int32_t word) { return ready[word]; }

private:
  std::unique_ptr<State[]> states;
  std::unique_ptr<std::atomic<uint64_t>[]> ready;
};

/// Runs a segment. Tiles are claimed by atomic additions; whoever finishes a task's last tile releases its
/// successors, keeps the most urgent one that needs a single thread and runs it at once, and publishes the
/// others in the ready set. No lock, allocation or system call per launch while everybody is awake.
class SegmentRun : public PoolJob {
public:
  SegmentRun(const PreparedSegment &segment, const RunState &state, TaskStates &tasks, ThreadPool &pool,
             int threads, TraceRecorder *trace);

  /// Runs all launches on the calling thread, with helpers when that pays. `trace` has a list per
  /// participant.
  KernelFailure run();

  void participate(int participant) override;
  int maxHelpers() const override { return threads - 1; }

private:
  bool isWorthHelp() const;
  void runSerially();
  void reset();
  bool takeReady(int participant);
  bool runTask(int32_t rank, int participant);
  void finish(int32_t rank, int participant);
  int32_t releaseSuccessors(const Task &task);
  void publish(int32_t rank);
  void call(const Task &task, int64_t begin, int64_t end, int participant);
  bool needsHelp(int32_t rank) const;
  /// Tiles for the bookkeeping: an empty launch counts as one.
  int64_t tilesOf(const Task &task) const { return std::max<int64_t>(state.size(task).tiles, 1); }

  const PreparedSegment &segment;
  const RunState &state;
  TaskStates &tasks;
  ThreadPool &pool;
  const int threads;
  TraceRecorder *const trace;
  const int32_t words;
  alignas(64) std::atomic<int32_t> remaining{0};
  alignas(64) std::atomic<int32_t> failedKernel{-1};
  std::atomic<int32_t> failedCode{0};
};

} // namespace delos::runtime
