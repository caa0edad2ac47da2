// Vector loops of element-wise and reduction tiles.
#include "lib/Target/CPU/Seam/GenericExpansion.h"

#include "lib/LoopOpt/StageEmitter.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/Seam/LoopCode.h"
#include "lib/Target/CPU/Seam/VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {
namespace {

/// A reduction result: what it combines with.
struct Reduction {
  graph::ReduceKind kind;
  Type elementType;
};

class Expansion {
public:
  Expansion(RewriterBase &rewriter, linalg::LinalgOp op, const TargetDescription &target, int64_t unroll)
      : op(op), target(target), unroll(unroll), b(op.getLoc(), rewriter) {
    b.setInsertionPoint(op);
  }
  LogicalResult run();

private:
  LogicalResult prepare();
  void forLoops(unsigned position);
  void vectorLoop();
  Values steps(Value from, int64_t count, ValueRange accumulators);
  Values step(Value column, int64_t width, Value mask, ValueRange accumulators);
  Value load(unsigned operand, Value column, int64_t width, Value mask);
  void store(unsigned operand, Value value, Value column, int64_t width, Value mask);
  Values indices(unsigned operand, Value column) const;
  Values emptyAccumulators();
  void finish(ValueRange accumulators);
  bool spans(unsigned operand) const { return maps[operand].isFunctionOfDim(inner); }
  bool isContiguous(unsigned operand) const;
  bool isBuffer(unsigned operand) const { return isa<MemRefType>(op->getOperand(operand).getType()); }
  Type vectorOf(Type element, int64_t width) const {
    return width == 1 ? element : Type(VectorType::get({width}, element));
  }

  linalg::LinalgOp op;
  const TargetDescription &target;
  int64_t unroll;
  Builder b;
  SmallVector<AffineMap> maps;
  unsigned inputs = 0, inner = 0;
  int64_t lanes = 0;
  Values extents, at;
  SmallVector<unsigned> reduced;
  SmallVector<Reduction> reductions;
};

} // namespace

bool Expansion::isContiguous(unsigned operand) const {
  auto type = cast<MemRefType>(op->getOperand(operand).getType());
  auto [strides, offset] = type.getStridesAndOffset();
  AffineMap map = maps[operand];
  auto last = map.getNumResults() ? dyn_cast<AffineDimExpr>(map.getResults().back()) : AffineDimExpr(nullptr);
  return last && last.getPosition() == inner && strides.back() == 1;
}

LogicalResult Expansion::prepare() {
  maps = op.getIndexingMapsArray();
  inputs = op.getNumDpsInputs();
  extents.resize(op.getNumLoops());
  at.resize(op.getNumLoops());
  if (op.getNumLoops())
    inner = op.getNumLoops() - 1;
  unsigned bits = 32;
  for (auto [i, map] : llvm::enumerate(maps)) {
    if (!isBuffer(i))
      continue;
    if (!map.isProjectedPermutation())
      return op->emitOpError("expected projected permutations");
    auto type = cast<MemRefType>(op->getOperand(i).getType());
    bits = std::max(bits, type.getElementTypeBitWidth());
    for (auto [k, expr] : llvm::enumerate(map.getResults())) {
      Value &extent = extents[cast<AffineDimExpr>(expr).getPosition()];
      if (!extent || !type.isDynamicDim(k))
        extent = dimSize(b, op->getOperand(i), k);
    }
    if (i >= inputs && (!op.getNumLoops() || !spans(i)) && op.getNumReductionLoops())
      reduced.push_back(i);
  }
  lanes = target.lanes(bits);
  auto kinds = op->getAttrOfType<ArrayAttr>(loopopt::reductionsAttribute);
  for (unsigned operand : reduced) {
    if (!kinds)
      return op->emitOpError("expected the kinds of its reductions");
    auto entry = cast<ArrayAttr>(kinds[operand - inputs]);
    reductions.push_back({static_cast<graph::ReduceKind>(cast<IntegerAttr>(entry[0]).getInt()),
                          cast<TypeAttr>(entry[1]).getValue()});
  }
  return success();
}

//===-- Operands -----------------------------------------------------------------------------------===//

Values Expansion::indices(unsigned operand, Value column) const {
  Values result;
  for (AffineExpr expr : maps[operand].getResults()) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    result.push_back(dim == inner ? column : at[dim]);
  }
  return result;
}

/// The operand's elements at `column` on; a value without the inner dim stays scalar where `width` is 1 and
/// is repeated otherwise.
Value Expansion::load(unsigned operand, Value column, int64_t width, Value mask) {
  Value source = op->getOperand(operand);
  if (!isBuffer(operand))
    return width == 1 ? source : vector::BroadcastOp::create(b, vectorOf(source.getType(), width), source);
  Type element = cast<MemRefType>(source.getType()).getElementType();
  if (width == 1)
    return memref::LoadOp::create(b, source, indices(operand, column));
  auto type = VectorType::get({width}, element);
  if (!spans(operand)) {
    Value scalar = memref::LoadOp::create(b, source, indices(operand, column));
    return vector::BroadcastOp::create(b, type, scalar);
  }
  if (!isContiguous(operand)) {
    Values elements;
    Value last = mask ? minus(b, extents[inner], index(b, 1)) : Value();
    for (int64_t i = 0; i < width; ++i) {
      // Lanes beyond the end repeat the last element; nothing is stored for them.
      Value place = scaled(b, column, 1, i);
      if (mask)
        place = arith::MinUIOp::create(b, place, last);
      elements.push_back(memref::LoadOp::create(b, source, indices(operand, place)));
    }
    return vector::FromElementsOp::create(b, type, elements);
  }
  if (mask)
    return vector::MaskedLoadOp::create(b, type, source, indices(operand, column), mask, zeroOf(b, type));
  return vector::LoadOp::create(b, type, source, indices(operand, column));
}

void Expansion::store(unsigned operand, Value value, Value column, int64_t width, Value mask) {
  Value target = op->getOperand(operand);
  if (width == 1) {
    memref::StoreOp::create(b, value, target, indices(operand, column));
    return;
  }
  if (!isa<VectorType>(value.getType()))
    value = vector::BroadcastOp::create(b, VectorType::get({width}, value.getType()), value);
  if (!isContiguous(operand)) {
    for (int64_t i = 0; i < width; ++i) {
      Value place = scaled(b, column, 1, i);
      auto put = [&] {
        Value element = vector::ExtractOp::create(b, value, i);
        memref::StoreOp::create(b, element, target, indices(operand, place));
      };
      if (mask)
        branch(b, arith::CmpIOp::create(b, arith::CmpIPredicate::ult, place, extents[inner]), put);
      else
        put();
    }
  } else if (mask) {
    vector::MaskedStoreOp::create(b, target, indices(operand, column), mask, value);
  } else {
    vector::StoreOp::create(b, value, target, indices(operand, column));
  }
}

//===-- Body ---------------------------------------------------------------------------------------===//

/// One vector (or one element, width 1): loads, body, stores; gives the next accumulators.
Values Expansion::step(Value column, int64_t width, Value mask, ValueRange accumulators) {
  Values arguments(op.getBlock()->getNumArguments());
  for (auto [i, argument] : llvm::enumerate(op.getBlock()->getArguments())) {
    auto found = llvm::find(reduced, i);
    if (found != reduced.end())
      arguments[i] = accumulators[found - reduced.begin()];
    else if (!argument.use_empty())
      arguments[i] = load(i, column, width, mask);
  }
  Values yields = cloneAsVectors(b, *op.getBlock(), arguments, width), next;
  for (auto [result, value] : llvm::enumerate(yields)) {
    unsigned operand = inputs + result;
    auto found = llvm::find(reduced, operand);
    if (found == reduced.end()) {
      store(operand, value, column, width, mask);
      continue;
    }
    Value old = accumulators[found - reduced.begin()];
    next.push_back(mask ? arith::SelectOp::create(b, mask, value, old).getResult() : value);
  }
  return next;
}

//===-- Reductions ---------------------------------------------------------------------------------===//

Values Expansion::emptyAccumulators() {
  Values result;
  for (const Reduction &reduction : reductions)
    result.push_back(splatConstant(b, vectorOf(rows::computeType(reduction.elementType), lanes),
                                   rows::neutralElement(reduction.kind, reduction.elementType)));
  return result;
}

/// Lanes to one value by halving, then into memory.
void Expansion::finish(ValueRange accumulators) {
  for (auto [i, reduction] : llvm::enumerate(reductions)) {
    Value value = accumulators[i];
    for (int64_t width = lanes; width > 1; width /= 2) {
      SmallVector<int64_t> lowLanes, highLanes;
      for (int64_t lane = 0; lane < width / 2; ++lane) {
        lowLanes.push_back(lane);
        highLanes.push_back(width / 2 + lane);
      }
      Value low = vector::ShuffleOp::create(b, value, value, lowLanes);
      Value high = vector::ShuffleOp::create(b, value, value, highLanes);
      value = rows::emitCombine(b, reduction.kind, reduction.elementType, low, high);
    }
    Value scalar = vector::ExtractOp::create(b, value, 0), buffer = op->getOperand(reduced[i]);
    Values place = indices(reduced[i], {});
    Value old = memref::LoadOp::create(b, buffer, place);
    memref::StoreOp::create(b, rows::emitCombine(b, reduction.kind, reduction.elementType, old, scalar),
                            buffer, place);
  }
}

//===-- Loops --------------------------------------------------------------------------------------===//

/// `count` whole vectors from `from` on; accumulators come in groups, one per vector in flight.
Values Expansion::steps(Value from, int64_t count, ValueRange accumulators) {
  Values next;
  size_t kinds = reductions.size();
  for (int64_t u = 0; u < count; ++u) {
    Values mine = kinds ? Values(accumulators.slice(u * kinds, kinds)) : Values();
    next.append(step(scaled(b, from, 1, u * lanes), lanes, {}, mine));
  }
  return next;
}

void Expansion::vectorLoop() {
  Value zero = index(b, 0), extent = extents[inner];
  auto known = getConstantIntValue(extent);
  int64_t together = unroll;
  if (known)
    together = std::max<int64_t>(1, std::min(unroll, *known / lanes));
  Values accumulators;
  for (int64_t u = 0; u < together; ++u)
    accumulators.append(emptyAccumulators());
  int64_t stride = together * lanes;
  Value bulk = known ? index(b, *known / stride * stride)
                     : scaled(b, arith::DivUIOp::create(b, extent, index(b, stride)), stride);
  accumulators = forLoop(b, zero, bulk, stride, accumulators,
                         [&](Value column, ValueRange mine) { return steps(column, together, mine); });
  size_t kinds = reductions.size();
  Values first(ArrayRef<Value>(accumulators).take_front(kinds));
  for (int64_t u = 1; u < together; ++u)
    for (size_t i = 0; i < kinds; ++i)
      first[i] = rows::emitCombine(b, reductions[i].kind, reductions[i].elementType, first[i],
                                   accumulators[u * kinds + i]);
  first = forLoop(b, bulk, extent, lanes, first, [&](Value column, ValueRange mine) {
    return step(column, lanes, laneMask(b, lanes, minus(b, extent, column)), mine);
  });
  finish(first);
}

void Expansion::forLoops(unsigned position) {
  if (position == inner)
    return vectorLoop();
  forEach(b, index(b, 0), extents[position], 1, [&](Value i) {
    at[position] = i;
    forLoops(position + 1);
  });
}

LogicalResult Expansion::run() {
  if (failed(prepare()))
    return failure();
  if (op.getNumLoops() == 0)
    step({}, 1, {}, {});
  else
    forLoops(0);
  op->erase();
  return success();
}

LogicalResult expandGeneric(RewriterBase &rewriter, linalg::LinalgOp op, const TargetDescription &target,
                            int64_t unroll) {
  return Expansion(rewriter, op, target, unroll).run();
}

} // namespace delos::cpu::seam
