/// The process-wide pool of threads that run kernels.
#pragma once

#include "runtime/threads/EventCount.h"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace delos::runtime {

/// Work that several threads can join while it is attached to a pool.
class PoolJob {
public:
  virtual ~PoolJob() = default;

  /// Called by a worker (1 <= participant <= the pool's workers, one call at a time per participant): does
  /// what is ready and returns when nothing was for a while or the job is done. Never throws.
  virtual void participate(int participant) = 0;

  /// Workers that may take part at the same time.
  virtual int maxHelpers() const = 0;
};

/// A fixed number of workers that sleep while there is nothing to do. All members may be called from any
/// thread.
class ThreadPool {
public:
  /// Jobs that can be attached at the same time; further ones run on their caller alone.
  static constexpr int maxJobs = 32;

  /// The pool of this process, sized by affinity and quota at its first use. After a fork the child gets a
  /// pool of its own. Lives until the process ends.
  static ThreadPool &process();

  /// A pool with `workers` threads besides the callers, started by the first attach. Pools other than the
  /// process's are for tests; no job may be attached when one is destroyed.
  explicit ThreadPool(int workers);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int workers() const { return workerCount; }

  /// Offers `job` to the workers and wakes them. Returns a ticket for `detach`, or -1 when there is no room
  /// or no worker. The job must stay valid until detached.
  int attach(PoolJob &job);

  /// Takes the job back; returns once no worker is inside it any more.
  void detach(int ticket);

  /// Jobs notify when they have ready work that a worker could take.
  EventCount &events() { return eventCount; }

private:
  struct alignas(64) Slot {
    std::atomic<bool> taken{false};
    std::atomic<PoolJob *> job{nullptr};
    std::atomic<int32_t> helpers{0};
  };

  void start();
  void runWorker(int participant);
  bool visitJobs(int participant);

  const int workerCount;
  std::atomic<bool> started{false};
  std::atomic<bool> stopping{false};
  EventCount eventCount;
  std::array<Slot, maxJobs> slots;
  std::vector<std::thread> threads;
};

} // namespace delos::runtime
