// What the tiled forms of the seam's ops share: sizes, slices, and the clip rule of windows.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/Value.h"

namespace delos::fusion {

/// The size of dim `dim` of a ranked tensor or memref: an attribute when static, otherwise a `dim` op at the
/// builder.
mlir::OpFoldResult sizeOf(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, int64_t dim);

/// `expr` of `operands` (d0, d1, ...), folded to an attribute where they are constant.
mlir::OpFoldResult foldedApply(mlir::OpBuilder &builder, mlir::Location loc, mlir::AffineExpr expr,
                               llvm::ArrayRef<mlir::OpFoldResult> operands);

/// A unit-stride `tensor.extract_slice`, remembered in `slices` (the candidates for producer fusion).
mlir::Value extractTile(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value source,
                        llvm::ArrayRef<mlir::OpFoldResult> offsets, llvm::ArrayRef<mlir::OpFoldResult> sizes,
                        llvm::SmallVectorImpl<mlir::Operation *> &slices);

/// The operands of `op` with every tensor replaced by its buffer; others pass through. Failure when a buffer
/// cannot be had.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
bufferizedOperands(mlir::Operation *op, mlir::RewriterBase &rewriter,
                   const mlir::bufferization::BufferizationOptions &options,
                   mlir::bufferization::BufferizationState &state);

/// One spatial dim of a window op, and the tile of its result that is wanted.
struct WindowDim {
  int64_t kernel, stride, dilation;
  mlir::OpFoldResult pad;        ///< positions before the input's first
  mlir::OpFoldResult inputSize;  ///< extent of the input
  mlir::OpFoldResult resultSize; ///< extent of the result
  mlir::OpFoldResult tileOffset; ///< of the result tile
  mlir::OpFoldResult tileSize;
};

/// The part of the input that a result tile reads, and the pad that is left before it.
struct WindowSlice {
  mlir::OpFoldResult offset, size, pad;
};

/// The clip rule (s = stride, k = (kernel-1)*dilation + 1, p = pad):
///   whole dim:                          offset 0, the whole input, p stays
///   p = 0 and no window reaches past the end: o*s, (z-1)*s + k, pad 0 (static sizes stay static)
///   otherwise: lo = o*s - p; f = clamp(lo, 0, H); end = clamp(lo + (z-1)*s + k, f, H); offset f, size end -
///   f, pad f - lo
/// (clamps that constants make redundant are left out, so that upper bounds of the size can be computed).
/// Slicing a slice again gives the right answer because the pad is a value of the outer loop.
WindowSlice clipWindow(mlir::OpBuilder &builder, mlir::Location loc, const WindowDim &dim);

} // namespace delos::fusion
