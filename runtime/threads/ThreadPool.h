/// The process-wide pool of threads that run kernels.
#pragma once

#include "runtime/threads/EventCount.h"
#include "runtime/threads/WakePlacement.h"
#include "runtime/threads/WorkerPool.h"

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace delos::runtime {

/// A fixed number of workers that sleep while there is nothing to do, shared by all jobs of a process.
/// Callers with a job and the workers that help them are together never more threads than the pool was sized
/// for.
class ThreadPool final : public WorkerPool {
public:
  /// Jobs that can be offered at the same time; further ones run on their caller alone.
  static constexpr int maxJobs = 32;

  /// The pool of this process, sized by affinity and quota at its first use. After a fork the child gets a
  /// pool of its own. Lives until the process ends.
  static ThreadPool &process();

  /// A pool with `workers` threads besides the callers, started by the first offer. Pools other than the
  /// process's are for tests and measurements; no job may be on offer when one is destroyed.
  explicit ThreadPool(int workers);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int workers() const override { return workerCount; }
  int awakeWorkers() const override { return awake.load(std::memory_order_relaxed); }
  int reserve(PoolJob &job, int helpers) override;
  void offer(int ticket) override;
  void summon(int ticket) override;
  void withdraw(int ticket) override;

private:
  /// `state` is the number of workers inside, plus `closed` while nobody may join. Whoever leaves it at
  /// `closed` (the owner, or the last worker) frees the slot.
  struct alignas(64) Slot {
    static constexpr uint32_t closed = 1u << 31;

    std::atomic<bool> taken{false};
    std::atomic<uint32_t> state{closed};
    PoolJob *job = nullptr;
    int ownerProcessor = -1; ///< Where the job's owner ran when it offered the job.
    int64_t offeredAt = 0;   ///< Nanoseconds on the steady clock.
    std::atomic<uint32_t> helpers{0};
  };

  void start();
  void runWorker(int participant);
  /// What a worker remembers of the job that it joined last; see Slot.
  struct JobTraits {
    int ownerProcessor = -1;
    int64_t offeredAt = 0;
  };

  /// Joins the jobs on offer in turn; only those with ready work when `onlyReady`. True when it joined one,
  /// which `last` then describes.
  bool help(int participant, bool onlyReady, JobTraits &last);
  /// Waits awake for the next event after `key`, for a while.
  void spinWhile(uint32_t key);
  bool enter(Slot &slot);
  void leave(Slot &slot);
  static void free(Slot &slot);

  const int workerCount;
  std::atomic<bool> started{false};
  std::atomic<bool> stopping{false};
  EventCount events;
  alignas(64) std::atomic<int32_t> jobs{0}; ///< On offer.
  std::atomic<int32_t> helping{0};          ///< Workers inside a job.
  std::atomic<int32_t> awake{0};            ///< Workers that spin between jobs.
  std::array<Slot, maxJobs> slots;
  const std::unique_ptr<WakePlacement[]> placements; ///< Per worker.
  std::vector<std::thread> threads;
};

} // namespace delos::runtime
