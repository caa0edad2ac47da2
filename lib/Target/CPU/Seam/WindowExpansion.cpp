// Register tiles of convolutions and pooling: set-up and loops.
#include "lib/Target/CPU/Seam/WindowExpansion.h"

#include "lib/Target/CPU/Seam/InputHalo.h"
#include "lib/Target/CPU/Seam/WindowTiles.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {

//===-- Set-up -------------------------------------------------------------------------------------===//

/// True when no window along spatial dim `s` leaves the input, provably.
bool WindowTiles::dimStaysInside(unsigned s) const {
  fusion::ConvOp conv = op;
  if (!options.halo.empty())
    return true;
  auto pad = getConstantIntValue(pads[s]);
  int64_t in = xType.getDimSize(conv.getXDim(s + 1)), out = cast<MemRefType>(c.getType()).getDimSize(s + 1);
  return pad == 0 && !ShapedType::isDynamic(in) && !ShapedType::isDynamic(out) &&
         (out - 1) * conv.getStrides()[s] + (conv.getKernel()[s] - 1) * conv.getDilations()[s] + 1 <= in;
}

void WindowTiles::chooseBorder() {
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

/// Reads a copy of the input with its border instead of the input.
void WindowTiles::addBorder() {
  InputHalo halo = copyWithHalo(b, op, options.halo, lanes, workspace);
  x = halo.view;
  xType = cast<MemRefType>(x.getType());
  pads.assign(spatial, zero);
  if (!grouped && op.getDilations().back() == 1)
    mergedX = halo.merged;
}

LogicalResult WindowTiles::prepare() {
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
  pads = Values(op.getPads());
  if (!options.halo.empty())
    addBorder();
  at.assign(channelDim, zero);
  window.assign(spatial, zero);
  inputAt.assign(spatial, zero);
  chooseBorder();
  return success();
}

/// A row of zeros of the type that a pixel's channels have as a view.
Value WindowTiles::makeZeroRow() {
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

//===-- Tiles --------------------------------------------------------------------------------------===//

/// The window where channels do not mix.
Values WindowTiles::channelSums(Value base, int64_t count, const Channels &channels, ValueRange initial) {
  auto body = [&](bool checked) {
    return overWindow(0, initial, [&](ValueRange inner) {
      return channelTaps(base, count, channels.first, channels.vectors, channels.masks, inner, checked);
    });
  };
  prefetchRow(base, count, channels);
  Value width = dimSize(b, x, op.getXDim(spatial));
  bool known = getConstantIntValue(base) && getConstantIntValue(width);
  if (lastInside || tileInside || known)
    return body(false);
  // Blocks in the middle of a row need no checks.
  int64_t reach =
      (count - 1) * op.getStrides().back() + (op.getKernel().back() - 1) * op.getDilations().back();
  Value left = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, base, zero);
  Value right = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, scaled(b, base, 1, reach), width);
  Value middle = arith::AndIOp::create(b, left, right);
  auto choice = scf::IfOp::create(b, SmallVector<Type>(initial.size(), vectorOf(element)), middle, true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(b, body(false));
  b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(b, body(true));
  return Values(choice.getResults());
}

/// Fetches the columns of the rows that the next row of tiles reads first: with little work per element the
/// hardware does not keep up.
void WindowTiles::prefetchRow(Value base, int64_t count, const Channels &channels) {
  if (spatial < 2 || !w)
    return;
  int64_t stride = op.getStrides().back();
  Value below = plus(b, minus(b, scaled(b, at[spatial - 1], op.getStrides()[spatial - 2]), pads[spatial - 2]),
                     index(b, (op.getKernel()[spatial - 2] - 1) * op.getDilations()[spatial - 2] + 1));
  llvm::SmallVector<Value, 3> outer(inputAt);
  for (int64_t row = 0; row < op.getStrides()[spatial - 2]; ++row) {
    inputAt[spatial - 2] = scaled(b, below, 1, row);
    for (int64_t r = 0; r < count * stride; ++r)
      for (int64_t v = 0; v < channels.vectors; ++v)
        memref::PrefetchOp::create(
            b, x, inputIndices(scaled(b, base, 1, r), scaled(b, channels.first, 1, v * lanes)),
            /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
  }
  inputAt = outer;
}

void WindowTiles::tile(Value pixel, int64_t count, const Channels &channels) {
  Value channel = channels.first;
  int64_t vectors = channels.vectors;
  ArrayRef<Value> masks = channels.masks;
  Value base = minus(b, scaled(b, pixel, op.getStrides().back()), pads.back());
  auto place = [&](int64_t r, int64_t v) {
    Values indices(at);
    indices[spatial] = scaled(b, pixel, 1, r);
    indices.push_back(scaled(b, channel, 1, v * lanes));
    return indices;
  };
  // One tile ahead: what this one needs would come too late.
  for (int64_t r = 0; r < count; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      sink.prefetch(b, place(r + count, v));
  Values initial(count * vectors, neutral());
  Values sums;
  if (isDense())
    sums = overWindow(0, initial,
                      [&](ValueRange inner) { return denseTaps(base, count, channel, vectors, inner); });
  else
    sums = channelSums(base, count, channels, initial);
  for (int64_t r = 0; r < count; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      sink.store(b, sums[r * vectors + v], place(r, v), masks[v]);
}

/// Blocks of channel-wise windows in a row of known length: one loop over those in the middle, which need no
/// checks, the others at constant places.
void WindowTiles::forKnownPixels(int64_t width, int64_t inputWidth, int64_t pad, PixelBody body) {
  int64_t reach = (mr - 1) * op.getStrides().back() + (op.getKernel().back() - 1) * op.getDilations().back();
  auto isInside = [&](int64_t pixel) {
    int64_t first = pixel * op.getStrides().back() - pad;
    return first >= 0 && first + reach < inputWidth;
  };
  for (int64_t pixel = 0; pixel < width;) {
    int64_t end = pixel;
    while (end + mr <= width && isInside(end))
      end += mr;
    if (end == pixel) {
      body(index(b, std::min(pixel, width - mr)), mr);
      pixel += mr;
      continue;
    }
    tileInside = true;
    forEach(b, index(b, pixel), index(b, end), mr, [&](Value at) { body(at, mr); });
    tileInside = false;
    pixel = end;
  }
}

void WindowTiles::forPixels(PixelBody body) {
  Value width = dimSize(b, c, spatial);
  auto known = getConstantIntValue(width);
  auto inputWidth = getConstantIntValue(dimSize(b, x, op.getXDim(spatial))),
       pad = getConstantIntValue(pads.back());
  if (!isDense() && known && inputWidth && pad && *known > mr)
    return forKnownPixels(*known, *inputWidth, *pad, body);
  if (known && *known <= mr)
    return *known > 0 ? body(zero, *known) : void();
  auto blocks = [&] {
    Value last = minus(b, width, index(b, mr));
    bool divides = known && *known % mr == 0;
    forEach(b, zero, width, mr, [&](Value pixel) {
      body(divides ? pixel : arith::MinUIOp::create(b, pixel, last).getResult(), mr);
    });
  };
  if (known)
    return blocks();
  Value enough = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, width, index(b, mr));
  branch(b, enough, blocks, [&] { forEach(b, zero, width, 1, [&](Value pixel) { body(pixel, 1); }); });
}

/// Rows of the dims from `dim` on, then blocks of pixels.
void WindowTiles::forRows(unsigned dim, PixelBody body) {
  if (dim == spatial)
    return forPixels(body);
  forEach(b, zero, dimSize(b, c, dim), 1, [&](Value row) {
    at[dim] = row;
    forRows(dim + 1, body);
  });
}

void WindowTiles::forChannels(ChannelBody body) {
  Value total = dimSize(b, c, channelDim);
  auto known = getConstantIntValue(total);
  Value width = index(b, nr);
  Value full = known ? index(b, *known / nr * nr) : scaled(b, arith::DivUIOp::create(b, total, width), nr);
  int64_t vectors = nr / lanes;
  forEach(b, zero, full, nr, [&](Value channel) { body({channel, vectors, Values(vectors)}); });
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
    body({full, count, masks});
  };
  if (known) {
    if (*known % nr)
      restBlock();
    return;
  }
  branch(b, arith::CmpIOp::create(b, arith::CmpIPredicate::ne, rest, zero), restBlock);
}

/// Batch entries, then groups.
void WindowTiles::forOuter(unsigned dim) {
  if (dim == 2 || (dim == 1 && !grouped))
    return forChannels([&](const Channels &channels) {
      forRows(1, [&](Value pixel, int64_t count) { tile(pixel, count, channels); });
    });
  unsigned position = dim == 0 ? 0 : spatial + 1;
  forEach(b, zero, dimSize(b, c, position), 1, [&](Value i) {
    at[position] = i;
    forOuter(dim + 1);
  });
}

LogicalResult WindowTiles::run() {
  if (failed(prepare()))
    return failure();
  forOuter(0);
  sink.erase();
  op.erase();
  return success();
}

LogicalResult expandWindow(RewriterBase &rewriter, fusion::ConvOp op, const TargetDescription &target,
                           const WindowOptions &options, Workspace &workspace) {
  return WindowTiles(rewriter, op, target, options, workspace).run();
}

} // namespace delos::cpu::seam
