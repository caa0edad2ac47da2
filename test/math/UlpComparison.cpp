// Written so that the compiler turns the loop over a block into vector code.
#include "test/math/UlpComparison.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace delos::test {

namespace {

/// An infinite f32 stands for 2^128, which is where the numbers would go on.
double errorOf(float got, double expected, float scale) {
  auto rounded = static_cast<float>(expected);
  auto bits = std::bit_cast<uint32_t>(rounded), gotBits = std::bit_cast<uint32_t>(got);
  auto scaleBits = std::bit_cast<uint32_t>(scale);
  uint32_t field = std::max((bits >> 23) & 255, (scaleBits >> 23) & 255);
  uint64_t exponent = std::min(std::max(field, 1u), 254u);
  double perUlp = std::bit_cast<double>((1023 + 150 - exponent) << 52);
  double clipped = std::min(std::max(expected, -0x1p128), 0x1p128);
  double value = std::min(std::max(static_cast<double>(got), -0x1p128), 0x1p128);
  double error = std::fabs(value - clipped) * perUlp;
  bool wrongNaN = (got != got) != (expected != expected);
  bool wrongZero = expected == 0 && gotBits != bits;
  // An infinity that is meant is exact.
  bool wrongInfinity = std::fabs(expected) == std::numeric_limits<double>::infinity() && gotBits != bits;
  error = (expected != expected) ? 0 : error;
  return (wrongNaN | wrongZero | wrongInfinity) ? std::numeric_limits<double>::infinity() : error;
}

} // namespace

void compareBlock(const ComparedBlock &block, WorstError &worst) {
  auto errorAt = [&](size_t i) {
    float scale = block.unit == Unit::Argument ? block.x[i] : 0.0f;
    return errorOf(block.got[i], block.expected[i], scale);
  };
  // A maximum of floats is no vector code, a disjunction is; a block that raises the maximum is rare.
  double least = worst.ulp;
  unsigned any = 0;
  for (size_t i = 0; i < kBlock; ++i)
    any |= errorAt(i) > least;
  if (!any)
    return;
  for (size_t i = 0; i < kBlock; ++i)
    if (double error = errorAt(i); error > worst.ulp)
      worst = {error, block.x[i], block.x2 ? block.x2[i] : 0, block.got[i], block.expected[i]};
}

} // namespace delos::test
