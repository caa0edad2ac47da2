/// Tensors from and to files.
#pragma once

#include "delos/Status.h"
#include "delos/Tensor.h"

#include <string>

namespace delos::tool {

/// Reads a .npy or a .pb file (by its ending). `expected` tells types that NumPy does not know (bfloat16 is
/// written as "V2"). Errors name the file.
StatusOr<Tensor> readTensorFile(const std::string &path, DType expected);

/// Writes a dense tensor as .npy.
Status writeTensorFile(const std::string &path, const Tensor &tensor);

} // namespace delos::tool
