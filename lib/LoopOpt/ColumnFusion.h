// The column loop of a tile, by tile-and-fuse.
#pragma once

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace delos::loopopt {

/// Tiles `root` over its last loop by `columnTile` and fuses the microkernel behind its operands into that
/// loop; does nothing when that loop is provably not longer. Inits of reductions stay outside (they would be
/// re-initialised per tile), producers of operand A too (they would be recomputed), and a producer with
/// several results is fused once. `live` values that the loop replaces are updated.
mlir::LogicalResult fuseColumns(mlir::RewriterBase &rewriter, mlir::linalg::GenericOp root,
                                int64_t columnTile, llvm::MutableArrayRef<mlir::Value> live);

} // namespace delos::loopopt
