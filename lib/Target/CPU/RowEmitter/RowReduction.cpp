// Loops, accumulators and the closing tree of a row reduction.
#include "lib/Target/CPU/RowEmitter/RowReduction.h"

#include "dialects/Graph/Dims.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <utility>

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

/// Accumulators of a float sum, as lanes; fixed so that the order of additions is.
static constexpr int64_t kAccumulatorLanes = 64;

RowReduction::RowReduction(PullEmitter &emitter, Reducer given, const Position &position)
    : e(emitter), reducer(std::move(given)),
      point(position.coordinates(dimsOf(reducer.op->getResult(0)), emitter.ranges)),
      space(reductionSpace(reducer.op, emitter.ranges)) {
  bool isExtremum = reducer.kind == graph::ReduceKind::max || reducer.kind == graph::ReduceKind::min;
  reducer.flagsNaN = isa<FloatType>(reducer.element) && isExtremum && !reducer.isSearch &&
                     !reducer.isProduct && emitter.target.has("avx512vl");
}

/// The accesses that the reduction makes, with one variable per loop of the space.
static AccessWalk walkPoints(Operation *op, const ReductionSpace &space, ArrayRef<DimExpr> point,
                             ArrayRef<DimExpr> loops, const Ranges &ranges) {
  AccessWalk walk(ranges);
  for (unsigned operand = 0; operand < op->getNumOperands(); ++operand)
    walk.visit(op->getOperand(operand), space.operandAt(operand, point, loops));
  return walk;
}

/// How well lanes along `name` read memory: contiguous accesses count.
static int laneScore(const AccessWalk &walk, const std::string &name) {
  int score = 0;
  for (const LeafAccess &leaf : walk.leaves) {
    auto coefficient = linearCoefficient(leaf.offset, name);
    if (!coefficient)
      score -= 4;
    else if (coefficient->isConstant(1))
      score += 3;
    else if (!coefficient->isConstant(0))
      score -= 2;
  }
  return score;
}

unsigned delos::cpu::rows::widestLane(const AccessWalk &walk, const std::string &name) {
  unsigned bits = 8;
  walk.forEachVisited([&](Value value, const Position &position) {
    if (walk.variablesOf(position).count(name))
      bits = std::max(bits, laneBits(getElementTypeOrSelf(value.getType())));
  });
  return bits;
}

void RowReduction::chooseLoops() {
  // Neighbouring loops that one variable can walk through memory become one.
  llvm::SmallVector<DimExpr> values;
  for (size_t k = 0; k < space.extents.size(); ++k) {
    names.push_back("%k" + std::to_string(e.serial++));
    extents.push_back(space.extents[k]);
    values.push_back(variable(names[k]));
    e.ranges.bound(names[k], extents[k]);
  }
  bool mayMerge = isa<graph::ReduceOp>(reducer.op);
  for (size_t k = names.size(); mayMerge && k-- > 1;) {
    std::string merged = "%k" + std::to_string(e.serial++);
    DimExpr extent = extents[k - 1] * extents[k];
    e.ranges.bound(merged, extent);
    DimExpr quotient = e.ranges.floorDiv(variable(merged), extents[k]);
    DimExpr rest = e.ranges.mod(variable(merged), extents[k]);
    auto replaced = [&](const DimExpr &value) {
      return value.substitute([&](std::string_view name) -> std::optional<DimExpr> {
        if (name == names[k - 1])
          return quotient;
        if (name == names[k])
          return rest;
        return std::nullopt;
      });
    };
    llvm::SmallVector<DimExpr> trial;
    for (const DimExpr &value : values)
      trial.push_back(replaced(value));
    if (walkPoints(reducer.op, space, point, trial, e.ranges).hasDivisions())
      continue;
    values = trial;
    names[k - 1] = merged;
    extents[k - 1] = extent;
    names.erase(names.begin() + k);
    extents.erase(extents.begin() + k);
  }
  loopValues = values;
  AccessWalk walk = walkPoints(reducer.op, space, point, values, e.ranges);
  // The lane loop goes last; of equals, the innermost is it already.
  size_t best = names.size();
  for (size_t k = names.size(); k-- > 0;)
    if (best == names.size() || laneScore(walk, names[k]) > laneScore(walk, names[best]))
      best = k;
  if (best < names.size()) {
    std::rotate(names.begin() + best, names.begin() + best + 1, names.end());
    std::rotate(extents.begin() + best, extents.begin() + best + 1, extents.end());
  }
  unsigned bits = std::max(widestLane(walk, names.empty() ? "" : names.back()),
                           laneBits(accumulatorType(reducer.element)));
  if (reducer.isSearch)
    bits = std::max<unsigned>(bits, reducer.positionBits);
  lanes = std::min<int64_t>(e.target.lanes(bits), kAccumulatorLanes);
  bool isFloatSum = isa<FloatType>(reducer.element) && !reducer.isSearch &&
                    (reducer.kind == graph::ReduceKind::sum || reducer.kind == graph::ReduceKind::prod);
  copies = kAccumulatorLanes / lanes;
  if (!isFloatSum)
    copies = std::min<int64_t>(copies, 4);
  if (!extents.empty())
    if (auto count = extents.back().asConstant())
      copies = std::max<int64_t>(1, std::min<int64_t>(copies, (*count + lanes - 1) / lanes));
}

Value RowReduction::emit() {
  chooseLoops();
  llvm::SmallVector<Value> initial;
  if (names.empty()) {
    llvm::SmallVector<Value> start;
    for (TypedAttr attr : reducer.initial(e.b))
      start.push_back(arith::ConstantOp::create(e.b, attr));
    return reducer.finish(e.b, reducer.combine(e.b, start, e.reducedPoint(reducer, space, point, {})));
  }
  for (int64_t copy = 0; copy < copies; ++copy)
    for (TypedAttr attr : reducer.initial(e.b))
      initial.push_back(constantLike(e.b, VectorType::get({lanes}, attr.getType()), attr));
  return reducer.finish(e.b, close(emitOuter(0, initial)));
}

llvm::SmallVector<Value> RowReduction::emitOuter(size_t level, ValueRange carried) {
  if (level + 1 == names.size()) {
    // A single loop passes the whole row: what it keeps is complete when it ends.
    std::set<std::pair<void *, std::string>> rows;
    auto *outer = std::exchange(e.completing, names.size() == 1 ? &rows : nullptr);
    llvm::SmallVector<Value> result = emitLanes(carried);
    e.completing = outer;
    for (const auto &key : rows)
      if (e.nest && e.keptRow(Value::getFromOpaquePointer(key.first))->extent == extents.back())
        e.scopes.back().keptRows.insert(key);
    return result;
  }
  return e.loop(names[level], extents[level], carried,
                [&](ValueRange inner) { return emitOuter(level + 1, inner); });
}

/// One vector step: the accumulators of a copy combined with the points from `base` on.
llvm::SmallVector<Value> RowReduction::step(Value base, ArrayRef<Value> accumulators, Value mask,
                                            Operation *opener) {
  // Every step has its own variable: members of one step are not those of another.
  std::string name = names.back() + "_" + std::to_string(e.serial++);
  e.ranges.bound(name, extents.back());
  llvm::SmallVector<DimExpr> values;
  for (const DimExpr &value : loopValues)
    values.push_back(value.substitute([&](std::string_view symbol) -> std::optional<DimExpr> {
      return symbol == names.back() ? std::optional(variable(name)) : std::nullopt;
    }));
  Scope &scope = e.scopes.emplace_back();
  scope.opener = opener;
  scope.lanes = lanes;
  scope.laneVariable = name;
  scope.mask = mask;
  e.variables[name] = {base, {}, true, static_cast<unsigned>(e.scopes.size() - 1)};
  llvm::SmallVector<Value> next =
      reducer.combine(e.b, accumulators, e.reducedPoint(reducer, space, point, values));
  e.scopes.pop_back();
  if (mask)
    for (auto [value, old] : llvm::zip_equal(next, accumulators))
      value = arith::SelectOp::create(e.b, mask, value, old);
  return next;
}

llvm::SmallVector<Value> RowReduction::emitLanes(ValueRange carried) {
  ImplicitLocOpBuilder &b = e.b;
  ++e.phase;
  int64_t span = lanes * copies, width = reducer.initial(b).size();
  std::optional<int64_t> count = extents.back().asConstant();
  Value end = e.index(extents.back()), zero = arith::ConstantIndexOp::create(b, 0);
  Value spanValue = arith::ConstantIndexOp::create(b, span);
  auto offsetBy = [&](Value base, int64_t copy) -> Value {
    return copy ? b.createOrFold<arith::AddIOp>(base, arith::ConstantIndexOp::create(b, copy * lanes)) : base;
  };
  auto maskOf = [&](Value rest) -> Value {
    return vector::CreateMaskOp::create(b, VectorType::get({lanes}, b.getI1Type()), rest);
  };
  llvm::SmallVector<Value> values(carried);
  Value whole = zero;
  if (!count || *count >= span) {
    whole = b.createOrFold<arith::SubIOp>(end, b.createOrFold<arith::RemUIOp>(end, spanValue));
    auto op = scf::ForOp::create(b, zero, whole, spanValue, values);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(op.getBody());
    llvm::SmallVector<Value> next;
    for (int64_t copy = 0; copy < copies; ++copy) {
      llvm::SmallVector<Value> own(op.getRegionIterArgs().slice(copy * width, width));
      next.append(step(offsetBy(op.getInductionVar(), copy), own, {}, op));
    }
    scf::YieldOp::create(b, next);
    values.assign(op.getResults().begin(), op.getResults().end());
  }
  if (count && *count % span == 0)
    return values;
  // The rest of the row: one masked trip, in which later copies run only where elements are left for them.
  auto some = scf::IfOp::create(b, ValueRange(values).getTypes(),
                                arith::CmpIOp::create(b, arith::CmpIPredicate::ult, whole, end), true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(some.thenBlock());
  llvm::SmallVector<Value> next = values;
  for (int64_t copy = 0; copy < copies; ++copy) {
    llvm::SmallVector<Value> own(next.begin() + copy * width, next.begin() + (copy + 1) * width);
    std::optional<int64_t> left;
    if (count)
      left = *count % span - copy * lanes;
    if (left && *left <= 0)
      break;
    Value base = offsetBy(whole, copy);
    Operation *opener = some;
    llvm::SmallVector<Value> result;
    if (copy == 0 || count) {
      Value mask = left && *left >= lanes ? Value() : maskOf(arith::SubIOp::create(b, end, base));
      result = step(base, own, mask, opener);
    } else {
      Value more = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, base, end);
      auto branch = scf::IfOp::create(b, ValueRange(own).getTypes(), more, true);
      OpBuilder::InsertionGuard inner(b);
      b.setInsertionPointToStart(branch.thenBlock());
      scf::YieldOp::create(b, step(base, own, maskOf(arith::SubIOp::create(b, end, base)), branch));
      b.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(b, own);
      result.assign(branch.getResults().begin(), branch.getResults().end());
    }
    std::copy(result.begin(), result.end(), next.begin() + copy * width);
  }
  scf::YieldOp::create(b, next);
  b.setInsertionPointToStart(some.elseBlock());
  scf::YieldOp::create(b, values);
  return llvm::SmallVector<Value>(some.getResults());
}

/// Copies combine by halves, then the lanes of what is left.
llvm::SmallVector<Value> RowReduction::close(ArrayRef<Value> accumulators) {
  ImplicitLocOpBuilder &b = e.b;
  size_t width = reducer.initial(b).size();
  llvm::SmallVector<llvm::SmallVector<Value>> rows;
  for (size_t at = 0; at < accumulators.size(); at += width)
    rows.emplace_back(accumulators.begin() + at, accumulators.begin() + at + width);
  while (rows.size() > 1) {
    size_t half = llvm::PowerOf2Ceil(rows.size()) / 2;
    for (size_t k = 0; k + half < rows.size(); ++k)
      rows[k] = reducer.combine(b, rows[k], rows[k + half]);
    rows.resize(half);
  }
  llvm::SmallVector<Value> all = rows[0];
  for (int64_t half = lanes / 2; half >= 1; half /= 2) {
    llvm::SmallVector<Value> low, high;
    for (Value value : all) {
      llvm::SmallVector<int64_t> lower, upper;
      for (int64_t lane = 0; lane < half; ++lane)
        lower.push_back(lane), upper.push_back(lane + half);
      low.push_back(vector::ShuffleOp::create(b, value, value, lower));
      high.push_back(vector::ShuffleOp::create(b, value, value, upper));
    }
    all = reducer.combine(b, low, high);
  }
  for (Value &value : all)
    value = vector::ExtractOp::create(b, value, ArrayRef<int64_t>{0});
  return all;
}
