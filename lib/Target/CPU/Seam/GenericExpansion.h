// linalg ops on buffers (the element-wise and reduction parts of a tile) -> loops of 1-D vectors.
#pragma once

#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace delos::cpu::seam {

/// Replaces `op`, whose maps are projected permutations. The last loop becomes the vector dim: main loop of
/// `unroll` vectors, then masked ones. Operands that are not contiguous along it are gathered and scattered
/// lane by lane. Results without that dim are reductions (attribute `reductionsAttribute` says of which
/// kind): as many accumulators as vectors in flight, combined by halving at the end, then with what the
/// result holds. Fails with a diagnostic.
mlir::LogicalResult expandGeneric(mlir::RewriterBase &rewriter, mlir::linalg::LinalgOp op,
                                  const TargetDescription &target, int64_t unroll);

} // namespace delos::cpu::seam
