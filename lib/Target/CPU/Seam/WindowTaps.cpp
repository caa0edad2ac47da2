// What a register tile of a window op sums over: elements, taps, input channels.
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/Seam/WindowTiles.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {

//===-- Elements -----------------------------------------------------------------------------------===//

Value WindowTiles::extend(Value value) {
  Type from = getElementTypeOrSelf(value.getType());
  if (from == element)
    return value;
  Type to = isa<VectorType>(value.getType()) ? Type(vectorOf(element)) : element;
  if (isa<FloatType>(element))
    return arith::ExtFOp::create(b, to, value);
  return arith::ExtSIOp::create(b, to, value);
}

Value WindowTiles::multiplyAdd(Value a, Value y, Value accumulator) {
  if (!isa<FloatType>(element))
    return arith::AddIOp::create(b, arith::MulIOp::create(b, a, y), accumulator);
  if (!target.hasFma)
    return arith::AddFOp::create(b, arith::MulFOp::create(b, a, y), accumulator);
  return vector::FMAOp::create(b, a, y, accumulator);
}

static graph::ReduceKind reduceKind(fusion::WindowKind kind) {
  return kind == fusion::WindowKind::max   ? graph::ReduceKind::max
         : kind == fusion::WindowKind::min ? graph::ReduceKind::min
                                           : graph::ReduceKind::sum;
}

Value WindowTiles::combine(Value value, Value accumulator) {
  return rows::emitCombine(b, reduceKind(op.getKind()), element, accumulator, value);
}

Value WindowTiles::neutral() {
  if (op.getKind() == fusion::WindowKind::max || op.getKind() == fusion::WindowKind::min)
    return splatConstant(b, vectorOf(element), rows::neutralElement(reduceKind(op.getKind()), element));
  return zeroOf(b, vectorOf(element));
}

/// Indices of the input at the current batch entry, group and window position, at `column` and `channel`.
Values WindowTiles::inputIndices(Value column, Value channel) const {
  fusion::ConvOp conv = op;
  Values result(xType.getRank());
  result[conv.getXDim(0)] = at[0];
  for (unsigned s = 0; s + 1 < spatial; ++s)
    result[conv.getXDim(s + 1)] = inputAt[s];
  result[conv.getXDim(spatial)] = column;
  if (grouped)
    result[conv.getXDim(spatial + 1)] = at[spatial + 1];
  result[conv.getXDim(channelDim)] = channel;
  return result;
}

/// The channels of the pixel at `column` as a view, or the row of zeros where it lies outside.
Value WindowTiles::inputRow(Value column) {
  Value width = dimSize(b, x, op.getXDim(spatial));
  Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, column, width);
  Value safe = arith::SelectOp::create(b, inside, column, zero);
  int64_t depth = xType.getDimSize(op.getXDim(channelDim));
  SmallVector<OpFoldResult> offsets, sizes(xType.getRank(), b.getIndexAttr(1)),
      strides(xType.getRank(), b.getIndexAttr(1));
  for (Value i : inputIndices(safe, zero))
    offsets.push_back(i);
  offsets[op.getXDim(channelDim)] = b.getIndexAttr(0);
  sizes[op.getXDim(channelDim)] = b.getIndexAttr(depth);
  auto type = cast<MemRefType>(zeroRow.getType());
  Value row = memref::SubViewOp::create(
      b, memref::SubViewOp::inferRankReducedResultType(type.getShape(), xType, offsets, sizes, strides), x,
      offsets, sizes, strides);
  if (row.getType() != type)
    row = memref::CastOp::create(b, type, row);
  return arith::SelectOp::create(b, inside, row, zeroRow);
}

Value WindowTiles::loadPixel(Value column, Value depth) {
  if (border == Border::None)
    return extend(memref::LoadOp::create(b, x, inputIndices(column, depth)));
  Value width = dimSize(b, x, op.getXDim(spatial));
  Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, column, width);
  Value safe = arith::SelectOp::create(b, inside, column, zero);
  Value loaded = memref::LoadOp::create(b, x, inputIndices(safe, depth));
  return extend(arith::SelectOp::create(b, inside, loaded, zeroOf(b, xType.getElementType())));
}

/// Channels [channel, channel + lanes) of the pixel at `column`.
Value WindowTiles::loadChannels(Value column, Value channel, Value mask) {
  auto type = vectorOf(xType.getElementType());
  auto [strides, offset] = xType.getStridesAndOffset();
  unsigned at = op.getXDim(channelDim);
  if (at + 1 == static_cast<unsigned>(xType.getRank()) && strides[at] == 1) {
    Values indices = inputIndices(column, channel);
    if (mask)
      return extend(vector::MaskedLoadOp::create(b, type, x, indices, mask, zeroOf(b, type)));
    return extend(vector::LoadOp::create(b, type, x, indices));
  }
  Value last = minus(b, dimSize(b, x, at), index(b, 1));
  Values elements;
  for (int64_t i = 0; i < lanes; ++i) {
    Value lane = scaled(b, channel, 1, i);
    if (mask)
      lane = arith::MinUIOp::create(b, lane, last);
    elements.push_back(memref::LoadOp::create(b, x, inputIndices(column, lane)));
  }
  return extend(vector::FromElementsOp::create(b, type, elements));
}

//===-- Window -------------------------------------------------------------------------------------===//

/// Runs over the positions of window dim `s` (all but the last dim) whose input lies inside.
Values WindowTiles::overWindow(unsigned s, ValueRange sums,
                               llvm::function_ref<Values(ValueRange)> innermost) {
  if (s + 1 == spatial)
    return innermost(sums);
  int64_t extent = op.getKernel()[s], dilation = op.getDilations()[s];
  Value origin = minus(b, scaled(b, at[s + 1], op.getStrides()[s]), pads[s]);
  Value low = zero, high = index(b, extent);
  if (!dimStaysInside(s)) {
    Value size = dimSize(b, x, op.getXDim(s + 1)), step = index(b, dilation);
    low = arith::MaxSIOp::create(b, minus(b, zero, origin), zero);
    Value rest = minus(b, size, origin);
    if (dilation > 1) {
      low = arith::CeilDivSIOp::create(b, low, step);
      rest = arith::CeilDivSIOp::create(b, rest, step);
    }
    high = arith::MinSIOp::create(b, rest, high);
  }
  return forLoop(b, low, high, 1, sums, [&](Value tap, ValueRange inner) {
    window[s] = tap;
    inputAt[s] = plus(b, origin, scaled(b, tap, dilation));
    return overWindow(s + 1, inner, innermost);
  });
}

/// Adds the products of pixels and weights to the tile.
Values WindowTiles::multiply(ArrayRef<Value> pixels, ArrayRef<Value> weights, ValueRange sums) {
  Values next;
  for (auto [r, pixel] : llvm::enumerate(pixels)) {
    Value spread = vector::BroadcastOp::create(b, vectorOf(element), pixel);
    for (auto [v, weight] : llvm::enumerate(weights))
      next.push_back(multiplyAdd(spread, weight, sums[r * weights.size() + v]));
  }
  return next;
}

/// The weights of `vectors` vectors of channels at a window position (its last dims given) and input channel.
Values WindowTiles::loadWeights(Value from, ArrayRef<Value> last, Value panel, int64_t vectors) {
  Values weights, place;
  if (grouped)
    place.push_back(at[spatial + 1]);
  place.push_back(panel);
  place.append(window.begin(), window.end() - 1);
  place.append(last.begin(), last.end());
  auto type = vectorOf(cast<MemRefType>(w.getType()).getElementType());
  for (int64_t v = 0; v < vectors; ++v) {
    Values element(place);
    element.push_back(index(b, v * lanes));
    weights.push_back(extend(vector::LoadOp::create(b, type, from, element)));
  }
  return weights;
}

/// One position of the last window dim: all input channels.
Values WindowTiles::denseTap(Value base, Value tap, int64_t count, Value panel, int64_t vectors,
                             ValueRange sums) {
  Values columns, rowsOfInput;
  Value first = plus(b, base, scaled(b, tap, op.getDilations().back()));
  for (int64_t r = 0; r < count; ++r) {
    columns.push_back(scaled(b, first, 1, r * op.getStrides().back()));
    if (border == Border::Row)
      rowsOfInput.push_back(inputRow(columns.back()));
  }
  auto step = [&](Value depth, ValueRange inner) {
    Values weights = loadWeights(w, {tap, depth}, panel, vectors), pixels;
    for (int64_t r = 0; r < count; ++r)
      pixels.push_back(border == Border::Row
                           ? extend(memref::LoadOp::create(b, rowsOfInput[r], ValueRange{depth}))
                           : loadPixel(columns[r], depth));
    return multiply(pixels, weights, inner);
  };
  Value depths = dimSize(b, x, op.getXDim(channelDim));
  auto known = getConstantIntValue(depths);
  if (options.halo.empty() || !known)
    return forLoop(b, zero, depths, 1, sums, step);
  // Few channels: no loop.
  Values next(sums);
  for (int64_t depth = 0; depth < *known; ++depth)
    next = step(index(b, depth), next);
  return next;
}

/// The last window dim and the input channels as one loop, where both are one dim of the input.
Values WindowTiles::mergedTaps(Value base, int64_t count, Value panel, int64_t vectors, ValueRange sums) {
  auto type = cast<MemRefType>(w.getType());
  unsigned tapDim = type.getRank() - 3;
  SmallVector<ReassociationIndices> merge;
  for (unsigned d = 0; d < tapDim; ++d)
    merge.push_back({d});
  merge.append({{tapDim, tapDim + 1}, {tapDim + 2}});
  Value weights = memref::CollapseShapeOp::create(b, w, merge);
  int64_t depth = type.getDimSize(tapDim + 1);
  Value start = scaled(b, base, depth);
  Values place{at[0]};
  place.append(inputAt.begin(), inputAt.end() - 1);
  return forLoop(b, zero, index(b, op.getKernel().back() * depth), 1, sums, [&](Value t, ValueRange inner) {
    Value first = plus(b, start, t);
    Values pixels;
    for (int64_t r = 0; r < count; ++r) {
      Values element(place);
      element.push_back(scaled(b, first, 1, r * op.getStrides().back() * depth));
      pixels.push_back(extend(memref::LoadOp::create(b, mergedX, element)));
    }
    return multiply(pixels, loadWeights(weights, {t}, panel, vectors), inner);
  });
}

Values WindowTiles::denseTaps(Value base, int64_t count, Value channel, int64_t vectors, ValueRange sums) {
  Value panel = arith::DivUIOp::create(b, channel, index(b, nr));
  if (mergedX)
    return mergedTaps(base, count, panel, vectors, sums);
  return forLoop(b, zero, index(b, op.getKernel().back()), 1, sums, [&](Value tap, ValueRange inner) {
    return denseTap(base, tap, count, panel, vectors, inner);
  });
}

/// The last window dim where channels do not mix: every column is loaded once and used by all pixels that see
/// it. With `checked`, columns outside the row count as neutral.
Values WindowTiles::channelTaps(Value base, int64_t count, Value channel, int64_t vectors,
                                ArrayRef<Value> masks, ValueRange sums, bool checked) {
  Values next(sums);
  int64_t stride = op.getStrides().back(), dilation = op.getDilations().back(),
          extent = op.getKernel().back();
  Value width = dimSize(b, x, op.getXDim(spatial));
  Value none = neutral();
  for (int64_t v = 0; v < vectors; ++v) {
    Value lane = scaled(b, channel, 1, v * lanes);
    llvm::DenseMap<int64_t, Value> columns;
    auto column = [&](int64_t offset) {
      Value &loaded = columns[offset];
      if (loaded)
        return loaded;
      Value place = scaled(b, base, 1, offset);
      auto at = getConstantIntValue(place), end = getConstantIntValue(width);
      // Known to be outside: left out.
      if (at && end && (*at < 0 || *at >= *end))
        return loaded;
      if (!checked || (at && end))
        return loaded = loadChannels(place, lane, masks[v]);
      Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, place, width);
      Value safe = arith::SelectOp::create(b, inside, place, zero);
      return loaded = arith::SelectOp::create(b, inside, loadChannels(safe, lane, masks[v]), none);
    };
    for (int64_t tap = 0; tap < extent; ++tap) {
      Value weight;
      if (w) {
        Values place(window.begin(), window.end() - 1);
        place.append({index(b, tap), lane});
        auto type = vectorOf(cast<MemRefType>(w.getType()).getElementType());
        weight = masks[v] ? extend(vector::MaskedLoadOp::create(b, type, w, place, masks[v], zeroOf(b, type)))
                          : extend(vector::LoadOp::create(b, type, w, place));
      }
      for (int64_t r = 0; r < count; ++r) {
        Value &sum = next[r * vectors + v];
        Value value = column(r * stride + tap * dilation);
        if (!value)
          continue;
        sum = w ? multiplyAdd(value, weight, sum) : combine(value, sum);
      }
    }
  }
  return next;
}

} // namespace delos::cpu::seam
