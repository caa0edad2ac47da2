/// Keeps a worker that wakes up from landing on the processor of the caller that wakes it.
#pragma once

#include <atomic>
#include <sched.h>
#include <sys/types.h>

namespace delos::runtime {

/// The kernel often puts a woken thread on the processor of its waker, where the two take turns for a
/// millisecond or more while another processor is idle. So a sleeping worker may run anywhere but on the
/// processor where its last job's owner ran, and an awake one anywhere again: the scheduler is free to move
/// it when other programs need room. Affinity is never widened beyond what the worker started with, and the
/// host's threads are left alone.
class WakePlacement {
public:
  /// Called by the worker itself, first thing.
  void start();

  /// Called by the worker before it sleeps: it shall not wake up on `processor`.
  void beforeSleep(int processor) { exclude(processor); }

  /// Called by whoever is about to wake the worker, on `processor`. Costs a system call when the worker
  /// sleeps and was told another one.
  void beforeWake(int processor) {
    int told = excluded.load(std::memory_order_relaxed);
    if (told != nobody && told != processor)
      exclude(processor);
  }

  /// Called by the worker when it joins a job whose owner runs on `processor`: leaves that one, and may run
  /// anywhere from here on.
  void afterWake(int processor);

private:
  static constexpr int nobody = -1;

  void exclude(int processor);

  std::atomic<pid_t> thread{0};
  std::atomic<int> excluded{nobody};
  cpu_set_t allowed{};
};

} // namespace delos::runtime
