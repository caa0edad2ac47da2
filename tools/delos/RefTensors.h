/// Between the engine's tensors and those of the reference library.
#pragma once

#include "delos/Status.h"
#include "delos/Tensor.h"

#include "lib/Reference/Tensor.h"

namespace delos::tool {

/// Copies a dense tensor; sub-byte elements spread to one per byte. kInvalidArgument for types without
/// RefTensor.
StatusOr<reference::RefTensor> toReference(const Tensor &tensor);

/// Copies back; sub-byte elements are packed.
StatusOr<Tensor> fromReference(const reference::RefTensor &tensor);

} // namespace delos::tool
