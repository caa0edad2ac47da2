// Openers of convolutions and transposed convolutions.
#include "lib/Open/OpenerTable.h"
#include "lib/Open/Windows.h"

namespace delos::open {

namespace {

/// Kernel sizes from a filter's trailing dims, which must be static.
Ints kernelOf(Node &n, Tensor filter) {
  Ints kernel;
  for (int64_t k = 2; k < filter.rank(); ++k) {
    auto size = filter.dim(k).asConstant();
    if (!size)
      n.builder().unsupported("a filter of symbolic size " + filter.dim(k).str());
    kernel.push_back(size.value_or(1));
  }
  if (n.has("kernel_shape") && n.integers("kernel_shape") != kernel)
    n.builder().fail("attribute 'kernel_shape' differs from the filter's " + describe(filter.dims()));
  return kernel;
}

/// Checks what all convolutions need; `outputs` is the filter dim that the groups must divide.
bool ranksFit(Node &n, Tensor x, Tensor filter, int64_t groups) {
  OpenBuilder &b = n.builder();
  if (b.failed())
    return false;
  if (x.rank() < 3 || filter.rank() != x.rank())
    b.fail("expected input and filter of one rank of at least 3, got " + describe(x.dims()) + " and " +
           describe(filter.dims()));
  if (groups < 1)
    b.fail("attribute 'group': expected at least 1, got " + llvm::Twine(groups));
  return !b.failed();
}

Dims spatialOf(Tensor x) {
  Dims dims = x.dims();
  return Dims(dims.begin() + 2, dims.end());
}

} // namespace

Tensor openedConvolution(Node &n, Tensor x, Tensor filter, mlir::Type elementType) {
  OpenBuilder &b = n.builder();
  int64_t groups = n.integer("group", 1);
  if (!ranksFit(n, x, filter, groups))
    return {};
  if (!graph::mayBeEqual(filter.dim(1) * groups, x.dim(1)))
    return b.fail("expected " + x.dim(1).str() + " input channels = filter's " + filter.dim(1).str() +
                  " x groups " + llvm::Twine(groups));
  if (!filter.dim(0).divideExactly(DimExpr(groups)))
    return b.fail("expected output channels " + filter.dim(0).str() + " in multiples of groups " +
                  llvm::Twine(groups));
  if (!elementType && filter.elementType() != x.elementType())
    return b.fail("expected a filter of element type " + describe(x.elementType()) + ", got " +
                  describe(filter.elementType()));
  auto window = readWindow(n, spatialOf(x), kernelOf(n, filter));
  return window ? b.conv(x, filter, *window, groups, elementType) : Tensor();
}

namespace {

Tensors openConv(Node &n) {
  return {addChannelBias(openedConvolution(n, n.in(0), n.in(1), {}), n.optional(2))};
}

/// Paddings that a transposed convolution removes from its full result, per spatial dim.
struct Trim {
  Ints low, high, extra;
};

/// The paddings from pads, auto_pad or output_shape.
std::optional<Trim> readTrim(Node &n, llvm::ArrayRef<DimExpr> spatial, const WindowShape &window) {
  OpenBuilder &b = n.builder();
  size_t rank = spatial.size();
  Trim trim{window.low, window.high, n.integers("output_padding", Ints(rank, 0))};
  Ints shape = n.integers("output_shape");
  llvm::StringRef autoPad = n.text("auto_pad", "NOTSET");
  if (shape.size() == rank + 2)
    shape.erase(shape.begin(), shape.begin() + 2);
  bool stated = !shape.empty(), same = autoPad.starts_with("SAME");
  if (b.failed() || trim.extra.size() != rank || (stated && shape.size() != rank)) {
    b.fail("expected " + llvm::Twine(rank) + " entries of output_padding and output_shape");
    return std::nullopt;
  }
  for (size_t k = 0; k < rank && (stated || same); ++k) {
    auto size = spatial[k].asConstant();
    int64_t stride = window.strides[k], target = stated ? shape[k] : size.value_or(1) * stride;
    if ((stated && !size) || target < 1 || target > (int64_t(1) << 32)) {
      b.unsupported("an output_shape for a symbolic size or out of range");
      return std::nullopt;
    }
    int64_t total = stride * (size.value_or(1) - 1) + trim.extra[k] + reachOf(window, k) - target;
    // A result larger than the windows reach is filled up at its end.
    int64_t removed = std::max<int64_t>(total, 0);
    trim.low[k] = autoPad == "SAME_UPPER" ? removed / 2 : removed - removed / 2;
    trim.high[k] = total - trim.low[k];
  }
  return trim;
}

/// [C, O/g, window...] -> [O, C/g, window...] with reversed windows.
Tensor transposedFilter(OpenBuilder &b, Tensor filter, int64_t groups) {
  Dims dims = filter.dims();
  auto inputs = dims[0].divideExactly(DimExpr(groups));
  if (!inputs)
    return b.fail("expected input channels " + dims[0].str() + " in multiples of groups " +
                  llvm::Twine(groups));
  int64_t rank = filter.rank();
  Dims split{DimExpr(groups), *inputs, dims[1]}, joined{dims[1] * groups, *inputs};
  split.append(dims.begin() + 2, dims.end());
  joined.append(dims.begin() + 2, dims.end());
  Ints perm{0, 2, 1};
  perm.append(range(3, rank + 1));
  return b.reverse(b.reshape(b.transpose(b.reshape(filter, split), perm), joined), range(2, rank));
}

/// True when every input element makes a block of the result that no other touches.
bool makesBlocks(const WindowShape &window, llvm::ArrayRef<int64_t> kernel, const Trim &trim) {
  auto none = [](const Ints &values) {
    return llvm::all_of(values, [](int64_t value) { return value == 0; });
  };
  return llvm::equal(window.strides, kernel) && none(trim.low) && none(trim.high) && none(trim.extra) &&
         llvm::all_of(window.dilations, [](int64_t value) { return value == 1; });
}

/// Blocks side by side: a product over the channels, [N, spatial..., O * window...], and its elements in
/// place.
Tensor transposedToBlocks(OpenBuilder &b, Tensor x, Tensor filter, llvm::ArrayRef<int64_t> kernel) {
  int64_t spatial = kernel.size();
  Dims from = filter.dims(), columns{from[0], from[1]};
  for (int64_t extent : kernel)
    columns[1] = columns[1] * DimExpr(extent);
  // The channels go last, so that they lie together in the result.
  Ints perm{0};
  perm.append(range(2, spatial + 2));
  perm.push_back(1);
  Tensor product = b.contract(x, b.reshape(b.transpose(filter, perm), columns), {}, {}, {1}, {0});
  // [N, I1, I2, K1, K2, O] -> [N, I1, K1, I2, K2, O] -> [N, I1*K1, I2*K2, O]
  Dims split{x.dim(0)}, joined{x.dim(0)};
  for (int64_t k = 0; k < spatial; ++k)
    split.push_back(x.dim(2 + k));
  for (int64_t extent : kernel)
    split.push_back(DimExpr(extent));
  split.push_back(from[1]);
  Ints blocks{0}, channelsFirst{0, spatial + 1};
  for (int64_t k = 0; k < spatial; ++k) {
    blocks.append({1 + k, 1 + spatial + k});
    joined.push_back(x.dim(2 + k) * kernel[k]);
    channelsFirst.push_back(1 + k);
  }
  blocks.push_back(2 * spatial + 1);
  joined.push_back(from[1]);
  return b.transpose(b.reshape(b.transpose(b.reshape(product, split), blocks), joined), channelsFirst);
}

/// A convolution of stride 1 over the input with stride-1 zeros between its elements; windows side by side
/// need none.
Tensors openConvTranspose(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), filter = n.in(1);
  int64_t groups = n.integer("group", 1);
  if (!ranksFit(n, x, filter, groups))
    return {};
  if (!graph::mayBeEqual(filter.dim(0), x.dim(1)))
    return {b.fail("expected a filter for " + x.dim(1).str() + " channels, got " + describe(filter.dims()))};
  Dims spatial = spatialOf(x);
  auto window = readWindow(n, spatial, kernelOf(n, filter));
  auto trim = window ? readTrim(n, spatial, *window) : std::nullopt;
  if (!trim)
    return {};
  Ints kernel = kernelOf(n, filter);
  if (groups == 1 && makesBlocks(*window, kernel, *trim))
    return {addChannelBias(transposedToBlocks(b, x, filter, kernel), n.optional(2))};
  Dims cropLow(x.rank(), DimExpr(0)), cropHigh(cropLow);
  Ints interior(x.rank(), 0);
  WindowShape unit = *window;
  for (size_t k = 0; k < spatial.size(); ++k) {
    int64_t low = reachOf(*window, k) - 1 - trim->low[k],
            high = reachOf(*window, k) - 1 - trim->high[k] + trim->extra[k];
    unit.low[k] = std::max<int64_t>(low, 0);
    unit.high[k] = std::max<int64_t>(high, 0);
    cropLow[2 + k] = DimExpr(std::min<int64_t>(low, 0));
    cropHigh[2 + k] = DimExpr(std::min<int64_t>(high, 0));
    interior[2 + k] = window->strides[k] - 1;
    unit.strides[k] = 1;
  }
  Tensor spread = b.pad(x, b.scalar(0, x.elementType()), cropLow, cropHigh, interior);
  Tensor y = b.conv(spread, transposedFilter(b, filter, groups), unit, groups);
  return {addChannelBias(y, n.optional(2))};
}

constexpr OpenerRow kRows[] = {
    {"", "Conv", 1, openConv, 2, 3},
    {"", "ConvTranspose", 1, openConvTranspose, 2, 3},
};

} // namespace

llvm::ArrayRef<OpenerRow> convolutionOpeners() { return kRows; }

} // namespace delos::open
