// Element-wise functions and casts on runs of constant elements: a table of one row per function.
#include "lib/Analysis/ScalarEvaluation.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace delos {

using graph::ScalarFn;

namespace {

using Operands = llvm::ArrayRef<Lanes>;
using Apply = void (*)(Operands, int64_t count, Lanes &);

/// What a function is on floats, on signed and on unsigned integers (bools are unsigned).
struct Row {
  ScalarFn fn;
  Apply onFloat, onSigned, onUnsigned;
};

template <typename T>
const std::vector<int64_t> &lanesOf(const Lanes &lanes, T) {
  return lanes.i;
}
const std::vector<double> &lanesOf(const Lanes &lanes, double) { return lanes.f; }

template <typename T>
void put(Lanes &lanes, int64_t k, T value) {
  if constexpr (std::is_same_v<T, double>)
    lanes.f[k] = value;
  else
    lanes.i[k] = static_cast<int64_t>(value);
}

template <typename R>
void resize(Lanes &lanes, int64_t count) {
  if constexpr (std::is_same_v<R, double>)
    lanes.f.resize(count);
  else
    lanes.i.resize(count);
}

/// The loop over a run for F, a function object of one, two or three values of type T.
template <typename T, auto F>
constexpr Apply kUnary = [](Operands in, int64_t count, Lanes &out) {
  resize<decltype(F(T()))>(out, count);
  for (int64_t k = 0; k < count; ++k)
    put(out, k, F(static_cast<T>(lanesOf(in[0], T())[k])));
};
template <typename T, auto F>
constexpr Apply kBinary = [](Operands in, int64_t count, Lanes &out) {
  resize<decltype(F(T(), T()))>(out, count);
  for (int64_t k = 0; k < count; ++k)
    put(out, k, F(static_cast<T>(lanesOf(in[0], T())[k]), static_cast<T>(lanesOf(in[1], T())[k])));
};

template <typename T>
constexpr Apply kSelect = [](Operands in, int64_t count, Lanes &out) {
  resize<T>(out, count);
  for (int64_t k = 0; k < count; ++k)
    put(out, k, static_cast<T>(lanesOf(in[in[0].i[k] ? 1 : 2], T())[k]));
};
constexpr Apply kFma = [](Operands in, int64_t count, Lanes &out) {
  out.f.resize(count);
  for (int64_t k = 0; k < count; ++k)
    out.f[k] = std::fma(in[0].f[k], in[1].f[k], in[2].f[k]);
};

using S = int64_t;
using U = uint64_t;
using D = double;

D pythonRemainder(D a, D b) {
  D rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
S truncatedQuotient(S a, S b) {
  if (b == 0)
    return 0;
  return b == -1 ? static_cast<S>(0 - static_cast<U>(a)) : a / b;
}
S truncatedRemainder(S a, S b) { return b == 0 || b == -1 ? 0 : a % b; }
S pythonRemainder(S a, S b) {
  S rest = truncatedRemainder(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
U quotient(U a, U b) { return b == 0 ? 0 : a / b; }
U remainder(U a, U b) { return b == 0 ? 0 : a % b; }
U power(U base, U exponent) {
  U result = 1;
  for (; exponent; exponent >>= 1, base *= base)
    if (exponent & 1)
      result *= base;
  return result;
}
/// A negative exponent gives the quotient 1 / base^-e, truncated; of zero it is zero.
S power(S base, S exponent) {
  if (exponent >= 0)
    return static_cast<S>(power(static_cast<U>(base), static_cast<U>(exponent)));
  if (base == 1 || base == -1)
    return exponent % 2 ? base : 1;
  return 0;
}
D sign(D x) { return std::isnan(x) ? x : D(x > 0) - D(x < 0); }
D maximum(D a, D b) { return std::isnan(a) || (!std::isnan(b) && a > b) ? a : b; }
D minimum(D a, D b) { return std::isnan(a) || (!std::isnan(b) && a < b) ? a : b; }
D sigmoid(D x) {
  D e = std::exp(-std::fabs(x));
  return x >= 0 ? 1 / (1 + e) : (x < 0 ? e / (1 + e) : x);
}

// clang-format off
#define FLOAT_ROW(fn, expr) {ScalarFn::fn, kUnary<D, [](D x) { return expr; }>, nullptr, nullptr}
/// One formula for all classes; integers in wrap-around arithmetic.
#define ALL(fn, expr) {ScalarFn::fn, kBinary<D, [](D a, [[maybe_unused]] D b) { return expr; }>, kBinary<U, [](U a, [[maybe_unused]] U b) { return expr; }>, \
                       kBinary<U, [](U a, [[maybe_unused]] U b) { return expr; }>}
#define COMPARE(fn, op) {ScalarFn::fn, kBinary<D, [](D a, D b) { return (a op b); }>, kBinary<S, [](S a, S b) { return (a op b); }>, \
                         kBinary<U, [](U a, U b) { return (a op b); }>}
#define BITS(fn, expr) {ScalarFn::fn, nullptr, kBinary<U, [](U a, U b) { return expr; }>, kBinary<U, [](U a, U b) { return expr; }>}

const Row kRows[] = {
    {ScalarFn::abs, kUnary<D, [](D x) { return std::fabs(x); }>, kUnary<S, [](S x) { return x < 0 ? 0 - static_cast<U>(x) : static_cast<U>(x); }>,
     kUnary<U, [](U x) { return x; }>},
    {ScalarFn::neg, kUnary<D, [](D x) { return -x; }>, kUnary<U, [](U x) { return 0 - x; }>, kUnary<U, [](U x) { return 0 - x; }>},
    {ScalarFn::sign, kUnary<D, [](D x) { return sign(x); }>, kUnary<S, [](S x) { return S(x > 0) - S(x < 0); }>,
     kUnary<U, [](U x) { return U(x > 0); }>},
    FLOAT_ROW(ceil, std::ceil(x)),
    FLOAT_ROW(floor, std::floor(x)),
    FLOAT_ROW(round_even, std::nearbyint(x)),
    FLOAT_ROW(sqrt, std::sqrt(x)),
    FLOAT_ROW(rsqrt, 1 / std::sqrt(x)),
    FLOAT_ROW(reciprocal, 1 / x),
    FLOAT_ROW(exp, std::exp(x)),
    FLOAT_ROW(log, std::log(x)),
    FLOAT_ROW(log1p, std::log1p(x)),
    FLOAT_ROW(expm1, std::expm1(x)),
    FLOAT_ROW(erf, std::erf(x)),
    FLOAT_ROW(sin, std::sin(x)),
    FLOAT_ROW(cos, std::cos(x)),
    FLOAT_ROW(tan, std::tan(x)),
    FLOAT_ROW(asin, std::asin(x)),
    FLOAT_ROW(acos, std::acos(x)),
    FLOAT_ROW(atan, std::atan(x)),
    FLOAT_ROW(sinh, std::sinh(x)),
    FLOAT_ROW(cosh, std::cosh(x)),
    FLOAT_ROW(tanh, std::tanh(x)),
    FLOAT_ROW(asinh, std::asinh(x)),
    FLOAT_ROW(acosh, std::acosh(x)),
    FLOAT_ROW(atanh, std::atanh(x)),
    FLOAT_ROW(sigmoid, sigmoid(x)),
    FLOAT_ROW(is_nan, std::isnan(x)),
    FLOAT_ROW(is_inf, std::isinf(x)),
    ALL(add, a + b),
    ALL(sub, a - b),
    ALL(mul, a * b),
    {ScalarFn::div, kBinary<D, [](D a, D b) { return a / b; }>, kBinary<S, [](S a, S b) { return truncatedQuotient(a, b); }>,
     kBinary<U, [](U a, U b) { return quotient(a, b); }>},
    {ScalarFn::rem_floor, kBinary<D, [](D a, D b) { return pythonRemainder(a, b); }>,
     kBinary<S, [](S a, S b) { return pythonRemainder(a, b); }>, kBinary<U, [](U a, U b) { return remainder(a, b); }>},
    {ScalarFn::rem_trunc, kBinary<D, [](D a, D b) { return std::fmod(a, b); }>,
     kBinary<S, [](S a, S b) { return truncatedRemainder(a, b); }>, kBinary<U, [](U a, U b) { return remainder(a, b); }>},
    {ScalarFn::pow, kBinary<D, [](D a, D b) { return std::pow(a, b); }>, kBinary<S, [](S a, S b) { return power(a, b); }>,
     kBinary<U, [](U a, U b) { return power(a, b); }>},
    {ScalarFn::max, kBinary<D, [](D a, D b) { return maximum(a, b); }>, kBinary<S, [](S a, S b) { return std::max(a, b); }>,
     kBinary<U, [](U a, U b) { return std::max(a, b); }>},
    {ScalarFn::min, kBinary<D, [](D a, D b) { return minimum(a, b); }>, kBinary<S, [](S a, S b) { return std::min(a, b); }>,
     kBinary<U, [](U a, U b) { return std::min(a, b); }>},
    BITS(bit_and, a & b),
    BITS(bit_or, a | b),
    BITS(bit_xor, a ^ b),
    COMPARE(eq, ==),
    COMPARE(ne, !=),
    COMPARE(lt, <),
    COMPARE(le, <=),
    COMPARE(gt, >),
    COMPARE(ge, >=),
    {ScalarFn::select, kSelect<D>, kSelect<S>, kSelect<S>},
    {ScalarFn::fma, kFma, nullptr, nullptr},
};
#undef FLOAT_ROW
#undef ALL
#undef COMPARE
#undef BITS
// clang-format on

/// Functions of the bits of one element, which need its width.
bool evaluateBits(ScalarFn fn, ElementKind kind, Operands in, int64_t count, Lanes &out) {
  U width = kind == ElementKind::Bool ? 1 : 8 * static_cast<U>(elementSize(kind));
  U mask = width == 64 ? ~U(0) : (U(1) << width) - 1;
  bool isNot = fn == ScalarFn::bit_not;
  if (!isNot && fn != ScalarFn::shift_left && fn != ScalarFn::shift_right)
    return false;
  out.i.resize(count);
  for (int64_t k = 0; k < count; ++k) {
    U bits = static_cast<U>(in[0].i[k]) & mask;
    U amount = isNot ? 0 : static_cast<U>(in[1].i[k]) & mask;
    U shifted = amount >= width ? 0 : fn == ScalarFn::shift_left ? bits << amount : bits >> amount;
    out.i[k] = static_cast<S>((isNot ? ~bits : shifted) & mask);
  }
  return true;
}

const Row *rowOf(ScalarFn fn) {
  static const auto byFunction = [] {
    std::array<const Row *, 128> table{};
    for (const Row &row : kRows)
      table[static_cast<size_t>(row.fn)] = &row;
    return table;
  }();
  return byFunction[static_cast<size_t>(fn)];
}

struct IntegerRange {
  S low, high;
};

IntegerRange rangeOf(ElementKind kind) {
  if (kind == ElementKind::S64 || kind == ElementKind::U64)
    return {std::numeric_limits<S>::min(), std::numeric_limits<S>::max()};
  S bits = 8 * elementSize(kind);
  if (isUnsigned(kind))
    return {0, (S(1) << bits) - 1};
  return {-(S(1) << (bits - 1)), (S(1) << (bits - 1)) - 1};
}

/// Truncation with the bounds of 64 bits; what lies beyond gives the least int64, as the processor's own
/// conversion does.
S truncateToInteger(D x, bool toU64) {
  if (toU64 && x >= 0x1p63 && x < 0x1p64)
    return static_cast<S>(static_cast<U>(x));
  return x >= -0x1p63 && x < 0x1p63 ? static_cast<S>(x) : std::numeric_limits<S>::min();
}

S saturateToInteger(D x, ElementKind to) {
  if (std::isnan(x))
    return 0;
  if (to == ElementKind::U64)
    return x <= 0 ? 0 : x >= 0x1p64 ? static_cast<S>(~U(0)) : static_cast<S>(static_cast<U>(x));
  auto [low, high] = rangeOf(to);
  return x <= static_cast<D>(low) ? low : x >= static_cast<D>(high) ? high : static_cast<S>(x);
}

S clampInteger(S value, ElementKind from, ElementKind to) {
  if (from == ElementKind::U64 && value < 0) // above every signed value
    return to == ElementKind::U64 ? value : rangeOf(to).high;
  if (to == ElementKind::U64)
    return std::max<S>(value, 0);
  auto [low, high] = rangeOf(to);
  return std::clamp(value, low, high);
}

D integerToFloat(S value, ElementKind from, ElementKind to) {
  // Rounding to f64 first would round twice.
  if (to == ElementKind::F64)
    return from == ElementKind::U64 ? static_cast<D>(static_cast<U>(value)) : static_cast<D>(value);
  return from == ElementKind::U64 ? static_cast<float>(static_cast<U>(value)) : static_cast<float>(value);
}

} // namespace

bool evaluateScalars(ScalarFn fn, ElementKind kind, Operands operands, int64_t count, Lanes &result) {
  if (const Row *row = rowOf(fn)) {
    Apply apply = isFloat(kind) ? row->onFloat : isUnsigned(kind) ? row->onUnsigned : row->onSigned;
    if (!apply)
      return false;
    apply(operands, count, result);
    return true;
  }
  return !isFloat(kind) && evaluateBits(fn, kind, operands, count, result);
}

void castScalars(const Lanes &from, ElementKind fromKind, ElementKind to, graph::CastMode mode, int64_t count,
                 Lanes &result) {
  bool saturate = mode == graph::CastMode::saturate;
  isFloat(to) ? result.f.resize(count) : result.i.resize(count);
  for (int64_t k = 0; k < count; ++k) {
    if (to == ElementKind::Bool)
      result.i[k] = isFloat(fromKind) ? from.f[k] != 0 : from.i[k] != 0;
    else if (isFloat(fromKind) && isFloat(to))
      result.f[k] = from.f[k];
    else if (isFloat(fromKind))
      result.i[k] =
          saturate ? saturateToInteger(from.f[k], to) : truncateToInteger(from.f[k], to == ElementKind::U64);
    else if (isFloat(to))
      result.f[k] = integerToFloat(from.i[k], fromKind, to);
    else
      result.i[k] = saturate ? clampInteger(from.i[k], fromKind, to) : from.i[k];
  }
}

} // namespace delos
