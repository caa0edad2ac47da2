// fusion.microkernel on buffers -> register tiles of 1-D vectors.
#pragma once

#include "dialects/Fusion/FusionDialect.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/IR/PatternMatch.h"

namespace delos::cpu::seam {

/// What the expansion may choose.
struct MicroKernelOptions {
  /// Depth of one pass over k where B is packed in the kernel; 0 decides by the size of a panel.
  int64_t kBlock = 0;
  /// Start the last row block of a tile earlier and compute rows twice; otherwise rest rows go one by one.
  bool overlapRows = true;
};

/// Replaces `op`. Order: batch, panels of nr columns, row blocks of mr, k. Row tails overlap (k must then be
/// one pass, which beta = 0 and a single block give), or go one row at a time when there are fewer than mr;
/// column tails are masked unless C is a local tile whose width is a multiple of nr. B is read as panels, in
/// place when its columns are contiguous, else packed panel by panel on the stack. Fails with a diagnostic.
mlir::LogicalResult expandMicroKernel(mlir::RewriterBase &rewriter, fusion::MicroKernelOp op,
                                      const TargetDescription &target, const MicroKernelOptions &options);

} // namespace delos::cpu::seam
