/// How launches are dealt out to threads for the sizes of a run.
#pragma once

#include "runtime/executor/Program.h"

#include <cstdint>
#include <span>
#include <vector>

namespace delos::runtime {

/// Sizes of a launch for the bound symbols.
struct LaunchSize {
  int64_t tiles = 0;   ///< 0: the launch has nothing to do.
  int64_t grain = 1;   ///< Tiles per claim.
  uint32_t claims = 1; ///< Claims that cover all tiles; 1: one thread does it. At least 1.
  double seconds = 0;  ///< Estimate for these sizes; 0 when the record has none.
};

/// What a segment can gain from helpers.
struct SegmentSize {
  int32_t helpersAsleep = 0; ///< Workers worth waking up.
  int32_t helpersAwake = 0;  ///< Workers worth having when they are awake already.
  int32_t sharedTasks = 0;   ///< Tasks that a second thread may have a part in.
};

/// Deals `tiles` tiles that take `seconds` on one thread (0: unknown) out to `threads` threads.
LaunchSize sizeLaunch(int64_t tiles, double seconds, int threads);

/// `sizes` by the launches' positions in the plan. Helpers are as many as shorten the segment, each by more
/// than it costs to get it, according to the estimates; without estimates all `threads` but the caller.
SegmentSize sizeSegment(const PreparedSegment &segment, std::span<const LaunchSize> sizes, int threads);

/// A second thread may have a part in it: it has several claims, or it is not a link of a chain.
inline bool isShared(const Task &task, const LaunchSize &size) { return size.claims > 1 || !task.isLink; }

} // namespace delos::runtime
