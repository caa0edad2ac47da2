// Element types of the compiler as those of the runtime.
#pragma once

#include "runtime/abi/KernelABI.h"

#include "mlir/IR/Types.h"

namespace delos {

/// The runtime's element type; DELOS_DTYPE_UNDEFINED for types that no buffer holds.
DelosDType dtypeOf(mlir::Type elementType);

} // namespace delos
