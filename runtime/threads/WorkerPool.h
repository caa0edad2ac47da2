/// What jobs need of the threads that help them: the process's pool, or a host program's own executor.
#pragma once

#include <atomic>
#include <cstdint>

namespace delos::runtime {

/// Work that several threads can join while it is offered to a pool. Counts its references, as a thread may
/// look into a job after its owner has left: it then finds it finished and touches nothing but the job
/// itself.
class PoolJob {
public:
  /// Called by a worker (1 <= participant <= the pool's workers, one call at a time per participant): does
  /// what is ready and returns when nothing was for a while or the job is done. Never throws.
  virtual void participate(int participant) = 0;

  /// A thread that joined now would find something to do.
  virtual bool hasReadyWork() const = 0;

  void retain() { references.fetch_add(1, std::memory_order_relaxed); }
  /// Destroys the job with its last reference.
  void release() {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }
  /// Nobody but the caller holds a reference.
  bool isUnshared() const { return references.load(std::memory_order_acquire) == 1; }

protected:
  virtual ~PoolJob() = default;

private:
  std::atomic<int32_t> references{1};
};

/// Threads that join jobs. All members may be called from any thread.
class WorkerPool {
public:
  virtual ~WorkerPool() = default;

  /// Threads that can help, besides the callers.
  virtual int workers() const = 0;

  /// Workers that wait awake for a job: they join within a microsecond.
  virtual int awakeWorkers() const = 0;

  /// Makes room for a job that at most `helpers` workers may be in at the same time. Returns a ticket, or -1
  /// when there is no room or no worker. The pool holds a reference from here on.
  virtual int reserve(PoolJob &job, int helpers) = 0;

  /// Opens the job behind a ticket to workers and wakes as many as it may have.
  virtual void offer(int ticket) = 0;

  /// The job has ready work that a worker could take: brings those that are missing back. May be called by
  /// the job's participants only.
  virtual void summon(int ticket) = 0;

  /// Closes the job; nobody joins any more. Does not wait for workers that are still inside, so the job must
  /// be finished.
  virtual void withdraw(int ticket) = 0;
};

} // namespace delos::runtime
