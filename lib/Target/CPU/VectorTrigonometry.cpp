// sin, cos, tan and their inverses.
#include "lib/Target/CPU/Lanes.h"
#include "lib/Target/CPU/VectorMath.h"

using namespace mlir;
using namespace delos::cpu::math;
using L = Lanes;

namespace {

enum class Function { sine, cosine, tangent };

//===-- f64, and f32 by way of it -------------------------------------------------------------===//

/// x = n * pi/2 + r with |r| <= pi/4, for |x| < 2^28: pi/2 has 159 bits here, of which 107 stay behind the
/// point.
std::pair<Value, Value> reduceF64(const L &l, Value x) {
  auto [rounded, n] = l.roundWithFma(x, l.c(0.63661977236758134308));
  Value r = l.fma(rounded, l.c(-0x1.921fb54442d18p0), x);
  r = l.fma(rounded, l.c(-0x1.1a62633145c07p-54), r);
  return {l.fma(rounded, l.c(0x1.f1976b7ed8fbcp-110), r), n};
}

Value isSet(const L &l, Value n, int64_t bit) {
  return l.compareI(arith::CmpIPredicate::ne, l.andI(n, l.i(bit)), l.i(0));
}

/// With the kernels of FreeBSD's sin and cos.
Value smallArgumentF64(const L &l, Value x, Function function) {
  auto [r, n] = reduceF64(l, x);
  Value z = l.mul(r, r);
  Value sine =
      l.estrin(z, {1.58969099521155010221e-10, -2.50507602534068634195e-08, 2.75573137070700676789e-06,
                   -1.98412698298579493134e-04, 8.33333333332248946124e-03, -1.66666666666666324348e-01});
  Value cosine =
      l.estrin(z, {-1.13596475577881948265e-11, 2.08757232129817482790e-09, -2.75573143513906633035e-07,
                   2.48015872894767294178e-05, -1.38888888888741095749e-03, 4.16666666666666019037e-02});
  sine = l.fma(sine, l.mul(z, r), r);
  cosine = l.fma(l.mul(cosine, z), z, l.fma(z, l.c(-0.5), l.c(1)));
  if (function == Function::cosine)
    n = l.addI(n, l.i(1));
  Value odd = isSet(l, n, 1);
  if (function == Function::tangent) {
    Value ratio = l.div(l.select(odd, cosine, sine), l.select(odd, sine, cosine));
    return l.select(odd, l.neg(ratio), ratio);
  }
  Value value = l.select(odd, cosine, sine);
  return l.floatOf(l.xorI(l.bitsOf(value), l.shl(l.andI(n, l.i(2)), 62)));
}

/// What libm computes, lane by lane.
template <typename Op>
Value libm(const L &l, Value x) {
  auto exact = Op::create(l.b, x);
  exact->setAttr(kKeepAttribute, l.b.getUnitAttr());
  return exact.getResult();
}

template <typename Op, Function function>
Value circularF64(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]);
  // A larger argument's reduction needs more bits of pi than three numbers hold.
  Value huge = l.compare(arith::CmpFPredicate::OGE, a, l.c(0x1p28));
  Value result =
      l.branch(huge, [&] { return libm<Op>(l, a); }, [&] { return smallArgumentF64(l, a, function); });
  return function == Function::cosine ? result : l.xorSign(result, args[0]);
}

//===-- f32 -----------------------------------------------------------------------------------===//

/// q * unit subtracted from x, with unit = pi or pi/2 (`scale` 1 or 1/2) in three parts: exact to the last
/// bit of a result of any size for q < 2^17.
Value subtractMultiples(const L &l, Value x, Value q, double scale) {
  Value r = l.fma(q, l.c(-0x1.921fb6p1 * scale), x);
  r = l.fma(q, l.c(0x1.777a5cp-24 * scale), r);
  return l.fma(q, l.c(0x1.ee59dap-49 * scale), r);
}

/// sin on [-pi/2, pi/2].
Value sineOf(const L &l, Value r) {
  Value z = l.mul(r, r);
  Value p = l.estrin(
      z, {2.6060818072437542e-06, -0.00019809773948509246, 0.008333069272339344, -0.16666659712791443});
  return l.fma(p, l.mul(z, r), r);
}

/// sin(x) = (-1)^n sin(x - n pi).
Value sineF32(const L &l, Value a) {
  auto [q, n] = l.roundWithFma(a, l.c(0.31830988618379067154));
  Value sine = sineOf(l, subtractMultiples(l, a, q, 1));
  return l.floatOf(l.xorI(l.bitsOf(sine), l.shl(n, 31)));
}

/// cos(x) = (-1)^n sin(q pi/2 - x) with q = 2n + 1.
Value cosineF32(const L &l, Value a) {
  // An odd number to round with turns the parity of n over: the sign comes for one shift.
  Value magic = l.c(l.roundingMagic() + 1);
  Value shifted = l.add(l.fma(a, l.c(0.31830988618379067154), l.c(-0.5)), magic);
  Value q = l.fma(l.sub(shifted, magic), l.c(2), l.c(1));
  Value sine = sineOf(l, subtractMultiples(l, a, q, 0.5));
  return l.floatOf(l.xorI(l.bitsOf(sine), l.shl(l.bitsOf(shifted), 31)));
}

Value tangentF32(const L &l, Value a) {
  auto [q, n] = l.roundWithFma(a, l.c(0.63661977236758134308));
  Value r = subtractMultiples(l, a, q, 0.5), z = l.mul(r, r);
  Value p = l.estrin(z, {0.0093956636264920235, 0.0031028492376208305, 0.024440618231892586,
                         0.053408384323120117, 0.13338834047317505, 0.33333155512809753});
  Value t = l.fma(p, l.mul(z, r), r);
  return l.select(isSet(l, n, 1), l.div(l.c(-1), t), t);
}

template <typename Op, Function function>
Value circularF32(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]);
  Value large = l.compare(arith::CmpFPredicate::OGE, a, l.c(0x1p16));
  Value result = l.branch(
      large,
      [&]() -> Value {
        Value wide = arith::ExtFOp::create(b, l.shaped(b.getF64Type()), a);
        return arith::TruncFOp::create(b, l.type, circularF64<Op, function>(b, wide));
      },
      [&] {
        return function == Function::sine     ? sineF32(l, a)
               : function == Function::cosine ? cosineF32(l, a)
                                              : tangentF32(l, a);
      });
  return function == Function::cosine ? result : l.xorSign(result, args[0]);
}

//===-- Inverses ------------------------------------------------------------------------------===//

constexpr double kHalfPi = 1.57079632679489661923;

/// asin on [0, 1/2] from the argument and its square; FreeBSD's quotient in f64.
Value asinCore(const L &l, Value x, Value z) {
  if (l.isF64()) {
    Value p =
        l.estrin(z, {3.47933107596021167570e-05, 7.91534994289814532176e-04, -4.00555345006794114027e-02,
                     2.01212532134862925881e-01, -3.25565818622400915405e-01, 1.66666666666666657415e-01});
    Value q = l.estrin(z, {7.70381505559019352791e-02, -6.88283971605453293030e-01,
                           2.02094576023350569471e+00, -2.40339491173441421878e+00, 1});
    return l.fma(l.div(p, q), l.mul(z, x), x);
  }
  Value p =
      l.estrin(z, {4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1});
  return l.fma(p, l.mul(z, x), x);
}

Value asin(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]), large = l.greater(a, l.c(0.5));
  Value z = l.select(large, l.mul(l.c(0.5), l.sub(l.c(1), a)), l.mul(a, a));
  Value core = asinCore(l, l.select(large, l.sqrt(z), a), z);
  Value result = l.select(large, l.fma(core, l.c(-2), l.c(kHalfPi)), core);
  return l.sign(l.select(l.greater(a, l.c(1)), l.nan(), result), args[0]);
}

Value acos(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value x = args[0], a = l.abs(x), large = l.greater(a, l.c(0.5));
  Value z = l.select(large, l.mul(l.c(0.5), l.sub(l.c(1), a)), l.mul(a, a));
  Value core = asinCore(l, l.select(large, l.sqrt(z), a), z);
  Value doubled = l.add(core, core), negative = l.less(x, l.c(0));
  Value outer = l.select(negative, l.sub(l.c(2 * kHalfPi), doubled), doubled);
  Value inner = l.sub(l.c(kHalfPi), l.sign(core, x));
  return l.select(l.greater(a, l.c(1)), l.nan(), l.select(large, outer, inner));
}

/// (atan(x) - x) / x^3 on |x| <= tan(pi/8), of z = x^2; FreeBSD's polynomial in f64.
Value atanTail(const L &l, Value z) {
  if (l.isF64())
    return l.neg(
        l.estrin(z, {1.62858201153657823623e-02, -3.65315727442169155270e-02, 4.97687799461593236017e-02,
                     -5.83357013379057348645e-02, 6.66107313738753120669e-02, -7.69187620504482999495e-02,
                     9.09088713343650656196e-02, -1.11111104054623557880e-01, 1.42857142725034663711e-01,
                     -1.99999999998764832476e-01, 3.33333333333329318027e-01}));
  return l.estrin(z, {8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1});
}

Value atan(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]), one = l.c(1);
  Value far = l.greater(a, l.c(2.414213562373095)), middle = l.greater(a, l.c(0.4142135623730950));
  Value numerator = l.select(far, l.c(-1), l.select(middle, l.sub(a, one), a));
  Value denominator = l.select(far, a, l.select(middle, l.add(a, one), one));
  Value base = l.select(far, l.c(kHalfPi), l.select(middle, l.c(kHalfPi / 2), l.c(0)));
  Value x = l.div(numerator, denominator), z = l.mul(x, x);
  return l.sign(l.add(base, l.fma(atanTail(l, z), l.mul(z, x), x)), args[0]);
}

template <typename Op, Function function>
constexpr ExpansionRow circular(llvm::StringLiteral name, bool forF64) {
  return {name, circularF32<Op, function>, circularF64<Op, function>, forF64};
}

} // namespace

llvm::ArrayRef<ExpansionRow> delos::cpu::math::trigonometricExpansions() {
  static const ExpansionRow rows[] = {
      circular<mlir::math::SinOp, Function::sine>("math.sin", true),
      circular<mlir::math::CosOp, Function::cosine>("math.cos", true),
      circular<mlir::math::TanOp, Function::tangent>("math.tan", false),
      {"math.asin", asin, asin, false},
      {"math.acos", acos, acos, false},
      {"math.atan", atan, atan, false},
  };
  return rows;
}
