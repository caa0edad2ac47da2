// Reductions as loops of their own: over lanes where the position is uniform, inline with vector accumulators
// where the result varies by lane.
#include "dialects/Graph/Dims.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/RowEmitter/RowReduction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

Reducer::Reducer(Operation *op) : op(op) {
  element = getElementTypeOrSelf(op->getOperand(0).getType());
  if (auto reduce = dyn_cast<graph::ReduceOp>(op))
    kind = reduce.getKind();
  else if (auto window = dyn_cast<graph::WindowReduceOp>(op))
    kind = window.getKind();
  else if (auto arg = dyn_cast<graph::ArgReduceOp>(op))
    kind = arg.getKind(), isArg = true, takesLast = arg.getLast();
  else
    element = getElementTypeOrSelf(op->getResult(0).getType()), isProduct = true;
}

llvm::SmallVector<TypedAttr> Reducer::initial(OpBuilder &b) const {
  llvm::SmallVector<TypedAttr> values = {neutralElement(kind, element)};
  if (isArg)
    values.push_back(b.getI64IntegerAttr(-1));
  return values;
}

/// True where (x, j) beats (a, i): better, or the first NaN, or equal and in front. An index of -1 is no
/// element.
static Value beats(ImplicitLocOpBuilder &b, const Reducer &reducer, Value a, Value i, Value x, Value j) {
  bool isFloat = isa<FloatType>(reducer.element), largest = reducer.kind == graph::ReduceKind::max;
  bool isUnsigned = reducer.element.isUnsignedInteger();
  Value better, equal;
  if (isFloat) {
    better = arith::CmpFOp::create(b, largest ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT, x, a);
    equal = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, a);
    Value nanX = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
    Value nanA = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, a, a);
    Value truth = intConstant(b, nanX.getType(), 1);
    Value onlyX = arith::AndIOp::create(b, nanX, arith::XOrIOp::create(b, nanA, truth));
    better = arith::OrIOp::create(b, better, onlyX);
    equal = arith::OrIOp::create(b, equal, arith::AndIOp::create(b, nanX, nanA));
  } else {
    auto predicate = largest ? (isUnsigned ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::sgt)
                             : (isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt);
    better = arith::CmpIOp::create(b, predicate, x, a);
    equal = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, a);
  }
  auto order = reducer.takesLast ? arith::CmpIPredicate::sgt : arith::CmpIPredicate::slt;
  Value inFront = arith::CmpIOp::create(b, order, j, i);
  Value wins = arith::OrIOp::create(b, better, arith::AndIOp::create(b, equal, inFront));
  Value zero = intConstant(b, i.getType(), 0);
  Value empty = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, i, zero);
  Value real = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, j, zero);
  return arith::AndIOp::create(b, arith::OrIOp::create(b, wins, empty), real);
}

llvm::SmallVector<Value> Reducer::combine(ImplicitLocOpBuilder &b, ArrayRef<Value> a,
                                          ArrayRef<Value> x) const {
  if (!isArg)
    return {emitCombine(b, kind, element, a[0], x[0])};
  llvm::SmallVector<Value> all = {a[0], a[1], x[0], x[1]};
  unify(b, all);
  Value better = beats(b, *this, all[0], all[1], all[2], all[3]);
  return {arith::SelectOp::create(b, better, all[2], all[0]),
          arith::SelectOp::create(b, better, all[3], all[1])};
}

Value Reducer::finish(ImplicitLocOpBuilder &b, ArrayRef<Value> a) const {
  if (isArg)
    return a[1];
  return roundTo(b, a[0], getElementTypeOrSelf(op->getResult(0).getType()));
}

llvm::SmallVector<Value> PullEmitter::reducedPoint(const Reducer &reducer, const ReductionSpace &space,
                                                   ArrayRef<DimExpr> result, ArrayRef<DimExpr> loops) {
  Operation *op = reducer.op;
  auto at = [&](unsigned operand) -> Value {
    Position position = space.operandAt(operand, result, loops);
    if (!space.mayExceed)
      return pull(op->getOperand(operand), position);
    Type from = getElementTypeOrSelf(op->getOperand(operand).getType());
    return pullWithin(op->getOperand(operand), position, {}, [&]() -> Value {
      TypedAttr neutral = reducer.isProduct ? cast<TypedAttr>(b.getZeroAttr(computeType(from)))
                                            : neutralElement(reducer.kind, reducer.element);
      return arith::ConstantOp::create(b, neutral);
    });
  };
  if (reducer.isArg) {
    const DimExpr &where = loops[0];
    Value j = isVectorExpr(where) ? indexVector(where) : index(where);
    return {at(0), arith::IndexCastOp::create(b, withElement(j.getType(), b.getI64Type()), j)};
  }
  if (!reducer.isProduct)
    return {at(0)};
  llvm::SmallVector<Value> factors;
  for (unsigned operand : {0u, 1u})
    factors.push_back(emitCast(b, at(operand), getElementTypeOrSelf(op->getOperand(operand).getType()),
                               accumulatorType(reducer.element), graph::CastMode::wrap));
  unify(b, factors);
  if (isa<FloatType>(reducer.element))
    return {arith::MulFOp::create(b, factors[0], factors[1])};
  return {arith::MulIOp::create(b, factors[0], factors[1])};
}

Value PullEmitter::emitReduction(Operation *op, const Position &position) {
  if (isVectorPosition(position))
    return emitInlineReduction(op, position);
  RowReduction reduction(*this, op, position);
  return reduction.emit();
}

/// One accumulator per lane, the loops outside to inside in their order.
Value PullEmitter::emitInlineReduction(Operation *op, const Position &position) {
  Reducer reducer(op);
  ReductionSpace space = reductionSpace(op, ranges);
  llvm::SmallVector<DimExpr> point(position.coordinates(dimsOf(op->getResult(0)), ranges)), loops;
  llvm::SmallVector<std::string> names;
  for (size_t k = 0; k < space.extents.size(); ++k) {
    names.push_back("%i" + std::to_string(serial++));
    loops.push_back(variable(names.back()));
    ranges.bound(names.back(), space.extents[k]);
  }
  int64_t lanes = laneScope()->lanes;
  llvm::SmallVector<Value> initial;
  for (TypedAttr attr : reducer.initial(b))
    initial.push_back(constantLike(b, VectorType::get({lanes}, attr.getType()), attr));
  std::function<llvm::SmallVector<Value>(size_t, ValueRange)> nest =
      [&](size_t level, ValueRange carried) -> llvm::SmallVector<Value> {
    if (level == loops.size())
      return reducer.combine(b, llvm::SmallVector<Value>(carried),
                             reducedPoint(reducer, space, point, loops));
    return loop(names[level], space.extents[level], carried,
                [&](ValueRange inner) { return nest(level + 1, inner); });
  };
  return reducer.finish(b, nest(0, initial));
}
