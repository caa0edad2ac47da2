// fusion.microkernel on buffers -> register tiles of 1-D vectors.
#pragma once

#include "dialects/Fusion/FusionDialect.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/IR/PatternMatch.h"

namespace delos::cpu::seam {

/// What the expansion may choose.
struct MicroKernelOptions {
  /// Depth of one pass over k; 0 is the whole, or what keeps a panel that is made in the kernel in L2.
  int64_t kBlock = 0;
  /// Give the rows that a static size leaves over a register tile of their own; otherwise the last tile
  /// repeats the last row and does not store the copies.
  bool narrowTail = false;
};

/// Replaces `op`. Order: batch, panels of nr columns, k in passes, row blocks of mr. Column tails are masked
/// unless C is a local tile whose width is a multiple of nr. B is read as panels: those made at compile time;
/// or a copy on the stack that the first row block leaves while it reads B in place; or, where its columns
/// are not contiguous, one packed by register transposes. Fails with a diagnostic.
mlir::LogicalResult expandMicroKernel(mlir::RewriterBase &rewriter, fusion::MicroKernelOp op,
                                      const TargetDescription &target, const MicroKernelOptions &options);

} // namespace delos::cpu::seam
