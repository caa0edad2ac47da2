// Openers of RoiAlign and DeformConv: bilinear samples at positions that come as data.
#include "lib/Open/OpenerTable.h"
#include "lib/Open/Windows.h"

namespace delos::open {

namespace {

/// Two neighbouring pixels along a dim with their weights, for coordinates of any shape.
struct Neighbours {
  Tensor low, high, lowWeight, highWeight;
};

/// Neighbours of coordinates already clamped to the image.
Neighbours neighboursOf(OpenBuilder &b, Tensor x, Tensor last) {
  Tensor floor = map(ScalarFn::floor, x), ratio = x - floor;
  auto index = [&](Tensor pixel) { return b.cast(pixel, b.i64(), graph::CastMode::saturate); };
  return {index(floor), index(map(ScalarFn::min, floor + 1.0, last)), 1.0 - ratio, ratio};
}

mlir::AffineMap mapOf(OpenBuilder &b, unsigned rank, llvm::ArrayRef<int64_t> dims) {
  auto exprs =
      llvm::map_to_vector(dims, [&](int64_t dim) { return mlir::getAffineDimExpr(dim, b.context()); });
  return mlir::AffineMap::get(rank, 0, exprs, b.context());
}

//===-- RoiAlign -------------------------------------------------------------------------===//

/// Sample coordinates [R, bins, samples] along one image dim, and where they lie far outside.
struct RegionAxis {
  Neighbours taps;
  Tensor outside;
};

RegionAxis sampleRegion(OpenBuilder &b, Tensor start, Tensor end, const DimExpr &size, int64_t bins,
                        int64_t samples, bool halfPixel) {
  Tensor extent = halfPixel ? end - start : map(ScalarFn::max, end - start, 1.0);
  Dims dims{start.dim(0), DimExpr(bins), DimExpr(samples)};
  mlir::Type element = start.elementType();
  auto perRegion = [&](Tensor x) { return b.broadcastAlong(x, dims, int64_t(0)); };
  Tensor place = b.iota(dims, 1, element) + (b.iota(dims, 2, element) + 0.5) / static_cast<double>(samples);
  Tensor x = perRegion(start) + place * perRegion(extent / static_cast<double>(bins));
  Tensor count = b.size(size, element), last = count - 1.0;
  Tensor outside = map(ScalarFn::bit_or, map(ScalarFn::lt, x, -1.0), map(ScalarFn::gt, x, count));
  Tensor inside = map(ScalarFn::min, map(ScalarFn::max, x, 0.0), last);
  return {neighboursOf(b, inside, last), outside};
}

/// Values [R, C, bins, samples, bins, samples] of one corner, weighted.
Tensor corner(OpenBuilder &b, Tensor x, Tensor batch, const RegionAxis &vertical,
              const RegionAxis &horizontal, bool low, bool left) {
  Tensor row = low ? vertical.taps.low : vertical.taps.high;
  Tensor column = left ? horizontal.taps.low : horizontal.taps.high;
  if (b.failed())
    return {};
  Dims dims{row.dim(0), x.dim(1), row.dim(1), row.dim(2), column.dim(1), column.dim(2)};
  auto zero = mlir::getAffineConstantExpr(0, b.context());
  auto source =
      mlir::AffineMap::get(6, 0, {zero, mlir::getAffineDimExpr(1, b.context()), zero, zero}, b.context());
  Tensor pixels = b.gather(x, {batch, row, column}, {0, 2, 3}, source,
                           {mapOf(b, 6, {0}), mapOf(b, 6, {0, 2, 3}), mapOf(b, 6, {0, 4, 5})}, dims);
  Tensor rowWeight = low ? vertical.taps.lowWeight : vertical.taps.highWeight;
  Tensor columnWeight = left ? horizontal.taps.lowWeight : horizontal.taps.highWeight;
  Tensor weight = b.broadcastAlong(select(vertical.outside, 0.0, rowWeight), dims, {0, 2, 3}) *
                  b.broadcastAlong(select(horizontal.outside, 0.0, columnWeight), dims, {0, 4, 5});
  return pixels * weight;
}

Tensors openRoiAlign(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), rois = n.in(1), batch = n.in(2);
  int64_t samples = n.integer("sampling_ratio", 0), height = n.integer("output_height", 1);
  int64_t width = n.integer("output_width", 1);
  llvm::StringRef mode = n.text("mode", "avg");
  if (b.failed() || x.rank() != 4 || rois.rank() != 2 || !rois.dim(1).isConstant(4) || batch.rank() != 1 ||
      !x.isFloat() || rois.elementType() != x.elementType() || !batch.isInteger())
    return {b.fail("expected an image of rank 4, regions [R, 4] and batch indices [R]")};
  if (samples < 1)
    return {b.unsupported("sampling_ratio 0: the number of samples depends on data")};
  if (samples > 64 || height < 1 || width < 1 || height > 65536 || width > 65536)
    return {b.fail("expected output sizes of 1 to 65536 and a sampling_ratio of at most 64")};
  bool halfPixel = n.opset() >= 16 && n.text("coordinate_transformation_mode", "half_pixel") == "half_pixel";
  Tensor scaled = widen(rois) * n.real("spatial_scale", 1.0) - (halfPixel ? 0.5 : 0.0);
  auto column = [&](int64_t k) { return b.squeeze(b.slice(scaled, 1, k, 1), 1); };
  RegionAxis vertical = sampleRegion(b, column(1), column(3), x.dim(2), height, samples, halfPixel);
  RegionAxis horizontal = sampleRegion(b, column(0), column(2), x.dim(3), width, samples, halfPixel);
  Tensor wide = widen(x), value;
  for (bool low : {true, false})
    for (bool left : {true, false}) {
      Tensor part = corner(b, wide, batch, vertical, horizontal, low, left);
      value = !value ? part : mode == "max" ? map(ScalarFn::max, value, part) : value + part;
    }
  if (mode == "max")
    return {narrow(b.reduce(ReduceKind::max, value, {3, 5}, false), x.elementType())};
  return {narrow(b.mean(value, {3, 5}, false), x.elementType())};
}

//===-- DeformConv -----------------------------------------------------------------------===//

/// Coordinates [N, G, kh, kw, oh, ow] of samples along one image dim: the window's own position plus the
/// offset.
Tensor deformedCoordinate(OpenBuilder &b, Tensor offset, const WindowShape &window, size_t k) {
  Dims dims = offset.dims();
  mlir::Type element = offset.elementType();
  Tensor tap = b.iota(dims, 2 + k, element) * static_cast<double>(window.dilations[k]);
  Tensor start = b.iota(dims, 4 + k, element) * static_cast<double>(window.strides[k]);
  return start + tap + offset - static_cast<double>(window.low[k]);
}

/// One neighbour of each coordinate: index, and weight that is 0 outside the image.
std::pair<Tensor, Tensor> neighbour(OpenBuilder &b, Tensor x, const DimExpr &size, bool low) {
  Tensor last = b.size(size, x.elementType()) - 1.0, floor = map(ScalarFn::floor, x), ratio = x - floor;
  Tensor pixel = low ? floor : floor + 1.0;
  Tensor inside = map(ScalarFn::bit_and, map(ScalarFn::ge, pixel, 0.0), map(ScalarFn::le, pixel, last));
  Tensor clamped = map(ScalarFn::min, map(ScalarFn::max, pixel, 0.0), last);
  return {b.cast(clamped, b.i64(), graph::CastMode::saturate),
          select(inside, low ? 1.0 - ratio : ratio, 0.0)};
}

/// Image [N, G, C/G, H, W] sampled at rows and columns [N, G, kh, kw, oh, ow]: [N, G, C/G, kh, kw, oh, ow].
Tensor sampleGroups(OpenBuilder &b, Tensor x, Tensor rows, Tensor columns) {
  if (b.failed())
    return {};
  Dims dims = rows.dims();
  dims.insert(dims.begin() + 2, x.dim(2));
  auto zero = mlir::getAffineConstantExpr(0, b.context());
  llvm::SmallVector<mlir::AffineExpr> source;
  for (unsigned k = 0; k < 3; ++k)
    source.push_back(mlir::getAffineDimExpr(k, b.context()));
  source.append({zero, zero});
  mlir::AffineMap index = mapOf(b, 7, {0, 1, 3, 4, 5, 6});
  Tensor sum;
  for (bool low : {true, false})
    for (bool left : {true, false}) {
      auto [row, rowWeight] = neighbour(b, rows, x.dim(3), low);
      auto [column, columnWeight] = neighbour(b, columns, x.dim(4), left);
      Tensor pixels = b.gather(x, {row, column}, {3, 4}, mlir::AffineMap::get(7, 0, source, b.context()),
                               {index, index}, dims);
      Tensor part = pixels * b.unsqueeze(rowWeight * columnWeight, 2);
      sum = sum ? sum + part : part;
    }
  return sum;
}

Tensors openDeformConv(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), filter = n.in(1), offset = n.in(2), mask = n.optional(4);
  int64_t groups = n.integer("group", 1), offsetGroups = n.integer("offset_group", 1);
  if (b.failed() || x.rank() != 4 || filter.rank() != 4 || offset.rank() != 4 || groups < 1 ||
      offsetGroups < 1)
    return {b.fail("expected an image, a filter and offsets of rank 4, and at least one group")};
  auto height = filter.dim(2).asConstant(), width = filter.dim(3).asConstant();
  auto perOffset = x.dim(1).divideExactly(DimExpr(offsetGroups)),
       outputs = filter.dim(0).divideExactly(DimExpr(groups));
  if (!height || !width || !perOffset || !outputs)
    return {b.unsupported("a filter of shape " + describe(filter.dims()) + " for " + x.dim(1).str() +
                          " channels")};
  Ints kernel{*height, *width};
  auto window = readWindow(n, {x.dim(2), x.dim(3)}, kernel);
  if (!window)
    return {};
  Dims sizes = pooledSizes(n, {x.dim(2), x.dim(3)}, *window, false);
  if (b.failed())
    return {};
  DimExpr batch = x.dim(0);
  Tensor offsets = b.reshape(widen(offset), {batch, offsetGroups, *height, *width, 2, sizes[0], sizes[1]});
  auto along = [&](int64_t k) {
    return deformedCoordinate(b, b.squeeze(b.slice(offsets, 4, k, 1), 4), *window, k);
  };
  Tensor image = b.reshape(widen(x), {batch, offsetGroups, *perOffset, x.dim(2), x.dim(3)});
  Tensor samples = sampleGroups(b, image, along(0), along(1));
  if (mask)
    samples = samples * b.reshape(widen(mask), {batch, offsetGroups, 1, *height, *width, sizes[0], sizes[1]});
  // [N, g, C/g * window, oh, ow] with [g, O/g, C/g * window]: [g, N, oh, ow, O/g].
  DimExpr depth = filter.dim(1) * (*height * *width);
  Tensor columns = b.reshape(samples, {batch, groups, depth, sizes[0], sizes[1]});
  Tensor weights = b.reshape(widen(filter), {groups, *outputs, depth});
  Tensor y = b.transpose(b.contract(columns, weights, 1, int64_t(0), 2, 2), {1, 0, 4, 2, 3});
  y = narrow(b.reshape(y, {batch, filter.dim(0), sizes[0], sizes[1]}), x.elementType());
  return {addChannelBias(y, n.optional(3))};
}

constexpr OpenerRow kRows[] = {
    {"", "RoiAlign", 10, openRoiAlign, 3, 3},
    {"", "DeformConv", 19, openDeformConv, 3, 5},
};

} // namespace

llvm::ArrayRef<OpenerRow> regionOpeners() { return kRows; }

} // namespace delos::open
