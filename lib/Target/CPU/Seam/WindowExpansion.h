// fusion.conv on buffers -> register tiles of pixels x channels.
#pragma once

#include "dialects/Fusion/FusionDialect.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/IR/PatternMatch.h"

namespace delos::cpu::seam {

/// Replaces `op`. Order: batch, groups, panels of channels, rows, blocks of mr pixels of one row (the last
/// one starts earlier and computes some pixels twice), window, input channels. Outer window dims are clipped
/// by loop bounds, the last one per pixel. With `sink` a cheap op behind it runs on the registers and its
/// local tile disappears. Fails with a diagnostic.
mlir::LogicalResult expandWindow(mlir::RewriterBase &rewriter, fusion::ConvOp op,
                                 const TargetDescription &target, bool sink);

} // namespace delos::cpu::seam
