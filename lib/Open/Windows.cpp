// Windows of convolutions and poolings.
#include "lib/Open/Windows.h"

namespace delos::open {

/// Far above any window in use, and small enough that products of two stay in range.
static constexpr int64_t kMaxWindowEntry = 1 << 24;

static bool entriesFit(Node &n, llvm::StringRef what, llvm::ArrayRef<int64_t> entries, size_t count,
                       int64_t least) {
  bool fits = entries.size() == count && llvm::all_of(entries, [&](int64_t entry) {
                return entry >= least && entry <= kMaxWindowEntry;
              });
  if (!fits)
    n.builder().fail("attribute '" + what + "': expected " + llvm::Twine(count) + " entries of at least " +
                     llvm::Twine(least));
  return fits;
}

/// SAME padding: result size = ceil(size / stride).
static bool padSame(Node &n, llvm::ArrayRef<DimExpr> spatial, WindowShape &window, bool moreAtEnd) {
  for (size_t k = 0; k < spatial.size(); ++k) {
    int64_t reach = reachOf(window, k), stride = window.strides[k], total = reach - 1;
    if (auto size = spatial[k].asConstant())
      total = ((*size + stride - 1) / stride - 1) * stride + reach - *size;
    else if (stride != 1)
      return static_cast<bool>(
          n.builder().unsupported("SAME padding of the symbolic size " + spatial[k].str()));
    total = std::max<int64_t>(total, 0);
    window.low[k] = moreAtEnd ? total / 2 : total - total / 2;
    window.high[k] = total - window.low[k];
  }
  return true;
}

std::optional<WindowShape> readWindow(Node &n, llvm::ArrayRef<DimExpr> spatial, Ints kernel) {
  size_t rank = spatial.size();
  Ints ones(rank, 1), zeros(2 * rank, 0);
  Ints strides = n.integers("strides", ones), dilations = n.integers("dilations", ones);
  Ints pads = n.integers("pads", zeros);
  llvm::StringRef autoPad = n.text("auto_pad", "NOTSET");
  if (n.builder().failed() || !entriesFit(n, "kernel_shape", kernel, rank, 1) ||
      !entriesFit(n, "strides", strides, rank, 1) || !entriesFit(n, "dilations", dilations, rank, 1) ||
      !entriesFit(n, "pads", pads, 2 * rank, 0))
    return std::nullopt;
  WindowShape window{kernel, strides, dilations, Ints(pads.begin(), pads.begin() + rank),
                     Ints(pads.begin() + rank, pads.end())};
  if (autoPad == "NOTSET")
    return window;
  if (autoPad == "VALID") {
    window.low = window.high = Ints(rank, 0);
    return window;
  }
  if (autoPad != "SAME_UPPER" && autoPad != "SAME_LOWER") {
    n.builder().fail("attribute 'auto_pad': '" + autoPad +
                     "' is none of NOTSET, VALID, SAME_UPPER, SAME_LOWER");
    return std::nullopt;
  }
  return padSame(n, spatial, window, autoPad == "SAME_UPPER") ? std::optional(window) : std::nullopt;
}

Dims pooledSizes(Node &n, llvm::ArrayRef<DimExpr> spatial, const WindowShape &window, bool ceil) {
  Dims sizes;
  for (size_t k = 0; k < spatial.size(); ++k) {
    DimExpr stride(window.strides[k]),
        room = spatial[k] + window.low[k] + window.high[k] - reachOf(window, k);
    if (room.asConstant().value_or(0) < 0) {
      n.builder().fail("the window of spatial dim " + llvm::Twine(k) +
                       " is larger than its padded input of size " + spatial[k].str());
      return {};
    }
    if (!ceil || window.strides[k] == 1) {
      sizes.push_back(DimExpr::floorDiv(room, stride) + 1);
      continue;
    }
    auto size = spatial[k].asConstant();
    if (!size) {
      n.builder().unsupported("ceil_mode on the symbolic size " + spatial[k].str());
      return {};
    }
    int64_t count = (*room.asConstant() + window.strides[k] - 1) / window.strides[k] + 1;
    bool startsOutside = (count - 1) * window.strides[k] >= *size + window.low[k];
    sizes.push_back(DimExpr(startsOutside ? count - 1 : count));
  }
  return sizes;
}

Tensor addChannelBias(Tensor x, Tensor bias) {
  if (!x || !bias)
    return x;
  OpenBuilder &b = x.builder();
  if (bias.rank() != 1)
    return b.fail("expected a bias of rank 1, got " + describe(bias.dims()));
  return x + b.broadcastAlong(bias, x.dims(), 1);
}

} // namespace delos::open
