// exp and what is made of it: expm1, sinh, cosh, tanh, erf.
#include "lib/Target/CPU/Lanes.h"
#include "lib/Target/CPU/VectorMath.h"

using namespace mlir;
using namespace delos::cpu::math;
using L = Lanes;

namespace {

/// x = n * ln 2 + r with |r| <= ln 2 / 2 (Cody and Waite).
struct ExponentSplit {
  Value r, n;
};

ExponentSplit splitExponent(const L &l, Value x) {
  auto [rounded, n] = l.roundWithFma(x, l.c(1.44269504088896340736));
  double high = l.isF64() ? 0x1.62e42fefa39efp-1 : 0x1.62e4p-1;
  double low = l.isF64() ? 0x1.abc9e3b39803fp-56 : 0x1.7f7d1cp-20;
  Value r = l.fma(rounded, l.c(-high), x);
  return {l.fma(rounded, l.c(-low), r), n};
}

/// (exp(r) - 1 - r) / r^2 on |r| <= ln 2 / 2.
Value exponentialTail(const L &l, Value r) {
  if (l.isF64())
    return l.estrin(r, {1.6059043836821613e-10, 2.08767569878681e-09, 2.505210838544172e-08,
                        2.755731922398589e-07, 2.7557319223985893e-06, 2.48015873015873e-05,
                        0.0001984126984126984, 0.001388888888888889, 0.008333333333333333,
                        0.041666666666666664, 0.16666666666666666, 0.5});
  return l.estrin(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
                      5.0000001201e-1});
}

/// exp(r) for |r| <= ln 2 / 2.
Value smallExponential(const L &l, Value r) {
  return l.add(l.fma(exponentialTail(l, r), l.mul(r, r), r), l.c(1));
}

/// 2^n as a float; n must be a normal exponent.
Value powerOfTwo(const L &l, Value n) {
  return l.floatOf(l.shl(l.addI(n, l.i(l.exponentBias())), l.mantissaBits()));
}

/// x * 2^n by its exponent field: no overflow, no denormal, no NaN.
Value scaleExponent(const L &l, Value x, Value n) {
  return l.floatOf(l.addI(l.bitsOf(x), l.shl(n, l.mantissaBits())));
}

} // namespace

Value delos::cpu::math::exponential(ImplicitLocOpBuilder &b, Value input) {
  L l(b, input.getType());
  // What rounds to 0 is kept out: a product that underflows costs a hundred others, and masks make many.
  Value vanishes = l.less(input, l.c(l.isF64() ? -746 : -104)), zero = l.c(0);
  Value x = l.select(vanishes, zero, l.atMost(input, l.isF64() ? 710 : 89));
  auto [r, n] = splitExponent(l, x);
  // Half of the scaling goes into the exponent field (p is near 1), the other half is a product that rounds
  // once into denormals or overflows. A NaN's payload has gone into n: the addend brings it back.
  Value half = l.sra(n, 1);
  Value scaled = scaleExponent(l, smallExponential(l, r), half);
  Value result = l.fma(scaled, powerOfTwo(l, l.subI(n, half)), l.mul(x, zero));
  return l.select(vanishes, zero, result);
}

Value delos::cpu::math::exponentialMinusOne(ImplicitLocOpBuilder &b, Value input) {
  L l(b, input.getType());
  Value x = l.atMost(l.atLeast(input, l.isF64() ? -40 : -20), l.isF64() ? 710 : 89);
  auto [r, n] = splitExponent(l, x);
  Value p = l.fma(exponentialTail(l, r), l.mul(r, r), r);
  // Half of 2^n, so that the largest results do not overflow on the way. A tiny argument is its own result.
  Value h = powerOfTwo(l, l.subI(n, l.i(1)));
  Value half = l.fma(h, p, l.sub(h, l.c(0.5)));
  Value zero = l.compareI(arith::CmpIPredicate::eq, n, l.i(0));
  // Both zeros are their own results.
  return l.select(l.equal(input, l.c(0)), input, l.select(zero, p, l.add(half, half)));
}

/// sinh on [0, 1].
static Value smallSine(const L &l, Value a) {
  Value z = l.mul(a, a), p;
  if (l.isF64())
    p = l.estrin(z, {8.22063524662433e-18, 2.8114572543455206e-15, 7.647163731819816e-13,
                     1.6059043836821613e-10, 2.505210838544172e-08, 2.7557319223985893e-06,
                     0.0001984126984126984, 0.008333333333333333, 0.16666666666666666});
  else
    p = l.estrin(z,
                 {2.7842233976116404e-06, 0.00019842613255605102, 0.008333311416208744, 0.1666666716337204});
  return l.fma(p, l.mul(z, a), a);
}

/// (exp(a) +- exp(-a)) / 2 from a quarter of exp(a), whose double is finite wherever the result is.
static Value hyperbolic(ImplicitLocOpBuilder &b, Value x, bool isSine) {
  L l(b, x.getType());
  Value a = l.atMost(l.abs(x), l.isF64() ? 710.6 : 89.5);
  auto [r, n] = splitExponent(l, a);
  Value quarter = scaleExponent(l, smallExponential(l, r), l.subI(n, l.i(2)));
  // A NaN's payload has gone into n: the product with zero brings it back.
  Value other = l.fma(a, l.c(0), l.div(l.c(isSine ? -0.125 : 0.125), quarter));
  Value result = l.fma(quarter, l.c(2), other);
  return isSine ? l.sign(l.select(l.less(a, l.c(1)), smallSine(l, a), result), x) : result;
}

static Value sinh(ImplicitLocOpBuilder &b, ValueRange args) { return hyperbolic(b, args[0], true); }
static Value cosh(ImplicitLocOpBuilder &b, ValueRange args) { return hyperbolic(b, args[0], false); }

static Value tanhOfExpm1(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.atMost(l.abs(args[0]), 22);
  Value t = exponentialMinusOne(b, l.add(a, a));
  return l.sign(l.div(t, l.add(t, l.c(2))), args[0]);
}

/// The polynomial that upstream expands loses the sign of zero.
static Value erf(ImplicitLocOpBuilder &b, ValueRange args) {
  return mlir::math::CopySignOp::create(b, mlir::math::ErfOp::create(b, args[0]), args[0]);
}

static Value tanh(ImplicitLocOpBuilder &b, ValueRange args) { return mlir::math::TanhOp::create(b, args[0]); }

/// In f64 to 2^-34, for f32 results: a series below 1, beyond it 1 - exp(-a^2) * q(1 / (a + 2)).
static Value erfForF32(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.atMost(l.abs(args[0]), 4), z = l.mul(a, a), t = l.div(l.c(1), l.add(a, l.c(2)));
  Value series = l.mul(a, l.estrin(z, {-9.5999293222575764e-06, 0.00011243237714725773, -0.000848106078450216,
                                       0.0052208329200501124, -0.026865363490644376, 0.11283781412201958,
                                       -0.37612638402487458, 1.1283791670550416}));
  Value q = l.estrin(t, {-40.466261466100306, 94.488604862897034, -81.90124419307449, 27.609732633782972,
                         -3.8448782306496181, 3.8098700422835345, 1.8797307645576884, 1.1336484922699108,
                         0.56406037638548912});
  Value rest = l.mul(l.mul(q, t), exponential(b, l.neg(z)));
  return l.sign(l.select(l.less(a, l.c(1)), series, l.sub(l.c(1), rest)), args[0]);
}

Value delos::cpu::math::rootReciprocal(ImplicitLocOpBuilder &b, Value x) {
  L l(b, x.getType());
  return l.div(l.c(1), l.sqrt(x));
}

template <Value (*function)(ImplicitLocOpBuilder &, Value)>
static Value unary(ImplicitLocOpBuilder &b, ValueRange args) {
  return function(b, args[0]);
}

llvm::ArrayRef<ExpansionRow> delos::cpu::math::exponentialExpansions() {
  static const ExpansionRow rows[] = {
      {"math.exp", unary<exponential>, unary<exponential>, true},
      {"math.expm1", unary<exponentialMinusOne>, unary<exponentialMinusOne>, true},
      {"math.sinh", sinh, sinh, true},
      {"math.cosh", cosh, cosh, true},
      {"math.tanh", tanh, tanhOfExpm1, true},
      {"math.erf", erf, erfForF32, false},
      {"math.rsqrt", unary<rootReciprocal>, unary<rootReciprocal>, true},
  };
  return rows;
}
