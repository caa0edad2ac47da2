// fusion.conv on buffers -> register tiles of pixels x channels.
#pragma once

#include "dialects/Fusion/FusionDialect.h"
#include "lib/Target/CPU/Seam/Workspace.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/IR/PatternMatch.h"

namespace delos::cpu::seam {

/// What the plan says about the expansion.
struct WindowOptions {
  /// Run a cheap op behind the window on the registers; its local tile disappears.
  bool sink = true;
  /// Extents of a copy of the input tile with its border, in x's order; empty when x is read in place.
  llvm::SmallVector<int64_t> halo;
  /// At most so many rows (of the last but one spatial dim) are computed by the op.
  int64_t rowTile = 0;
};

/// Replaces `op`. Order: batch, groups, panels of channels, rows, blocks of mr pixels of one row (the last
/// one starts earlier and computes some pixels twice), window, input channels. Outer window dims are clipped
/// by loop bounds, the last one per pixel; nothing is clipped where the input is copied with its border.
/// Fails with a diagnostic.
mlir::LogicalResult expandWindow(mlir::RewriterBase &rewriter, fusion::ConvOp op,
                                 const TargetDescription &target, const WindowOptions &options,
                                 Workspace &workspace);

} // namespace delos::cpu::seam
