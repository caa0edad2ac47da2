// Openers of pooling operators.
#include "lib/Open/OpenerTable.h"
#include "lib/Open/Windows.h"

#include <cmath>

namespace delos::open {

namespace {

/// An operand [N, C, spatial...] with its window and the pooled sizes.
struct Pool {
  Tensor x;
  WindowShape window;
  Dims spatial, pooled;
};

std::optional<Pool> readPool(Node &n) {
  OpenBuilder &b = n.builder();
  Pool pool{n.in(0), {}, {}, {}};
  if (b.failed() || pool.x.rank() < 3) {
    b.fail("expected an operand of rank at least 3");
    return std::nullopt;
  }
  Dims dims = pool.x.dims();
  pool.spatial.assign(dims.begin() + 2, dims.end());
  auto window = readWindow(n, pool.spatial, n.integers("kernel_shape"));
  if (!window)
    return std::nullopt;
  pool.window = *window;
  pool.pooled = pooledSizes(n, pool.spatial, pool.window, n.flag("ceil_mode", false));
  return b.failed() ? std::nullopt : std::optional(pool);
}

//===-- MaxPool -------------------------------------------------------------------------------===//

/// Pads x so that strided slices can reach every position of every window.
Tensor padForSlices(OpenBuilder &b, const Pool &pool) {
  Tensor x = pool.x;
  Dims low(x.rank(), DimExpr(0)), high(low);
  for (size_t k = 0; k < pool.spatial.size(); ++k) {
    DimExpr needed = (pool.pooled[k] - 1) * pool.window.strides[k] + reachOf(pool.window, k);
    low[2 + k] = DimExpr(pool.window.low[k]);
    high[2 + k] = needed - pool.spatial[k] - pool.window.low[k];
  }
  double least = x.isFloat() ? -INFINITY : 0;
  if (x.isInteger() && !x.elementType().isUnsignedInteger())
    least = -std::ldexp(1.0, x.elementType().getIntOrFloatBitWidth() - 1);
  return b.pad(x, b.scalar(least, x.elementType()), low, high);
}

/// The index in x, flattened, of what window position `offset` reads, for every result element.
Tensor flatIndices(OpenBuilder &b, const Pool &pool, llvm::ArrayRef<int64_t> offset, bool columnMajor) {
  Dims dims = pool.x.dims(), to{dims[0], dims[1]};
  llvm::append_range(to, pool.pooled);
  DimExpr image = graph::elementCount(pool.spatial), stride(1);
  Tensor channel = b.iota(to, 0, b.i64()) * b.size(dims[1], b.i64()) + b.iota(to, 1, b.i64());
  Tensor index = channel * b.size(image, b.i64());
  for (size_t step = 0; step < pool.spatial.size(); ++step) {
    size_t k = columnMajor ? step : pool.spatial.size() - 1 - step;
    Tensor place = b.iota(to, 2 + k, b.i64()) * b.scalar(pool.window.strides[k], b.i64()) +
                   b.scalar(offset[k] * pool.window.dilations[k] - pool.window.low[k], b.i64());
    index = index + place * b.size(stride, b.i64());
    stride = stride * pool.spatial[k];
  }
  return index;
}

/// Maximum and its position: a running comparison over the positions of the window, the first one winning.
Tensors maximumWithIndices(Node &n, const Pool &pool) {
  OpenBuilder &b = n.builder();
  constexpr int64_t kMaxPositions = 256;
  int64_t positions = 1;
  for (int64_t size : pool.window.kernel)
    positions = std::min(positions * size, kMaxPositions + 1);
  if (positions > kMaxPositions)
    return {b.unsupported("indices of windows of more than " + llvm::Twine(kMaxPositions) + " positions")};
  bool columnMajor = n.flag("storage_order", false);
  Tensor padded = padForSlices(b, pool), best, bestIndex;
  for (int64_t position = 0; position < positions && !b.failed(); ++position) {
    Ints offset(pool.spatial.size());
    int64_t rest = position;
    Tensor part = padded;
    for (size_t k = offset.size(); k-- > 0; rest /= pool.window.kernel[k]) {
      offset[k] = rest % pool.window.kernel[k];
      part =
          b.slice(part, 2 + k, offset[k] * pool.window.dilations[k], pool.pooled[k], pool.window.strides[k]);
    }
    Tensor index = flatIndices(b, pool, offset, columnMajor);
    Tensor wins = best ? map(ScalarFn::gt, part, best) : Tensor();
    best = best ? select(wins, part, best) : part;
    bestIndex = bestIndex ? select(wins, index, bestIndex) : index;
  }
  return {best, bestIndex};
}

Tensors openMaxPool(Node &n) {
  auto pool = readPool(n);
  if (!pool)
    return {};
  if (n.wantsResult(1))
    return maximumWithIndices(n, *pool);
  return {n.builder().windowReduce(ReduceKind::max, pool->x, pool->window, pool->pooled)};
}

/// Elements return to the places that a MaxPool took them from.
Tensors openMaxUnpool(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), indices = n.in(1);
  if (b.failed() || x.rank() < 3)
    return {b.fail("expected an operand of rank at least 3")};
  Dims dims = x.dims(), to{dims[0], dims[1]};
  Dims spatial(dims.begin() + 2, dims.end());
  auto window = readWindow(n, spatial, n.integers("kernel_shape"));
  if (!window)
    return {};
  for (size_t k = 0; k < spatial.size(); ++k)
    to.push_back((spatial[k] - 1) * window->strides[k] + window->kernel[k] - window->low[k] -
                 window->high[k]);
  DimExpr count = graph::elementCount(dims);
  Tensor flat = b.scatter(graph::ScatterKind::assign, b.full(0, {graph::elementCount(to)}, x.elementType()),
                          b.reshape(x, count), b.reshape(indices, count), int64_t(0),
                          mlir::AffineMap::get(1, 0, mlir::getAffineConstantExpr(0, b.context())),
                          mlir::AffineMap::getMultiDimIdentityMap(1, b.context()));
  Tensor y = b.reshape(flat, to);
  if (!n.optional(2))
    return {y};
  auto stated = n.known(2);
  if (!stated || b.failed() || stated->size() != to.size())
    return {b.fail("expected an output shape of " + llvm::Twine(to.size()) + " sizes")};
  Dims high;
  for (auto [size, want] : llvm::zip(to, *stated))
    high.push_back(want - size);
  return {b.pad(y, b.scalar(0, x.elementType()), Dims(to.size(), DimExpr(0)), high)};
}

//===-- AveragePool, LpPool -------------------------------------------------------------------===//

/// How many positions of each window along dim k count, for static sizes.
std::vector<double> windowCounts(const Pool &pool, size_t k, bool includePad) {
  int64_t size = *pool.spatial[k].asConstant(), begin = includePad ? -pool.window.low[k] : 0;
  int64_t end = size + (includePad ? pool.window.high[k] : 0);
  std::vector<double> counts;
  for (int64_t i = 0; i < *pool.pooled[k].asConstant(); ++i) {
    int64_t inside = 0;
    for (int64_t j = 0; j < pool.window.kernel[k]; ++j) {
      int64_t place = i * pool.window.strides[k] - pool.window.low[k] + j * pool.window.dilations[k];
      inside += place >= begin && place < end;
    }
    counts.push_back(static_cast<double>(std::max<int64_t>(inside, 1)));
  }
  return counts;
}

/// The number of positions that each average divides by: a scalar, or a tensor that broadcasts.
Tensor averageCounts(Node &n, const Pool &pool, mlir::Type elementType) {
  OpenBuilder &b = n.builder();
  bool includePad = n.flag("count_include_pad", false);
  double product = 1;
  Tensor counts;
  for (size_t k = 0; k < pool.spatial.size(); ++k) {
    bool padded = pool.window.low[k] || pool.window.high[k];
    if (!pool.spatial[k].asConstant() || !pool.pooled[k].asConstant()) {
      if (padded && !includePad)
        return b.unsupported("a padded average over the symbolic size " + pool.spatial[k].str());
      product *= static_cast<double>(pool.window.kernel[k]);
      continue;
    }
    std::vector<double> along = windowCounts(pool, k, includePad);
    if (llvm::all_of(along, [&](double count) { return count == along[0]; })) {
      product *= along.empty() ? 1 : along[0];
      continue;
    }
    Ints shape(pool.spatial.size(), 1);
    shape[k] = along.size();
    Tensor table = b.table(along, shape, elementType);
    counts = counts ? counts * table : table;
  }
  return counts ? counts * product : b.scalar(product, elementType);
}

Tensors openAveragePool(Node &n) {
  auto pool = readPool(n);
  if (!pool)
    return {};
  Tensor x = widen(pool->x);
  Tensor sum = n.builder().windowReduce(ReduceKind::sum, x, pool->window, pool->pooled);
  return {narrow(sum / averageCounts(n, *pool, x.elementType()), pool->x.elementType())};
}

/// |x|^p, and its inverse on sums.
Tensor power(Tensor x, double p) {
  Tensor magnitude = map(ScalarFn::abs, x);
  return p == 1 ? magnitude : p == 2 ? x * x : map(ScalarFn::pow, magnitude, p);
}
Tensor root(Tensor x, double p) {
  return p == 1 ? x : p == 2 ? map(ScalarFn::sqrt, x) : map(ScalarFn::pow, x, 1.0 / p);
}

/// The exponent of an Lp pooling: an integer, in version 1 a float.
double exponentOf(Node &n) {
  if (auto value = mlir::dyn_cast_or_null<mlir::FloatAttr>(n.attr("p")))
    return value.getValueAsDouble();
  return static_cast<double>(n.integer("p", 2));
}

Tensors openLpPool(Node &n) {
  auto pool = readPool(n);
  if (!pool)
    return {};
  double p = exponentOf(n);
  Tensor powers = power(widen(pool->x), p);
  Tensor sum = n.builder().windowReduce(ReduceKind::sum, powers, pool->window, pool->pooled);
  return {narrow(root(sum, p), pool->x.elementType())};
}

//===-- Global pooling ------------------------------------------------------------------------===//

/// The operand and its spatial dims.
std::optional<Ints> spatialDims(Node &n) {
  Tensor x = n.in(0);
  if (x && x.rank() >= 2)
    return range(2, x.rank());
  n.builder().fail("expected an operand of rank at least 2");
  return std::nullopt;
}

Tensors openGlobalAveragePool(Node &n) {
  auto dims = spatialDims(n);
  return {dims ? narrow(n.builder().mean(widen(n.in(0)), *dims, true), n.in(0).elementType()) : Tensor()};
}

Tensors openGlobalMaxPool(Node &n) {
  auto dims = spatialDims(n);
  return {dims ? n.builder().reduce(ReduceKind::max, n.in(0), *dims, true) : Tensor()};
}

Tensors openGlobalLpPool(Node &n) {
  auto dims = spatialDims(n);
  if (!dims)
    return {};
  double p = exponentOf(n);
  Tensor sum = n.builder().reduce(ReduceKind::sum, power(widen(n.in(0)), p), *dims, true);
  return {narrow(root(sum, p), n.in(0).elementType())};
}

constexpr OpenerRow kRows[] = {
    {"", "MaxPool", 1, openMaxPool, 1, 1},
    {"", "MaxUnpool", 9, openMaxUnpool, 2, 3},
    {"", "AveragePool", 1, openAveragePool, 1, 1},
    {"", "LpPool", 1, openLpPool, 1, 1},
    {"", "GlobalAveragePool", 1, openGlobalAveragePool, 1, 1},
    {"", "GlobalMaxPool", 1, openGlobalMaxPool, 1, 1},
    {"", "GlobalLpPool", 1, openGlobalLpPool, 1, 1},
};

} // namespace

llvm::ArrayRef<OpenerRow> poolingOpeners() { return kRows; }

} // namespace delos::open
