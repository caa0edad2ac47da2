// exp, log and what is made of them.
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
    return l.horner(r, {1.6059043836821613e-10, 2.08767569878681e-09, 2.505210838544172e-08,
                        2.755731922398589e-07, 2.7557319223985893e-06, 2.48015873015873e-05,
                        0.0001984126984126984, 0.001388888888888889, 0.008333333333333333,
                        0.041666666666666664, 0.16666666666666666, 0.5});
  return l.horner(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
                      5.0000001201e-1});
}

/// 2^n as a float; n must be a normal exponent.
Value powerOfTwo(const L &l, Value n) {
  return l.floatOf(l.shl(l.addI(n, l.i(l.exponentBias())), l.mantissaBits()));
}

Value clamp(const L &l, Value x, double low, double high) {
  // This order of operands keeps a NaN.
  x = l.select(l.less(x, l.c(low)), l.c(low), x);
  return l.select(l.greater(x, l.c(high)), l.c(high), x);
}

} // namespace

Value delos::cpu::math::exponential(ImplicitLocOpBuilder &b, Value input) {
  L l(b, input.getType());
  Value x = l.isF64() ? clamp(l, input, -746, 710) : clamp(l, input, -104, 89);
  auto [r, n] = splitExponent(l, x);
  Value p = l.add(l.fma(exponentialTail(l, r), l.mul(r, r), r), l.c(1));
  // Half of the scaling goes into the exponent field (p is near 1), the other half is a product that rounds
  // once into denormals or overflows.
  Value half = l.sra(n, 1);
  Value scaled = l.floatOf(l.addI(l.bitsOf(p), l.shl(half, l.mantissaBits())));
  return l.mul(scaled, powerOfTwo(l, l.subI(n, half)));
}

Value delos::cpu::math::exponentialMinusOne(ImplicitLocOpBuilder &b, Value input) {
  L l(b, input.getType());
  Value x = clamp(l, input, -20, 89);
  auto [r, n] = splitExponent(l, x);
  Value p = l.fma(exponentialTail(l, r), l.mul(r, r), r);
  // Half of 2^n, so that the largest results do not overflow on the way. A tiny argument is its own result.
  Value h = powerOfTwo(l, l.subI(n, l.i(1)));
  Value half = l.fma(h, p, l.sub(h, l.c(0.5)));
  Value zero = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, n, l.i(0));
  // Both zeros are their own results.
  return l.select(l.equal(input, l.c(0)), input, l.select(zero, p, l.add(half, half)));
}

namespace {

/// x = m * 2^e with m in [sqrt(1/2), sqrt(2)); denormals are scaled up first.
struct LogarithmSplit {
  Value f, e; // f = m - 1, e as a float
};

LogarithmSplit splitLogarithm(const L &l, Value x) {
  Value tiny = l.less(x, l.c(l.isF64() ? 0x1p-1022 : 0x1p-126));
  double up = l.isF64() ? 0x1p54 : 0x1p25;
  Value normal = l.select(tiny, l.mul(x, l.c(up)), x);
  Value shifted = l.subI(l.bitsOf(normal), l.bitsOf(l.c(0.70710678118654752440)));
  Value exponent = l.sra(shifted, l.mantissaBits());
  Value m = l.floatOf(l.subI(l.bitsOf(normal), l.shl(exponent, l.mantissaBits())));
  Value e = arith::SIToFPOp::create(l.b, l.type, exponent);
  e = l.select(tiny, l.sub(e, l.c(l.isF64() ? 54 : 25)), e);
  return {l.sub(m, l.c(1)), e};
}

Value logarithmCoreF32(const L &l, const LogarithmSplit &split) {
  Value f = split.f, z = l.mul(f, f);
  Value p =
      l.horner(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                   -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  Value y = l.mul(l.mul(f, z), p);
  y = l.fma(split.e, l.c(-2.12194440e-4), y);
  y = l.fma(z, l.c(-0.5), y);
  return l.fma(split.e, l.c(0.693359375), l.add(f, y));
}

/// The series in s = f / (2 + f) of FreeBSD's log.
Value logarithmCoreF64(const L &l, const LogarithmSplit &split) {
  Value f = split.f, s = l.div(f, l.add(l.c(2), f)), z = l.mul(s, s);
  Value r =
      l.mul(z, l.horner(z, {1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01,
                            2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01,
                            6.666666666666735130e-01}));
  Value halfSquare = l.mul(l.c(0.5), l.mul(f, f));
  Value tail = l.fma(split.e, l.c(1.90821492927058770002e-10), l.mul(s, l.add(halfSquare, r)));
  Value low = l.sub(l.sub(halfSquare, tail), f);
  return l.sub(l.mul(split.e, l.c(6.93147180369123816490e-01)), low);
}

} // namespace

Value delos::cpu::math::logarithm(ImplicitLocOpBuilder &b, Value x) {
  L l(b, x.getType());
  LogarithmSplit split = splitLogarithm(l, x);
  Value result = l.isF64() ? logarithmCoreF64(l, split) : logarithmCoreF32(l, split);
  Value zero = l.c(0);
  result = l.select(l.equal(x, l.infinity()), l.infinity(), result);
  result = l.select(l.equal(x, zero), l.neg(l.infinity()), result);
  // Negative numbers and NaN.
  return l.select(l.compare(arith::CmpFPredicate::ULT, x, zero), l.nan(), result);
}

Value delos::cpu::math::logarithmPlusOne(ImplicitLocOpBuilder &b, Value x) {
  L l(b, x.getType());
  Value one = l.c(1), u = l.add(one, x);
  // What 1 + x lost comes back to first order.
  Value lost = l.div(l.sub(x, l.sub(u, one)), u);
  Value result = l.add(logarithm(b, u), lost);
  Value plain = l.compare(arith::CmpFPredicate::OEQ, x, l.infinity());
  Value zero = l.equal(u, l.c(0));
  result = l.select(plain, x, result);
  result = l.select(l.equal(x, l.c(0)), x, result);
  return l.select(zero, l.neg(l.infinity()), result);
}

static Value hyperbolic(ImplicitLocOpBuilder &b, Value x, bool isSine) {
  L l(b, x.getType());
  Value a = l.abs(x), one = l.c(1);
  // exp(a) overflows before the result does: exp(a/2) * exp(a/2) / 2.
  Value root = exponential(b, l.mul(a, l.c(0.5)));
  Value large = l.mul(l.mul(root, l.c(0.5)), root);
  Value t = exponentialMinusOne(b, a);
  Value quotient = l.div(isSine ? t : one, l.add(t, one));
  Value small = l.mul(l.c(0.5), l.add(isSine ? t : l.add(t, one), quotient));
  Value result = l.select(l.greater(a, l.c(80)), large, small);
  return isSine ? l.sign(result, x) : result;
}

static Value sinh(ImplicitLocOpBuilder &b, ValueRange args) { return hyperbolic(b, args[0], true); }
static Value cosh(ImplicitLocOpBuilder &b, ValueRange args) { return hyperbolic(b, args[0], false); }

/// Beyond 2^14 the square under the root dwarfs the one.
static Value logTwice(const L &l, Value a) { return l.add(logarithm(l.b, a), l.c(0.69314718055994530942)); }

static Value asinh(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]), one = l.c(1), square = l.mul(a, a);
  Value small = logarithmPlusOne(b, l.add(a, l.div(square, l.add(one, l.sqrt(l.add(square, one))))));
  return l.sign(l.select(l.greater(a, l.c(16384)), logTwice(l, a), small), args[0]);
}

static Value acosh(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value x = args[0], t = l.sub(x, l.c(1));
  Value root = l.sqrt(l.fma(t, t, l.add(t, t)));
  Value result = l.select(l.greater(x, l.c(16384)), logTwice(l, x), logarithmPlusOne(b, l.add(t, root)));
  return l.select(l.less(x, l.c(1)), l.nan(), result);
}

static Value atanh(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]);
  Value ratio = l.div(l.add(a, a), l.sub(l.c(1), a));
  return l.sign(l.mul(l.c(0.5), logarithmPlusOne(b, ratio)), args[0]);
}

/// In f64, whose rounding errors are far below f32's. Specials follow IEEE 754's pow.
static Value pow(ImplicitLocOpBuilder &b, ValueRange args) {
  L narrow(b, args[0].getType());
  L l(b, narrow.shaped(b.getF64Type()));
  Value x = arith::ExtFOp::create(b, l.type, args[0]), y = arith::ExtFOp::create(b, l.type, args[1]);
  Value one = l.c(1), zero = l.c(0), a = l.abs(x);
  Value result = exponential(b, l.mul(y, logarithm(b, a)));
  Value whole = l.equal(y, mlir::math::FloorOp::create(b, y));
  Value halves = l.mul(y, l.c(0.5));
  Value odd =
      l.both(whole, l.compare(arith::CmpFPredicate::UNE, halves, mlir::math::FloorOp::create(b, halves)));
  Value sign = l.bitsOf(x);
  Value negative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, sign, l.i(0));
  result = l.select(l.both(negative, odd), l.neg(result), result);
  // A negative base needs an integer exponent; infinite ones are even.
  Value undefined =
      l.both(l.less(x, zero), l.compare(arith::CmpFPredicate::UNE, y, mlir::math::FloorOp::create(b, y)));
  Value finite = l.less(a, l.infinity());
  result = l.select(l.both(undefined, finite), l.nan(), result);
  Value infiniteY = l.equal(l.abs(y), l.infinity());
  result = l.select(l.both(l.equal(a, one), infiniteY), one, result);
  result = l.select(arith::OrIOp::create(b, l.equal(x, one), l.equal(y, zero)), one, result);
  return arith::TruncFOp::create(b, narrow.type, result);
}

/// The polynomial that upstream expands loses the sign of zero.
static Value erf(ImplicitLocOpBuilder &b, ValueRange args) {
  return mlir::math::CopySignOp::create(b, mlir::math::ErfOp::create(b, args[0]), args[0]);
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
      {"math.exp", unary<exponential>, true},
      {"math.expm1", unary<exponentialMinusOne>, false},
      {"math.log", unary<logarithm>, true},
      {"math.log1p", unary<logarithmPlusOne>, false},
      {"math.sinh", sinh, false},
      {"math.cosh", cosh, false},
      {"math.asinh", asinh, false},
      {"math.acosh", acosh, false},
      {"math.atanh", atanh, false},
      {"math.powf", pow, false},
      {"math.erf", erf, false},
      {"math.rsqrt", unary<rootReciprocal>, true},
  };
  return rows;
}
