// Register tiles of convolutions and pooling.
#include "lib/Target/CPU/Seam/WindowExpansion.h"

#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/Seam/LoopCode.h"
#include "lib/Target/CPU/Seam/SunkEpilogue.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {
namespace {

/// How the pixels of a tile are read where the window may leave the row.
enum class Border {
  None,  ///< every window lies inside
  Row,   ///< the pixel's channels or a row of zeros, chosen once per window position
  Lanes, ///< every element loaded from a safe place, then replaced
};

class Expansion {
public:
  Expansion(RewriterBase &rewriter, fusion::ConvOp op, const TargetDescription &target, bool mayFuse)
      : op(op), target(target), b(op.getLoc(), rewriter), sink(TileSink::find(op, op.getC(), mayFuse)) {
    b.setInsertionPoint(sink.position(op));
  }
  LogicalResult run();

private:
  LogicalResult prepare();
  void chooseBorder();
  Value makeZeroRow();
  bool dimStaysInside(unsigned s) const;
  void forOuter(unsigned dim);
  void forChannels();
  void channelBlock(Value channel, int64_t vectors, ArrayRef<Value> masks);
  void forRows(unsigned dim, Value channel, int64_t vectors, ArrayRef<Value> masks);
  void forPixels(Value channel, int64_t vectors, ArrayRef<Value> masks);
  void tile(Value pixel, int64_t count, Value channel, int64_t vectors, ArrayRef<Value> masks);
  Values overWindow(unsigned s, ValueRange sums, llvm::function_ref<Values(ValueRange)> innermost);
  Values denseTaps(Value base, int64_t count, Value channel, int64_t vectors, ValueRange sums);
  Values denseTap(Value base, Value tap, int64_t count, Value channel, int64_t vectors, ValueRange sums);
  Values channelTaps(Value base, int64_t count, Value channel, int64_t vectors, ArrayRef<Value> masks,
                     ValueRange sums, bool checked);
  Value inputRow(Value column);
  Value loadPixel(Value column, Value depth);
  Values inputIndices(Value column, Value channel) const;
  Value loadChannels(Value column, Value channel, Value mask);
  Value extend(Value value);
  Value multiplyAdd(Value x, Value y, Value accumulator);
  Value combine(Value x, Value accumulator);
  Value neutral();
  VectorType vectorOf(Type type) const { return VectorType::get({lanes}, type); }
  bool isDense() { return op.getKind() == fusion::WindowKind::dense; }

  fusion::ConvOp op;
  const TargetDescription &target;
  Builder b;
  TileSink sink;
  Value x, w, c, zero, zeroRow;
  MemRefType xType;
  Type element;
  unsigned spatial = 0, channelDim = 0, outer = 0;
  bool grouped = false;
  int64_t mr = 0, nr = 0, lanes = 0;
  Border border = Border::None;
  bool lastInside = false;
  /// Position in the result: n, o_1..o_s, [g]; and of the window along each spatial dim.
  Values at, window;
  SmallVector<Value, 3> inputAt; ///< input position along the spatial dims but the last
};

} // namespace

//===-- Set-up -------------------------------------------------------------------------------------===//

/// True when no window along spatial dim `s` leaves the input, provably.
bool Expansion::dimStaysInside(unsigned s) const {
  fusion::ConvOp conv = op;
  auto pad = getConstantIntValue(conv.getPads()[s]);
  int64_t in = xType.getDimSize(conv.getXDim(s + 1)), out = cast<MemRefType>(c.getType()).getDimSize(s + 1);
  return pad == 0 && !ShapedType::isDynamic(in) && !ShapedType::isDynamic(out) &&
         (out - 1) * conv.getStrides()[s] + (conv.getKernel()[s] - 1) * conv.getDilations()[s] + 1 <= in;
}

void Expansion::chooseBorder() {
  lastInside = dimStaysInside(spatial - 1);
  if (lastInside)
    return;
  auto [strides, offset] = xType.getStridesAndOffset();
  unsigned depthDim = op.getXDim(channelDim);
  bool contiguous = depthDim + 1 == static_cast<unsigned>(xType.getRank()) && strides[depthDim] == 1;
  // A single channel as a view could be any of the dims of size 1.
  bool hasRow = contiguous && !xType.isDynamicDim(depthDim) && xType.getDimSize(depthDim) > 1;
  border = hasRow && isDense() ? Border::Row : Border::Lanes;
  if (border == Border::Row)
    zeroRow = makeZeroRow();
}

LogicalResult Expansion::prepare() {
  x = op.getX();
  w = op.getW();
  c = op.getC();
  xType = cast<MemRefType>(x.getType());
  element = cast<MemRefType>(c.getType()).getElementType();
  spatial = op.getSpatialRank();
  grouped = op.getGrouped();
  channelDim = spatial + 1 + (grouped ? 1 : 0);
  lanes = target.lanes(element.getIntOrFloatBitWidth());
  mr = op.getMr();
  nr = op.getNr();
  if (lanes < 2 || nr % lanes)
    return op.emitOpError() << "expected nr to be a multiple of the " << lanes << " lanes of a vector";
  zero = index(b, 0);
  at.assign(channelDim, zero);
  window.assign(spatial, zero);
  inputAt.assign(spatial, zero);
  chooseBorder();
  return success();
}

/// A row of zeros of the type that a pixel's channels have as a view.
Value Expansion::makeZeroRow() {
  int64_t depth = xType.getDimSize(op.getXDim(channelDim));
  Value row;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&op->getParentOfType<func::FuncOp>().getBody().front());
    auto type = MemRefType::get({depth}, xType.getElementType());
    row = memref::AllocaOp::create(b, type, ValueRange{}, b.getI64IntegerAttr(64));
    Value none = zeroOf(b, xType.getElementType());
    forEach(b, index(b, 0), index(b, depth), 1,
            [&](Value i) { memref::StoreOp::create(b, none, row, ValueRange{i}); });
    auto layout = StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic, {1});
    row = memref::CastOp::create(b, MemRefType::get({depth}, xType.getElementType(), layout), row);
  }
  return row;
}

//===-- Elements -----------------------------------------------------------------------------------===//

Value Expansion::extend(Value value) {
  Type from = getElementTypeOrSelf(value.getType());
  if (from == element)
    return value;
  Type to = isa<VectorType>(value.getType()) ? Type(vectorOf(element)) : element;
  if (isa<FloatType>(element))
    return arith::ExtFOp::create(b, to, value);
  return arith::ExtSIOp::create(b, to, value);
}

Value Expansion::multiplyAdd(Value a, Value y, Value accumulator) {
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

Value Expansion::combine(Value value, Value accumulator) {
  return rows::emitCombine(b, reduceKind(op.getKind()), element, accumulator, value);
}

Value Expansion::neutral() {
  if (op.getKind() == fusion::WindowKind::max || op.getKind() == fusion::WindowKind::min)
    return splatConstant(b, vectorOf(element), rows::neutralElement(reduceKind(op.getKind()), element));
  return zeroOf(b, vectorOf(element));
}

/// Indices of the input at the current batch entry, group and window position, at `column` and `channel`.
Values Expansion::inputIndices(Value column, Value channel) const {
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
Value Expansion::inputRow(Value column) {
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

Value Expansion::loadPixel(Value column, Value depth) {
  if (border == Border::None)
    return extend(memref::LoadOp::create(b, x, inputIndices(column, depth)));
  Value width = dimSize(b, x, op.getXDim(spatial));
  Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, column, width);
  Value safe = arith::SelectOp::create(b, inside, column, zero);
  Value loaded = memref::LoadOp::create(b, x, inputIndices(safe, depth));
  return extend(arith::SelectOp::create(b, inside, loaded, zeroOf(b, xType.getElementType())));
}

/// Channels [channel, channel + lanes) of the pixel at `column`.
Value Expansion::loadChannels(Value column, Value channel, Value mask) {
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
Values Expansion::overWindow(unsigned s, ValueRange sums, llvm::function_ref<Values(ValueRange)> innermost) {
  if (s + 1 == spatial)
    return innermost(sums);
  int64_t extent = op.getKernel()[s], dilation = op.getDilations()[s];
  Value origin = minus(b, scaled(b, at[s + 1], op.getStrides()[s]), op.getPads()[s]);
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

/// One position of the last window dim: all input channels.
Values Expansion::denseTap(Value base, Value tap, int64_t count, Value channel, int64_t vectors,
                           ValueRange sums) {
  Values columns, rowsOfInput;
  Value first = plus(b, base, scaled(b, tap, op.getDilations().back()));
  for (int64_t r = 0; r < count; ++r) {
    columns.push_back(scaled(b, first, 1, r * op.getStrides().back()));
    if (border == Border::Row)
      rowsOfInput.push_back(inputRow(columns.back()));
  }
  Value panel = arith::DivUIOp::create(b, channel, index(b, nr));
  return forLoop(b, zero, dimSize(b, x, op.getXDim(channelDim)), 1, sums, [&](Value depth, ValueRange inner) {
    Values weights, next;
    for (int64_t v = 0; v < vectors; ++v) {
      Values place;
      if (grouped)
        place.push_back(at[spatial + 1]);
      place.push_back(panel);
      place.append(window.begin(), window.end() - 1);
      place.append({tap, depth, index(b, v * lanes)});
      auto type = vectorOf(cast<MemRefType>(w.getType()).getElementType());
      weights.push_back(extend(vector::LoadOp::create(b, type, w, place)));
    }
    for (int64_t r = 0; r < count; ++r) {
      Value pixel = border == Border::Row
                        ? extend(memref::LoadOp::create(b, rowsOfInput[r], ValueRange{depth}))
                        : loadPixel(columns[r], depth);
      Value spread = vector::BroadcastOp::create(b, vectorOf(element), pixel);
      for (int64_t v = 0; v < vectors; ++v)
        next.push_back(multiplyAdd(spread, weights[v], inner[r * vectors + v]));
    }
    return next;
  });
}

Values Expansion::denseTaps(Value base, int64_t count, Value channel, int64_t vectors, ValueRange sums) {
  return forLoop(b, zero, index(b, op.getKernel().back()), 1, sums, [&](Value tap, ValueRange inner) {
    return denseTap(base, tap, count, channel, vectors, inner);
  });
}

/// The last window dim where channels do not mix: every column is loaded once and used by all pixels that see
/// it. With `checked`, columns outside the row count as neutral.
Values Expansion::channelTaps(Value base, int64_t count, Value channel, int64_t vectors,
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
      if (!checked)
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
        sum = w ? multiplyAdd(value, weight, sum) : combine(value, sum);
      }
    }
  }
  return next;
}

//===-- Tiles --------------------------------------------------------------------------------------===//

void Expansion::tile(Value pixel, int64_t count, Value channel, int64_t vectors, ArrayRef<Value> masks) {
  Value base = minus(b, scaled(b, pixel, op.getStrides().back()), op.getPads().back());
  auto place = [&](int64_t r, int64_t v) {
    Values indices(at);
    indices[spatial] = scaled(b, pixel, 1, r);
    indices.push_back(scaled(b, channel, 1, v * lanes));
    return indices;
  };
  for (int64_t r = 0; r < count; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      sink.prefetch(b, place(r, v));
  Values initial(count * vectors, neutral());
  Values sums;
  if (isDense()) {
    sums = overWindow(0, initial,
                      [&](ValueRange inner) { return denseTaps(base, count, channel, vectors, inner); });
  } else {
    auto body = [&](bool checked) {
      return overWindow(0, initial, [&](ValueRange inner) {
        return channelTaps(base, count, channel, vectors, masks, inner, checked);
      });
    };
    if (lastInside) {
      sums = body(false);
    } else {
      // Blocks in the middle of a row need no checks.
      int64_t reach =
          (count - 1) * op.getStrides().back() + (op.getKernel().back() - 1) * op.getDilations().back();
      Value width = dimSize(b, x, op.getXDim(spatial));
      Value left = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, base, zero);
      Value right = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, scaled(b, base, 1, reach), width);
      Value middle = arith::AndIOp::create(b, left, right);
      auto choice = scf::IfOp::create(b, SmallVector<Type>(initial.size(), vectorOf(element)), middle, true);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(choice.thenBlock());
      scf::YieldOp::create(b, body(false));
      b.setInsertionPointToStart(choice.elseBlock());
      scf::YieldOp::create(b, body(true));
      sums = Values(choice.getResults());
    }
  }
  for (int64_t r = 0; r < count; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      sink.store(b, sums[r * vectors + v], place(r, v), masks[v]);
}

void Expansion::forPixels(Value channel, int64_t vectors, ArrayRef<Value> masks) {
  Value width = dimSize(b, c, spatial);
  auto known = getConstantIntValue(width);
  if (known && *known <= mr)
    return *known > 0 ? tile(zero, *known, channel, vectors, masks) : void();
  auto blocks = [&] {
    Value last = minus(b, width, index(b, mr));
    bool divides = known && *known % mr == 0;
    forEach(b, zero, width, mr, [&](Value pixel) {
      tile(divides ? pixel : arith::MinUIOp::create(b, pixel, last).getResult(), mr, channel, vectors, masks);
    });
  };
  if (known)
    return blocks();
  Value enough = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, width, index(b, mr));
  branch(b, enough, blocks,
         [&] { forEach(b, zero, width, 1, [&](Value pixel) { tile(pixel, 1, channel, vectors, masks); }); });
}

void Expansion::forRows(unsigned dim, Value channel, int64_t vectors, ArrayRef<Value> masks) {
  if (dim == spatial)
    return forPixels(channel, vectors, masks);
  forEach(b, zero, dimSize(b, c, dim), 1, [&](Value row) {
    at[dim] = row;
    forRows(dim + 1, channel, vectors, masks);
  });
}

void Expansion::forChannels() {
  Value total = dimSize(b, c, channelDim);
  auto known = getConstantIntValue(total);
  Value width = index(b, nr);
  Value full = known ? index(b, *known / nr * nr) : scaled(b, arith::DivUIOp::create(b, total, width), nr);
  int64_t vectors = nr / lanes;
  forEach(b, zero, full, nr, [&](Value channel) { forRows(1, channel, vectors, Values(vectors)); });
  Value rest = minus(b, total, full);
  auto restBlock = [&] {
    int64_t count = known ? (*known % nr + lanes - 1) / lanes : vectors;
    Values masks;
    for (int64_t v = 0; v < count; ++v) {
      Value lanesLeft = minus(b, rest, index(b, v * lanes));
      if (!known)
        lanesLeft = arith::MaxSIOp::create(b, lanesLeft, zero);
      masks.push_back(laneMask(b, lanes, lanesLeft));
    }
    forRows(1, full, count, masks);
  };
  if (known) {
    if (*known % nr)
      restBlock();
    return;
  }
  branch(b, arith::CmpIOp::create(b, arith::CmpIPredicate::ne, rest, zero), restBlock);
}

/// Batch entries, then groups.
void Expansion::forOuter(unsigned dim) {
  if (dim == 2 || (dim == 1 && !grouped))
    return forChannels();
  unsigned position = dim == 0 ? 0 : spatial + 1;
  forEach(b, zero, dimSize(b, c, position), 1, [&](Value i) {
    at[position] = i;
    forOuter(dim + 1);
  });
}

LogicalResult Expansion::run() {
  if (failed(prepare()))
    return failure();
  forOuter(0);
  sink.erase();
  op.erase();
  return success();
}

LogicalResult expandWindow(RewriterBase &rewriter, fusion::ConvOp op, const TargetDescription &target,
                           bool sink) {
  return Expansion(rewriter, op, target, sink).run();
}

} // namespace delos::cpu::seam
