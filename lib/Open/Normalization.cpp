// Openers of normalisations.
#include "lib/Open/Compositions.h"
#include "lib/Open/OpenerTable.h"

namespace delos::open {

Moments moments(Tensor x, llvm::ArrayRef<int64_t> dims) {
  if (!x)
    return {};
  OpenBuilder &b = x.builder();
  Tensor mean = b.mean(x, dims, /*keepDims=*/true), centred = x - mean;
  return {mean, b.mean(centred * centred, dims, /*keepDims=*/true), centred};
}

namespace {

/// 1 / sqrt(variance + epsilon).
Tensor inverseDeviation(Tensor variance, double epsilon) { return map(ScalarFn::rsqrt, variance + epsilon); }

/// A vector with one entry per channel, aligned with dim 1 of x.
Tensor perChannel(Tensor vector, Tensor x) {
  if (!vector || !x)
    return {};
  OpenBuilder &b = x.builder();
  if (vector.rank() != 1 || x.rank() < 2)
    return b.fail("expected a vector of one entry per channel, got " + describe(vector.dims()));
  Dims aligned(x.rank() - 1, DimExpr(1));
  aligned[0] = vector.dim(0);
  return b.reshape(vector, aligned);
}

//===-- BatchNormalization --------------------------------------------------------------------===//

Tensors normaliseBatch(Node &n, Tensor x, Tensor mean, Tensor variance) {
  double epsilon = n.real("epsilon", 1e-5);
  Tensor scale = widen(n.in(1)) * inverseDeviation(widen(variance), epsilon);
  Tensor wide = widen(x);
  // Statistics may be wider than the data.
  if (wide && scale && wide.elementType() != scale.elementType())
    wide = n.builder().cast(wide, scale.elementType());
  Tensor y = (wide - perChannel(widen(mean), x)) * perChannel(scale, x) + perChannel(widen(n.in(2)), x);
  return {narrow(y, x.elementType())};
}

Tensors openBatchNormalization(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), mean = n.in(3), variance = n.in(4);
  bool trains = n.opset() >= 14 && n.flag("training_mode", false);
  if (b.failed() || x.rank() < 2)
    return {b.fail("expected an operand of rank at least 2")};
  if (!n.flag("spatial", true))
    return {b.unsupported("spatial = 0")};
  if (!trains)
    return normaliseBatch(n, x, mean, variance);
  Ints dims = otherDims(x.rank(), 1);
  Moments batch = moments(widen(x), dims);
  Tensor batchMean = b.squeeze(batch.mean, dims), batchVariance = b.squeeze(batch.variance, dims);
  double momentum = n.real("momentum", 0.9);
  auto running = [&](Tensor old, Tensor fresh) {
    return narrow(widen(old) * momentum + b.cast(fresh, widen(old).elementType()) * (1 - momentum),
                  old.elementType());
  };
  Tensors y = normaliseBatch(n, x, batchMean, batchVariance);
  return {y[0], running(mean, batchMean), running(variance, batchVariance)};
}

//===-- Layer, instance, group and RMS normalisation ------------------------------------------===//

/// The type in which statistics are computed: `stash_type` (f32 by default) for narrower data.
Tensor stashed(Node &n, Tensor x) {
  mlir::Type stash = n.elementType("stash_type", n.builder().f32());
  bool isNarrower = x && stash && x.elementType().getIntOrFloatBitWidth() < stash.getIntOrFloatBitWidth();
  return isNarrower ? n.builder().cast(x, stash) : x;
}

Tensors openLayerNormalization(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), wide = stashed(n, x);
  int64_t first = n.axis(n.integer("axis", -1), x.rank());
  if (b.failed())
    return {};
  Moments row = moments(wide, range(first, x.rank()));
  Tensor inverse = inverseDeviation(row.variance, n.real("epsilon", 1e-5));
  Tensor y = narrow(row.centred * inverse, x.elementType()) * n.in(1);
  return {n.optional(2) ? y + n.optional(2) : y, row.mean, inverse};
}

Tensors openRMSNormalization(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), wide = stashed(n, x);
  int64_t first = n.axis(n.integer("axis", -1), x.rank());
  if (b.failed())
    return {};
  Tensor squares = b.mean(wide * wide, range(first, x.rank()), /*keepDims=*/true);
  Tensor y = wide * inverseDeviation(squares, n.real("epsilon", 1e-5));
  Tensor scale = n.in(1);
  return {narrow(y, scale.elementType()) * scale};
}

Tensors openInstanceNormalization(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), wide = widen(x);
  if (b.failed() || x.rank() < 3)
    return {b.fail("expected an operand of rank at least 3")};
  Moments image = moments(wide, range(2, x.rank()));
  Tensor scale = perChannel(widen(n.in(1)), x), bias = perChannel(widen(n.in(2)), x);
  return {narrow(image.centred * inverseDeviation(image.variance, n.real("epsilon", 1e-5)) * scale + bias,
                 x.elementType())};
}

Tensors openGroupNormalization(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), scale = n.in(1), bias = n.in(2);
  int64_t groups = n.integer("num_groups");
  if (b.failed() || x.rank() < 2 || groups < 1)
    return {b.fail("expected an operand of rank at least 2 and at least one group")};
  Dims dims = x.dims();
  auto channels = dims[1].divideExactly(DimExpr(groups));
  if (!channels)
    return {b.fail("expected channels " + dims[1].str() + " in multiples of groups " + llvm::Twine(groups))};
  Dims split{dims[0], DimExpr(groups), *channels};
  split.append(dims.begin() + 2, dims.end());
  Moments group = moments(stashed(n, b.reshape(x, split)), range(2, split.size()));
  Tensor normal = group.centred * inverseDeviation(group.variance, n.real("epsilon", 1e-5));
  auto like = [&](Tensor vector) { return b.cast(vector, normal.elementType()); };
  if (b.failed())
    return {};
  // Before version 21 scale and bias belong to groups, then to channels.
  if (n.opset() < 21) {
    Tensor y = normal * b.broadcastAlong(like(scale), split, 1) + b.broadcastAlong(like(bias), split, 1);
    return {narrow(b.reshape(y, dims), x.elementType())};
  }
  Tensor y = b.reshape(normal, dims);
  return {narrow(y * perChannel(like(scale), x) + perChannel(like(bias), x), x.elementType())};
}

//===-- The others ----------------------------------------------------------------------------===//

Tensors openLpNormalization(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  int64_t dim = n.axis(n.integer("axis", -1), x.rank()), p = n.integer("p", 2);
  if (b.failed() || (p != 1 && p != 2))
    return {b.fail("attribute 'p': expected 1 or 2, got " + llvm::Twine(p))};
  Tensor wide = widen(x), magnitude = p == 1 ? map(ScalarFn::abs, wide) : wide * wide;
  Tensor sum = b.reduce(ReduceKind::sum, magnitude, dim, /*keepDims=*/true);
  Tensor norm = p == 1 ? sum : map(ScalarFn::sqrt, sum);
  // A vector of zeros stays zero.
  Tensor y = wide / norm;
  return {narrow(select(map(ScalarFn::eq, norm, 0.0), 0.0, y), x.elementType())};
}

Tensors openMeanVarianceNormalization(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), wide = widen(x);
  Ints dims = n.axes(n.integers("axes", {0, 2, 3}), x.rank());
  if (b.failed())
    return {};
  Moments m = moments(wide, dims);
  return {narrow(m.centred / (map(ScalarFn::sqrt, m.variance) + 1e-9), x.elementType())};
}

/// Local response normalisation: squares summed over a window of neighbouring channels.
Tensors openLRN(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), wide = widen(x);
  int64_t size = n.integer("size");
  if (b.failed() || x.rank() < 3 || size < 1 || size > 65536)
    return {b.fail("expected an operand of rank at least 3 and a size of at least 1")};
  Dims dims = x.dims();
  size_t spatial = x.rank() - 1;
  WindowShape window{Ints(spatial, 1), Ints(spatial, 1), Ints(spatial, 1), Ints(spatial, 0),
                     Ints(spatial, 0)};
  window.kernel[0] = size;
  window.low[0] = (size - 1) / 2;
  Tensor sum = b.windowReduce(ReduceKind::sum, wide * wide, window, llvm::ArrayRef(dims).drop_front());
  double alpha = n.real("alpha", 1e-4), beta = n.real("beta", 0.75), bias = n.real("bias", 1.0);
  Tensor base = sum * (alpha / static_cast<double>(size)) + bias;
  return {narrow(wide / map(ScalarFn::pow, base, beta), x.elementType())};
}

constexpr OpenerRow kRows[] = {
    {"", "BatchNormalization", 1, openBatchNormalization, 5, 5},
    {"", "LayerNormalization", 17, openLayerNormalization, 2, 3},
    {"", "RMSNormalization", 23, openRMSNormalization, 2, 2},
    {"", "InstanceNormalization", 1, openInstanceNormalization, 3, 3},
    {"", "GroupNormalization", 18, openGroupNormalization, 3, 3},
    {"", "LpNormalization", 1, openLpNormalization, 1, 1},
    {"", "MeanVarianceNormalization", 9, openMeanVarianceNormalization, 1, 1},
    {"", "LRN", 1, openLRN, 1, 1},
};

} // namespace

llvm::ArrayRef<OpenerRow> normalizationOpeners() { return kRows; }

} // namespace delos::open
