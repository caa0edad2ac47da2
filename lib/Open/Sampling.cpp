// Openers of operators that sample images at computed positions, and of Col2Im.
#include "lib/Open/OpenerTable.h"
#include "lib/Open/Windows.h"

namespace delos::open {

namespace {

//===-- GridSample ----------------------------------------------------------------------------===//

/// How one image dim of `size` pixels is sampled.
struct Sampled {
  DimExpr size;
  llvm::StringRef mode, padding;
  bool alignCorners;

  /// Smallest and largest coordinate inside the image, as scalars like x.
  Tensor least(OpenBuilder &b, mlir::Type element) const {
    return b.scalar(alignCorners ? 0.0 : -0.5, element);
  }
  Tensor most(OpenBuilder &b, mlir::Type element) const {
    return b.size(size, element) - (alignCorners ? 1.0 : 0.5);
  }
};

/// Mirrors coordinates at the borders until they lie inside.
Tensor reflect(OpenBuilder &b, Tensor x, const Sampled &how) {
  mlir::Type element = x.elementType();
  Tensor least = how.least(b, element), extent = how.most(b, element) - least;
  // An image of one pixel with aligned corners has no extent.
  Tensor period = map(ScalarFn::max, extent * 2.0, 1e-6);
  Tensor offset = map(ScalarFn::rem_floor, map(ScalarFn::abs, x - least), period);
  return least + map(ScalarFn::min, offset, map(ScalarFn::max, extent * 2.0 - offset, 0.0));
}

Tensor clampToImage(OpenBuilder &b, Tensor x, const Sampled &how) {
  return map(ScalarFn::min, map(ScalarFn::max, x, 0.0), b.size(how.size, x.elementType()) - 1.0);
}

/// One sample position along a dim: pixel index, its weight, and whether it lies inside.
struct Tap {
  Tensor index, weight, inside;
};

Tap tapAt(OpenBuilder &b, Tensor position, Tensor weight, const Sampled &how) {
  Tap tap{{}, weight, {}};
  Tensor pixel = position;
  if (how.padding == "zeros")
    tap.inside = map(ScalarFn::bit_and, map(ScalarFn::ge, pixel, 0.0),
                     map(ScalarFn::le, pixel, b.size(how.size, pixel.elementType()) - 1.0));
  else if (how.padding == "reflection")
    pixel = reflect(b, pixel, how);
  // NaN reads pixel 0.
  tap.index = b.cast(clampToImage(b, pixel, how), b.i64(), graph::CastMode::saturate);
  return tap;
}

/// Weights of four neighbours by cubic convolution (a = -0.75), at distance x from the second.
std::array<Tensor, 4> cubicWeights(Tensor x) {
  constexpr double a = -0.75;
  auto inner = [](Tensor t) { return (t * (a + 2) - (a + 3)) * t * t + 1.0; };
  auto outer = [](Tensor t) { return ((t * a - 5 * a) * t + 8 * a) * t - 4 * a; };
  return {outer(x + 1.0), inner(x), inner(1.0 - x), outer(2.0 - x)};
}

/// The taps of a dim from normalised coordinates in [-1, 1].
llvm::SmallVector<Tap> tapsOf(OpenBuilder &b, Tensor normal, const Sampled &how) {
  Tensor size = b.size(how.size, normal.elementType());
  Tensor x = how.alignCorners ? (normal + 1.0) / 2.0 * (size - 1.0) : ((normal + 1.0) * size - 1.0) / 2.0;
  if (how.mode == "nearest")
    x = map(ScalarFn::round_even, x);
  if (how.padding == "border")
    x = clampToImage(b, x, how);
  else if (how.padding == "reflection")
    x = reflect(b, x, how);
  if (how.mode == "nearest")
    return {tapAt(b, x, {}, how)};
  Tensor left = map(ScalarFn::floor, x), ratio = x - left;
  if (how.mode == "linear")
    return {tapAt(b, left, 1.0 - ratio, how), tapAt(b, left + 1.0, ratio, how)};
  llvm::SmallVector<Tap> taps;
  for (auto [k, weight] : llvm::enumerate(cubicWeights(ratio)))
    taps.push_back(tapAt(b, left + (static_cast<double>(k) - 1.0), weight, how));
  return taps;
}

/// Pixels of x [N, C, image...] at index tensors [N, points...]: [N, C, points...].
Tensor gatherPixels(OpenBuilder &b, Tensor x, llvm::ArrayRef<Tensor> indices) {
  if (b.failed())
    return {};
  unsigned rank = indices[0].rank() + 1;
  llvm::SmallVector<mlir::AffineExpr> source{mlir::getAffineDimExpr(0, b.context()),
                                             mlir::getAffineDimExpr(1, b.context())};
  source.resize(x.rank(), mlir::getAffineConstantExpr(0, b.context()));
  llvm::SmallVector<mlir::AffineExpr> index{mlir::getAffineDimExpr(0, b.context())};
  Dims to{x.dim(0), x.dim(1)};
  for (unsigned k = 2; k < rank; ++k) {
    index.push_back(mlir::getAffineDimExpr(k, b.context()));
    to.push_back(indices[0].dim(k - 1));
  }
  llvm::SmallVector<mlir::AffineMap> maps(indices.size(), mlir::AffineMap::get(rank, 0, index, b.context()));
  return b.gather(x, indices, range(2, x.rank()), mlir::AffineMap::get(rank, 0, source, b.context()), maps,
                  to);
}

/// Sums over all combinations of one tap per dim.
Tensor sumOfTaps(OpenBuilder &b, Tensor x, llvm::ArrayRef<llvm::SmallVector<Tap>> taps) {
  size_t combinations = 1;
  for (const auto &list : taps)
    combinations *= list.size();
  Tensor sum;
  for (size_t k = 0; k < combinations && !b.failed(); ++k) {
    llvm::SmallVector<Tensor> indices;
    Tensor weight, inside;
    size_t rest = k;
    for (const auto &list : taps) {
      const Tap &tap = list[rest % list.size()];
      rest /= list.size();
      indices.push_back(tap.index);
      weight = weight && tap.weight ? weight * tap.weight : tap.weight ? tap.weight : weight;
      inside = inside && tap.inside ? map(ScalarFn::bit_and, inside, tap.inside)
               : tap.inside         ? tap.inside
                                    : inside;
    }
    Tensor pixels = gatherPixels(b, x, indices);
    if (inside)
      pixels = select(b.unsqueeze(inside, 1), pixels, 0.0);
    if (weight)
      pixels = pixels * b.unsqueeze(weight, 1);
    sum = sum ? sum + pixels : pixels;
  }
  return sum;
}

/// The interpolation's present name for names of earlier versions.
llvm::StringRef interpolationName(llvm::StringRef mode) {
  return mode == "bilinear" ? "linear" : mode == "bicubic" ? "cubic" : mode;
}

Tensors openGridSample(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), grid = n.in(1);
  llvm::StringRef mode = interpolationName(n.text("mode", "linear")),
                  padding = n.text("padding_mode", "zeros");
  int64_t spatial = x.rank() - 2;
  if (b.failed() || spatial < 1 || spatial > 3 || grid.rank() != x.rank() ||
      !grid.dim(spatial + 1).isConstant(spatial))
    return {b.fail("expected an image of 1 to 3 spatial dims and a grid of as many coordinates")};
  bool isKnown = llvm::is_contained({"nearest", "linear", "cubic"}, mode) &&
                 llvm::is_contained({"zeros", "border", "reflection"}, padding);
  if (!isKnown || !x.isFloat() || !grid.isFloat())
    return {b.unsupported("mode '" + mode + "' with padding '" + padding + "'")};
  Tensor wide = widen(x);
  llvm::SmallVector<llvm::SmallVector<Tap>> taps;
  for (int64_t k = 0; k < spatial; ++k) {
    // Coordinates come in the order x, y, z; image dims are z, y, x.
    Tensor normal = b.squeeze(b.slice(grid, spatial + 1, spatial - 1 - k, 1), spatial + 1);
    taps.push_back(tapsOf(b, b.cast(normal, wide.elementType()),
                          {x.dim(2 + k), mode, padding, n.flag("align_corners", false)}));
  }
  return {b.failed() ? Tensor() : narrow(sumOfTaps(b, wide, taps), x.elementType())};
}

//===-- AffineGrid ----------------------------------------------------------------------------===//

/// Coordinates of pixel centres along one dim in [-1, 1], aligned as dim `place` of the grid.
Tensor baseCoordinate(OpenBuilder &b, const Dims &grid, int64_t place, bool alignCorners,
                      mlir::Type element) {
  DimExpr size = grid[place];
  Tensor index = b.iota(grid, place, element), count = b.size(size, element);
  if (alignCorners)
    return index * 2.0 / (size.isConstant(1) ? count : count - 1.0) - 1.0;
  return (index * 2.0 + 1.0) / count - 1.0;
}

Tensors openAffineGrid(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor theta = n.in(0);
  auto size = n.known(1);
  if (b.failed() || (size->size() != 4 && size->size() != 5))
    return {b.fail("expected a size of 4 or 5 entries")};
  int64_t spatial = size->size() - 2;
  if (theta.rank() != 3 || !theta.dim(1).isConstant(spatial) || !theta.dim(2).isConstant(spatial + 1))
    return {b.fail("expected matrices of shape [" + llvm::Twine(spatial) + ", " + llvm::Twine(spatial + 1) +
                   "]")};
  Dims grid(size->begin() + 2, size->end());
  llvm::SmallVector<Tensor> coordinates;
  for (int64_t k = spatial; k-- > 0;)
    coordinates.push_back(b.unsqueeze(
        baseCoordinate(b, grid, k, n.flag("align_corners", false), theta.elementType()), spatial));
  Dims unit(grid);
  unit.push_back(DimExpr(1));
  coordinates.push_back(b.full(1, unit, theta.elementType()));
  // [grid..., c+1] with [N, c, c+1]: [grid..., N, c], the batch moved to the front.
  Tensor product = b.contract(b.concat(coordinates, spatial), theta, {}, {}, spatial, 2);
  Ints perm{spatial};
  perm.append(range(0, spatial));
  perm.push_back(spatial + 1);
  return {b.transpose(product, perm)};
}

//===-- Col2Im --------------------------------------------------------------------------------===//

/// Columns [N, C * window, blocks] added back into an image: one spread and shifted copy per window position.
Tensors openCol2Im(Node &n) {
  OpenBuilder &b = n.builder();
  constexpr int64_t kMaxPositions = 1024;
  Tensor x = n.in(0);
  auto image = n.knownIntegers(1), block = n.knownIntegers(2);
  if (b.failed() || x.rank() != 3 || image->size() != block->size() || block->empty())
    return {b.fail("expected columns of rank 3 and one block size per image dim")};
  Dims spatial(image->begin(), image->end());
  auto window = readWindow(n, spatial, *block);
  Dims counts = window ? pooledSizes(n, spatial, *window, false) : Dims();
  int64_t positions = 1;
  for (int64_t size : *block)
    positions = std::min(positions * size, kMaxPositions + 1);
  auto channels = x.dim(1).divideExactly(DimExpr(positions));
  if (b.failed() || positions > kMaxPositions || !channels)
    return {b.fail("expected channels in multiples of the block's size, of at most " +
                   llvm::Twine(kMaxPositions))};
  Dims split{x.dim(0), *channels, DimExpr(positions)}, zeros(2 + spatial.size(), DimExpr(0));
  split.append(counts.begin(), counts.end());
  Tensor columns = b.reshape(x, split), sum;
  for (int64_t position = 0; position < positions && !b.failed(); ++position) {
    Dims low = zeros, high = zeros;
    Ints interior(low.size(), 0);
    int64_t rest = position;
    for (size_t k = spatial.size(); k-- > 0; rest /= (*block)[k]) {
      int64_t offset = rest % (*block)[k] * window->dilations[k] - window->low[k];
      low[2 + k] = DimExpr(offset);
      high[2 + k] = spatial[k] - offset - ((counts[k] - 1) * window->strides[k] + 1);
      interior[2 + k] = window->strides[k] - 1;
    }
    Tensor part = b.squeeze(b.slice(columns, 2, position, 1), 2);
    Tensor placed = b.pad(part, b.scalar(0, x.elementType()), low, high, interior);
    sum = sum ? sum + placed : placed;
  }
  return {sum};
}

constexpr OpenerRow kRows[] = {
    {"", "GridSample", 16, openGridSample, 2, 2},
    {"", "AffineGrid", 20, openAffineGrid, 2, 2},
    {"", "Col2Im", 18, openCol2Im, 3, 3},
};

} // namespace

llvm::ArrayRef<OpenerRow> samplingOpeners() { return kRows; }

} // namespace delos::open
