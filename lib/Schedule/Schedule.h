/// From what launches read and write to the order in which they may run: dependences, critical-path
/// priorities and serial chains.
#pragma once

#include "absl/status/status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace delos {

/// One launch, in program order.
struct ScheduleTask {
  std::string name;
  double seconds = 0;          ///< Estimated duration, >= 0.
  std::vector<int32_t> reads;  ///< Resources (buffers), by any consistent numbering >= 0.
  std::vector<int32_t> writes; ///< May also be read.
};

/// What is to be ordered.
struct ScheduleProblem {
  std::vector<ScheduleTask> tasks;

  /// kInvalidArgument naming the task with a negative resource or a negative or non-finite duration.
  absl::Status check() const;
};

/// The order.
struct Schedule {
  /// Per task the earlier tasks it must wait for; sorted, none implied by the others.
  std::vector<std::vector<int32_t>> predecessors;
  /// Per task the seconds from its start to the end of all work that waits for it (its critical path).
  std::vector<double> priorities;
  /// Maximal chains of two or more tasks in which each is the only successor of the one before and waits for
  /// nothing else: they gain nothing from going through the ready set.
  std::vector<std::vector<int32_t>> chains;
  double criticalPathSeconds = 0;
  double totalSeconds = 0;

  /// kInternal naming two tasks that touch one resource, at least one writing, and are not ordered.
  absl::Status verify(const ScheduleProblem &problem) const;
  std::string print(const ScheduleProblem &problem) const;
};

/// Solves a checked problem: a task waits for the last writer of what it reads, and for the last writer and
/// all readers since of what it writes. O(tasks^2 / 64 * edges).
Schedule planSchedule(const ScheduleProblem &problem);

} // namespace delos
