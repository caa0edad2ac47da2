// The machine as the cost model sees it: rates and fixed costs.
#pragma once

#include <cstdint>

namespace delos {

/// Rates of one core unless said otherwise. The defaults are rounded measurements of a 4 GHz AVX-512 core;
/// calibration replaces them.
struct MachineModel {
  double flopsPerSecond = 2.4e11;     ///< multiply-adds count two
  double l2BytesPerSecond = 1.5e11;   ///< read + write of data that stays in L2
  double l3BytesPerSecond = 9.0e10;   ///< data that stays in L3
  double dramBytesPerSecond = 4.5e10; ///< everything else
  double l2Bytes = 1 << 20;
  double l3Bytes = 32 << 20;
  /// One launch: hand-over, table loads, cold code.
  double launchSeconds = 1.0e-6;

  /// Seconds to move this many bytes once, what fits a level at its rate and the rest at the next one's: two
  /// kernels that each fit a level are not dearer for being one that does not.
  double transferSeconds(double bytes) const {
    double inL2 = bytes < l2Bytes ? bytes : l2Bytes, inL3 = (bytes < l3Bytes ? bytes : l3Bytes) - inL2;
    return inL2 / l2BytesPerSecond + inL3 / l3BytesPerSecond + (bytes - inL2 - inL3) / dramBytesPerSecond;
  }

  /// Bandwidth for a working set of this size.
  double bytesPerSecond(double workingSet) const {
    return workingSet <= l2Bytes   ? l2BytesPerSecond
           : workingSet <= l3Bytes ? l3BytesPerSecond
                                   : dramBytesPerSecond;
  }
};

} // namespace delos
