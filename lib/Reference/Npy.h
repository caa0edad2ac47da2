/// NumPy's .npy files, version 1 to 3, little-endian and row-major.
#pragma once

#include "lib/Reference/Tensor.h"

#include "absl/status/statusor.h"

#include <string>

namespace delos::reference {

/// Reads a tensor. `dtype` is what the caller expects: the file must hold it, or opaque elements of its size
/// (NumPy writes bfloat16 and other types that it does not know as "V2", "V1"); UNDEFINED takes what the file
/// says. Fails with kNotFound, or kInvalidArgument naming the file and what is wrong with it.
absl::StatusOr<RefTensor> readNpy(const std::string &path, DelosDType dtype = DELOS_DTYPE_UNDEFINED);

/// Writes a tensor, version 1. Types that NumPy does not know are written as opaque elements.
absl::Status writeNpy(const std::string &path, const RefTensor &tensor);

} // namespace delos::reference
