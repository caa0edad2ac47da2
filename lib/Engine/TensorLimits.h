// The limit on the size of a tensor.
#pragma once

#include "mlir/IR/BuiltinOps.h"

#include "absl/status/status.h"

#include <cstdint>

namespace delos {

/// kResourceExhausted when a value of static shape takes more than `limit` bytes, naming the node (or input)
/// and the type.
absl::Status checkTensorBytes(mlir::ModuleOp module, int64_t limit);

} // namespace delos
