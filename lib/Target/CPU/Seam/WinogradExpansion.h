// fusion.conv with `winograd` on buffers -> transforms around fusion.microkernel.
#pragma once

#include "lib/Target/CPU/Seam/WindowExpansion.h"

namespace delos::cpu::seam {

/// Replaces `op`: transforms the input tile by tile, then for each panel of channels multiplies all tiles
/// with the transformed filters (a `fusion.microkernel` over n x n batch entries, to be expanded) and
/// transforms the products back, through the sunk epilogue. `options.rowTile` bounds the rows of the result.
/// Fails with a diagnostic.
mlir::LogicalResult expandWinograd(mlir::RewriterBase &rewriter, fusion::ConvOp op,
                                   const TargetDescription &target, const WindowOptions &options,
                                   Workspace &workspace);

} // namespace delos::cpu::seam
