/// A tensor as the runtime sees it: borrowed memory with a type and a shape.
#pragma once

#include "runtime/abi/KernelABI.h"

#include <cstdint>
#include <span>

namespace delos::runtime {

/// Views memory and shape of its maker; both must outlive it.
struct TensorView {
  DelosDType dtype = DELOS_DTYPE_UNDEFINED;
  std::span<const int64_t> shape;
  std::span<const int64_t> strides; ///< In elements; empty means dense row-major.
  void *data = nullptr;             ///< Address of element 0, 0, ...
};

/// Number of elements. The shape's product must not overflow.
int64_t elementCount(std::span<const int64_t> shape);

/// Dense, row-major and aligned to its element (complex numbers: to their part): a kernel can read it in
/// place.
bool isDense(const TensorView &tensor);

/// Packs a tensor whose elements are whole bytes into dense row-major order at `destination`, which has room
/// for it.
void packDense(const TensorView &tensor, void *destination);

} // namespace delos::runtime
