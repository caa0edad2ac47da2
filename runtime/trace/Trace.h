/// Times of a run's launches, recorded when asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace delos::runtime {

/// One call of a kernel by one thread.
struct TraceEvent {
  int32_t launch = 0;      ///< Position in the plan, all segments counted through.
  int32_t kernel = 0;      ///< Index into the plan's kernels.
  int32_t participant = 0; ///< 0 is the caller, the others are pool workers.
  double begin = 0;        ///< Seconds since the run began.
  double end = 0;
};

/// What a traced run fills in.
struct Trace {
  double seconds = 0; ///< The whole run.
  std::vector<TraceEvent> events;
};

/// Collects events without locks: each participant appends to a list of its own.
class TraceRecorder {
public:
  explicit TraceRecorder(int participants) : lists(participants), start(Clock::now()) {}

  double now() const { return std::chrono::duration<double>(Clock::now() - start).count(); }
  void record(const TraceEvent &event) { lists[event.participant].push_back(event); }
  /// All events by begin, once every participant is done.
  Trace collect() const;

private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::vector<TraceEvent>> lists;
  Clock::time_point start;
};

} // namespace delos::runtime
