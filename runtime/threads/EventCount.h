/// A way to sleep until something happens, without missing it and without a lock.
#pragma once

#include <atomic>
#include <cstdint>

namespace delos::runtime {

/// Tells the processor that this is a waiting loop.
inline void pauseProcessor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Usage: `key = current()`, look for work, and when there is none `wait(key)`, which returns at once if
/// `notify` was called in between. Whoever makes work visible calls `notify` afterwards.
class EventCount {
public:
  uint32_t current() const { return epoch.load(std::memory_order_seq_cst); }

  /// Wakes all sleepers; costs one atomic addition when there are none.
  void notify() {
    epoch.fetch_add(1, std::memory_order_seq_cst);
    if (sleepers.load(std::memory_order_seq_cst) != 0)
      wakeAll();
  }

  /// Sleeps until a `notify` later than `key`. May return early.
  void wait(uint32_t key);

  /// Threads asleep or about to be.
  int sleeperCount() const { return sleepers.load(std::memory_order_relaxed); }

private:
  void wakeAll();

  std::atomic<uint32_t> epoch{0};
  std::atomic<int32_t> sleepers{0};
};

} // namespace delos::runtime
