/// How a run ends before its time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace delos::runtime {

/// What a run's launches came to.
enum class RunEnd : int32_t { Finished, KernelFailed, Cancelled, DeadlineExceeded };

/// Reasons to stop that come from outside, looked at between claims of tiles. Both may be absent.
struct RunControl {
  const std::atomic<bool> *cancelled = nullptr;
  std::optional<std::chrono::steady_clock::time_point> deadline;

  bool isActive() const { return cancelled || deadline; }

  /// Reads the clock only when there is a deadline (26 ns).
  RunEnd check() const {
    if (cancelled && cancelled->load(std::memory_order_relaxed))
      return RunEnd::Cancelled;
    if (deadline && std::chrono::steady_clock::now() >= *deadline)
      return RunEnd::DeadlineExceeded;
    return RunEnd::Finished;
  }
};

} // namespace delos::runtime
