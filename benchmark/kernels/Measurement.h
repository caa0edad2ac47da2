/// Times a prepared case between samples of the peaks that bound it.
#pragma once

#include "benchmark/kernels/KernelCase.h"
#include "benchmark/kernels/OneDnnPeer.h"
#include "benchmark/kernels/PreparedCase.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace delos::bench {

struct MeasureOptions {
  int rounds = 7;
  double blockSeconds = 0.05; ///< A block of runs lasts at least this long.
};

/// Medians over the rounds.
struct Figure {
  std::string name;
  std::string failure; ///< Why there is no figure; empty when there is one.
  double seconds = 0;  ///< Of a run.
  double boundSeconds = 0;
  double fraction = 0; ///< Median of the rounds' bound / time: how much of the bound is reached.
  double fractionLow = 0, fractionHigh = 0; ///< Quartiles of the rounds.
  std::string limit; ///< Which part of the bound is the largest: "flops", "bytes", "math".
  double flopsPerSecond = 0;
  double bytesPerSecond = 0;
  double peerSeconds = 0; ///< 0 without a peer.
  double peerRatio = 0;   ///< Median of the rounds' peer time / time; above 1 the case is faster.
  double error = 0;       ///< Against the reference interpreter; NaN where not checked.
  int64_t launches = 0;
  int64_t tiles = 0;
  double compileSeconds = 0;
};

/// Rates at which vector functions run, the peak's and the engine's own in L1, whichever is higher.
class MathRates {
public:
  explicit MathRates(Peaks &peaks) : peaks(peaks) {}
  /// Elements per second; 0 when nobody computes `function`.
  double rate(const std::string &function);

private:
  double ownRate(const std::string &function);
  Peaks &peaks;
  std::map<std::string, std::unique_ptr<PreparedCase>> kernels;
};

/// Rounds of peak, case, peer, peak. `peer` may be null.
Figure measure(const KernelCase &kernel, PreparedCase &prepared, OneDnnPeer *peer, Peaks &peaks,
               MathRates &rates, const MeasureOptions &options);

} // namespace delos::bench
