/// The sleeping half of the event count, on futexes.
#include "runtime/threads/EventCount.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace delos::runtime {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "a futex is a plain word");

void EventCount::wait(uint32_t key) {
  sleepers.fetch_add(1, std::memory_order_seq_cst);
  // A notifier either sees this sleeper, or has raised the epoch before the comparison (here or in the
  // kernel).
  if (epoch.load(std::memory_order_seq_cst) == key)
    syscall(SYS_futex, &epoch, FUTEX_WAIT_PRIVATE, key, nullptr, nullptr, 0);
  sleepers.fetch_sub(1, std::memory_order_seq_cst);
}

void EventCount::wake(int count) {
  syscall(SYS_futex, &epoch, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

} // namespace delos::runtime
