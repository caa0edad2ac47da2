// Checks that several verifiers of the graph dialect share.
#pragma once

#include "dialects/Graph/GraphOps.h"

namespace delos::graph {

/// Fails with "expected ..." unless `type` has exactly these dims (symbolic sizes may be equal) and element
/// type.
mlir::LogicalResult expectType(mlir::Operation *op, llvm::StringRef what, mlir::Type type,
                               llvm::ArrayRef<DimExpr> dims, mlir::Type elementType);

/// Fails unless every entry is a dim of a tensor of this rank and, with `distinct`, occurs once.
mlir::LogicalResult expectDims(mlir::Operation *op, llvm::StringRef what, llvm::ArrayRef<int64_t> dims,
                               int64_t rank, bool distinct = true);

/// Fails unless the list has one entry per dim and each is at least `least`.
mlir::LogicalResult expectPerDim(mlir::Operation *op, llvm::StringRef what, llvm::ArrayRef<int64_t> values,
                                 int64_t rank, int64_t least);

inline int64_t rankOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType()).getRank();
}
inline mlir::Type elementTypeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType()).getElementType();
}

/// Iteration rule of an op whose points are the elements of its result: all parallel, extents from the
/// result.
AccessRule parallelOver(mlir::Value result, double flopsPerPoint);

/// The identity map of a tensor's rank.
mlir::AffineMap identityMap(mlir::Value value);

} // namespace delos::graph
