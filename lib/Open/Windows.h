// Strides, dilations and paddings of convolutions and poolings, read from a node and checked.
#pragma once

#include "lib/Open/Node.h"

namespace delos::open {

/// The window of a node over these spatial sizes with this kernel; auto_pad is resolved. Fails (nullopt) on
/// counts that do not fit, on sizes out of range, and on SAME padding that depends on a symbolic size.
std::optional<WindowShape> readWindow(Node &n, llvm::ArrayRef<DimExpr> spatial, Ints kernel);

/// Extent of the dilated window along spatial dim k.
inline int64_t reachOf(const WindowShape &window, size_t k) {
  return (window.kernel[k] - 1) * window.dilations[k] + 1;
}

/// Result sizes of a pooling; with `ceil` a last partial window counts when it starts inside the input or its
/// low padding. Empty after a failure.
Dims pooledSizes(Node &n, llvm::ArrayRef<DimExpr> spatial, const WindowShape &window, bool ceil);

/// The convolution that a node's attributes describe, with these operands (quantised ones already centred);
/// the result has x's element type unless stated.
Tensor openedConvolution(Node &n, Tensor x, Tensor filter, mlir::Type elementType);

/// x + bias, one number per channel (dim 1).
Tensor addChannelBias(Tensor x, Tensor bias);

} // namespace delos::open
