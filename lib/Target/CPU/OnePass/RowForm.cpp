// One tile of rows (see the header).
#include "lib/Target/CPU/OnePass/RowForm.h"

#include "lib/Target/CPU/OnePass/SquareCopy.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>
#include <numeric>

using namespace mlir;

namespace delos::cpu::onepass {

using namespace seam;

static constexpr double log2e = 1.44269504088896340736;

RowForm::RowForm(KernelFrame &frame, LoopValues given)
    : frame(frame), b(frame.b), plan(frame.plan), group(plan.group), loops(std::move(given)),
      vectors(plan.schedule.rowVectors), width(vectors * frame.lanes) {
  auto padded = [&](int loop) {
    int64_t size = *group.extent(loop).asConstant();
    return (size + frame.lanes - 1) / frame.lanes * frame.lanes;
  };
  Type f32 = b.getF32Type();
  int64_t depth = padded(group.depth), columnCount = padded(group.column);
  queryByLane = frame.scratch(f32, depth, width);
  scoreBlock = frame.scratch(f32, plan.schedule.axisBlock, width);
  resultByLane = frame.scratch(f32, columnCount, width);
  resultByRow = frame.scratch(f32, width, columnCount);
  factorRow = frame.scratch(f32, 1, width);
  for (const ScalarExpr *leaf : plan.staged) {
    Type type = cast<RankedTensorType>(leaf->value.getType()).getElementType();
    Type stored = type.isF32() ? type : Type(b.getI32Type());
    stagedAt[leaf] = frame.scratch(stored, leaf->onAxis ? plan.schedule.axisBlock + frame.lanes : 1, width);
  }
  for (const OnePassReduction &reduction : group.form.reductions)
    if (reduction.leaf != group.form.maximum && &reduction != &group.product())
      sums.push_back(&reduction);
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
  Point point{loops, {}, {}, plan.laneRow, laneIndices[vector]};
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

/// The part of the axis where scores of this tile can be more than -inf.
std::pair<Value, Value> RowForm::axisRange() {
  Value zero = index(b, 0), low = zero, high = frame.extent(group.axis);
  Value last = minus(b, rowCount, index(b, 1));
  auto extreme = [&](const LinearForm &form, bool largest) -> Value {
    Value bound = frame.at(form, loops);
    int64_t along = *form.of(plan.laneRow).asConstant();
    if (along && (along > 0) == largest)
      bound = plus(b, bound, scaled(b, last, along));
    return bound;
  };
  auto isKnown = [&](const LinearForm &form) { return form.of(plan.laneRow).asConstant().has_value(); };
  for (const LinearForm &form : group.form.upperBounds)
    if (isKnown(form)) {
      Value end = plus(b, extreme(form, true), index(b, 1));
      high = arith::MinSIOp::create(b, high, arith::MaxSIOp::create(b, end, zero));
    }
  for (const LinearForm &form : group.form.lowerBounds)
    if (isKnown(form))
      low = arith::MaxSIOp::create(b, low, extreme(form, false));
  return {low, high};
}

//===-- Scores -------------------------------------------------------------------------------------===//

/// A register tile of scores from `first` of the block on; with `partial`, positions from `end` on are -inf.
Values RowForm::scoreTile(Value start, Value first, Value end, bool partial, ValueRange maxima) {
  int64_t count = plan.schedule.scoreRows;
  Value keys = frame.abi.buffer(group.key.argument);
  Value lastKey = minus(b, frame.extent(group.axis), index(b, 1));
  Values rowAt, positions;
  for (int64_t r = 0; r < count; ++r) {
    Value position = plus(b, start, scaled(b, first, 1, r));
    LoopValues at = loops;
    at[group.axis] = partial ? arith::MinSIOp::create(b, position, lastKey).getResult() : position;
    positions.push_back(at[group.axis]);
    rowAt.push_back(frame.at(group.key.address, at));
  }
  Values zeros(count * vectors, zeroOf(b, frame.vectorType));
  DimExpr step = group.key.address.of(group.depth);
  Values sumsOfTile =
      forLoop(b, index(b, 0), frame.extent(group.depth), 1, zeros, [&](Value k, ValueRange accumulators) {
        Values line, next;
        for (int64_t v = 0; v < vectors; ++v)
          line.push_back(vector::LoadOp::create(b, frame.vectorType, queryByLane, ValueRange{k, columns[v]}));
        for (int64_t r = 0; r < count; ++r) {
          Value x = memref::LoadOp::create(b, keys, ValueRange{plus(b, rowAt[r], frame.times(k, step))});
          x = vector::BroadcastOp::create(b, frame.vectorType, x);
          for (int64_t v = 0; v < vectors; ++v)
            next.push_back(vector::FMAOp::create(b, x, line[v], accumulators[r * vectors + v]));
        }
        return next;
      });
  Values tops(maxima);
  const ScalarExpr *product = nullptr;
  for (int64_t r = 0; r < count; ++r) {
    Value inBlock = scaled(b, first, 1, r);
    for (int64_t v = 0; v < vectors; ++v) {
      Point point = pointAt(v, positions[r]);
      auto load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, v, point.loops, inBlock); };
      point.load = load;
      std::function<void(const ScalarExpr *)> bind = [&](const ScalarExpr *expr) {
        if (expr->kind == ScalarExpr::Kind::Product)
          point.leaves[product = expr] = sumsOfTile[r * vectors + v];
        for (const ScalarExpr *operand : expr->operands)
          bind(operand);
      };
      bind(group.form.score);
      Value score = evaluateVector(frame, group.form.score, point);
      if (partial) {
        Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, inBlock, end);
        score = arith::SelectOp::create(b, inside, score, frame.splat(-INFINITY));
      }
      vector::StoreOp::create(b, score, scoreBlock, ValueRange{inBlock, columns[v]});
      // A NaN does not count here: it reaches every sum through its exponential.
      Value larger = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, score, tops[v]);
      tops[v] = arith::SelectOp::create(b, larger, score, tops[v]);
    }
  }
  return tops;
}

Values RowForm::scores(Value start, Value count, ValueRange maxima) {
  int64_t rows = plan.schedule.scoreRows;
  auto known = getConstantIntValue(count);
  Value full =
      known ? index(b, *known / rows * rows)
            : arith::MulIOp::create(b, arith::DivUIOp::create(b, count, index(b, rows)), index(b, rows))
                  .getResult();
  Values tops = forLoop(b, index(b, 0), full, rows, maxima, [&](Value first, ValueRange now) {
    return scoreTile(start, first, count, false, now);
  });
  if (known && *known % rows == 0)
    return tops;
  // Runs at most once.
  return forLoop(b, full, count, rows, tops,
                 [&](Value first, ValueRange now) { return scoreTile(start, first, count, true, now); });
}

//===-- Running reductions -------------------------------------------------------------------------===//

/// exp(score - maximum) in place of the scores, and the sums.
Values RowForm::weights(Value start, Value count, ArrayRef<Value> bounds, ValueRange totals) {
  return forLoop(b, index(b, 0), count, 1, totals, [&](Value inBlock, ValueRange now) {
    Values next(now);
    Value position = plus(b, start, inBlock);
    for (int64_t v = 0; v < vectors; ++v) {
      Point point = pointAt(v, position);
      auto load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, v, point.loops, inBlock); };
      point.load = load;
      Value score = vector::LoadOp::create(b, frame.vectorType, scoreBlock, ValueRange{inBlock, columns[v]});
      Value exponent = vector::FMAOp::create(b, score, frame.splat(log2e), bounds[v]);
      Value weight = exponential2(frame, exponent);
      for (auto [i, sum] : llvm::enumerate(sums)) {
        Value term = multiply(frame, sum->weight, point, sum->rescaled ? weight : Value());
        Value &total = next[i * vectors + v];
        total = arith::AddFOp::create(b, total, term);
      }
      Value term = multiply(frame, group.product().weight, point, weight);
      vector::StoreOp::create(b, term, scoreBlock, ValueRange{inBlock, columns[v]});
    }
    return next;
  });
}

void RowForm::productTile(Value column, int64_t rows, Value start, Value count, ArrayRef<Value> decay) {
  Value values = frame.abi.buffer(group.value.argument);
  Values initial;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < vectors; ++v) {
      Value old = vector::LoadOp::create(b, frame.vectorType, resultByLane,
                                         ValueRange{scaled(b, column, 1, r), columns[v]});
      initial.push_back(arith::MulFOp::create(b, old, decay[v]));
    }
  LoopValues at = loops;
  at[group.axis] = start;
  at[group.column] = column;
  Value base = frame.at(group.value.address, at);
  DimExpr axisStep = group.value.address.of(group.axis), columnStep = group.value.address.of(group.column);
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
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, result[r * vectors + v], resultByLane,
                              ValueRange{scaled(b, column, 1, r), columns[v]});
}

void RowForm::products(Value start, Value count, ArrayRef<Value> decay) {
  int64_t total = *group.extent(group.column).asConstant(), rows = plan.schedule.valueRows;
  int64_t full = total / rows * rows;
  forEach(b, index(b, 0), index(b, full), rows,
          [&](Value column) { productTile(column, rows, start, count, decay); });
  if (full < total)
    productTile(index(b, full), total - full, start, count, decay);
}

/// One block of the axis. State: a maximum per vector, then the sums.
Values RowForm::block(Value start, Value count, ValueRange state) {
  stageAll(true, start, count);
  ValueRange maxima = state.take_front(vectors), totals = state.drop_front(vectors);
  Values tops = scores(start, count, maxima), bounds, decay, decayed;
  for (int64_t v = 0; v < vectors; ++v) {
    // Rows without a score above -inf stay at zero: nothing is relative to -inf.
    Value minusInfinity = frame.splat(-INFINITY);
    Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, tops[v], minusInfinity);
    Value top = arith::SelectOp::create(b, empty, frame.splat(0), tops[v]);
    Value bound = arith::MulFOp::create(b, top, frame.splat(log2e));
    // Both maxima are rounded the same way, so what is accumulated and what is added agree.
    Value before = arith::MulFOp::create(b, maxima[v], frame.splat(log2e));
    decay.push_back(exponential2(frame, arith::SubFOp::create(b, before, bound)));
    bounds.push_back(arith::NegFOp::create(b, bound));
  }
  for (auto [i, total] : llvm::enumerate(totals))
    decayed.push_back(sums[i / vectors]->rescaled
                          ? arith::MulFOp::create(b, total, decay[i % vectors]).getResult()
                          : total);
  Values next = weights(start, count, bounds, decayed);
  products(start, count, decay);
  tops.append(next);
  return tops;
}

//===-- Tile ---------------------------------------------------------------------------------------===//

/// Output = result * factors; an axis without elements gives zeros, whatever the factors inside the sum.
void RowForm::finish(ValueRange state) {
  Value noElements =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, frame.extent(group.axis), index(b, 0));
  for (int64_t v = 0; v < vectors; ++v) {
    Point point = pointAt(v, {});
    auto load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, v, point.loops, {}); };
    point.load = load;
    point.leaves[group.form.maximum] = state[v];
    auto within = [&](const OnePassReduction &reduction, Value value) -> Value {
      if (reduction.post.empty())
        return value;
      Value factor = multiply(frame, reduction.post, point, {});
      factor = arith::SelectOp::create(b, noElements, frame.splat(1), factor);
      return value ? arith::MulFOp::create(b, value, factor).getResult() : factor;
    };
    for (auto [i, sum] : llvm::enumerate(sums))
      point.leaves[sum->leaf] = within(*sum, state[(i + 1) * vectors + v]);
    Value factor = multiply(frame, group.finish, point, within(group.product(), {}));
    vector::StoreOp::create(b, factor, factorRow, ValueRange{index(b, 0), columns[v]});
  }
  int64_t columnCount = *group.extent(group.column).asConstant();
  forEach(b, index(b, 0), index(b, width), frame.lanes, [&](Value lane) {
    Value factor = vector::LoadOp::create(b, frame.vectorType, factorRow, ValueRange{index(b, 0), lane});
    forEach(b, index(b, 0), index(b, columnCount), 1, [&](Value column) {
      Values at{column, lane};
      Value value = vector::LoadOp::create(b, frame.vectorType, resultByLane, at);
      vector::StoreOp::create(b, arith::MulFOp::create(b, value, factor), resultByLane, at);
    });
  });
  Value output = frame.abi.buffer(frame.abi.numBuffers() - 1);
  emitLaneStore(frame, resultByLane, columnCount, width, resultByRow, output, frame.at(group.output, loops),
                frame.size(group.output.of(plan.laneRow)), group.output.of(group.column), rowCount);
}

void RowForm::emit() {
  const LinearForm &query = group.query.address;
  emitLaneCopy(frame, {frame.abi.buffer(group.query.argument), frame.at(query, loops),
                       frame.size(query.of(plan.laneRow)), frame.size(query.of(group.depth)), lastRow,
                       frame.extent(group.depth), queryByLane, width, group.scales});
  stageAll(false, {}, {});
  Value zero = zeroOf(b, frame.vectorType);
  forEach(b, index(b, 0), frame.extent(group.column), 1, [&](Value column) {
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, zero, resultByLane, ValueRange{column, columns[v]});
  });
  auto [low, high] = axisRange();
  Values state(vectors, frame.splat(-INFINITY));
  state.append(sums.size() * vectors, zero);
  int64_t step = plan.schedule.axisBlock;
  auto knownLow = getConstantIntValue(low), knownHigh = getConstantIntValue(high);
  bool divides = knownLow == 0 && knownHigh && *knownHigh % step == 0;
  state = forLoop(b, low, high, step, state, [&](Value start, ValueRange now) {
    Value count = divides ? index(b, step)
                          : arith::MinSIOp::create(b, minus(b, high, start), index(b, step)).getResult();
    return block(start, count, now);
  });
  finish(state);
}

} // namespace delos::cpu::onepass
