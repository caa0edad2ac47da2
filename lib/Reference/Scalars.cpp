// Element-wise functions on carriers, one row each.
#include "lib/Reference/Scalars.h"

#include "llvm/ADT/ArrayRef.h"

#include <cmath>
#include <limits>
#include <type_traits>

namespace delos::reference {
namespace {

using graph::ScalarFn;

template <typename C>
struct Row {
  ScalarFn fn;
  ScalarFunctionOf<C> evaluate;
};

//===-- Floats
//--------------------------------------------------------------------------------------------===//

double sigmoid(double x) {
  // Both forms avoid exp of a large number.
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

template <typename F>
F sign(F x) {
  return std::isnan(x) ? x : static_cast<F>((x > 0) - (x < 0));
}

/// Python's %: the result has the divisor's sign.
template <typename F>
F floorRemainder(F x, F y) {
  F rest = std::fmod(x, y);
  if (rest == 0)
    return std::copysign(rest, y);
  return (rest < 0) != (y < 0) ? rest + y : rest;
}

template <typename F>
F propagatingMax(F x, F y) {
  return std::isnan(x) || x > y ? x : y;
}
template <typename F>
F propagatingMin(F x, F y) {
  return std::isnan(x) || x < y ? x : y;
}

// x and y below are the arguments. Transcendental functions take double, so that a float result rounds once.
#define FLOAT_ROW(name, expression)                                                                          \
  {ScalarFn::name,                                                                                           \
   [](const F *x, [[maybe_unused]] unsigned width) -> F { return static_cast<F>(expression); }}
#define DOUBLE_ROW(name, expression)                                                                         \
  {ScalarFn::name, [](const F *arguments, unsigned) -> F {                                                   \
     double x = arguments[0];                                                                                \
     return static_cast<F>(expression);                                                                      \
   }}

template <typename F>
constexpr Row<F> kFloatRows[] = {
    FLOAT_ROW(abs, std::fabs(x[0])),
    FLOAT_ROW(neg, -x[0]),
    FLOAT_ROW(sign, sign(x[0])),
    FLOAT_ROW(ceil, std::ceil(x[0])),
    FLOAT_ROW(floor, std::floor(x[0])),
    FLOAT_ROW(round_even, std::rint(x[0])),
    FLOAT_ROW(sqrt, std::sqrt(x[0])),
    DOUBLE_ROW(rsqrt, 1 / std::sqrt(x)),
    DOUBLE_ROW(reciprocal, 1 / x),
    DOUBLE_ROW(exp, std::exp(x)),
    DOUBLE_ROW(log, std::log(x)),
    DOUBLE_ROW(log1p, std::log1p(x)),
    DOUBLE_ROW(expm1, std::expm1(x)),
    DOUBLE_ROW(erf, std::erf(x)),
    DOUBLE_ROW(sin, std::sin(x)),
    DOUBLE_ROW(cos, std::cos(x)),
    DOUBLE_ROW(tan, std::tan(x)),
    DOUBLE_ROW(asin, std::asin(x)),
    DOUBLE_ROW(acos, std::acos(x)),
    DOUBLE_ROW(atan, std::atan(x)),
    DOUBLE_ROW(sinh, std::sinh(x)),
    DOUBLE_ROW(cosh, std::cosh(x)),
    DOUBLE_ROW(tanh, std::tanh(x)),
    DOUBLE_ROW(asinh, std::asinh(x)),
    DOUBLE_ROW(acosh, std::acosh(x)),
    DOUBLE_ROW(atanh, std::atanh(x)),
    DOUBLE_ROW(sigmoid, sigmoid(x)),
    FLOAT_ROW(is_nan, std::isnan(x[0])),
    FLOAT_ROW(is_inf, std::isinf(x[0])),
    FLOAT_ROW(add, x[0] + x[1]),
    FLOAT_ROW(sub, x[0] - x[1]),
    FLOAT_ROW(mul, x[0] * x[1]),
    FLOAT_ROW(div, x[0] / x[1]),
    FLOAT_ROW(rem_floor, floorRemainder(x[0], x[1])),
    FLOAT_ROW(rem_trunc, std::fmod(x[0], x[1])),
    FLOAT_ROW(pow, std::pow(double(x[0]), double(x[1]))),
    FLOAT_ROW(max, propagatingMax(x[0], x[1])),
    FLOAT_ROW(min, propagatingMin(x[0], x[1])),
    FLOAT_ROW(eq, x[0] == x[1]),
    FLOAT_ROW(ne, x[0] != x[1]),
    FLOAT_ROW(lt, x[0] < x[1]),
    FLOAT_ROW(le, x[0] <= x[1]),
    FLOAT_ROW(gt, x[0] > x[1]),
    FLOAT_ROW(ge, x[0] >= x[1]),
    FLOAT_ROW(select, x[0] != 0 ? x[1] : x[2]),
    FLOAT_ROW(fma, std::fma(x[0], x[1], x[2])),
};

#undef FLOAT_ROW
#undef DOUBLE_ROW

//===-- Integers
//------------------------------------------------------------------------------------------===//

/// Sums and products wrap: they are made of unsigned numbers, where C++ defines it.
uint64_t bits(int64_t x) { return static_cast<uint64_t>(x); }
uint64_t bits(uint64_t x) { return x; }

template <typename I>
I negate(I x) {
  return static_cast<I>(-bits(x));
}

/// Truncating quotient; x / 0 is 0, and the least number / -1 wraps.
template <typename I>
I quotient(I x, I y) {
  if (y == 0)
    return 0;
  if constexpr (std::is_signed_v<I>)
    if (y == -1)
      return negate(x);
  return x / y;
}

template <typename I>
I truncatedRemainder(I x, I y) {
  if (y == 0)
    return 0;
  if constexpr (std::is_signed_v<I>)
    if (y == -1)
      return 0;
  return x % y;
}

template <typename I>
I floorRemainderInt(I x, I y) {
  I rest = truncatedRemainder(x, y);
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

/// Wrapping power by squaring. A negative exponent gives the truncated quotient 1 / x^|y|.
template <typename I>
I power(I x, I y) {
  if (y < 0) {
    if (x == 1)
      return 1;
    if (bits(x) == ~uint64_t{0})
      return bits(y) & 1 ? x : 1;
    return 0;
  }
  uint64_t result = 1, base = bits(x);
  for (uint64_t exponent = bits(y); exponent != 0; exponent >>= 1) {
    if (exponent & 1)
      result *= base;
    base *= base;
  }
  return static_cast<I>(result);
}

/// The amount of a shift is read as an unsigned number, so that a negative one exceeds every width.
template <typename I>
I shiftLeft(I x, I y, unsigned width) {
  return bits(y) < width ? static_cast<I>(bits(x) << bits(y)) : I{0};
}

/// Zeros move in from the left: the element is read as an unsigned number of its width.
template <typename I>
I shiftRight(I x, I y, unsigned width) {
  uint64_t pattern = bits(x) & (~uint64_t{0} >> (64 - width));
  return bits(y) < width ? static_cast<I>(pattern >> bits(y)) : I{0};
}

#define INT_ROW(name, expression)                                                                            \
  {ScalarFn::name,                                                                                           \
   [](const I *x, [[maybe_unused]] unsigned width) -> I { return static_cast<I>(expression); }}

template <typename I>
constexpr Row<I> kIntRows[] = {
    INT_ROW(abs, x[0] < 0 ? negate(x[0]) : x[0]),
    INT_ROW(neg, negate(x[0])),
    INT_ROW(sign, (x[0] > 0) - (x[0] < 0)),
    INT_ROW(bit_not, ~x[0]),
    INT_ROW(add, bits(x[0]) + bits(x[1])),
    INT_ROW(sub, bits(x[0]) - bits(x[1])),
    INT_ROW(mul, bits(x[0]) * bits(x[1])),
    INT_ROW(div, quotient(x[0], x[1])),
    INT_ROW(rem_floor, floorRemainderInt(x[0], x[1])),
    INT_ROW(rem_trunc, truncatedRemainder(x[0], x[1])),
    INT_ROW(pow, power(x[0], x[1])),
    INT_ROW(max, x[0] > x[1] ? x[0] : x[1]),
    INT_ROW(min, x[0] < x[1] ? x[0] : x[1]),
    INT_ROW(bit_and, x[0] & x[1]),
    INT_ROW(bit_or, x[0] | x[1]),
    INT_ROW(bit_xor, x[0] ^ x[1]),
    INT_ROW(shift_left, shiftLeft(x[0], x[1], width)),
    INT_ROW(shift_right, shiftRight(x[0], x[1], width)),
    INT_ROW(eq, x[0] == x[1]),
    INT_ROW(ne, x[0] != x[1]),
    INT_ROW(lt, x[0] < x[1]),
    INT_ROW(le, x[0] <= x[1]),
    INT_ROW(gt, x[0] > x[1]),
    INT_ROW(ge, x[0] >= x[1]),
    INT_ROW(select, x[0] != 0 ? x[1] : x[2]),
};

#undef INT_ROW

template <typename C>
ScalarFunctionOf<C> find(llvm::ArrayRef<Row<C>> rows, ScalarFn fn) {
  for (const Row<C> &row : rows)
    if (row.fn == fn)
      return row.evaluate;
  return nullptr;
}

} // namespace

template <>
ScalarFunctionOf<float> scalarFunction(ScalarFn fn) {
  return find<float>(kFloatRows<float>, fn);
}
template <>
ScalarFunctionOf<double> scalarFunction(ScalarFn fn) {
  return find<double>(kFloatRows<double>, fn);
}
template <>
ScalarFunctionOf<int64_t> scalarFunction(ScalarFn fn) {
  return find<int64_t>(kIntRows<int64_t>, fn);
}
template <>
ScalarFunctionOf<uint64_t> scalarFunction(ScalarFn fn) {
  return find<uint64_t>(kIntRows<uint64_t>, fn);
}

} // namespace delos::reference
