// One tile of few rows (see the header).
#include "lib/Target/CPU/OnePass/DepthForm.h"

#include "llvm/Support/MathExtras.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;

namespace delos::cpu::onepass {

using namespace seam;

DepthForm::DepthForm(KernelFrame &frame, LoopValues given)
    : frame(frame), b(frame.b), plan(frame.plan), group(plan.group), loops(std::move(given)) {
  for (int loop : group.rows)
    rows *= *group.extent(loop).asConstant();
  paddedRows = llvm::PowerOf2Ceil(static_cast<uint64_t>(rows));
  positions = frame.lanes / paddedRows;
  depth = *group.extent(group.depth).asConstant();
  columnCount = *group.extent(group.column).asConstant();
  Type f32 = b.getF32Type();
  query = frame.scratch(f32, paddedRows, depth);
  result = frame.scratch(f32, paddedRows, columnCount);
  scoreBlock = frame.scratch(f32, 1, plan.schedule.axisBlock * paddedRows);
  perLane = frame.scratch(f32, 2, frame.lanes);
  llvm::SmallVector<int64_t> position(frame.lanes);
  std::map<int, llvm::SmallVector<int64_t>> deltas;
  for (int64_t lane = 0; lane < frame.lanes; ++lane) {
    position[lane] = lane / paddedRows;
    // Lanes of padding repeat the last row.
    int64_t row = std::min(lane % paddedRows, rows - 1);
    for (int loop : llvm::reverse(group.rows)) {
      int64_t extent = *group.extent(loop).asConstant();
      deltas[loop].push_back(row % extent);
      row /= extent;
    }
  }
  auto constant = [&](ArrayRef<int64_t> values) {
    return arith::ConstantOp::create(b, b.getI64VectorAttr(values)).getResult();
  };
  laneLoops[group.axis] = constant(position);
  for (int loop : group.rows) {
    laneLoops[loop] = constant(deltas[loop]);
    loops[loop] = index(b, 0);
  }
  for (int64_t row = 0; row < rows; ++row) {
    rowLoops.push_back(loops);
    for (int loop : group.rows)
      rowLoops.back()[loop] = index(b, deltas[loop][row]);
  }
  for (const OnePassReduction &reduction : group.form.reductions)
    if (reduction.leaf != group.form.maximum && &reduction != &group.product())
      sums.push_back(&reduction);
}

//===-- Inputs -------------------------------------------------------------------------------------===//

void DepthForm::stageQuery() {
  Value source = frame.abi.buffer(group.query.argument);
  for (int64_t row = 0; row < paddedRows; ++row) {
    Value base = frame.at(group.query.address, rowLoops[std::min(row, rows - 1)]);
    forEach(b, index(b, 0), index(b, depth), frame.lanes, [&](Value k) {
      Value line = vector::LoadOp::create(b, frame.vectorType, source, ValueRange{plus(b, base, k)});
      for (double scale : group.scales)
        line = arith::MulFOp::create(b, line, frame.splat(scale));
      vector::StoreOp::create(b, line, query, ValueRange{index(b, row), k});
    });
  }
}

Point DepthForm::pointAt(Value position) {
  Point point{loops, {}, {}, laneLoops};
  if (position)
    point.loops[group.axis] = position;
  else
    point.lanes.erase(group.axis);
  return point;
}

/// An input by lanes: gathered where they differ. Positions behind the end read the last one.
Value DepthForm::loadLeaf(const ScalarExpr *leaf, const Point &point) {
  Type element = storageType(cast<RankedTensorType>(leaf->value.getType()).getElementType());
  auto type = VectorType::get({frame.lanes}, element);
  Value buffer = frame.abi.buffer(leaf->access.argument);
  LoopValues at = point.loops, lanes = point.lanes;
  if (auto position = at.find(group.axis); position != at.end() && leaf->onAxis) {
    Value last = minus(b, minus(b, frame.extent(group.axis), index(b, 1)), position->second);
    Value most = arith::IndexCastOp::create(b, b.getI64Type(), last);
    most = vector::BroadcastOp::create(b, VectorType::get({frame.lanes}, b.getI64Type()), most);
    lanes[group.axis] = arith::MinSIOp::create(b, lanes[group.axis], most);
  }
  Value address = frame.at(leaf->access.address, at),
        offsets = laneOffsets(frame, leaf->access.address, lanes);
  if (!offsets)
    return memref::LoadOp::create(b, buffer, ValueRange{address});
  Value all = arith::ConstantOp::create(
      b, DenseElementsAttr::get(VectorType::get({frame.lanes}, b.getI1Type()), true));
  return vector::GatherOp::create(b, type, buffer, ValueRange{address}, offsets, all, zeroOf(b, type));
}

/// The part of the axis where some row can have a score above -inf.
std::pair<Value, Value> DepthForm::axisRange() {
  Value zero = index(b, 0), low = zero, high = frame.extent(group.axis);
  auto extreme = [&](const LinearForm &bound, bool largest) {
    Value value = frame.at(bound, loops);
    for (int loop : group.rows)
      if (int64_t along = bound.of(loop).asConstant().value_or(0); along && (along > 0) == largest)
        value = plus(b, value, index(b, along * (*group.extent(loop).asConstant() - 1)));
    return value;
  };
  auto isKnown = [&](const LinearForm &bound) {
    return llvm::all_of(group.rows, [&](int loop) { return bound.of(loop).asConstant().has_value(); });
  };
  for (const LinearForm &bound : group.form.upperBounds)
    if (isKnown(bound)) {
      Value end = plus(b, extreme(bound, true), index(b, 1));
      high = arith::MinSIOp::create(b, high, arith::MaxSIOp::create(b, end, zero));
    }
  for (const LinearForm &bound : group.form.lowerBounds)
    if (isKnown(bound))
      low = arith::MaxSIOp::create(b, low, extreme(bound, false));
  return {low, high};
}

//===-- Scores -------------------------------------------------------------------------------------===//

/// The sum of every vector, in the lane that is its place in the list.
Value DepthForm::addTree(Values sums) {
  for (int64_t distance = frame.lanes / 2; distance > 0; distance /= 2) {
    Values next;
    llvm::SmallVector<int64_t> near, far;
    for (int64_t lane = 0; lane < frame.lanes; ++lane) {
      bool second = lane & distance;
      near.push_back(second ? frame.lanes + lane - distance : lane);
      far.push_back(second ? frame.lanes + lane : lane + distance);
    }
    for (int64_t i = 0; i < distance; ++i) {
      Value x = vector::ShuffleOp::create(b, sums[i], sums[i + distance], near);
      Value y = vector::ShuffleOp::create(b, sums[i], sums[i + distance], far);
      next.push_back(arith::AddFOp::create(b, x, y));
    }
    sums = next;
  }
  return sums[0];
}

/// Products of the keys at these addresses with all rows.
Value DepthForm::products(ArrayRef<Value> keys) {
  Value source = frame.abi.buffer(group.key.argument);
  Values zeros(frame.lanes, zeroOf(b, frame.vectorType));
  return addTree(forLoop(b, index(b, 0), index(b, depth), frame.lanes, zeros, [&](Value k, ValueRange now) {
    Values lines, next(now);
    for (int64_t row = 0; row < paddedRows; ++row)
      lines.push_back(vector::LoadOp::create(b, frame.vectorType, query, ValueRange{index(b, row), k}));
    for (auto [p, key] : llvm::enumerate(keys)) {
      Value address = plus(b, key, k);
      Value line = vector::LoadOp::create(b, frame.vectorType, source, ValueRange{address});
      prefetch(source, address);
      for (int64_t row = 0; row < paddedRows; ++row) {
        Value &sum = next[p * paddedRows + row];
        sum = vector::FMAOp::create(b, line, lines[row], sum);
      }
    }
    return next;
  }));
}

void DepthForm::prefetch(Value buffer, Value address) {
  int64_t ahead = plan.schedule.prefetchBytes / 4;
  if (ahead)
    memref::PrefetchOp::create(b, buffer, ValueRange{plus(b, address, index(b, ahead))}, /*isWrite=*/false,
                               /*localityHint=*/3, /*isDataCache=*/true);
}

static const ScalarExpr *findProduct(const ScalarExpr *expr) {
  if (expr->kind == ScalarExpr::Kind::Product)
    return expr;
  for (const ScalarExpr *operand : expr->operands)
    if (const ScalarExpr *found = findProduct(operand))
      return found;
  return nullptr;
}

/// A vector of scores from `position` on; -inf from `end` on.
Value DepthForm::scoreStep(Value position, Value end) {
  Value last = minus(b, frame.extent(group.axis), index(b, 1));
  Values keys;
  for (int64_t p = 0; p < positions; ++p) {
    LoopValues at = loops;
    at[group.axis] = arith::MinSIOp::create(b, plus(b, position, index(b, p)), last);
    keys.push_back(frame.at(group.key.address, at));
  }
  Point point = pointAt(position);
  point.load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, point); };
  point.leaves[findProduct(group.form.score)] = products(keys);
  Value score = evaluateVector(frame, group.form.score, point);
  Value rest = arith::IndexCastOp::create(b, b.getI64Type(), minus(b, end, position));
  rest = vector::BroadcastOp::create(b, laneLoops[group.axis].getType(), rest);
  Value exists = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, laneLoops[group.axis], rest);
  return arith::SelectOp::create(b, exists, score, frame.splat(-INFINITY));
}

/// Combines the lanes of each row; every lane gets its row's result.
Value DepthForm::acrossPositions(Value value, bool largest) {
  for (int64_t distance = frame.lanes / 2; distance >= paddedRows; distance /= 2) {
    llvm::SmallVector<int64_t> other;
    for (int64_t lane = 0; lane < frame.lanes; ++lane)
      other.push_back(lane ^ distance);
    Value moved = vector::ShuffleOp::create(b, value, value, other);
    if (!largest) {
      value = arith::AddFOp::create(b, value, moved);
      continue;
    }
    Value larger = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, moved, value);
    value = arith::SelectOp::create(b, larger, moved, value);
  }
  return value;
}

//===-- Running reductions -------------------------------------------------------------------------===//

/// exp(score - maximum) in place of the scores, added to the sums.
Values DepthForm::weights(Value start, Value count, Value bound, ValueRange totals) {
  return forLoop(b, index(b, 0), count, positions, totals, [&](Value inBlock, ValueRange now) {
    Values next(now);
    Point point = pointAt(plus(b, start, inBlock));
    point.load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, point); };
    Values at{index(b, 0), scaled(b, inBlock, paddedRows)};
    Value score = vector::LoadOp::create(b, frame.vectorType, scoreBlock, at);
    Value weight = exponentialOf(frame, score, bound);
    for (auto [i, sum] : llvm::enumerate(sums))
      next[i] = arith::AddFOp::create(b, next[i],
                                      multiply(frame, sum->weight, point, sum->rescaled ? weight : Value()));
    vector::StoreOp::create(b, multiply(frame, group.product().weight, point, weight), scoreBlock, at);
    return next;
  });
}

/// Element `row` of the vector in the first row of `perLane`, everywhere.
Value DepthForm::perRow(Value vector, int64_t row) {
  Value value = memref::LoadOp::create(b, perLane, ValueRange{vector, index(b, row)});
  return vector::BroadcastOp::create(b, frame.vectorType, value);
}

void DepthForm::accumulateColumns(Value column, int64_t vectors, Value start, Value count) {
  Value source = frame.abi.buffer(group.value.argument), zero = index(b, 0);
  LoopValues at = loops;
  at[group.axis] = start;
  at[group.column] = column;
  Value base = frame.at(group.value.address, at);
  Values initial(rows * vectors, zeroOf(b, frame.vectorType));
  Values sumsOfRows = forLoop(b, zero, count, 1, initial, [&](Value j, ValueRange now) {
    Values lines, next(now);
    Value line = plus(b, base, frame.times(j, group.value.address.of(group.axis)));
    for (int64_t v = 0; v < vectors; ++v) {
      Value address = plus(b, line, index(b, v * frame.lanes));
      lines.push_back(vector::LoadOp::create(b, frame.vectorType, source, ValueRange{address}));
      prefetch(source, address);
    }
    for (int64_t row = 0; row < rows; ++row) {
      Value weight = memref::LoadOp::create(b, scoreBlock, ValueRange{zero, scaled(b, j, paddedRows, row)});
      weight = vector::BroadcastOp::create(b, frame.vectorType, weight);
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = next[row * vectors + v];
        sum = vector::FMAOp::create(b, weight, lines[v], sum);
      }
    }
    return next;
  });
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t v = 0; v < vectors; ++v) {
      Values at{index(b, row), scaled(b, column, 1, v * frame.lanes)};
      Value before = vector::LoadOp::create(b, frame.vectorType, result, at);
      Value joined = vector::FMAOp::create(b, before, perRow(zero, row), sumsOfRows[row * vectors + v]);
      vector::StoreOp::create(b, joined, result, at);
    }
}

void DepthForm::accumulate(Value start, Value count) {
  int64_t total = columnCount / frame.lanes;
  int64_t vectors = std::max<int64_t>(1, std::min(total, plan.schedule.accumulators / rows));
  int64_t full = total / vectors * vectors;
  forEach(b, index(b, 0), index(b, full * frame.lanes), vectors * frame.lanes,
          [&](Value column) { accumulateColumns(column, vectors, start, count); });
  if (full < total)
    accumulateColumns(index(b, full * frame.lanes), total - full, start, count);
}

//===-- Tile ---------------------------------------------------------------------------------------===//

void DepthForm::finish(ValueRange state) {
  Value noElements =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, frame.extent(group.axis), index(b, 0));
  Point point = pointAt({});
  point.load = [&](const ScalarExpr *leaf) { return loadLeaf(leaf, point); };
  point.leaves[group.form.maximum] = state[0];
  auto within = [&](const OnePassReduction &reduction, Value value) -> Value {
    if (reduction.post.empty())
      return value;
    Value factor = multiply(frame, reduction.post, point, {});
    factor = arith::SelectOp::create(b, noElements, frame.splat(1), factor);
    return value ? arith::MulFOp::create(b, value, factor).getResult() : factor;
  };
  for (auto [i, sum] : llvm::enumerate(sums))
    point.leaves[sum->leaf] = within(*sum, acrossPositions(state[i + 1], false));
  Value factor = multiply(frame, group.finish, point, within(group.product(), {}));
  vector::StoreOp::create(b, factor, perLane, ValueRange{index(b, 1), index(b, 0)});
  Value output = frame.abi.buffer(frame.abi.numBuffers() - 1);
  for (int64_t row = 0; row < rows; ++row) {
    Value base = frame.at(group.output, rowLoops[row]), scale = perRow(index(b, 1), row);
    forEach(b, index(b, 0), index(b, columnCount), frame.lanes, [&](Value column) {
      Value value = vector::LoadOp::create(b, frame.vectorType, result, ValueRange{index(b, row), column});
      vector::StoreOp::create(b, arith::MulFOp::create(b, value, scale), output,
                              ValueRange{plus(b, base, column)});
    });
  }
}

void DepthForm::emit() {
  stageQuery();
  Value zero = zeroOf(b, frame.vectorType);
  forEach(b, index(b, 0), index(b, rows), 1, [&](Value row) {
    forEach(b, index(b, 0), index(b, columnCount), frame.lanes,
            [&](Value column) { vector::StoreOp::create(b, zero, result, ValueRange{row, column}); });
  });
  auto [low, high] = axisRange();
  Values state{frame.splat(-INFINITY)};
  state.append(sums.size(), zero);
  int64_t step = plan.schedule.axisBlock;
  state = forLoop(b, low, high, step, state, [&, high = high](Value start, ValueRange now) {
    Value count = arith::MinSIOp::create(b, minus(b, high, start), index(b, step));
    Value top = now[0];
    top = forLoop(b, index(b, 0), count, positions, top, [&](Value inBlock, ValueRange running) {
      Value score = scoreStep(plus(b, start, inBlock), high);
      vector::StoreOp::create(b, score, scoreBlock, ValueRange{index(b, 0), scaled(b, inBlock, paddedRows)});
      // A NaN does not count here: it reaches every sum through its exponential.
      Value larger = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, score, running[0]);
      return Values{arith::SelectOp::create(b, larger, score, running[0])};
    })[0];
    top = acrossPositions(top, true);
    // Rows without a score above -inf stay at zero: nothing is relative to -inf.
    Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, top, frame.splat(-INFINITY));
    Value bound = arith::SelectOp::create(b, empty, zero, top);
    Value decay = exponentialOf(frame, now[0], bound);
    vector::StoreOp::create(b, decay, perLane, ValueRange{index(b, 0), index(b, 0)});
    Values next{top}, totals = weights(start, count, bound, Values(sums.size(), zero));
    for (auto [i, sum] : llvm::enumerate(sums))
      next.push_back(sum->rescaled ? vector::FMAOp::create(b, now[i + 1], decay, totals[i]).getResult()
                                   : arith::AddFOp::create(b, now[i + 1], totals[i]).getResult());
    accumulate(start, count);
    return next;
  });
  finish(state);
}

} // namespace delos::cpu::onepass
