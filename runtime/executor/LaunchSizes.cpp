/// Grains of launches and the number of helpers of a segment.
#include "runtime/executor/LaunchSizes.h"

#include <algorithm>
#include <cmath>

namespace delos::runtime {
namespace {

/// Claims per thread that even out stragglers; one claim costs about 45 ns.
constexpr int64_t claimsPerThread = 16;
/// A claim should be worth at least this many seconds of work, ...
constexpr double minClaimSeconds = 5e-6;
/// ... and no more than this many: the last ones of a launch run while other threads have nothing to do.
constexpr double maxClaimSeconds = 50e-6;
/// Launches shorter than this run on one thread: handing tiles over costs about 0.3 us.
constexpr double minParallelSeconds = 3e-6;
/// Bound of the counters of claims.
constexpr int64_t maxClaims = int64_t{1} << 30;
/// What a helper must save: about 8 us for waking it, which takes it 20-85 us, while the caller goes on.
constexpr double wakeSeconds = 15e-6;
/// The same for a helper that waits awake.
constexpr double joinSeconds = 2e-6;

int64_t divideUp(int64_t value, int64_t divisor) { return value / divisor + (value % divisor != 0); }

/// Tiles in `claim` seconds of work.
double tilesIn(double claim, double seconds, int64_t tiles) {
  return std::clamp(claim / seconds * static_cast<double>(tiles), 1.0, 1e15);
}

/// Lower bound of a segment's time: its critical path with `threads` threads on each launch, and its work
/// evenly spread.
double shortestTime(const PreparedSegment &segment, std::span<const LaunchSize> sizes, int threads,
                    std::vector<double> &finish) {
  double total = 0, path = 0;
  finish.assign(segment.tasks.size(), 0);
  for (int32_t rank : segment.serialOrder) {
    const Task &task = segment.tasks[rank];
    const LaunchSize &size = sizes[task.launch];
    total += size.seconds;
    finish[rank] += size.seconds / std::min<double>(threads, size.claims);
    path = std::max(path, finish[rank]);
    for (int32_t successor : task.successors)
      finish[successor] = std::max(finish[successor], finish[rank]);
  }
  return std::max(path, total / threads);
}

} // namespace

LaunchSize sizeLaunch(int64_t tiles, double seconds, int threads) {
  LaunchSize size;
  size.tiles = tiles;
  size.seconds = seconds;
  if (tiles <= 1 || threads <= 1 || (seconds > 0 && seconds < minParallelSeconds)) {
    size.grain = std::max<int64_t>(tiles, 1);
    return size;
  }
  int64_t grain = divideUp(tiles, threads * claimsPerThread);
  if (seconds > 0) {
    grain = std::min(grain, static_cast<int64_t>(tilesIn(maxClaimSeconds, seconds, tiles)));
    grain = std::max(grain, static_cast<int64_t>(std::ceil(tilesIn(minClaimSeconds, seconds, tiles))));
  }
  grain = std::clamp<int64_t>(grain, 1, divideUp(tiles, threads));
  size.grain = std::max(grain, divideUp(tiles, maxClaims));
  size.claims = static_cast<uint32_t>(divideUp(tiles, size.grain));
  return size;
}

SegmentSize sizeSegment(const PreparedSegment &segment, std::span<const LaunchSize> sizes, int threads) {
  SegmentSize result;
  bool isEstimated = true;
  for (const Task &task : segment.tasks) {
    const LaunchSize &size = sizes[task.launch];
    result.sharedTasks += isShared(task, size);
    isEstimated = isEstimated && (size.seconds > 0 || size.tiles == 0);
  }
  if (result.sharedTasks == 0)
    return result;
  if (!isEstimated) {
    result.helpersAsleep = result.helpersAwake = threads - 1;
    return result;
  }
  std::vector<double> finish;
  double before = shortestTime(segment, sizes, 1, finish);
  for (int helpers = 1; helpers < threads; ++helpers) {
    double after = shortestTime(segment, sizes, helpers + 1, finish);
    if (before - after < joinSeconds)
      break;
    result.helpersAwake = helpers;
    // Gains shrink with every helper, so those worth waking come first.
    if (before - after >= wakeSeconds)
      result.helpersAsleep = helpers;
    before = after;
  }
  return result;
}

} // namespace delos::runtime
