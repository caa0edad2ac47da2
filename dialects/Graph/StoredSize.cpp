// Sizes in memory (see the header).
#include "dialects/Graph/StoredSize.h"

#include "dialects/Graph/Dims.h"

#include "mlir/IR/BuiltinTypes.h"

namespace delos::graph {

int64_t storedBits(mlir::Type elementType) {
  if (auto complex = mlir::dyn_cast<mlir::ComplexType>(elementType))
    return 2 * storedBits(complex.getElementType());
  if (elementType.isInteger(1))
    return 8;
  return elementType.isIntOrFloat() ? elementType.getIntOrFloatBitWidth() : 0;
}

DimExpr storedBytes(mlir::Type type) {
  int64_t bits = storedBits(mlir::cast<mlir::RankedTensorType>(type).getElementType());
  DimExpr elements = elementCount(dimsOf(type));
  return bits % 8 == 0 ? elements * (bits / 8) : DimExpr::ceilDiv(elements * bits, DimExpr(8));
}

} // namespace delos::graph
