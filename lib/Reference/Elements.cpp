// Elements of any dtype as carriers, and conversions between dtypes.
#include "lib/Reference/Elements.h"

#include "lib/Reference/FloatFormat.h"
#include "runtime/abi/DType.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace delos::reference {

bool isFloat(DelosDType dtype) {
  return dtype == DELOS_DTYPE_FLOAT32 || dtype == DELOS_DTYPE_FLOAT64 || dtype == DELOS_DTYPE_FLOAT8E8M0 ||
         floatFormat(dtype) != nullptr;
}

bool isSigned(DelosDType dtype) {
  return llvm::is_contained({DELOS_DTYPE_INT2, DELOS_DTYPE_INT4, DELOS_DTYPE_INT8, DELOS_DTYPE_INT16,
                             DELOS_DTYPE_INT32, DELOS_DTYPE_INT64},
                            dtype);
}

unsigned integerWidth(DelosDType dtype) {
  return dtype == DELOS_DTYPE_BOOL ? 1 : static_cast<unsigned>(runtime::bitWidth(dtype));
}

//===-- Loads and stores
//----------------------------------------------------------------------------------===//

namespace {

/// float8e8m0 holds powers of two: 2^(bits - 127), all ones is NaN.
constexpr int kScaleBias = 127, kScaleNaN = 255;

float decodeScale(uint8_t bits) {
  return bits == kScaleNaN ? std::numeric_limits<float>::quiet_NaN() : std::scalbn(1.0f, bits - kScaleBias);
}

template <typename Real>
uint8_t encodeScale(Real value, bool saturate) {
  if (std::isnan(value) || (!saturate && (std::isinf(value) || value < 0)))
    return kScaleNaN;
  if (value <= 0)
    return 0;
  if (std::isinf(value))
    return kScaleNaN - 1;
  int exponent = std::ilogb(value);
  // A tie lies at 1.5 times a power of two and goes up, as the standard's rounding of scales does.
  exponent += std::scalbn(value, -exponent) >= Real(1.5);
  int bits = exponent + kScaleBias;
  return bits < 0 ? 0 : bits < kScaleNaN ? bits : saturate ? kScaleNaN - 1 : kScaleNaN;
}

/// The low `width` bits as a number.
int64_t wrapInteger(uint64_t bits, unsigned width, bool isSignedType) {
  unsigned unused = 64 - width;
  bits <<= unused;
  return isSignedType ? static_cast<int64_t>(bits) >> unused : static_cast<int64_t>(bits >> unused);
}

/// Calls `fn` with a zero of the C++ type that stores a dtype of 32 or 64 bits or an integer.
template <typename Fn>
void withStorage(DelosDType dtype, Fn fn) {
  switch (dtype) {
  case DELOS_DTYPE_FLOAT32:
    return fn(float{});
  case DELOS_DTYPE_FLOAT64:
    return fn(double{});
  case DELOS_DTYPE_INT16:
    return fn(int16_t{});
  case DELOS_DTYPE_INT32:
    return fn(int32_t{});
  case DELOS_DTYPE_INT64:
    return fn(int64_t{});
  case DELOS_DTYPE_UINT16:
    return fn(uint16_t{});
  case DELOS_DTYPE_UINT32:
    return fn(uint32_t{});
  case DELOS_DTYPE_UINT64:
    return fn(uint64_t{});
  default:
    // All that is left takes one byte.
    return isSigned(dtype) ? fn(int8_t{}) : fn(uint8_t{});
  }
}

/// Decoded values of every pattern of a format, made once.
llvm::ArrayRef<float> decodeTable(const FloatFormat &format) {
  static std::vector<float> tables[32];
  static const bool filled = [] {
    for (int dtype = 0; dtype < 32; ++dtype)
      if (const FloatFormat *each = floatFormat(static_cast<DelosDType>(dtype)))
        for (uint32_t bits = 0; bits < 2 * each->signBit(); ++bits)
          tables[dtype].push_back(decode(*each, bits));
    return true;
  }();
  (void)filled;
  return tables[format.dtype];
}

uint32_t narrowBits(const RefTensor &tensor, int64_t index) {
  return storageBytes(tensor.dtype()) == 2 ? tensor.dataAs<uint16_t>()[index]
                                           : tensor.dataAs<uint8_t>()[index];
}

void setNarrowBits(RefTensor &tensor, int64_t index, uint32_t bits) {
  if (storageBytes(tensor.dtype()) == 2)
    tensor.dataAs<uint16_t>()[index] = static_cast<uint16_t>(bits);
  else
    tensor.dataAs<uint8_t>()[index] = static_cast<uint8_t>(bits);
}

/// Stores one real number with a single rounding.
template <typename Real>
void storeReal(RefTensor &tensor, int64_t index, Real value, bool saturate) {
  if (const FloatFormat *format = floatFormat(tensor.dtype()))
    setNarrowBits(tensor, index, encode(*format, value, saturate));
  else if (tensor.dtype() == DELOS_DTYPE_FLOAT8E8M0)
    tensor.dataAs<uint8_t>()[index] = encodeScale(value, saturate);
  else if (tensor.dtype() == DELOS_DTYPE_FLOAT32)
    tensor.dataAs<float>()[index] = static_cast<float>(value);
  else
    tensor.dataAs<double>()[index] = static_cast<double>(value);
}

} // namespace

template <typename C>
void load(const RefTensor &tensor, int64_t begin, llvm::MutableArrayRef<C> out) {
  DelosDType dtype = tensor.dtype();
  if (const FloatFormat *format = floatFormat(dtype)) {
    llvm::ArrayRef<float> values = decodeTable(*format);
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<C>(values[narrowBits(tensor, begin + i)]);
    return;
  }
  if (dtype == DELOS_DTYPE_FLOAT8E8M0) {
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<C>(decodeScale(tensor.dataAs<uint8_t>()[begin + i]));
    return;
  }
  withStorage(dtype, [&](auto zero) {
    auto *from = tensor.dataAs<decltype(zero)>() + begin;
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<C>(from[i]);
  });
}

template <typename C>
void store(RefTensor &tensor, int64_t begin, llvm::ArrayRef<C> values) {
  if constexpr (std::is_floating_point_v<C>) {
    for (size_t i = 0; i < values.size(); ++i)
      storeReal(tensor, begin + i, values[i], /*saturate=*/false);
  } else {
    unsigned width = integerWidth(tensor.dtype());
    bool sign = isSigned(tensor.dtype());
    withStorage(tensor.dtype(), [&](auto zero) {
      auto *to = tensor.dataAs<decltype(zero)>() + begin;
      for (size_t i = 0; i < values.size(); ++i)
        to[i] = static_cast<decltype(zero)>(wrapInteger(static_cast<uint64_t>(values[i]), width, sign));
    });
  }
}

template void load(const RefTensor &, int64_t, llvm::MutableArrayRef<float>);
template void load(const RefTensor &, int64_t, llvm::MutableArrayRef<double>);
template void load(const RefTensor &, int64_t, llvm::MutableArrayRef<int64_t>);
template void load(const RefTensor &, int64_t, llvm::MutableArrayRef<uint64_t>);
template void store(RefTensor &, int64_t, llvm::ArrayRef<float>);
template void store(RefTensor &, int64_t, llvm::ArrayRef<double>);
template void store(RefTensor &, int64_t, llvm::ArrayRef<int64_t>);
template void store(RefTensor &, int64_t, llvm::ArrayRef<uint64_t>);

//===-- Conversions
//---------------------------------------------------------------------------------------===//

template <typename C>
C leastOf(DelosDType dtype) {
  return isSigned(dtype) ? static_cast<C>(-1) << (integerWidth(dtype) - 1) : C{0};
}

template <typename C>
C greatestOf(DelosDType dtype) {
  unsigned valueBits = integerWidth(dtype) - (isSigned(dtype) ? 1 : 0);
  return static_cast<C>(~uint64_t{0} >> (64 - valueBits));
}

template int64_t leastOf(DelosDType);
template uint64_t leastOf(DelosDType);
template int64_t greatestOf(DelosDType);
template uint64_t greatestOf(DelosDType);

namespace {

constexpr double kTwo63 = 9223372036854775808.0, kTwo64 = 2 * kTwo63;

/// Truncation to 64 bits; what int64 cannot hold gives its least value, except that uint64 holds up to 2^64
/// and has 0 from there on.
uint64_t wrapReal(double value, bool toUnsigned64) {
  if (toUnsigned64 && value >= kTwo63)
    return value < kTwo64 ? static_cast<uint64_t>(value) : 0;
  if (!(value >= -kTwo63 && value < kTwo63))
    return uint64_t{1} << 63;
  return static_cast<uint64_t>(static_cast<int64_t>(value));
}

uint64_t saturateReal(double value, DelosDType to) {
  if (std::isnan(value))
    return 0;
  value = std::trunc(value);
  bool sign = isSigned(to);
  double least = sign ? static_cast<double>(leastOf<int64_t>(to)) : 0;
  // One past the greatest is a power of two, hence exact in double.
  double end = std::scalbn(1.0, static_cast<int>(integerWidth(to)) - (sign ? 1 : 0));
  if (value < least)
    return leastOf<uint64_t>(to);
  if (value >= end)
    return greatestOf<uint64_t>(to);
  return sign ? static_cast<uint64_t>(static_cast<int64_t>(value)) : static_cast<uint64_t>(value);
}

void realToInteger(const RefTensor &input, RefTensor &result, Overflow overflow) {
  std::vector<double> values = loadAll<double>(input);
  std::vector<uint64_t> integers(values.size());
  bool wide = result.dtype() == DELOS_DTYPE_UINT64;
  llvm::transform(values, integers.begin(), [&](double value) {
    return overflow == Overflow::Saturate ? saturateReal(value, result.dtype()) : wrapReal(value, wide);
  });
  storeAll(result, integers);
}

/// Clamps numbers of one signedness to the range of a dtype.
template <typename C>
C clampInteger(C value, DelosDType to) {
  if constexpr (std::is_signed_v<C>) {
    if (isSigned(to))
      return std::clamp(value, leastOf<C>(to), greatestOf<C>(to));
    if (value < 0)
      return 0;
  }
  return static_cast<uint64_t>(value) > greatestOf<uint64_t>(to) ? greatestOf<C>(to) : value;
}

template <typename C>
void integerToInteger(const RefTensor &input, RefTensor &result, Overflow overflow) {
  std::vector<C> values = loadAll<C>(input);
  if (overflow == Overflow::Saturate)
    for (C &value : values)
      value = clampInteger(value, result.dtype());
  storeAll(result, values);
}

} // namespace

void convert(const RefTensor &input, RefTensor &result, Overflow overflow) {
  DelosDType from = input.dtype(), to = result.dtype();
  int64_t count = input.elementCount();
  if (to == DELOS_DTYPE_BOOL) {
    withCarrier(from, [&](auto zero) {
      auto values = loadAll<decltype(zero)>(input);
      for (int64_t i = 0; i < count; ++i)
        result.dataAs<uint8_t>()[i] = values[i] != 0;
    });
  } else if (isFloat(to)) {
    bool saturate = overflow == Overflow::Saturate && storageBytes(to) == 1;
    withCarrier(from, [&](auto zero) {
      // long double holds every 64-bit integer, so that integers round once as well.
      using Real = std::conditional_t<std::is_integral_v<decltype(zero)>, long double, decltype(zero)>;
      auto values = loadAll<decltype(zero)>(input);
      for (int64_t i = 0; i < count; ++i)
        storeReal(result, i, static_cast<Real>(values[i]), saturate);
    });
  } else if (isFloat(from)) {
    realToInteger(input, result, overflow);
  } else if (isSigned(from)) {
    integerToInteger<int64_t>(input, result, overflow);
  } else {
    integerToInteger<uint64_t>(input, result, overflow);
  }
}

} // namespace delos::reference
