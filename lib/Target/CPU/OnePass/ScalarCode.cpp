// Evaluation of expressions, and the exponential of what is at most zero.
#include "lib/Target/CPU/OnePass/ScalarCode.h"

#include "lib/Target/CPU/Lanes.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::onepass {

using namespace seam;
using Kind = ScalarExpr::Kind;

static Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

/// A loop index (i64) in the element type of an index leaf.
static Value asNumber(Builder &b, Value value, Type element) {
  Type type = value.getType();
  Type to = rows::withElement(type, rows::computeType(element));
  if (to == type)
    return value;
  if (isa<FloatType>(element))
    return arith::SIToFPOp::create(b, to, value);
  if (element.getIntOrFloatBitWidth() < 64)
    return arith::TruncIOp::create(b, to, value);
  return value;
}

Value laneOffsets(KernelFrame &frame, const LinearForm &form, const LoopValues &lanes) {
  Builder &b = frame.b;
  Value sum;
  for (const auto &[loop, delta] : lanes) {
    DimExpr along = form.of(loop);
    if (along.isConstant(0))
      continue;
    Value step = delta;
    if (!along.isConstant(1)) {
      Value factor = arith::IndexCastOp::create(b, b.getI64Type(), frame.size(along));
      step = arith::MulIOp::create(b, step, rows::broadcastTo(b, factor, frame.lanes));
    }
    sum = sum ? arith::AddIOp::create(b, sum, step).getResult() : step;
  }
  return sum;
}

static Value indexLeaf(KernelFrame &frame, const ScalarExpr *expr, Point &point) {
  Builder &b = frame.b;
  const LinearForm &form = expr->access.address;
  Value value = arith::IndexCastOp::create(b, b.getI64Type(), frame.at(form, point.loops));
  if (Value offsets = laneOffsets(frame, form, point.lanes))
    value = arith::AddIOp::create(b, rows::broadcastTo(b, value, frame.lanes), offsets);
  return asNumber(b, value, elementOf(expr->value));
}

static Value functionValue(KernelFrame &frame, const ScalarExpr *expr, Point &point) {
  Builder &b = frame.b;
  SmallVector<Value> operands;
  for (const ScalarExpr *operand : expr->operands)
    operands.push_back(evaluate(frame, operand, point));
  rows::unify(b, operands);
  Type from = elementOf(expr->op->getOperands().back());
  if (auto map = dyn_cast<graph::MapOp>(expr->op))
    return rows::roundTo(b, rows::emitFunction(b, map.getFn(), from, operands), elementOf(map.getResult()));
  if (auto convert = dyn_cast<graph::CastOp>(expr->op))
    return rows::emitCast(b, operands[0], from, elementOf(convert.getResult()), convert.getMode());
  return rows::emitBitcast(b, operands[0], from, elementOf(expr->op->getResult(0)));
}

Value evaluate(KernelFrame &frame, const ScalarExpr *expr, Point &point) {
  if (auto known = point.leaves.find(expr); known != point.leaves.end())
    return known->second;
  Builder &b = frame.b;
  Value value;
  if (expr->kind == Kind::Input) {
    value = rows::fromStorage(b, point.load(expr), elementOf(expr->value));
  } else if (expr->kind == Kind::Constant) {
    auto splat = cast<SplatElementsAttr>(cast<graph::ConstantOp>(expr->op).getValue());
    value = arith::ConstantOp::create(
        b, rows::constantElement(splat.getSplatValue<Attribute>(), elementOf(expr->value)));
  } else if (expr->kind == Kind::Index || expr->kind == Kind::Size) {
    value = indexLeaf(frame, expr, point);
  } else {
    value = functionValue(frame, expr, point);
  }
  return point.leaves[expr] = value;
}

Value evaluateVector(KernelFrame &frame, const ScalarExpr *expr, Point &point) {
  return rows::broadcastTo(frame.b, evaluate(frame, expr, point), frame.lanes);
}

Value multiply(KernelFrame &frame, ArrayRef<ScalarFactor> factors, Point &point, Value start) {
  Builder &b = frame.b;
  for (const ScalarFactor &factor : factors) {
    Value value = evaluateVector(frame, factor.expr, point);
    if (!start && !factor.inverse) {
      start = value;
      continue;
    }
    Value left = start ? start : frame.splat(1);
    start = factor.inverse ? arith::DivFOp::create(b, left, value).getResult()
                           : arith::MulFOp::create(b, left, value).getResult();
  }
  return start ? start : frame.splat(1);
}

/// 2^x for x <= 0.
static Value exponential2(KernelFrame &frame, Value x) {
  Builder &b = frame.b;
  math::Lanes l(b, x.getType());
  // Degree 6 on [-1/2, 1/2]: 1.2e-7 relative.
  auto power = [&](Value f) {
    return l.horner(f, {1.535336e-4, 1.339887e-3, 9.618437e-3, 5.550332e-2, 2.402265e-1, 6.931472e-1, 1.0});
  };
  if (frame.lanes == 16 && frame.target.has("avx512f")) {
    // The scaling instruction gives 0 for 2^-inf even where the fraction -inf - -inf is NaN.
    Value n = mlir::math::RoundEvenOp::create(b, x);
    Value p = power(l.sub(x, n)), mask = arith::ConstantOp::create(b, b.getI16IntegerAttr(-1));
    Value rounding = arith::ConstantOp::create(b, b.getI32IntegerAttr(4)); // the current mode
    return LLVM::CallIntrinsicOp::create(b, x.getType(),
                                         b.getStringAttr("llvm.x86.avx512.mask.scalef.ps.512"),
                                         ValueRange{p, n, p, mask, rounding})
        .getResult(0);
  }
  Value low = l.less(x, l.c(-126)), clamped = l.select(low, l.c(-126), x);
  auto [rounded, n] = l.roundWithFma(clamped, l.c(1));
  Value scale = l.floatOf(l.shl(l.addI(n, l.i(l.exponentBias())), l.mantissaBits()));
  // Made of integers: it does not keep a NaN.
  Value result = l.mul(power(l.sub(clamped, rounded)), scale);
  result = l.select(low, l.c(0), result);
  return l.select(l.compare(arith::CmpFPredicate::UNO, x, x), x, result);
}

Value exponentialOf(KernelFrame &frame, Value score, Value bound) {
  constexpr double log2e = 1.44269504088896340736;
  Builder &b = frame.b;
  // The difference first: it is exact near the bound, where exponentials are large.
  Value difference = arith::SubFOp::create(b, score, bound);
  return exponential2(frame, arith::MulFOp::create(b, difference, frame.splat(log2e)));
}

} // namespace delos::cpu::onepass
