/// Binary floating-point formats of at most 16 bits: their values and how numbers round to them.
#pragma once

#include "runtime/abi/KernelABI.h"

#include <cmath>
#include <cstdint>
#include <limits>

namespace delos::reference {

/// What the bit patterns beyond the finite numbers mean.
enum class Specials {
  Ieee,     ///< all-ones exponent: infinity (mantissa 0) and NaN
  OneNaN,   ///< no infinity; all-ones exponent and mantissa is NaN (float8 "FN")
  MinusNaN, ///< no infinity, no negative zero; its pattern is NaN (float8 "FNUZ")
  None,     ///< every pattern is a finite number (float4)
};

struct FloatFormat {
  DelosDType dtype;
  int exponentBits;
  int mantissaBits;
  int bias;
  Specials specials;

  uint32_t signBit() const { return 1u << (exponentBits + mantissaBits); }
  /// Bits of the largest finite number and of NaN (of the former where there is no NaN).
  uint32_t largest() const;
  uint32_t nan() const;
  /// Bits that stand for a magnitude beyond the largest: infinity where there is one, else NaN.
  uint32_t overflow() const;
};

/// The format of a dtype; null for float32, float64, float8e8m0 and everything that is not a float.
const FloatFormat *floatFormat(DelosDType dtype);

/// The number that a bit pattern stands for.
float decode(const FloatFormat &format, uint32_t bits);

/// The bits of the nearest number, ties to even mantissas, rounding once. What exceeds the largest finite
/// number becomes `overflow()`, or with `saturate` (and always where the format has nothing else) the
/// largest. `Real` is float, double or long double.
template <typename Real>
uint32_t encode(const FloatFormat &format, Real value, bool saturate = false) {
  uint32_t sign = std::signbit(value) ? format.signBit() : 0;
  if (std::isnan(value))
    return format.specials == Specials::MinusNaN ? format.nan() : sign | format.nan();
  uint32_t beyond = saturate || format.specials == Specials::None ? format.largest() : format.overflow();
  if (std::isinf(value))
    return beyond == format.signBit() ? beyond : sign | beyond;
  Real magnitude = std::fabs(value);
  int least = 1 - format.bias;
  int exponent = magnitude == 0 ? least : std::max(std::ilogb(magnitude), least);
  // Consecutive bit patterns are consecutive numbers, so a mantissa that rounds up carries into the exponent.
  Real steps = std::rint(std::scalbn(magnitude, format.mantissaBits - exponent));
  int64_t bits =
      (static_cast<int64_t>(exponent - least) << format.mantissaBits) + static_cast<int64_t>(steps);
  if (bits > format.largest())
    return beyond == format.signBit() ? beyond : sign | beyond;
  return bits == 0 && format.specials == Specials::MinusNaN ? 0 : sign | static_cast<uint32_t>(bits);
}

} // namespace delos::reference
