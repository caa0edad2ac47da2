// Members that read only part of their operands: concat, pad, gather.
#include "dialects/Graph/Dims.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/RowEmitter/PullEmitter.h"
#include "runtime/abi/KernelABI.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

Value PullEmitter::insideCondition(const DimExpr &expr, const DimExpr &bound) {
  if (ranges.isWithin(expr, bound))
    return {};
  bool vector = isVectorExpr(expr);
  Value at, limit = index(bound);
  if (vector && ranges.fitsInt32(expr) && bound.asConstant() && *bound.asConstant() < INT32_MAX) {
    at = positionIn(expr, 32);
    limit = arith::IndexCastOp::create(b, b.getI32Type(), limit);
  } else {
    at = vector ? indexVector(expr) : index(expr);
  }
  if (vector)
    limit = broadcastTo(b, limit, laneScope()->lanes);
  // One unsigned comparison covers both ends.
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, at, limit);
}

static Value conjunction(ImplicitLocOpBuilder &b, Value x, Value y) {
  if (!x || !y)
    return x ? x : y;
  return arith::AndIOp::create(b, x, y);
}

Value PullEmitter::pullWithin(Value tensor, const Position &position, ArrayRef<Value> conditions,
                              const std::function<Value()> &otherwise) {
  Value uniform, lanes;
  auto require = [&](Value condition) {
    if (!condition)
      return;
    Value &slot = isa<VectorType>(condition.getType()) ? lanes : uniform;
    slot = conjunction(b, slot, condition);
  };
  for (Value condition : conditions)
    require(condition);
  graph::Dims dims = dimsOf(tensor);
  for (auto [coordinate, size] : llvm::zip_equal(position.coordinates(dims, ranges), dims))
    if (ranges.isOutside(coordinate, size))
      return otherwise();
  for (auto [coordinate, size] : llvm::zip_equal(position.coordinates(dims, ranges), dims))
    require(insideCondition(coordinate, size));
  auto inside = [&]() -> Value {
    if (!lanes)
      return pull(tensor, position);
    Value outer = currentMask();
    Scope &guard = scopes.emplace_back();
    guard.isGuard = true;
    guard.mask = conjunction(b, outer, lanes);
    Value value = pull(tensor, position);
    scopes.pop_back();
    llvm::SmallVector<Value> both = {broadcastTo(b, value, laneScope()->lanes), otherwise()};
    unify(b, both);
    return arith::SelectOp::create(b, lanes, both[0], both[1]);
  };
  return uniform ? guarded(uniform, inside, otherwise) : inside();
}

Value PullEmitter::emitConcat(graph::ConcatOp op, const Position &position) {
  graph::Dims dims = dimsOf(op.getResult());
  int64_t dim = op.getDim();
  const Coordinates &point = position.coordinates(dims, ranges);
  llvm::SmallVector<DimExpr> starts;
  DimExpr offset(0);
  for (Value input : op.getInputs()) {
    starts.push_back(offset);
    offset = offset + dimsOf(input)[dim];
  }
  // From the last operand to the first: each is the alternative of the one before.
  std::function<Value(size_t)> part = [&](size_t k) -> Value {
    Coordinates at = point;
    at[dim] = at[dim] - starts[k];
    Position inner = Position::atCoordinates(at);
    // Offset 0 of the first operand needs no lower bound; below, an operand takes what the earlier ones left.
    if (k + 1 == op.getInputs().size())
      return pullWithin(op.getInputs()[k], inner, {}, [&]() -> Value {
        Type type = computeType(getElementTypeOrSelf(op.getResult().getType()));
        return arith::ConstantOp::create(b, b.getZeroAttr(type));
      });
    return pullWithin(op.getInputs()[k], inner, {}, [&] { return part(k + 1); });
  };
  return part(0);
}

Value PullEmitter::emitPad(graph::PadOp op, const Position &position) {
  Position inner = operandPosition(op, 0, position, ranges);
  llvm::SmallVector<Value> conditions;
  if (auto interior = op.getInterior()) {
    // Between the elements stand copies of the value: only multiples of the distance are elements.
    graph::Dims low = dimsOf(op.getLow());
    const Coordinates &point = position.coordinates(dimsOf(op.getResult()), ranges);
    for (auto [dim, gap] : llvm::enumerate(*interior)) {
      if (gap == 0)
        continue;
      DimExpr phase = ranges.mod(point[dim] - low[dim], DimExpr(gap + 1));
      bool vector = isVectorExpr(phase);
      Value at = vector ? indexVector(phase) : index(phase);
      conditions.push_back(
          arith::CmpIOp::create(b, arith::CmpIPredicate::eq, at, intConstant(b, at.getType(), 0)));
    }
  }
  return pullWithin(op.getInput(), inner, conditions,
                    [&] { return pull(op.getValue(), Position::atCoordinates({})); });
}

DimExpr PullEmitter::gatheredIndex(Value indices, const Position &at, const DimExpr &size) {
  unsigned depth = fencedDepth(depthOf(at.symbols()));
  std::string key = std::to_string(reinterpret_cast<uintptr_t>(indices.getAsOpaquePointer())) + "/" +
                    size.str() + "/" + at.key();
  if (auto it = scopes[depth].gathered.find(key); it != scopes[depth].gathered.end())
    return variable(it->second);
  std::string name = "%gathered" + std::to_string(serial++);
  Type elementType = getElementTypeOrSelf(indices.getType());
  Value result = atDepth(depth, [&]() -> Value {
    Value raw = pull(indices, at);
    Type i64 = withElement(raw.getType(), b.getI64Type());
    Value wide = emitCast(b, raw, elementType, b.getI64Type(), graph::CastMode::wrap);
    llvm::SmallVector<Value> extent = {arith::IndexCastOp::create(b, b.getI64Type(), index(size)), wide};
    unify(b, extent);
    Value zero = intConstant(b, i64, 0);
    Value negative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, wide, zero);
    Value turned = arith::SelectOp::create(b, negative, arith::AddIOp::create(b, wide, extent[0]), wide);
    Value valid = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, turned, extent[0]);
    Value truth = intConstant(b, valid.getType(), 1);
    Value bad = arith::XOrIOp::create(b, valid, truth);
    if (isa<VectorType>(bad.getType())) {
      if (Value mask = currentMask())
        bad = arith::AndIOp::create(b, bad, mask);
      bad = vector::ReductionOp::create(b, vector::CombiningKind::OR, bad);
    }
    kernel.recordError(bad, DELOS_KERNEL_INDEX_OUT_OF_RANGE);
    Value safe = arith::SelectOp::create(b, valid, turned, zero);
    return arith::IndexCastOp::create(b, withElement(i64, b.getIndexType()), safe);
  });
  bool vector = isa<VectorType>(result.getType());
  variables[name] = {vector ? Value() : result, vector ? result : Value(), false, depth};
  ranges.bound(name, size);
  scopes[depth].gathered[key] = name;
  return variable(name);
}

Value PullEmitter::emitGather(graph::GatherOp op, const Position &position) {
  const Coordinates &point = position.coordinates(dimsOf(op.getResult()), ranges);
  graph::Dims sourceDims = dimsOf(op.getSource());
  Coordinates source = ranges.evaluate(op.getSourceMap(), point, {});
  for (auto [k, indices] : llvm::enumerate(op.getIndices())) {
    AffineMap map = cast<AffineMapAttr>(op.getIndexMaps()[k]).getValue();
    Position at = Position::atCoordinates(ranges.evaluate(map, point, {}));
    int64_t dim = op.getDims()[k];
    source[dim] = gatheredIndex(indices, at, sourceDims[dim]);
  }
  return pull(op.getSource(), Position::atCoordinates(source));
}
