// Binary floating-point formats of at most 16 bits.
#include "lib/Reference/FloatFormat.h"

namespace delos::reference {

static constexpr FloatFormat kFormats[] = {
    {DELOS_DTYPE_FLOAT16, 5, 10, 15, Specials::Ieee},
    {DELOS_DTYPE_BFLOAT16, 8, 7, 127, Specials::Ieee},
    {DELOS_DTYPE_FLOAT8E4M3FN, 4, 3, 7, Specials::OneNaN},
    {DELOS_DTYPE_FLOAT8E4M3FNUZ, 4, 3, 8, Specials::MinusNaN},
    {DELOS_DTYPE_FLOAT8E5M2, 5, 2, 15, Specials::Ieee},
    {DELOS_DTYPE_FLOAT8E5M2FNUZ, 5, 2, 16, Specials::MinusNaN},
    {DELOS_DTYPE_FLOAT4E2M1, 2, 1, 1, Specials::None},
};

const FloatFormat *floatFormat(DelosDType dtype) {
  for (const FloatFormat &format : kFormats)
    if (format.dtype == dtype)
      return &format;
  return nullptr;
}

uint32_t FloatFormat::largest() const {
  uint32_t ones = signBit() - 1;
  switch (specials) {
  case Specials::Ieee:
    return (((1u << exponentBits) - 1) << mantissaBits) - 1;
  case Specials::OneNaN:
    return ones - 1;
  case Specials::MinusNaN:
  case Specials::None:
    break;
  }
  return ones;
}

uint32_t FloatFormat::nan() const {
  switch (specials) {
  case Specials::Ieee:
    return overflow() | (1u << (mantissaBits - 1));
  case Specials::OneNaN:
    return signBit() - 1;
  case Specials::MinusNaN:
    return signBit();
  case Specials::None:
    break;
  }
  return largest();
}

uint32_t FloatFormat::overflow() const { return specials == Specials::Ieee ? largest() + 1 : nan(); }

float decode(const FloatFormat &format, uint32_t bits) {
  uint32_t magnitude = bits & (format.signBit() - 1);
  float sign = bits & format.signBit() ? -1.0f : 1.0f;
  if (format.specials == Specials::MinusNaN && bits == format.signBit())
    return std::numeric_limits<float>::quiet_NaN();
  if (magnitude > format.largest()) {
    bool infinite = format.specials == Specials::Ieee && magnitude == format.overflow();
    return infinite ? sign * std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  }
  int exponent = static_cast<int>(magnitude >> format.mantissaBits);
  uint32_t mantissa = magnitude & ((1u << format.mantissaBits) - 1);
  if (exponent > 0)
    mantissa |= 1u << format.mantissaBits;
  int scale = (exponent > 0 ? exponent : 1) - format.bias - format.mantissaBits;
  return sign * std::scalbn(static_cast<float>(mantissa), scale);
}

} // namespace delos::reference
