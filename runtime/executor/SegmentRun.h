/// One execution of a segment by the caller and any workers that join.
#pragma once

#include "runtime/executor/Program.h"
#include "runtime/executor/RunControl.h"
#include "runtime/executor/RunState.h"
#include "runtime/threads/EventCount.h"
#include "runtime/threads/WorkerPool.h"
#include "runtime/trace/Trace.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace delos::runtime {

/// How a segment ended; for KernelFailed the first launch that failed (its position in the plan) and the
/// kernel's code.
struct SegmentEnd {
  RunEnd end = RunEnd::Finished;
  int32_t launch = -1;
  int32_t code = 0;
};

/// What a segment runs with. All of it must live until `SegmentRun::run` returns.
struct SegmentContext {
  const PreparedSegment &segment;
  const RunState &state;
  WorkerPool &pool;
  const RunControl &control;
  TraceRecorder *trace = nullptr; ///< Null, or with a list per participant.
};

/// Runs segments, one at a time. Tiles are claimed by atomic additions; whoever finishes a task's last tile
/// releases its successors, keeps the most urgent one that needs a single thread and runs it at once, and
/// publishes the others in the ready set. No lock, allocation or system call per launch while everybody is
/// awake.
///
/// `run` does not wait for workers that have nothing left to do but notice it (a descheduled one can take
/// milliseconds for that), so the object can be used again only while it is unshared, and what a late worker
/// reads
/// (`remaining`, the ready set, the counters of claims) lies inside it.
class SegmentRun final : public PoolJob {
public:
  explicit SegmentRun(int32_t maxTasks);

  /// Runs all launches on the calling thread, with helpers when that pays.
  SegmentEnd run(const SegmentContext &context);

  void participate(int participant) override;
  bool hasReadyWork() const override;

private:
  /// One cache line per task: claims of different tasks do not disturb each other.
  struct alignas(64) TaskState {
    /// Low half: claims from the front of the tiles, high half: claims from their end. Neighbouring launches
    /// give a thread the same part of their tiles that way, which its cache still holds.
    std::atomic<uint64_t> claimed{0};
    std::atomic<uint32_t> claims{0}; ///< How many there are.
    std::atomic<uint32_t> left{0};   ///< Claims that are not finished.
    std::atomic<int32_t> waiting{0}; ///< Predecessors that are not finished.
  };

  int helpersFor() const;
  void runSerially();
  void runShared();
  void reset();
  bool takeReady(int participant);
  int64_t claim(int32_t rank, int participant);
  bool runTask(int32_t rank, int participant);
  void runClaim(const Task &task, int64_t claim, int participant);
  void finish(int32_t rank, int participant);
  int32_t releaseSuccessors(const Task &task, int participant);
  void publish(int32_t rank, int participant);
  bool awaitReady(int participant);
  void sleepUntilReady();
  void call(const Task &task, int64_t begin, int64_t end, int participant);
  void stop(SegmentEnd end);
  const LaunchSize &sizeOf(int32_t rank) const;

  const std::unique_ptr<TaskState[]> tasks;
  /// Bit r: task r has unclaimed tiles and all its predecessors are finished.
  const std::unique_ptr<std::atomic<uint64_t>[]> ready;
  /// Of the current run; read by those who hold unfinished work only.
  const SegmentContext *context = nullptr;
  int ticket = -1;
  std::atomic<int32_t> words{0};
  alignas(64) std::atomic<int32_t> remaining{0}; ///< Tasks that are not finished.
  std::atomic<int32_t> sharedLeft{0};            ///< Tasks ahead that helpers may have a part in.
  EventCount callerEvents;
  alignas(64) std::atomic<RunEnd> ending{RunEnd::Finished};
  SegmentEnd result; ///< Written by whoever changed `ending`.
};

} // namespace delos::runtime
