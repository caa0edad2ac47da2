// One tile of rows (see the header).
#include "lib/Target/CPU/OnePass/RowForm.h"

#include "lib/Target/CPU/OnePass/SquareCopy.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>
#include <numeric>

using namespace mlir;

namespace delos::cpu::onepass {

using namespace seam;

RowForm::RowForm(KernelFrame &frame, LoopValues given, int64_t vectors)
    : frame(frame), b(frame.b), plan(frame.plan), group(plan.group), loops(std::move(given)),
      vectors(vectors), width(vectors * frame.lanes), tileRows(plan.schedule.tileRows(vectors)) {
  auto padded = [&](int loop) {
    int64_t size = *group.extent(loop).asConstant();
    return (size + frame.lanes - 1) / frame.lanes * frame.lanes;
  };
  Type f32 = b.getF32Type();
  int64_t depth = padded(group.depth), columnCount = padded(group.column);
  queryByLane = frame.scratch(f32, depth, width);
  // The last register tile of a block may be longer than the block.
  scoreBlock = frame.scratch(f32, plan.schedule.axisBlock + tileRows, width);
  resultByLane = frame.scratch(f32, columnCount, width);
  resultByRow = frame.scratch(f32, width, columnCount);
  maximumRow = frame.scratch(f32, 1, width);
  factorRow = frame.scratch(f32, 1, width);
  for (const ScalarExpr *leaf : plan.staged) {
    Type type = cast<RankedTensorType>(leaf->value.getType()).getElementType();
    Type stored = type.isF32() ? type : Type(b.getI32Type());
    stagedAt[leaf] = frame.scratch(stored, leaf->onAxis ? plan.schedule.axisBlock + frame.lanes : 1, width);
  }
  for (const OnePassReduction &reduction : group.form.reductions)
    if (reduction.leaf != group.form.maximum && &reduction != &group.product())
      sums.push_back(&reduction);
  totalRows = frame.scratch(f32, sums.size() + 1, width);
  for (int64_t v = 0; v < vectors; ++v)
    columns.push_back(index(b, v * frame.lanes));
  Value first = loops[plan.laneRow], rest = minus(b, frame.extent(plan.laneRow), first);
  lastRow = minus(b, rest, index(b, 1));
  rowCount = arith::MinSIOp::create(b, rest, index(b, width));
  llvm::SmallVector<int64_t> counting(frame.lanes);
  for (int64_t v = 0; v < vectors; ++v) {
    std::iota(counting.begin(), counting.end(), v * frame.lanes);
    laneIndices.push_back(arith::ConstantOp::create(b, b.getI64VectorAttr(counting)));
    Value left = arith::MaxSIOp::create(b, minus(b, rest, columns[v]), index(b, 0));
    laneMasks.push_back(laneMask(b, frame.lanes, left));
  }
}

//===-- Inputs -------------------------------------------------------------------------------------===//

/// The stored element(s) of an input at vector `vector` of the tile.
Value RowForm::loadLeaf(const ScalarExpr *leaf, int64_t vector, const LoopValues &at, Value inBlock) {
  Type element = storageType(cast<RankedTensorType>(leaf->value.getType()).getElementType());
  auto type = VectorType::get({frame.lanes}, element);
  if (auto staged = stagedAt.find(leaf); staged != stagedAt.end()) {
    Value row = leaf->onAxis ? inBlock : index(b, 0);
    auto wide = VectorType::get({frame.lanes}, cast<MemRefType>(staged->second.getType()).getElementType());
    Value line = vector::LoadOp::create(b, wide, staged->second, ValueRange{row, columns[vector]});
    if (wide == type)
      return line;
    unsigned bits = element.getIntOrFloatBitWidth();
    auto narrow = VectorType::get({frame.lanes}, b.getIntegerType(bits));
    if (bits < 32)
      line = arith::TruncIOp::create(b, narrow, line);
    return isa<FloatType>(element) ? arith::BitcastOp::create(b, type, line).getResult() : line;
  }
  Value buffer = frame.abi.buffer(leaf->access.argument), address = frame.at(leaf->access.address, at);
  if (leaf->access.address.of(plan.laneRow).isConstant(0))
    return memref::LoadOp::create(b, buffer, ValueRange{address});
  Value start = plus(b, address, columns[vector]);
  if (!laneMasks[vector])
    return vector::LoadOp::create(b, type, buffer, ValueRange{start});
  return vector::MaskedLoadOp::create(b, type, buffer, ValueRange{start}, laneMasks[vector], zeroOf(b, type));
}

/// The point of vector `vector` at axis position `position` (may be null).
Point RowForm::pointAt(int64_t vector, Value position) {
  Point point{loops, {}, {}, {{plan.laneRow, laneIndices[vector]}}};
  if (position)
    point.loops[group.axis] = position;
  return point;
}

void RowForm::stage(const ScalarExpr *leaf, Value start, Value count) {
  LoopValues at = loops;
  const LinearForm &address = leaf->access.address;
  if (leaf->onAxis)
    at[group.axis] = start;
  Value columnStride = leaf->onAxis ? frame.size(address.of(group.axis)) : index(b, 0);
  emitLaneCopy(frame, {frame.abi.buffer(leaf->access.argument), frame.at(address, at),
                       frame.size(address.of(plan.laneRow)), columnStride, lastRow,
                       leaf->onAxis ? count : index(b, 1), stagedAt[leaf], width});
}

void RowForm::stageAll(bool onAxis, Value start, Value count) {
  for (const ScalarExpr *leaf : plan.staged)
    if (leaf->onAxis == onAxis)
      stage(leaf, start, count);
}

/// The least or largest value of a bound over the rows of the tile; its coefficient along them is constant.
Value RowForm::extremeOf(const LinearForm &bound, bool largest) {
  Value value = frame.at(bound, loops), last = minus(b, rowCount, index(b, 1));
  int64_t along = *bound.of(plan.laneRow).asConstant();
  return along && (along > 0) == largest ? plus(b, value, scaled(b, last, along)) : value;
}

static bool isKnown(const LinearForm &bound, int laneRow) {
  return bound.of(laneRow).asConstant().has_value();
}

/// The part of the axis where scores of this tile can be more than -inf.
std::pair<Value, Value> RowForm::axisRange() {
  Value zero = index(b, 0), low = zero, high = frame.extent(group.axis);
  for (const LinearForm &bound : group.form.upperBounds)
    if (isKnown(bound, plan.laneRow)) {
      Value end = plus(b, extremeOf(bound, true), index(b, 1));
      high = arith::MinSIOp::create(b, high, arith::MaxSIOp::create(b, end, zero));
    }
  for (const LinearForm &bound : group.form.lowerBounds)
    if (isKnown(bound, plan.laneRow))
      low = arith::MaxSIOp::create(b, low, extremeOf(bound, false));
  return {low, high};
}

/// True when every position of the block is between the bounds of every row; null where there are no bounds.
Value RowForm::isInside(Value start, Value count) {
  if (group.form.boundConditions.empty())
    return {};
  Value inside, last = minus(b, plus(b, start, count), index(b, 1));
  auto require = [&](arith::CmpIPredicate predicate, Value x, Value y) {
    Value holds = arith::CmpIOp::create(b, predicate, x, y);
    inside = inside ? arith::AndIOp::create(b, inside, holds).getResult() : holds;
  };
  auto bounds = llvm::concat<const LinearForm>(group.form.lowerBounds, group.form.upperBounds);
  if (!llvm::all_of(bounds, [&](const LinearForm &bound) { return isKnown(bound, plan.laneRow); }))
    return {};
  for (const LinearForm &bound : group.form.upperBounds)
    require(arith::CmpIPredicate::sle, last, extremeOf(bound, false));
  for (const LinearForm &bound : group.form.lowerBounds)
    require(arith::CmpIPredicate::sge, start, extremeOf(bound, true));
  return inside;
}

//===-- Scores -------------------------------------------------------------------------------------===//

/// Products of some rows of the key, given by their addresses, with all rows of the tile.
Values RowForm::productOf(ArrayRef<Value> keyRows) {
  Value keys = frame.abi.buffer(group.key.argument);
  DimExpr step = group.key.address.of(group.depth);
  Values zeros(keyRows.size() * vectors, zeroOf(b, frame.vectorType));
  return forLoop(b, index(b, 0), frame.extent(group.depth), 1, zeros, [&](Value k, ValueRange accumulators) {
    Values line, next;
    for (int64_t v = 0; v < vectors; ++v)
      line.push_back(vector::LoadOp::create(b, frame.vectorType, queryByLane, ValueRange{k, columns[v]}));
    for (auto [r, row] : llvm::enumerate(keyRows)) {
      Value x = memref::LoadOp::create(b, keys, ValueRange{plus(b, row, frame.times(k, step))});
      x = vector::BroadcastOp::create(b, frame.vectorType, x);
      for (int64_t v = 0; v < vectors; ++v)
        next.push_back(vector::FMAOp::create(b, x, line[v], accumulators[r * vectors + v]));
    }
    return next;
  });
}

static const ScalarExpr *findProduct(const ScalarExpr *expr) {
  if (expr->kind == ScalarExpr::Kind::Product)
    return expr;
  for (const ScalarExpr *operand : expr->operands)
    if (const ScalarExpr *found = findProduct(operand))
      return found;
  return nullptr;
}

/// The score function of one vector.
Value RowForm::score(int64_t vector, Value position, Value inBlock, Value product, Tile kind) {
  Point point = pointAt(vector, position);
  point.load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, vector, point.loops, inBlock); };
  point.leaves[findProduct(group.form.score)] = product;
  if (kind == Tile::Inside)
    for (auto [condition, holds] : group.form.boundConditions)
      point.leaves[condition] = arith::ConstantOp::create(b, b.getBoolAttr(holds));
  return evaluateVector(frame, group.form.score, point);
}

/// A register tile of scores from `first` of the block on; in a partial one, positions from `end` on are
/// -inf.
Values RowForm::scoreTile(Value start, Value first, Value end, Tile kind, ValueRange maxima) {
  int64_t count = tileRows;
  Value lastKey = minus(b, frame.extent(group.axis), index(b, 1));
  Values rows, positions, tops(maxima);
  for (int64_t r = 0; r < count; ++r) {
    Value position = plus(b, start, scaled(b, first, 1, r));
    LoopValues at = loops;
    at[group.axis] =
        kind == Tile::Partial ? arith::MinSIOp::create(b, position, lastKey).getResult() : position;
    positions.push_back(at[group.axis]);
    rows.push_back(frame.at(group.key.address, at));
  }
  Values tile = productOf(rows);
  for (int64_t r = 0; r < count; ++r) {
    Value inBlock = scaled(b, first, 1, r);
    for (int64_t v = 0; v < vectors; ++v) {
      Value value = score(v, positions[r], inBlock, tile[r * vectors + v], kind);
      if (kind == Tile::Partial) {
        Value exists = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, inBlock, end);
        value = arith::SelectOp::create(b, exists, value, frame.splat(-INFINITY));
      }
      vector::StoreOp::create(b, value, scoreBlock, ValueRange{inBlock, columns[v]});
      // A NaN does not count here: it reaches every sum through its exponential.
      Value larger = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, value, tops[v]);
      tops[v] = arith::SelectOp::create(b, larger, value, tops[v]);
    }
  }
  return tops;
}

/// All scores of a block into `scoreBlock`, their maximum into `factorRow` (with what `maximumRow` holds).
void RowForm::scores(Value start, Value count) {
  int64_t rows = tileRows;
  auto known = getConstantIntValue(count);
  Value width = index(b, rows);
  Value full = known ? index(b, *known / rows * rows)
                     : arith::MulIOp::create(b, arith::DivUIOp::create(b, count, width), width).getResult();
  auto run = [&](Value from, Value to, Tile kind, Value maxima) {
    Values tops;
    for (int64_t v = 0; v < vectors; ++v)
      tops.push_back(loadRow(maxima, 0, v));
    tops = forLoop(b, from, to, rows, tops,
                   [&](Value first, ValueRange now) { return scoreTile(start, first, count, kind, now); });
    for (int64_t v = 0; v < vectors; ++v)
      storeRow(tops[v], factorRow, 0, v);
  };
  auto masked = [&] { run(index(b, 0), full, Tile::Full, maximumRow); };
  if (Value inside = isInside(start, count))
    branch(b, inside, [&] { run(index(b, 0), full, Tile::Inside, maximumRow); }, masked);
  else
    masked();
  if (!known || *known % rows)
    run(full, count, Tile::Partial, factorRow); // at most one tile
}

//===-- Running reductions -------------------------------------------------------------------------===//

Value RowForm::loadRow(Value rows, int64_t row, int64_t vector) {
  return vector::LoadOp::create(b, frame.vectorType, rows, ValueRange{index(b, row), columns[vector]});
}

void RowForm::storeRow(Value value, Value rows, int64_t row, int64_t vector) {
  vector::StoreOp::create(b, value, rows, ValueRange{index(b, row), columns[vector]});
}

/// Takes the block's maxima over; `factorRow` becomes the decay of what was accumulated before. Returns what
/// exponents are relative to.
Values RowForm::decayState(ValueRange maxima) {
  Values bounds;
  Value minusInfinity = frame.splat(-INFINITY);
  for (int64_t v = 0; v < vectors; ++v) {
    // Rows without a score above -inf stay at zero: nothing is relative to -inf.
    Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, maxima[v], minusInfinity);
    bounds.push_back(arith::SelectOp::create(b, empty, frame.splat(0), maxima[v]));
    storeRow(exponentialOf(frame, loadRow(maximumRow, 0, v), bounds[v]), factorRow, 0, v);
    storeRow(maxima[v], maximumRow, 0, v);
  }
  return bounds;
}

/// exp(score - maximum) in place of the scores, and the sums: those of a block are added up before they join
/// the total, which keeps errors of long axes small.
void RowForm::weights(Value start, Value count, ArrayRef<Value> bounds) {
  Values totals(sums.size() * vectors, zeroOf(b, frame.vectorType));
  totals = forLoop(b, index(b, 0), count, 1, totals, [&](Value inBlock, ValueRange now) {
    Values next(now);
    Value position = plus(b, start, inBlock);
    for (int64_t v = 0; v < vectors; ++v) {
      Point point = pointAt(v, position);
      point.load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, v, point.loops, inBlock); };
      Values at{inBlock, columns[v]};
      Value score = vector::LoadOp::create(b, frame.vectorType, scoreBlock, at);
      Value weight = exponentialOf(frame, score, bounds[v]);
      for (auto [i, sum] : llvm::enumerate(sums)) {
        Value term = multiply(frame, sum->weight, point, sum->rescaled ? weight : Value());
        Value &total = next[i * vectors + v];
        total = arith::AddFOp::create(b, total, term);
      }
      vector::StoreOp::create(b, multiply(frame, group.product().weight, point, weight), scoreBlock, at);
    }
    return next;
  });
  for (auto [i, total] : llvm::enumerate(totals)) {
    Value before = loadRow(totalRows, i / vectors, i % vectors);
    Value decay = loadRow(factorRow, 0, i % vectors);
    Value joined = sums[i / vectors]->rescaled ? vector::FMAOp::create(b, before, decay, total).getResult()
                                               : arith::AddFOp::create(b, before, total).getResult();
    storeRow(joined, totalRows, i / vectors, i % vectors);
  }
}

/// Joins a block's tile of results with the decayed result of the blocks before, if there are any.
void RowForm::joinTile(Value column, ValueRange tile, Value isFirst) {
  auto store = [&](bool joins) {
    for (auto [i, value] : llvm::enumerate(tile)) {
      int64_t v = i % vectors;
      Values at{scaled(b, column, 1, i / vectors), columns[v]};
      Value sum = value;
      if (joins) {
        Value before = vector::LoadOp::create(b, frame.vectorType, resultByLane, at);
        sum = vector::FMAOp::create(b, before, loadRow(factorRow, 0, v), sum);
      }
      vector::StoreOp::create(b, sum, resultByLane, at);
    }
  };
  branch(b, isFirst, [&] { store(false); }, [&] { store(true); });
}

void RowForm::productTile(Value column, int64_t rows, Value start, Value count, Value isFirst) {
  Value values = frame.abi.buffer(group.value.argument);
  LoopValues at = loops;
  at[group.axis] = start;
  at[group.column] = column;
  Value base = frame.at(group.value.address, at);
  DimExpr axisStep = group.value.address.of(group.axis), columnStep = group.value.address.of(group.column);
  Values initial(rows * vectors, zeroOf(b, frame.vectorType));
  Values result = forLoop(b, index(b, 0), count, 1, initial, [&](Value j, ValueRange accumulators) {
    Values line, next;
    for (int64_t v = 0; v < vectors; ++v)
      line.push_back(vector::LoadOp::create(b, frame.vectorType, scoreBlock, ValueRange{j, columns[v]}));
    Value row = plus(b, base, frame.times(j, axisStep));
    for (int64_t r = 0; r < rows; ++r) {
      Value address = plus(b, row, frame.times(index(b, r), columnStep));
      Value x = memref::LoadOp::create(b, values, ValueRange{address});
      x = vector::BroadcastOp::create(b, frame.vectorType, x);
      for (int64_t v = 0; v < vectors; ++v)
        next.push_back(vector::FMAOp::create(b, x, line[v], accumulators[r * vectors + v]));
    }
    return next;
  });
  joinTile(column, result, isFirst);
}

void RowForm::products(Value start, Value count, Value isFirst) {
  int64_t total = *group.extent(group.column).asConstant(), rows = tileRows;
  int64_t full = total / rows * rows;
  forEach(b, index(b, 0), index(b, full), rows,
          [&](Value column) { productTile(column, rows, start, count, isFirst); });
  if (full < total)
    productTile(index(b, full), total - full, start, count, isFirst);
}

/// One block of the axis.
void RowForm::block(Value start, Value count, Value isFirst) {
  stageAll(true, start, count);
  scores(start, count);
  Values maxima;
  for (int64_t v = 0; v < vectors; ++v)
    maxima.push_back(loadRow(factorRow, 0, v));
  weights(start, count, decayState(maxima));
  products(start, count, isFirst);
}

//===-- Tile ---------------------------------------------------------------------------------------===//

/// Output = result * factors; an axis without elements gives zeros, whatever the factors inside the sum.
void RowForm::finish() {
  Value noElements =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, frame.extent(group.axis), index(b, 0));
  for (int64_t v = 0; v < vectors; ++v) {
    Point point = pointAt(v, {});
    point.load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, v, point.loops, {}); };
    point.leaves[group.form.maximum] = loadRow(maximumRow, 0, v);
    auto within = [&](const OnePassReduction &reduction, Value value) -> Value {
      if (reduction.post.empty())
        return value;
      Value factor = multiply(frame, reduction.post, point, {});
      factor = arith::SelectOp::create(b, noElements, frame.splat(1), factor);
      return value ? arith::MulFOp::create(b, value, factor).getResult() : factor;
    };
    for (auto [i, sum] : llvm::enumerate(sums))
      point.leaves[sum->leaf] = within(*sum, loadRow(totalRows, i, v));
    storeRow(multiply(frame, group.finish, point, within(group.product(), {})), factorRow, 0, v);
  }
  Value output = frame.abi.buffer(frame.abi.numBuffers() - 1);
  emitLaneStore(frame, {resultByLane, factorRow, *group.extent(group.column).asConstant(), width, resultByRow,
                        output, frame.at(group.output, loops), frame.size(group.output.of(plan.laneRow)),
                        group.output.of(group.column), rowCount});
}

void RowForm::emit() {
  const LinearForm &query = group.query.address;
  emitLaneCopy(frame, {frame.abi.buffer(group.query.argument), frame.at(query, loops),
                       frame.size(query.of(plan.laneRow)), frame.size(query.of(group.depth)), lastRow,
                       frame.extent(group.depth), queryByLane, width, group.scales});
  stageAll(false, {}, {});
  Value zero = zeroOf(b, frame.vectorType);
  for (int64_t v = 0; v < vectors; ++v) {
    storeRow(frame.splat(-INFINITY), maximumRow, 0, v);
    for (size_t i = 0; i < sums.size(); ++i)
      storeRow(zero, totalRows, i, v);
  }
  auto [low, high] = axisRange();
  auto knownLow = getConstantIntValue(low), knownHigh = getConstantIntValue(high);
  if (!knownLow || !knownHigh || *knownLow >= *knownHigh)
    branch(b, arith::CmpIOp::create(b, arith::CmpIPredicate::sge, low, high), [&] {
      forEach(b, index(b, 0), frame.extent(group.column), 1, [&](Value column) {
        for (int64_t v = 0; v < vectors; ++v)
          vector::StoreOp::create(b, zero, resultByLane, ValueRange{column, columns[v]});
      });
    });
  int64_t step = plan.schedule.axisBlock;
  bool divides = knownLow == 0 && knownHigh && *knownHigh % step == 0;
  forEach(b, low, high, step, [&, low = low, high = high](Value start) {
    Value count = divides ? index(b, step)
                          : arith::MinSIOp::create(b, minus(b, high, start), index(b, step)).getResult();
    Value isFirst = start == low ? arith::ConstantOp::create(b, b.getBoolAttr(true)).getResult()
                                 : arith::CmpIOp::create(b, arith::CmpIPredicate::eq, start, low).getResult();
    block(start, count, isFirst);
  });
  finish();
}

} // namespace delos::cpu::onepass
