// sin, cos, tan and their inverses on f32.
#include "lib/Target/CPU/Lanes.h"
#include "lib/Target/CPU/VectorMath.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace delos::cpu::math;
using L = Lanes;

namespace {

/// x = n * pi/2 + r with |r| <= pi/4: sine and cosine of r, and n.
struct Quadrant {
  Value sine, cosine, n;
};

/// The reduction runs in f64 with pi/2 to 106 bits: enough for |x| < 2^28.
Quadrant reduce(const L &l, Value x) {
  L wide(l.b, l.shaped(l.b.getF64Type()));
  Value w = arith::ExtFOp::create(l.b, wide.type, x);
  auto [rounded, n] = wide.roundWithFma(w, wide.c(0.63661977236758134308));
  Value r = wide.fma(rounded, wide.c(-0x1.921fb54442d18p0), w);
  r = wide.fma(rounded, wide.c(-0x1.1a62633145c07p-54), r);
  Value f = arith::TruncFOp::create(l.b, l.type, r), z = l.mul(f, f);
  Value sine = l.horner(z, {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1});
  Value cosine = l.horner(z, {2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2});
  // A zero keeps its sign.
  sine = l.fma(l.mul(sine, z), f, f);
  cosine = l.fma(l.mul(cosine, z), z, l.fma(z, l.c(-0.5), l.c(1)));
  return {sine, cosine, arith::TruncIOp::create(l.b, l.integer, n)};
}

Value bitSet(const L &l, Value n, int64_t bit) {
  return arith::CmpIOp::create(l.b, arith::CmpIPredicate::ne, l.andI(n, l.i(bit)), l.i(0));
}

Value sineOf(const L &l, const Quadrant &q, int64_t shift) {
  Value n = shift ? l.addI(q.n, l.i(shift)) : q.n;
  Value value = l.select(bitSet(l, n, 1), q.cosine, q.sine);
  return l.select(bitSet(l, n, 2), l.neg(value), value);
}

Value tangentOf(const L &l, const Quadrant &q) {
  Value odd = bitSet(l, q.n, 1);
  Value ratio = l.div(l.select(odd, q.cosine, q.sine), l.select(odd, q.sine, q.cosine));
  return l.select(odd, l.neg(ratio), ratio);
}

/// Takes `small` where all arguments are below 2^28, else libm per lane (marked so that it is not expanded
/// again).
template <typename Op>
Value withLargeArguments(const L &l, Value x, Value (*small)(const L &, const Quadrant &)) {
  Value huge = l.compare(arith::CmpFPredicate::OGE, l.abs(x), l.c(0x1p28));
  huge = l.both(huge, l.less(l.abs(x), l.infinity()));
  Value any = isa<VectorType>(huge.getType())
                  ? vector::ReductionOp::create(l.b, vector::CombiningKind::OR, huge).getResult()
                  : huge;
  auto branch = scf::IfOp::create(l.b, TypeRange{l.type}, any, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(l.b);
  l.b.setInsertionPointToStart(branch.thenBlock());
  auto exact = Op::create(l.b, x);
  exact->setAttr(kKeepAttribute, l.b.getUnitAttr());
  scf::YieldOp::create(l.b, exact.getResult());
  l.b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(l.b, small(l, reduce(l, x)));
  return branch.getResult(0);
}

Value sin(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  return withLargeArguments<mlir::math::SinOp>(l, args[0],
                                               [](const L &l, const Quadrant &q) { return sineOf(l, q, 0); });
}

Value cos(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  return withLargeArguments<mlir::math::CosOp>(l, args[0],
                                               [](const L &l, const Quadrant &q) { return sineOf(l, q, 1); });
}

Value tan(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  return withLargeArguments<mlir::math::TanOp>(l, args[0],
                                               [](const L &l, const Quadrant &q) { return tangentOf(l, q); });
}

constexpr double kHalfPi = 1.57079632679489661923;

/// asin on [0, 1/2] from the argument and its square.
Value asinCore(const L &l, Value x, Value z) {
  Value p =
      l.horner(z, {4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1});
  return l.fma(l.mul(p, z), x, x);
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

Value atan(ImplicitLocOpBuilder &b, ValueRange args) {
  L l(b, args[0].getType());
  Value a = l.abs(args[0]), one = l.c(1);
  Value far = l.greater(a, l.c(2.414213562373095)), middle = l.greater(a, l.c(0.4142135623730950));
  Value numerator = l.select(far, l.c(-1), l.select(middle, l.sub(a, one), a));
  Value denominator = l.select(far, a, l.select(middle, l.add(a, one), one));
  Value base = l.select(far, l.c(kHalfPi), l.select(middle, l.c(kHalfPi / 2), l.c(0)));
  Value x = l.div(numerator, denominator), z = l.mul(x, x);
  Value p = l.horner(z, {8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1});
  return l.sign(l.add(base, l.fma(l.mul(p, z), x, x)), args[0]);
}

} // namespace

llvm::ArrayRef<ExpansionRow> delos::cpu::math::trigonometricExpansions() {
  static const ExpansionRow rows[] = {
      {"math.sin", sin, false},   {"math.cos", cos, false},   {"math.tan", tan, false},
      {"math.asin", asin, false}, {"math.acos", acos, false}, {"math.atan", atan, false},
  };
  return rows;
}
