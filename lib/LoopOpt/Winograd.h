// Convolutions of 3x3 windows with fewer multiplications: the transforms of F(m x m, 3 x 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace delos::loopopt {

/// The matrices of F(m, 3), n = m + 2: a tile of m outputs is outputs (filter g * input d), elementwise in
/// between; both in two dims. Row-major.
struct WinogradTransform {
  int64_t outputTile;   ///< m
  int64_t inputTile;    ///< n
  const double *filter; ///< n x 3
  const double *input;  ///< n x n
  const double *output; ///< m x n
};

/// The transform for m = 2 or 4; null for other m.
const WinogradTransform *winogradTransform(int64_t outputTile);

/// Transforms filters [count][3][3] to [count][n][n], in double and rounded once. Sizes must match.
void transformFilters(const WinogradTransform &transform, std::span<const float> source,
                      std::span<float> target);

} // namespace delos::loopopt
