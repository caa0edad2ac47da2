/// Affinity of sleeping workers.
#include "runtime/threads/WakePlacement.h"

#include <unistd.h>

namespace delos::runtime {

void WakePlacement::start() {
  // Machines with more processors than a cpu_set_t holds have others for the scheduler to choose from.
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
    thread.store(gettid(), std::memory_order_release);
}

void WakePlacement::exclude(int processor) {
  pid_t id = thread.load(std::memory_order_acquire);
  if (id == 0 || processor < 0 || processor >= CPU_SETSIZE)
    return;
  cpu_set_t others = allowed;
  CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) > 0 && sched_setaffinity(id, sizeof others, &others) == 0)
    excluded.store(processor, std::memory_order_relaxed);
}

void WakePlacement::afterWake(int processor) {
  if (sched_getcpu() == processor)
    exclude(processor);
  if (excluded.load(std::memory_order_relaxed) == nobody)
    return;
  sched_setaffinity(0, sizeof allowed, &allowed);
  excluded.store(nobody, std::memory_order_relaxed);
}

} // namespace delos::runtime
