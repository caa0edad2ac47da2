// Openers of operators that read or write at positions given by data.
#include "lib/Open/OpenerTable.h"

namespace delos::open {

namespace {

using graph::ScatterKind;
using mlir::AffineExpr;
using mlir::AffineMap;

AffineMap identity(OpenBuilder &b, unsigned rank) {
  return AffineMap::getMultiDimIdentityMap(rank, b.context());
}

bool expectIndices(Node &n, Tensor indices) {
  if (indices && !indices.isInteger())
    n.builder().fail("expected integer indices, got " + describe(indices.elementType()));
  return !n.builder().failed();
}

Tensors openGather(Node &n) {
  Tensor x = n.in(0);
  return {n.builder().take(x, n.in(1), n.axis(n.integer("axis", 0), x.rank()))};
}

/// Checks operands of one rank whose sizes beside `dim` do not exceed those of x.
bool fitsBeside(Node &n, Tensor x, Tensor indices, int64_t dim) {
  OpenBuilder &b = n.builder();
  if (!expectIndices(n, indices) || b.failed())
    return false;
  if (indices.rank() != x.rank())
    b.fail("expected indices of rank " + llvm::Twine(x.rank()) + ", got " + llvm::Twine(indices.rank()));
  for (int64_t k = 0; k < x.rank() && !b.failed(); ++k)
    if (k != dim && (x.dim(k) - indices.dim(k)).asConstant().value_or(0) < 0)
      b.fail("indices of shape " + describe(indices.dims()) + " leave a tensor of shape " +
             describe(x.dims()));
  return !b.failed();
}

Tensors openGatherElements(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), indices = n.in(1);
  int64_t dim = n.axis(n.integer("axis", 0), x.rank());
  if (b.failed() || !fitsBeside(n, x, indices, dim))
    return {};
  AffineMap map = identity(b, x.rank());
  return {b.gather(x, indices, dim, map, map, indices.dims())};
}

ScatterKind scatterKind(Node &n) {
  llvm::StringRef reduction = n.text("reduction", "none");
  if (reduction == "none")
    return ScatterKind::assign;
  auto kind = graph::symbolizeScatterKind(reduction);
  if (!kind)
    n.builder().unsupported("reduction '" + reduction + "'");
  return kind.value_or(ScatterKind::assign);
}

Tensors openScatterElements(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), indices = n.in(1), updates = n.in(2);
  int64_t dim = n.axis(n.integer("axis", 0), x.rank());
  ScatterKind kind = scatterKind(n);
  if (b.failed() || !fitsBeside(n, x, indices, dim))
    return {};
  if (updates.rank() != indices.rank() ||
      !llvm::all_of(llvm::zip(updates.dims(), indices.dims()),
                    [](auto pair) { return graph::mayBeEqual(std::get<0>(pair), std::get<1>(pair)); }))
    return {b.fail("expected updates of the indices' shape " + describe(indices.dims()) + ", got " +
                   describe(updates.dims()))};
  AffineMap map = identity(b, x.rank());
  return {b.scatter(kind, x, updates, indices, dim, map, map)};
}

/// Index tuples of GatherND and ScatterND: one tensor per coordinate, and the maps of points
/// (tuple dims, then slice dims) to the indexed tensor and to the tuples.
struct Tuples {
  llvm::SmallVector<Tensor> coordinates;
  Ints dims;
  AffineMap tensorMap, indexMap;
  Dims pointDims;
};

std::optional<Tuples> readTuples(Node &n, Tensor x, Tensor indices, int64_t batch) {
  OpenBuilder &b = n.builder();
  if (!expectIndices(n, indices) || b.failed())
    return std::nullopt;
  int64_t last = indices.rank() - 1;
  auto length = last >= 0 ? indices.dim(last).asConstant() : std::nullopt;
  if (!length || batch < 0 || batch > last || *length < 1 || batch + *length > x.rank()) {
    b.fail("indices of shape " + describe(indices.dims()) + " do not fit a tensor of shape " +
           describe(x.dims()));
    return std::nullopt;
  }
  Tuples tuples;
  Dims tupleDims = indices.dims(), all = x.dims();
  tupleDims.pop_back();
  for (int64_t k = 0; k < *length; ++k) {
    tuples.coordinates.push_back(b.squeeze(b.slice(indices, last, k, 1), last));
    tuples.dims.push_back(batch + k);
  }
  tuples.pointDims = tupleDims;
  tuples.pointDims.append(all.begin() + batch + *length, all.end());
  unsigned points = tuples.pointDims.size();
  llvm::SmallVector<AffineExpr> place, index;
  for (int64_t k = 0; k < x.rank(); ++k) {
    int64_t point = k < batch ? k : last + (k - batch - *length);
    bool isIndexed = k >= batch && k < batch + *length;
    place.push_back(isIndexed ? mlir::getAffineConstantExpr(0, b.context())
                              : mlir::getAffineDimExpr(point, b.context()));
  }
  for (int64_t k = 0; k < last; ++k)
    index.push_back(mlir::getAffineDimExpr(k, b.context()));
  tuples.tensorMap = AffineMap::get(points, 0, place, b.context());
  tuples.indexMap = AffineMap::get(points, 0, index, b.context());
  return tuples;
}

Tensors openGatherND(Node &n) {
  Tensor x = n.in(0);
  auto tuples = readTuples(n, x, n.in(1), n.integer("batch_dims", 0));
  if (!tuples)
    return {};
  llvm::SmallVector<AffineMap> maps(tuples->coordinates.size(), tuples->indexMap);
  return {
      n.builder().gather(x, tuples->coordinates, tuples->dims, tuples->tensorMap, maps, tuples->pointDims)};
}

Tensors openScatterND(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), updates = n.in(2);
  ScatterKind kind = scatterKind(n);
  auto tuples = readTuples(n, x, n.in(1), 0);
  if (!tuples)
    return {};
  llvm::SmallVector<AffineMap> maps(tuples->coordinates.size(), tuples->indexMap);
  return {b.scatter(kind, x, b.broadcast(updates, tuples->pointDims), tuples->coordinates, tuples->dims,
                    tuples->tensorMap, maps)};
}

Tensors openOneHot(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor indices = n.in(0), values = n.in(2);
  std::optional<DimExpr> depth;
  if (n.in(1).isFloat()) {
    auto given = n.knownReals(1);
    if (given && given->size() == 1 && (*given)[0] >= 0 && (*given)[0] < 1e9)
      depth = DimExpr(static_cast<int64_t>((*given)[0]));
  } else {
    depth = n.knownSize(1);
  }
  if (!depth || b.failed() || values.rank() != 1)
    return {b.fail("expected a depth of at least 0 and two values")};
  int64_t dim = n.axis(n.integer("axis", -1), indices.rank() + 1);
  Tensor index = b.cast(indices, b.i64());
  index = select(map(ScalarFn::lt, index, 0.0), index + b.size(*depth, b.i64()), index);
  Dims to = indices.dims();
  if (b.failed())
    return {};
  to.insert(to.begin() + dim, *depth);
  Tensor hit = map(ScalarFn::eq, b.iota(to, dim, b.i64()), b.unsqueeze(index, dim));
  auto value = [&](int64_t k) { return b.reshape(b.slice(values, 0, k, 1), {}); };
  return {select(hit, value(1), value(0))};
}

/// Sequences of different lengths along the time dim: the first length[i] elements of batch i are reversed.
Tensors openReverseSequence(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), lengths = n.in(1);
  int64_t batch = n.axis(n.integer("batch_axis", 1), x.rank()),
          time = n.axis(n.integer("time_axis", 0), x.rank());
  if (b.failed() || batch == time)
    return {b.fail("expected different batch and time axes")};
  Dims plane{x.dim(time), x.dim(batch)};
  Tensor step = b.iota(plane, 0, b.i64());
  Tensor length = b.broadcastAlong(b.cast(lengths, b.i64()), plane, 1);
  Tensor source = select(map(ScalarFn::lt, step, length), length - step - 1.0, step);
  llvm::SmallVector<AffineExpr> index{mlir::getAffineDimExpr(time, b.context()),
                                      mlir::getAffineDimExpr(batch, b.context())};
  return {b.gather(x, source, time, identity(b, x.rank()), AffineMap::get(x.rank(), 0, index, b.context()),
                   x.dims())};
}

/// Writes updates into a cache at a position per batch entry; circular caches wrap.
Tensors openTensorScatter(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor past = n.in(0), update = n.in(1), start = n.optional(2);
  int64_t dim = n.axis(n.integer("axis", -2), past.rank());
  llvm::StringRef mode = n.text("mode", "linear");
  if (b.failed() || dim == 0 || update.rank() != past.rank() || (mode != "linear" && mode != "circular"))
    return {b.fail("expected a cache and an update of one rank, an axis after the batch, and a known mode")};
  Dims plane{update.dim(0), update.dim(dim)};
  Tensor place = b.iota(plane, 1, b.i64());
  if (start)
    place = place + b.broadcastAlong(b.cast(start, b.i64()), plane, int64_t(0));
  if (mode == "circular")
    place = map(ScalarFn::rem_floor, place, b.size(past.dim(dim), b.i64()));
  llvm::SmallVector<AffineExpr> index{mlir::getAffineDimExpr(0, b.context()),
                                      mlir::getAffineDimExpr(dim, b.context())};
  return {b.scatter(ScatterKind::assign, past, update, place, dim, identity(b, past.rank()),
                    AffineMap::get(past.rank(), 0, index, b.context()))};
}

Tensors refuseDataDependent(Node &n) { return {n.builder().unsupported("result shape depends on data")}; }

/// Compress with a known condition is a gather at known positions.
Tensors openCompress(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  const ShapeValue *condition = n.lookup(n.in(1));
  auto flags = condition ? condition->asIntegers() : std::nullopt;
  if (!flags) {
    n.knownFlag(1);
    return {b.unsupported("result shape depends on data")};
  }
  if (!n.has("axis"))
    x = b.reshape(x, graph::elementCount(x.dims()));
  int64_t dim = n.axis(n.integer("axis", 0), x.rank());
  Ints kept;
  for (auto [position, flag] : llvm::enumerate(*flags))
    if (flag)
      kept.push_back(position);
  return {b.take(x, b.vector(kept), dim)};
}

constexpr OpenerRow kRows[] = {
    {"", "Gather", 1, openGather, 2, 2},
    {"", "GatherElements", 11, openGatherElements, 2, 2},
    {"", "GatherND", 11, openGatherND, 2, 2},
    {"", "Scatter", 9, openScatterElements, 3, 3},
    {"", "ScatterElements", 11, openScatterElements, 3, 3},
    {"", "ScatterND", 11, openScatterND, 3, 3},
    {"", "OneHot", 9, openOneHot, 3, 3},
    {"", "ReverseSequence", 10, openReverseSequence, 2, 2},
    {"", "TensorScatter", 24, openTensorScatter, 2, 3},
    {"", "Compress", 9, openCompress, 2, 2},
    {"", "NonZero", 9, refuseDataDependent, 1, 1},
    {"", "Unique", 11, refuseDataDependent, 1, 1},
    {"", "NonMaxSuppression", 10, refuseDataDependent, 2, 5},
};

} // namespace

llvm::ArrayRef<OpenerRow> indexingOpeners() { return kRows; }

} // namespace delos::open
