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

int64_t delos::cpu::rows::positionBitsOf(Operation *op, const Ranges &ranges) {
  ReductionSpace space = reductionSpace(op, ranges);
  std::optional<int64_t> extent = space.extents[0].asConstant();
  return extent && *extent < INT32_MAX ? 32 : 64;
}

Reducer::Reducer(Operation *op, ArgPart part, int64_t positionBits) : op(op), positionBits(positionBits) {
  element = getElementTypeOrSelf(op->getOperand(0).getType());
  if (auto reduce = dyn_cast<graph::ReduceOp>(op)) {
    kind = reduce.getKind();
  } else if (auto window = dyn_cast<graph::WindowReduceOp>(op)) {
    kind = window.getKind();
  } else if (auto arg = dyn_cast<graph::ArgReduceOp>(op)) {
    kind = arg.getKind(), takesLast = arg.getLast();
    isArg = part == ArgPart::Both, isSearch = part == ArgPart::Search;
  } else {
    element = getElementTypeOrSelf(op->getResult(0).getType()), isProduct = true;
  }
}

llvm::SmallVector<TypedAttr> Reducer::initial(OpBuilder &b) const {
  TypedAttr none = b.getIntegerAttr(b.getIntegerType(positionBits), takesLast ? -1 : INT32_MAX);
  if (isSearch)
    return {positionBits == 64 && !takesLast ? b.getI64IntegerAttr(INT64_MAX) : none};
  llvm::SmallVector<TypedAttr> values = {neutralElement(kind, element)};
  if (isArg)
    values.push_back(b.getIntegerAttr(b.getIntegerType(positionBits), 0));
  if (flagsNaN)
    values.push_back(b.getBoolAttr(false));
  return values;
}

/// True where x, which comes after a, takes its place: better, or the first NaN; the last of equals when
/// `takesLast`.
static Value beats(ImplicitLocOpBuilder &b, const Reducer &reducer, Value a, Value x) {
  bool largest = reducer.kind == graph::ReduceKind::max, last = reducer.takesLast;
  if (!isa<FloatType>(reducer.element)) {
    bool isUnsigned = reducer.element.isUnsignedInteger() || reducer.element.isInteger(1);
    using P = arith::CmpIPredicate;
    P up = last ? (isUnsigned ? P::uge : P::sge) : (isUnsigned ? P::ugt : P::sgt);
    P down = last ? (isUnsigned ? P::ule : P::sle) : (isUnsigned ? P::ult : P::slt);
    return arith::CmpIOp::create(b, largest ? up : down, x, a);
  }
  using P = arith::CmpFPredicate;
  P up = last ? P::OGE : P::OGT, down = last ? P::OLE : P::OLT;
  Value better = arith::CmpFOp::create(b, largest ? up : down, x, a);
  Value nan = arith::CmpFOp::create(b, P::UNO, x, x);
  if (!last)
    nan = arith::AndIOp::create(b, nan, arith::CmpFOp::create(b, P::ORD, a, a));
  return arith::OrIOp::create(b, better, nan);
}

/// `x` is an element, or an accumulator with its flag. Numbers alone are compared: a NaN leaves them as they
/// are.
llvm::SmallVector<Value> Reducer::combineFlagged(ImplicitLocOpBuilder &b, ArrayRef<Value> a,
                                                 ArrayRef<Value> x) const {
  Value both[] = {a[0], x[0]};
  unify(b, both);
  auto predicate = kind == graph::ReduceKind::max ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT;
  Value better = arith::CmpFOp::create(b, predicate, both[1], both[0]);
  Value nan = x.size() > 1 ? x[1] : arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, both[1], both[1]);
  return {arith::SelectOp::create(b, better, both[1], both[0]), arith::OrIOp::create(b, a[1], nan)};
}

llvm::SmallVector<Value> Reducer::combine(ImplicitLocOpBuilder &b, ArrayRef<Value> a,
                                          ArrayRef<Value> x) const {
  if (isSearch && takesLast)
    return {arith::MaxSIOp::create(b, a[0], x[0])};
  if (isSearch)
    return {arith::MinSIOp::create(b, a[0], x[0])};
  if (flagsNaN)
    return combineFlagged(b, a, x);
  if (!isArg)
    return {emitCombine(b, kind, element, a[0], x[0])};
  llvm::SmallVector<Value> all = {a[0], a[1], x[0], x[1]};
  unify(b, all);
  Value better = beats(b, *this, all[0], all[2]);
  return {arith::SelectOp::create(b, better, all[2], all[0]),
          arith::SelectOp::create(b, better, all[3], all[1])};
}

Value Reducer::finish(ImplicitLocOpBuilder &b, ArrayRef<Value> a) const {
  if (isArg || isSearch) {
    Type i64 = withElement(a.back().getType(), b.getI64Type());
    return a.back().getType() == i64 ? a.back() : arith::ExtSIOp::create(b, i64, a.back()).getResult();
  }
  if (flagsNaN) {
    auto type = cast<FloatType>(a[0].getType());
    auto nan = FloatAttr::get(type, APFloat::getNaN(type.getFloatSemantics()));
    return arith::SelectOp::create(b, a[1], arith::ConstantOp::create(b, nan), a[0]);
  }
  return isa<graph::ArgReduceOp>(op) ? a[0]
                                     : roundTo(b, a[0], getElementTypeOrSelf(op->getResult(0).getType()));
}

/// The value of a loop's variable as an integer, lane by lane where it runs over lanes.
Value PullEmitter::positionIn(const DimExpr &loop, int64_t bits) {
  Type type = b.getIntegerType(bits);
  if (!isVectorExpr(loop))
    return arith::IndexCastOp::create(b, type, index(loop));
  auto vector = VectorType::get({laneScope()->lanes}, type);
  const std::string lane = laneScope()->laneVariable;
  auto coefficient = lane.empty() ? std::nullopt : linearCoefficient(loop, lane);
  if (!coefficient || !coefficient->isConstant(1) || isVectorExpr(loop - variable(lane)))
    return arith::IndexCastOp::create(b, vector, indexVector(loop));
  Value first = arith::IndexCastOp::create(b, type, index(loop));
  llvm::SmallVector<APInt> steps;
  for (int64_t k = 0; k < vector.getNumElements(); ++k)
    steps.push_back(APInt(bits, k));
  Value step = arith::ConstantOp::create(b, vector, DenseElementsAttr::get(vector, steps));
  return arith::AddIOp::create(b, broadcastTo(b, first, vector.getNumElements()), step);
}

/// The position of an element that an arg_reduce seeks, else what no position beats.
static Value soughtPosition(ImplicitLocOpBuilder &b, const Reducer &reducer, Value x, Value position) {
  llvm::SmallVector<Value> both = {x, reducer.sought, position};
  unify(b, both);
  Value found;
  if (isa<FloatType>(reducer.element)) {
    Value equal = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, both[0], both[1]);
    Value nan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, both[0], both[0]);
    found = arith::OrIOp::create(b, equal, nan);
  } else {
    found = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, both[0], both[1]);
  }
  Value none = constantLike(b, both[2].getType(), reducer.initial(b)[0]);
  return arith::SelectOp::create(b, found, both[2], none);
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
  if (reducer.isSearch)
    return {soughtPosition(b, reducer, at(0), positionIn(loops[0], reducer.positionBits))};
  if (reducer.isArg)
    return {at(0), positionIn(loops[0], reducer.positionBits)};
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
  if (!isa<graph::ArgReduceOp>(op))
    return RowReduction(*this, Reducer(op), position).emit();
  Reducer search(op, ArgPart::Search, positionBitsOf(op, ranges));
  search.sought = RowReduction(*this, Reducer(op, ArgPart::Extremum), position).emit();
  return RowReduction(*this, search, position).emit();
}

/// One accumulator per lane, the loops outside to inside in their order.
Value PullEmitter::emitInlineReduction(Operation *op, const Position &position) {
  Reducer reducer(op, ArgPart::Both, isa<graph::ArgReduceOp>(op) ? positionBitsOf(op, ranges) : 64);
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
