// Sizes of tensor types as expressions: the only way in and out of the #graph.dims encoding.
#pragma once

#include "lib/Support/DimExpr.h"

#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Support/LogicalResult.h"

namespace delos::graph {

class DimsAttr;
using Dims = llvm::SmallVector<DimExpr>;

/// The sizes of a ranked tensor. A dynamic dim without an encoding gives the symbol "?", which equals no size
/// but itself; verified IR of the graph dialect has none.
Dims dimsOf(mlir::Type type);
inline Dims dimsOf(mlir::Value value) { return dimsOf(value.getType()); }

/// The tensor type with these sizes; carries an encoding exactly when one of them is symbolic.
mlir::RankedTensorType tensorType(llvm::ArrayRef<DimExpr> dims, mlir::Type elementType);

/// The same shape with another element type.
mlir::RankedTensorType withElementType(mlir::Type type, mlir::Type elementType);

/// Attribute form of a list of expressions (also used for starts and pads), and back.
DimsAttr dimsAttr(mlir::MLIRContext *context, llvm::ArrayRef<DimExpr> dims);
DimsAttr dimsAttr(mlir::MLIRContext *context, llvm::ArrayRef<int64_t> dims);
Dims dimsOf(DimsAttr attr);

/// The product of all sizes.
DimExpr elementCount(llvm::ArrayRef<DimExpr> dims);

/// True unless both are constants that differ. Symbolic sizes are equal until proven otherwise at run time.
bool mayBeEqual(const DimExpr &a, const DimExpr &b);

} // namespace delos::graph
