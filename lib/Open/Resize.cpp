// Openers of Resize and Upsample: separable interpolation at positions that are known while opening.
//
// Along each resized dim an output position reads a few input positions (taps) with weights: one for nearest,
// two for linear, four for cubic. Up to four taps become gathers at constant positions; antialiasing filters
// with more become a contraction with the matrix of weights. Positions follow the standard's coordinate
// transformations.
#include "lib/Open/OpenerTable.h"

#include <cmath>

namespace delos::open {

namespace {

/// Larger dims are refused: their tables would dwarf any model.
constexpr int64_t kMaxResized = 1 << 20;
constexpr int64_t kMaxMatrix = 1 << 24;

/// What does not depend on the dim.
struct Interpolation {
  std::string mode, coordinates, nearest;
  double cubicA = -0.75, extrapolation = 0;
  bool excludeOutside = false, antialias = false;
};

/// One dim to resize.
struct Axis {
  int64_t dim, from, to;
  double scale, roiStart = 0, roiEnd = 1;
};

/// Positions and weights of one output position; empty when it takes the extrapolation value.
struct Taps {
  Ints positions;
  std::vector<double> weights;
};

/// Where output position i lies in the input.
double sourceCoordinate(const Interpolation &how, const Axis &axis, int64_t i) {
  double width = axis.scale * static_cast<double>(axis.from), x = static_cast<double>(i);
  double last = static_cast<double>(axis.from - 1);
  if (how.coordinates == "align_corners")
    return width == 1 ? 0 : x * last / (width - 1);
  if (how.coordinates == "asymmetric")
    return x / axis.scale;
  if (how.coordinates == "tf_crop_and_resize") {
    double extent = axis.roiEnd - axis.roiStart;
    return (width == 1 ? extent * last / 2 : x * extent * last / (width - 1)) + axis.roiStart * last;
  }
  if (how.coordinates == "pytorch_half_pixel" && width == 1)
    return -0.5;
  if (how.coordinates == "tf_half_pixel_for_nn")
    return (x + 0.5) / axis.scale;
  double centred = (x + 0.5) / axis.scale - 0.5;
  if (how.coordinates == "half_pixel_symmetric")
    centred += static_cast<double>(axis.from) / 2 * (1 - static_cast<double>(axis.to) / width);
  return centred;
}

std::vector<double> nearestWeights(const Interpolation &how, double ratio) {
  bool right = how.nearest == "ceil" || (how.nearest == "round_prefer_floor" && ratio > 0.5) ||
               (how.nearest == "round_prefer_ceil" && ratio >= 0.5) || ratio == 1;
  return {right ? 0.0 : 1.0, right ? 1.0 : 0.0};
}

double cubicKernel(double x, double a) {
  x = std::fabs(x);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/// Weights of the input positions around one whose distance to its left neighbour is `ratio` in (0, 1]; the
/// first belongs to the neighbour plus `start`.
std::vector<double> tapWeights(const Interpolation &how, double ratio, double scale, int64_t &start) {
  start = 0;
  if (how.mode == "nearest")
    return nearestWeights(how, ratio);
  bool cubic = how.mode == "cubic";
  double shrink = how.antialias ? std::min(scale, 1.0) : 1.0, reach = cubic ? 2 : 1;
  start = static_cast<int64_t>(std::floor(-reach / shrink)) + 1;
  std::vector<double> weights;
  double sum = 0;
  for (int64_t k = start; k < 2 - start; ++k) {
    double x = (static_cast<double>(k) - ratio) * shrink;
    weights.push_back(cubic ? cubicKernel(x, how.cubicA) : std::max(1 - std::fabs(x), 0.0));
    sum += weights.back();
  }
  if (how.antialias)
    for (double &weight : weights)
      weight /= sum;
  return weights;
}

Taps tapsOf(const Interpolation &how, const Axis &axis, int64_t i) {
  double x = sourceCoordinate(how, axis, i);
  if (how.coordinates == "tf_crop_and_resize" && (x < 0 || x > static_cast<double>(axis.from - 1)))
    return {};
  // The left neighbour lies strictly left, so that the ratio is never 0.
  double left = std::ceil(x) - 1;
  int64_t start;
  Taps taps;
  taps.weights = tapWeights(how, x - left, axis.scale, start);
  double sum = 0;
  for (size_t k = 0; k < taps.weights.size(); ++k) {
    int64_t position = static_cast<int64_t>(left) + start + static_cast<int64_t>(k);
    if (how.excludeOutside && (position < 0 || position >= axis.from))
      taps.weights[k] = 0;
    sum += taps.weights[k];
    taps.positions.push_back(std::clamp<int64_t>(position, 0, axis.from - 1));
  }
  if (how.excludeOutside && sum != 0)
    for (double &weight : taps.weights)
      weight /= sum;
  return taps;
}

/// A vector along `dim`, aligned with x.
Tensor along(OpenBuilder &b, llvm::ArrayRef<double> values, const Axis &axis, Tensor x) {
  Ints shape(x.rank() - axis.dim, 1);
  shape[0] = values.size();
  return b.table(values, shape, x.elementType());
}

/// Every output position reads one input position: no arithmetic.
Tensor takeNearest(OpenBuilder &b, Tensor x, const Axis &axis, llvm::ArrayRef<Taps> taps) {
  Ints positions;
  for (const Taps &tap : taps)
    positions.push_back(tap.positions.empty() ? 0 : tap.positions[tap.weights[0] != 0 ? 0 : 1]);
  return b.take(x, b.vector(positions), axis.dim);
}

Tensor sumOfTakes(OpenBuilder &b, Tensor x, const Axis &axis, llvm::ArrayRef<Taps> taps, size_t count) {
  Tensor sum;
  for (size_t k = 0; k < count && !b.failed(); ++k) {
    Ints positions;
    std::vector<double> weights;
    for (const Taps &tap : taps) {
      positions.push_back(tap.positions.empty() ? 0 : tap.positions[k]);
      weights.push_back(tap.positions.empty() ? 0 : tap.weights[k]);
    }
    Tensor term = b.take(x, b.vector(positions), axis.dim);
    term = term * along(b, weights, axis, term);
    sum = sum ? sum + term : term;
  }
  return sum;
}

/// A contraction with the matrix [to, from] of weights.
Tensor contractWithWeights(OpenBuilder &b, Tensor x, const Axis &axis, llvm::ArrayRef<Taps> taps) {
  if (axis.from > kMaxMatrix / std::max<int64_t>(axis.to, 1))
    return b.unsupported("an antialiasing filter over " + llvm::Twine(axis.from) + " positions");
  std::vector<double> matrix(axis.to * axis.from, 0);
  for (auto [row, tap] : llvm::enumerate(taps))
    for (auto [position, weight] : llvm::zip(tap.positions, tap.weights))
      matrix[row * axis.from + position] += weight;
  Tensor weights = b.table(matrix, {axis.to, axis.from}, x.elementType());
  Tensor product = b.contract(x, weights, {}, {}, axis.dim, 1);
  Ints perm = range(0, x.rank() - 1);
  perm.insert(perm.begin() + axis.dim, x.rank() - 1);
  return b.transpose(product, perm);
}

Tensor resizeAxis(OpenBuilder &b, Tensor x, const Interpolation &how, const Axis &axis) {
  std::vector<Taps> taps;
  size_t count = 0;
  bool extrapolates = false;
  for (int64_t i = 0; i < axis.to; ++i) {
    taps.push_back(tapsOf(how, axis, i));
    count = std::max(count, taps.back().positions.size());
    extrapolates |= taps.back().positions.empty();
  }
  Tensor y;
  if (how.mode == "nearest")
    y = takeNearest(b, x, axis, taps);
  else
    y = count <= 4 ? sumOfTakes(b, x, axis, taps, count) : contractWithWeights(b, x, axis, taps);
  if (!extrapolates || !y)
    return y;
  std::vector<double> outside;
  for (const Taps &tap : taps)
    outside.push_back(tap.positions.empty());
  Tensor flags = along(b, outside, axis, y);
  return select(map(ScalarFn::ne, flags, 0.0), how.extrapolation, y);
}

/// Resizes dim after dim; integers are interpolated in f32 and clamped.
Tensor resize(OpenBuilder &b, Tensor x, const Interpolation &how, llvm::ArrayRef<Axis> axes) {
  bool copies = how.mode == "nearest";
  Tensor y = copies ? x : x.isInteger() ? b.cast(x, b.f32()) : widen(x);
  for (const Axis &axis : axes) {
    if (axis.from < 1 || axis.to < 0 || axis.from > kMaxResized || axis.to > kMaxResized || !(axis.scale > 0))
      return b.fail("cannot resize dim " + llvm::Twine(axis.dim) + " from " + llvm::Twine(axis.from) +
                    " to " + llvm::Twine(axis.to));
    y = resizeAxis(b, y, how, axis);
  }
  return y && !copies ? b.cast(y, x.elementType(), graph::CastMode::saturate) : y;
}

//===-- Operands ------------------------------------------------------------------------------===//

/// Static size of a dim; a failure when it is symbolic.
int64_t staticSize(Node &n, Tensor x, int64_t dim) {
  auto size = x.dim(dim).asConstant();
  if (!size)
    n.builder().unsupported("resizing the symbolic size " + x.dim(dim).str());
  return size.value_or(1);
}

/// Dims with their scales. Dims that keep their size are left out (a region of interest may still move them).
std::vector<Axis> axesByScales(Node &n, Tensor x, llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<double> scales,
                               llvm::ArrayRef<double> roi) {
  std::vector<Axis> axes;
  if (scales.size() != dims.size()) {
    n.builder().fail("expected " + llvm::Twine(dims.size()) + " scales, got " + llvm::Twine(scales.size()));
    return axes;
  }
  for (auto [k, dim] : llvm::enumerate(dims)) {
    bool moves = roi.size() == 2 * dims.size() && (roi[k] != 0 || roi[dims.size() + k] != 1);
    if (scales[k] == 1 && !moves)
      continue;
    Axis axis{dim, staticSize(n, x, dim), 0, scales[k]};
    double to = std::floor(scales[k] * static_cast<double>(axis.from));
    axis.to = to >= 0 && to <= kMaxResized ? static_cast<int64_t>(to) : -1;
    if (moves) {
      axis.roiStart = roi[k];
      axis.roiEnd = roi[dims.size() + k];
    }
    axes.push_back(axis);
  }
  return axes;
}

/// Dims with their target sizes under keep_aspect_ratio_policy.
std::vector<Axis> axesBySizes(Node &n, Tensor x, llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<DimExpr> sizes,
                              llvm::ArrayRef<double> roi) {
  std::vector<Axis> axes;
  if (sizes.size() != dims.size()) {
    n.builder().fail("expected " + llvm::Twine(dims.size()) + " sizes, got " + llvm::Twine(sizes.size()));
    return axes;
  }
  bool stretches = n.text("keep_aspect_ratio_policy", "stretch") == "stretch";
  for (auto [k, dim] : llvm::enumerate(dims)) {
    bool moves = roi.size() == 2 * dims.size() && (roi[k] != 0 || roi[dims.size() + k] != 1);
    if (sizes[k] == x.dim(dim) && stretches && !moves)
      continue;
    auto to = sizes[k].asConstant();
    if (!to)
      n.builder().unsupported("resizing to the symbolic size " + sizes[k].str());
    int64_t from = staticSize(n, x, dim);
    double scale = static_cast<double>(to.value_or(1)) / static_cast<double>(std::max<int64_t>(from, 1));
    Axis axis{dim, from, to.value_or(1), scale};
    if (moves) {
      axis.roiStart = roi[k];
      axis.roiEnd = roi[dims.size() + k];
    }
    axes.push_back(axis);
  }
  if (stretches || axes.empty())
    return axes;
  bool smaller = n.text("keep_aspect_ratio_policy", "stretch") == "not_larger";
  double scale = axes[0].scale;
  for (const Axis &axis : axes)
    scale = smaller ? std::min(scale, axis.scale) : std::max(scale, axis.scale);
  for (Axis &axis : axes) {
    axis.scale = scale;
    axis.to = static_cast<int64_t>(scale * static_cast<double>(axis.from) + 0.5);
  }
  return axes;
}

bool isKnownInterpolation(Node &n, const Interpolation &how) {
  auto among = [](llvm::StringRef value, std::initializer_list<llvm::StringRef> names) {
    return llvm::is_contained(names, value);
  };
  bool known =
      among(how.mode, {"nearest", "linear", "cubic"}) &&
      among(how.coordinates, {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                              "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"}) &&
      among(how.nearest, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
  if (!known)
    n.builder().unsupported("mode '" + how.mode + "' with '" + how.coordinates + "' and '" + how.nearest +
                            "'");
  return known;
}

bool isEmpty(Tensor x) { return !x || (x.rank() == 1 && x.dim(0).isConstant(0)); }

Tensors openResize(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  Interpolation how{n.text("mode", "nearest").str(),
                    n.text("coordinate_transformation_mode", "half_pixel").str(),
                    n.text("nearest_mode", "round_prefer_floor").str(),
                    n.real("cubic_coeff_a", -0.75),
                    n.real("extrapolation_value", 0),
                    n.flag("exclude_outside", false),
                    n.flag("antialias", false)};
  Ints dims = n.has("axes") ? n.integers("axes") : range(0, x.rank());
  for (int64_t &dim : dims)
    dim = n.axis(dim, x.rank());
  std::vector<double> roi;
  if (how.coordinates == "tf_crop_and_resize" && !isEmpty(n.optional(1)))
    roi = n.knownReals(1).value_or(std::vector<double>());
  if (b.failed() || !isKnownInterpolation(n, how))
    return {};
  std::vector<Axis> axes;
  if (!isEmpty(n.optional(2))) {
    if (auto scales = n.knownReals(2))
      axes = axesByScales(n, x, dims, *scales, roi);
  } else if (auto sizes = n.known(3)) {
    axes = axesBySizes(n, x, dims, *sizes, roi);
  }
  return {b.failed() ? Tensor() : resize(b, x, how, axes)};
}

/// Upsample and the first Resize: output i reads i / scale, nearest from below.
Tensors resizeAsymmetric(Node &n, llvm::ArrayRef<double> scales) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  llvm::StringRef mode = n.text("mode", "nearest");
  Interpolation how{mode == "bilinear" ? "linear" : mode.str(), "asymmetric", "floor"};
  if (b.failed() || !isKnownInterpolation(n, how))
    return {};
  std::vector<Axis> axes = axesByScales(n, x, range(0, x.rank()), scales, {});
  return {b.failed() ? Tensor() : resize(b, x, how, axes)};
}

Tensors openUpsampleByAttribute(Node &n) { return resizeAsymmetric(n, n.reals("scales")); }

Tensors openUpsample(Node &n) {
  auto scales = n.knownReals(1);
  return scales ? resizeAsymmetric(n, *scales) : Tensors();
}

constexpr OpenerRow kRows[] = {
    {"", "Resize", 10, openUpsample, 2, 2},
    {"", "Resize", 11, openResize, 1, 4},
    {"", "Upsample", 7, openUpsampleByAttribute, 1, 1},
    {"", "Upsample", 9, openUpsample, 2, 2},
};

} // namespace

llvm::ArrayRef<OpenerRow> resizeOpeners() { return kRows; }

} // namespace delos::open
