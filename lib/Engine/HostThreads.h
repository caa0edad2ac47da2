/// The public HostExecutor as the runtime sees it.
#pragma once

#include "delos/HostExecutor.h"

#include "runtime/threads/HostWorkers.h"

namespace delos {

/// Passes everything on. The executor must outlive it.
class HostThreads final : public runtime::TaskHost {
public:
  explicit HostThreads(HostExecutor &executor) : executor(executor) {}

  int workers() const override { return executor.workers(); }
  void schedule(void (*task)(void *), void *argument) override { executor.schedule(task, argument); }

private:
  HostExecutor &executor;
};

} // namespace delos
