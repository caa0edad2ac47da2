// The normal form of a kernel around one convolution or pooling.
#pragma once

#include "dialects/Fusion/FusionDialect.h"
#include "lib/LoopOpt/SeamGroup.h"

#include <variant>

namespace delos::loopopt {

/// A group around one `graph.conv` or `graph.window_reduce`. The coarse space is n, o_1..o_s, [g,] c with s =
/// 2 or 3 spatial dims (a single one gets a leading dim of size 1) and a group dim for grouped convolutions.
class WindowGroup : public SeamGroup {
public:
  /// The normal form of `body`, or why there is none. A filter must be a constant input: it is repacked.
  static std::variant<WindowGroup, Refusal> analyze(mlir::Block &body,
                                                    llvm::function_ref<bool(unsigned)> isConstantInput);

  fusion::WindowKind kind = fusion::WindowKind::dense;
  llvm::SmallVector<int64_t, 3> kernel, strides, dilations, low;
  /// Extents of the coarse space.
  llvm::SmallVector<DimExpr, 6> extents;
  /// 1 unless grouped.
  int64_t groups = 1;
  /// Input and output channels of a group (of all for pooling and depthwise).
  int64_t inputChannels = 1, outputChannels = 1;
  bool isGrouped() const { return groups > 1; }
  unsigned spatialRank() const { return kernel.size(); }
  unsigned channelDim() const { return extents.size() - 1; }

  /// The input as it lies in memory: its buffer, dense shape, and which of its dims is the i-th of n,
  /// i_1..i_s, [g,] c.
  unsigned input = 0;
  llvm::SmallVector<DimExpr, 6> inputShape;
  llvm::SmallVector<int64_t, 6> inputPerm;
  /// The filter's kernel input; pooling has none.
  std::optional<unsigned> filter;

private:
  Check placeConv(graph::ConvOp conv, llvm::function_ref<bool(unsigned)> isConstantInput);
  Check placePool(graph::WindowReduceOp pool);
  Check placeInput(mlir::Value value, bool channelsLast);
  Check placeResult(bool channelsLast);
};

} // namespace delos::loopopt
