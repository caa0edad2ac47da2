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
  static constexpr int everybody = INT32_MAX;

  uint32_t current() const { return epoch.load(std::memory_order_seq_cst); }

  /// Wakes up to `count` sleepers; costs one atomic addition when there are none.
  void notify(int count = everybody) {
    epoch.fetch_add(1, std::memory_order_seq_cst);
    if (sleepers.load(std::memory_order_seq_cst) != 0)
      wake(count);
  }

  /// Sleeps until a `notify` later than `key`. May return early.
  void wait(uint32_t key);

private:
  void wake(int count);

  std::atomic<uint32_t> epoch{0};
  std::atomic<int32_t> sleepers{0};
};

} // namespace delos::runtime
