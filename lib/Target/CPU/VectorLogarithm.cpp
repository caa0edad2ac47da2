// log and what is made of it: log1p, asinh, acosh, atanh, pow.
#include "lib/Target/CPU/Lanes.h"
#include "lib/Target/CPU/VectorMath.h"

#include <cmath>

using namespace mlir;
using namespace delos::cpu::math;
using L = Lanes;

namespace {

/// x = (1 + f) * 2^e with 1 + f in [sqrt(1/2), sqrt(2)).
struct LogarithmSplit {
  Value f, e, exponent; // e as a float, exponent as an integer
};

/// For normal, positive x.
LogarithmSplit splitLogarithm(const L &l, Value x) {
  Value shifted = l.subI(l.bitsOf(x), l.bitsOf(l.c(0.70710678118654752440)));
  Value exponent = l.sra(shifted, l.mantissaBits());
  Value m = l.floatOf(l.subI(l.bitsOf(x), l.shl(exponent, l.mantissaBits())));
  return {l.sub(m, l.c(1)), arith::SIToFPOp::create(l.b, l.type, exponent), exponent};
}

Value logarithmCoreF32(const L &l, const LogarithmSplit &split) {
  Value f = split.f, z = l.mul(f, f);
  Value p =
      l.estrin(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                   -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  Value y = l.fma(l.mul(f, z), p, l.mul(split.e, l.c(-2.12194440e-4)));
  y = l.fma(z, l.c(-0.5), y);
  return l.fma(split.e, l.c(0.693359375), l.add(f, y));
}

/// The series in s = f / (2 + f) of FreeBSD's log.
Value logarithmCoreF64(const L &l, const LogarithmSplit &split) {
  Value f = split.f, s = l.div(f, l.add(l.c(2), f)), z = l.mul(s, s);
  Value r =
      l.mul(z, l.estrin(z, {1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01,
                            2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01,
                            6.666666666666735130e-01}));
  Value halfSquare = l.mul(l.c(0.5), l.mul(f, f));
  Value tail = l.fma(split.e, l.c(1.90821492927058770002e-10), l.mul(s, l.add(halfSquare, r)));
  Value low = l.sub(l.sub(halfSquare, tail), f);
  return l.sub(l.mul(split.e, l.c(6.93147180369123816490e-01)), low);
}

Value logarithmCore(const L &l, const LogarithmSplit &split) {
  return l.isF64() ? logarithmCoreF64(l, split) : logarithmCoreF32(l, split);
}

double leastNormal(const L &l) { return l.isF64() ? 0x1p-1022 : 0x1p-126; }

/// Zeros, denormals, negative numbers, NaN, and what is not below `bound`, by one comparison.
Value isOutside(const L &l, Value x, Value bound) {
  Value least = l.bitsOf(l.c(leastNormal(l)));
  return l.compareI(arith::CmpIPredicate::uge, l.subI(l.bitsOf(x), least), l.subI(l.bitsOf(bound), least));
}

/// `result`, but what the logarithm of an infinity, a zero, a negative number or NaN is.
Value withSpecials(const L &l, Value x, Value result) {
  result = l.select(l.equal(x, l.infinity()), l.infinity(), result);
  result = l.select(l.equal(x, l.c(0)), l.neg(l.infinity()), result);
  return l.select(l.compare(arith::CmpFPredicate::ULT, x, l.c(0)), l.nan(), result);
}

/// log of anything; denormals are scaled up first.
Value logarithmOfAny(const L &l, Value x) {
  Value tiny = l.less(x, l.c(leastNormal(l)));
  double bits = l.isF64() ? 54 : 25;
  LogarithmSplit split = splitLogarithm(l, l.select(tiny, l.mul(x, l.c(std::ldexp(1.0, bits))), x));
  split.e = l.select(tiny, l.sub(split.e, l.c(bits)), split.e);
  return withSpecials(l, x, logarithmCore(l, split));
}

} // namespace

Value delos::cpu::math::logarithm(ImplicitLocOpBuilder &b, Value x) {
  L l(b, x.getType());
  return l.branch(
      isOutside(l, x, l.infinity()), [&] { return logarithmOfAny(l, x); },
      [&] { return logarithmCore(l, splitLogarithm(l, x)); });
}

namespace {

/// 1 + x, split; what the sum lost goes into f, scaled like it.
struct SuccessorSplit {
  Value u;
  LogarithmSplit rounded, whole;
};

/// `whole` holds for u in [the least normal number, 2^100]: beyond it the scale is no normal number.
SuccessorSplit splitSuccessor(const L &l, Value x) {
  Value one = l.c(1), u = l.add(one, x);
  Value lost = l.sub(x, l.sub(u, one));
  LogarithmSplit split = splitLogarithm(l, u);
  Value scale = l.floatOf(l.subI(l.bitsOf(one), l.shl(split.exponent, l.mantissaBits())));
  return {u, split, {l.fma(lost, scale, split.f), split.e, split.exponent}};
}

/// log(1 + x) of anything, but for the sign of zero.
Value logarithmOfAnySuccessor(const L &l, const SuccessorSplit &split) {
  // A number above 2^100 has lost nothing.
  Value f = l.select(l.less(split.u, l.c(0x1p100)), split.whole.f, split.rounded.f);
  return withSpecials(l, split.u, logarithmCore(l, {f, split.rounded.e, split.rounded.exponent}));
}

} // namespace

Value delos::cpu::math::logarithmPlusOne(ImplicitLocOpBuilder &b, Value x) {
  L l(b, x.getType());
  SuccessorSplit split = splitSuccessor(l, x);
  Value result = l.branch(
      isOutside(l, split.u, l.c(0x1p100)), [&] { return logarithmOfAnySuccessor(l, split); },
      [&] { return logarithmCore(l, split.whole); });
  return l.sign(result, x);
}

namespace {

/// Squares of smaller numbers do not overflow, and beyond it the one under the root is nothing.
constexpr double kLarge = 0x1p60;

/// log(1 + y) for y in [0, 2 kLarge], without tests.
Value logarithmOfSuccessor(const L &l, Value y) { return logarithmCore(l, splitSuccessor(l, y).whole); }

/// log(2a) where a is large, log(1 + y) elsewhere.
Value logarithmOfAnySum(const L &l, Value a, Value y) {
  Value large = l.greater(a, l.c(kLarge));
  Value result = logarithmOfAnySuccessor(l, splitSuccessor(l, l.select(large, a, y)));
  return l.add(result, l.select(large, l.c(0.69314718055994530942), l.c(0)));
}

Value asinh(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]), one = l.c(1), square = l.mul(a, a);
  Value y = l.add(a, l.div(square, l.add(one, l.sqrt(l.add(square, one)))));
  Value result = l.branch(
      l.compare(arith::CmpFPredicate::UGE, a, l.c(kLarge)), [&] { return logarithmOfAnySum(l, a, y); },
      [&] { return logarithmOfSuccessor(l, y); });
  return l.sign(result, args[0]);
}

Value acosh(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value x = args[0], one = l.c(1), t = l.sub(x, one);
  Value y = l.add(t, l.sqrt(l.fma(t, t, l.add(t, t))));
  Value inside = l.both(l.compare(arith::CmpFPredicate::OGE, x, one), l.less(x, l.c(kLarge)));
  return l.branch(
      l.flip(inside), [&] { return l.select(l.less(x, one), l.nan(), logarithmOfAnySum(l, x, y)); },
      [&] { return logarithmOfSuccessor(l, y); });
}

Value atanh(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]), one = l.c(1);
  Value ratio = l.div(l.add(a, a), l.sub(one, a));
  Value result = l.branch(
      l.compare(arith::CmpFPredicate::UGE, a, one),
      [&] { return logarithmOfAnySuccessor(l, splitSuccessor(l, ratio)); },
      [&] { return logarithmOfSuccessor(l, ratio); });
  return l.sign(l.mul(l.c(0.5), result), args[0]);
}

/// x^y by exp(y log |x|) of f64 operands, with the special cases of IEEE 754's pow.
Value powerOfAny(const L &l, Value x, Value y) {
  Value one = l.c(1), zero = l.c(0), a = l.abs(x);
  Value result = exponential(l.b, l.mul(y, logarithm(l.b, a)));
  Value whole = l.equal(y, mlir::math::FloorOp::create(l.b, y));
  Value halves = l.mul(y, l.c(0.5));
  Value odd =
      l.both(whole, l.compare(arith::CmpFPredicate::UNE, halves, mlir::math::FloorOp::create(l.b, halves)));
  Value negative = l.compareI(arith::CmpIPredicate::slt, l.bitsOf(x), l.i(0));
  result = l.select(l.both(negative, odd), l.neg(result), result);
  // A negative base needs an integer exponent; infinite ones are even.
  Value undefined = l.both(l.less(x, zero), l.flip(whole));
  result = l.select(l.both(undefined, l.less(a, l.infinity())), l.nan(), result);
  Value infiniteY = l.equal(l.abs(y), l.infinity());
  result = l.select(l.both(l.equal(a, one), infiniteY), one, result);
  return l.select(arith::OrIOp::create(l.b, l.equal(x, one), l.equal(y, zero)), one, result);
}

/// log2 of a normal number to 2^-37: what an f32 power needs of it.
Value binaryLogarithm(const L &l, Value x) {
  LogarithmSplit split = splitLogarithm(l, x);
  Value s = l.div(split.f, l.add(l.c(2), split.f)), z = l.mul(s, s);
  Value series = l.estrin(z, {0.34077276575593024, 0.41167051828101836, 0.57708361972453048,
                              0.96179667317095441, 2.8853900817902143});
  return l.fma(s, series, split.e);
}

/// 2^x to 2^-34, clamped far outside the range of f32 but inside that of f64.
Value binaryExponential(const L &l, Value x) {
  x = l.atMost(l.atLeast(x, -200), 200);
  auto [rounded, n] = l.roundWithFma(x, l.c(1));
  Value p = l.estrin(l.sub(x, rounded), {1.5201917164192093e-05, 0.00015469291225246465,
                                         0.0013333922582226174, 0.0096180272533099419, 0.05550410353425729,
                                         0.24022651198161693, 0.69314718072845327, 0.99999999996168143});
  return l.floatOf(l.addI(l.bitsOf(p), l.shl(n, l.mantissaBits())));
}

/// Of f32 operands, in f64, whose rounding errors are far below f32's.
Value pow(ImplicitLocOpBuilder &b, ValueRange args) {
  L narrow(b, args[0].getType());
  L l(b, narrow.shaped(b.getF64Type()));
  Value x = arith::ExtFOp::create(b, l.type, args[0]), y = arith::ExtFOp::create(b, l.type, args[1]);
  Value special =
      arith::OrIOp::create(b, isOutside(narrow, args[0], narrow.infinity()),
                           narrow.compare(arith::CmpFPredicate::UGE, narrow.abs(args[1]), narrow.infinity()));
  return narrow.branch(
      special, [&]() -> Value { return arith::TruncFOp::create(b, narrow.type, powerOfAny(l, x, y)); },
      [&]() -> Value {
        Value power = binaryExponential(l, l.mul(y, binaryLogarithm(l, x)));
        return arith::TruncFOp::create(b, narrow.type, power);
      });
}

template <Value (*function)(ImplicitLocOpBuilder &, Value)>
Value unary(ImplicitLocOpBuilder &b, ValueRange args) {
  return function(b, args[0]);
}

} // namespace

llvm::ArrayRef<ExpansionRow> delos::cpu::math::logarithmicExpansions() {
  static const ExpansionRow rows[] = {
      {"math.log", unary<logarithm>, unary<logarithm>, true},
      {"math.log1p", unary<logarithmPlusOne>, unary<logarithmPlusOne>, true},
      {"math.asinh", asinh, asinh, false},
      {"math.acosh", acosh, acosh, false},
      {"math.atanh", atanh, atanh, false},
      {"math.powf", pow, nullptr, false},
  };
  return rows;
}
