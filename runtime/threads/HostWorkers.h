/// Threads that belong to the host program, as helpers of one run.
#pragma once

#include "runtime/threads/WorkerPool.h"

namespace delos::runtime {

/// The host program's own executor. Called from any thread, several at a time; must not throw.
class TaskHost {
public:
  virtual ~TaskHost() = default;

  /// Tasks that may run at the same time, besides the caller of a run. The same for all runs.
  virtual int workers() const = 0;

  /// Sees to it that `task(argument)` is called exactly once, sooner or later, on any thread. Must not wait
  /// for it. A task that starts after its run has ended returns at once.
  virtual void schedule(void (*task)(void *), void *argument) = 0;
};

/// Helpers of one run at a time, scheduled on a host. Tasks that have not started yet keep what they need
/// alive, so the object may go before them; the host may not go before the tasks.
class HostWorkers final : public WorkerPool {
public:
  explicit HostWorkers(TaskHost &host);
  ~HostWorkers() override;
  HostWorkers(const HostWorkers &) = delete;
  HostWorkers &operator=(const HostWorkers &) = delete;

  int workers() const override;
  int awakeWorkers() const override { return 0; }
  int reserve(PoolJob &job, int helpers) override;
  void offer(int ticket) override { summon(ticket); }
  void summon(int ticket) override;
  void withdraw(int ticket) override;

private:
  struct Session;
  struct Seat;
  static void runSeat(void *seat);

  TaskHost &host;
  Session *session = nullptr;
};

} // namespace delos::runtime
