// What values take in memory, in the form in which buffers of the runtime hold them.
#pragma once

#include "lib/Support/DimExpr.h"

#include "mlir/IR/Types.h"

namespace delos::graph {

/// Bits of one element in a dense buffer: a bool takes a byte, integers and floats below a byte are packed,
/// complex numbers are pairs. 0 for types that no buffer holds (strings, index).
int64_t storedBits(mlir::Type elementType);

/// Bytes of a ranked tensor in a dense buffer, rounded up to a whole byte.
DimExpr storedBytes(mlir::Type type);

} // namespace delos::graph
