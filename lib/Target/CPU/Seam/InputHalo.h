// A copy of a window op's input tile with its border of zeros.
#pragma once

#include "dialects/Fusion/FusionDialect.h"
#include "lib/Target/CPU/Seam/LoopCode.h"
#include "lib/Target/CPU/Seam/Workspace.h"

namespace delos::cpu::seam {

/// The input with its border, so that no window position lies outside.
struct InputHalo {
  /// The dims of x in x's order, with the border.
  mlir::Value view;
  /// The same with the last dim and the one before merged when both are columns and channels, else null.
  mlir::Value merged;
};

/// Copies what the windows of `op` read into scratch memory. `shape` are the extents with the border in x's
/// order, for the largest tile; x has static columns and channels, dense in their order. Code stands at `b`.
InputHalo copyWithHalo(Builder &b, fusion::ConvOp op, llvm::ArrayRef<int64_t> shape, int64_t lanes,
                       Workspace &workspace);

} // namespace delos::cpu::seam
