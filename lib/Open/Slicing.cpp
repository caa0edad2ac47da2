// Openers of slices and paddings.
#include "lib/Open/Slicing.h"

#include "lib/Open/OpenerTable.h"

namespace delos::open {

namespace {

/// Bounds beyond this stand for "to the end" (exporters write INT32_MAX or INT64_MAX, or their negatives).
constexpr int64_t kEndless = (int64_t(1) << 31) - 2;

/// Notes that `value` must be at least `least`.
void requireAtLeast(OpenBuilder &b, const DimExpr &value, const DimExpr &least) {
  if (!isNonNegative(value - least))
    b.requireEqual(DimExpr::min(value, least), least);
}

/// max(value, 0), assuming that no size is 0 where that decides.
DimExpr clampBelow(OpenBuilder &b, const DimExpr &value) {
  if (auto constant = value.asConstant())
    return DimExpr(std::max<int64_t>(*constant, 0));
  if (isNonNegative(value))
    return value;
  if (isNonNegative(value + 1)) {
    requireAtLeast(b, value, DimExpr(0));
    return value;
  }
  return DimExpr::max(value, DimExpr(0));
}

/// A forward slice's bound, in [0, size].
DimExpr forwardBound(OpenBuilder &b, const DimExpr &bound, const DimExpr &size) {
  auto constant = bound.asConstant();
  if (constant && *constant >= kEndless)
    return size;
  if (constant && *constant <= -kEndless)
    return DimExpr(0);
  bool fromEnd = constant ? *constant < 0 : isNonNegative(DimExpr(0) - bound);
  DimExpr place = clampBelow(b, fromEnd ? size + bound : bound);
  if (isNonNegative(size - place))
    return place;
  auto known = size.asConstant();
  if (constant && known)
    return DimExpr(std::min(*place.asConstant(), *known));
  // A symbolic bound lies inside; a large number may be meant to clamp.
  if (constant && *constant > 1)
    return DimExpr::min(place, size);
  requireAtLeast(b, size, place);
  return place;
}

/// A backward slice's bound, in [-1, size - 1].
DimExpr backwardBound(OpenBuilder &b, const DimExpr &bound, const DimExpr &size) {
  auto constant = bound.asConstant();
  if (!constant) {
    requireAtLeast(b, size - 1, bound);
    return bound;
  }
  if (*constant >= kEndless)
    return size - 1;
  if (*constant <= -kEndless)
    return DimExpr(-1);
  auto known = size.asConstant();
  DimExpr place = *constant < 0 ? size + bound : bound;
  if (known)
    return DimExpr(std::clamp<int64_t>(*place.asConstant(), -1, *known - 1));
  if (!isNonNegative(place + 1))
    place = DimExpr::max(place, DimExpr(-1));
  if (*constant > 1)
    return DimExpr::min(place, size - 1);
  requireAtLeast(b, size - 1, place);
  return place;
}

Tensor sliceForward(OpenBuilder &b, Tensor x, int64_t dim, const DimExpr &from, const DimExpr &to,
                    int64_t step) {
  DimExpr length = to - from;
  if (auto constant = length.asConstant())
    length = DimExpr(std::max<int64_t>(*constant, 0));
  else
    requireAtLeast(b, length, DimExpr(0));
  DimExpr count = step == 1 ? length : DimExpr::ceilDiv(length, DimExpr(step));
  return b.slice(x, dim, count.isConstant(0) ? DimExpr(0) : from, count, step);
}

} // namespace

Tensor sliceByBounds(Tensor x, int64_t dim, const DimExpr &start, const DimExpr &end, int64_t step) {
  if (!x)
    return {};
  OpenBuilder &b = x.builder();
  DimExpr size = x.dim(dim);
  if (step == 0 || step == INT64_MIN)
    return b.fail("a slice's step must not be 0");
  if (step > 0)
    return sliceForward(b, x, dim, forwardBound(b, start, size), forwardBound(b, end, size), step);
  DimExpr from = backwardBound(b, start, size), to = backwardBound(b, end, size);
  // Backward from `from` down to above `to`: forward over the reversed dim.
  return sliceForward(b, b.reverse(x, dim), dim, size - 1 - from, size - 1 - to, -step);
}

namespace {

/// Bounds of one slice operator, one entry per sliced axis.
struct SliceBounds {
  Dims starts, ends;
  Ints axes, steps;
};

Tensors sliceBy(Node &n, const SliceBounds &bounds) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  if (bounds.ends.size() != bounds.starts.size() || bounds.axes.size() != bounds.starts.size() ||
      bounds.steps.size() != bounds.starts.size())
    return {b.fail("expected as many ends, axes and steps as starts (" + llvm::Twine(bounds.starts.size()) +
                   ")")};
  if (bounds.axes.size() > static_cast<size_t>(x.rank()))
    return {b.fail("more slice axes than dims")};
  for (size_t k = 0; k < bounds.axes.size() && !b.failed(); ++k) {
    int64_t dim = n.axis(bounds.axes[k], x.rank());
    if (!b.failed())
      x = sliceByBounds(x, dim, bounds.starts[k], bounds.ends[k], bounds.steps[k]);
  }
  return {x};
}

Tensors openSliceByAttributes(Node &n) {
  Ints starts = n.integers("starts"), ends = n.integers("ends");
  SliceBounds bounds{Dims(starts.begin(), starts.end()), Dims(ends.begin(), ends.end()),
                     n.has("axes") ? n.integers("axes") : range(0, starts.size()), Ints(starts.size(), 1)};
  return sliceBy(n, bounds);
}

Tensors openSlice(Node &n) {
  auto starts = n.known(1), ends = n.known(2);
  if (!starts || !ends)
    return {};
  auto axes = n.optional(3) ? n.knownIntegers(3) : std::optional(range(0, starts->size()));
  auto steps = n.optional(4) ? n.knownIntegers(4) : std::optional(Ints(starts->size(), 1));
  return axes && steps ? sliceBy(n, {*starts, *ends, *axes, *steps}) : Tensors();
}

//===-- Pad -----------------------------------------------------------------------------------===//

/// Positions in [0, size) that a padded dim reads, by mode.
std::optional<Ints> paddedPositions(llvm::StringRef mode, int64_t size, int64_t low, int64_t high) {
  Ints positions;
  for (int64_t k = -low; k < size + high; ++k) {
    int64_t at = k;
    if (mode == "edge") {
      at = std::clamp<int64_t>(k, 0, size - 1);
    } else if (mode == "wrap") {
      at = ((k % size) + size) % size;
    } else {
      int64_t period = std::max<int64_t>(2 * (size - 1), 1);
      at = ((k % period) + period) % period;
      at = at < size ? at : period - at;
    }
    positions.push_back(at);
  }
  return positions;
}

/// One dim padded with copies of its own elements.
Tensor padByPositions(OpenBuilder &b, Tensor x, int64_t dim, llvm::StringRef mode, const DimExpr &low,
                      const DimExpr &high) {
  constexpr int64_t kMaxPositions = 1 << 20;
  if (low.isConstant(0) && high.isConstant(0))
    return x;
  auto size = x.dim(dim).asConstant(), before = low.asConstant(), after = high.asConstant();
  if (!size || !before || !after)
    return b.unsupported("mode '" + mode + "' on a dim of symbolic size");
  if (*size < 1 || *size + *before + *after > kMaxPositions || *before > kMaxPositions ||
      *after > kMaxPositions)
    return b.fail("cannot pad a dim of size " + llvm::Twine(*size) + " by " + llvm::Twine(*before) + " and " +
                  llvm::Twine(*after));
  // Negative paddings crop: the first position read lies inside.
  auto positions = paddedPositions(mode, *size, *before, *after);
  return b.take(x, b.vector(*positions), dim);
}

Tensor padTensor(Node &n, Tensor x, Tensor value, const Dims &low, const Dims &high) {
  OpenBuilder &b = n.builder();
  llvm::StringRef mode = n.text("mode", "constant");
  if (mode == "constant")
    return b.pad(x, value, low, high);
  if (mode != "edge" && mode != "wrap" && mode != "reflect")
    return b.unsupported("mode '" + mode + "'");
  for (int64_t dim = 0; dim < x.rank() && !b.failed(); ++dim)
    x = padByPositions(b, x, dim, mode, low[dim], high[dim]);
  return x;
}

Tensors openPadByAttributes(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  Ints pads = n.integers(n.opset() < 2 ? "paddings" : "pads");
  size_t rank = x.rank();
  if (b.failed() || pads.size() != 2 * rank)
    return {b.fail("expected " + llvm::Twine(2 * rank) + " paddings, got " + llvm::Twine(pads.size()))};
  Tensor value = b.scalar(n.real("value", 0.0), x.elementType());
  return {
      padTensor(n, x, value, Dims(pads.begin(), pads.begin() + rank), Dims(pads.begin() + rank, pads.end()))};
}

Tensors openPad(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  auto pads = n.known(1);
  auto axes = n.optional(3) ? n.knownIntegers(3) : std::optional(range(0, x.rank()));
  if (!pads || !axes || b.failed())
    return {};
  if (pads->size() != 2 * axes->size())
    return {
        b.fail("expected " + llvm::Twine(2 * axes->size()) + " paddings, got " + llvm::Twine(pads->size()))};
  Dims low(x.rank(), DimExpr(0)), high(low);
  for (size_t k = 0; k < axes->size(); ++k) {
    int64_t dim = n.axis((*axes)[k], x.rank());
    if (b.failed())
      return {};
    low[dim] = (*pads)[k];
    high[dim] = (*pads)[axes->size() + k];
  }
  Tensor value = n.optional(2) ? n.optional(2) : b.scalar(0, x.elementType());
  return {padTensor(n, x, value, low, high)};
}

/// Centred crop or pad of some dims to a target size.
Tensors openCenterCropPad(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  auto target = n.knownIntegers(1);
  Ints axes = n.has("axes") ? n.integers("axes") : range(0, x.rank());
  if (b.failed() || !target || target->size() != axes.size())
    return {b.fail("expected one target size per axis")};
  Dims low(x.rank(), DimExpr(0)), high(low);
  for (auto [axis, size] : llvm::zip(axes, *target)) {
    int64_t dim = n.axis(axis, x.rank());
    auto from = x.dim(dim).asConstant();
    if (b.failed() || !from || size < 0)
      return {b.unsupported("cropping a dim of symbolic size")};
    int64_t grow = size - *from, before = grow >= 0 ? grow / 2 : -((-grow) / 2);
    low[dim] = DimExpr(before);
    high[dim] = DimExpr(grow - before);
  }
  return {b.pad(x, b.scalar(0, x.elementType()), low, high)};
}

constexpr OpenerRow kRows[] = {
    {"", "Slice", 1, openSliceByAttributes, 1, 1},      {"", "Slice", 10, openSlice, 3, 5},
    {"", "Pad", 1, openPadByAttributes, 1, 1},          {"", "Pad", 11, openPad, 2, 4},
    {"", "CenterCropPad", 18, openCenterCropPad, 2, 2},
};

} // namespace

llvm::ArrayRef<OpenerRow> slicingOpeners() { return kRows; }

} // namespace delos::open
