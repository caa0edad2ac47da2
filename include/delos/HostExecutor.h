/// Running on the caller's own threads, and stopping a run.
#pragma once

#include "delos/Export.h"

#include <atomic>

namespace delos {

/// The host program's own executor, for programs whose threads are already as many as the machine has
/// processors. A run that is given one (RunOptions::executor) uses its caller and these threads, and none of
/// Delos's.
class DELOS_API HostExecutor {
public:
  HostExecutor() = default;
  HostExecutor(const HostExecutor &) = delete;
  HostExecutor &operator=(const HostExecutor &) = delete;
  virtual ~HostExecutor();

  /// Tasks that may run at the same time, besides the caller of a run. Every answer must be the same.
  virtual int workers() const = 0;

  /// Sees to it that `task(argument)` is called exactly once, sooner or later, on any thread. Called from any
  /// thread, several at a time. Must neither wait for the task nor throw. A run does not depend on its tasks
  /// being started, and a task that starts after its run has ended returns at once; only then may the
  /// executor go.
  virtual void schedule(void (*task)(void *), void *argument) = 0;
};

/// A request to stop runs. All members may be called from any thread and from signal handlers.
class Cancellation {
public:
  void cancel() { cancelled.store(true, std::memory_order_relaxed); }
  /// Makes it usable again.
  void reset() { cancelled.store(false, std::memory_order_relaxed); }
  bool isCancelled() const { return cancelled.load(std::memory_order_relaxed); }
  /// For the engine.
  const std::atomic<bool> &flag() const { return cancelled; }

private:
  std::atomic<bool> cancelled{false};
};

} // namespace delos
