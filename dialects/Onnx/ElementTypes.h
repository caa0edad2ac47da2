// The element types of ONNX tensors: their codes in files, their MLIR types and their sizes, in one table.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cstdint>
#include <optional>

namespace delos::onnx {

/// One row of the table of element types.
struct ElementInfo {
  int32_t code;         ///< TensorProto.DataType, also what attributes such as Cast's `to` hold
  llvm::StringRef name; ///< the standard's spelling: "FLOAT", "UINT4"
  unsigned bits;        ///< size of one element as stored; 0 for strings; bool takes 8
  mlir::Type (*type)(mlir::MLIRContext *);
};

/// All element types, ordered by code.
llvm::ArrayRef<ElementInfo> elementTypes();

/// The row of a code; null when the standard has no such type.
const ElementInfo *elementInfo(int64_t code);

/// The row of an MLIR type; null when it is not the element type of an ONNX tensor.
const ElementInfo *elementInfo(mlir::Type type);

/// Bytes of `elements` elements in the standard's raw form (sub-byte elements packed). Requires elements >= 0
/// small enough for the product to fit (the importer bounds it).
int64_t rawBytes(const ElementInfo &info, int64_t elements);

} // namespace delos::onnx
