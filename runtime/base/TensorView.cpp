/// Density of tensor views and packing of strided ones.
#include "runtime/base/TensorView.h"

#include "runtime/abi/DType.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace delos::runtime {
namespace {

/// Alignment in bytes that a kernel may assume of an element.
int64_t alignmentOf(DelosDType dtype) {
  int64_t bytes = std::max<int64_t>(bitWidth(dtype) / 8, 1);
  bool isComplex = dtype == DELOS_DTYPE_COMPLEX64 || dtype == DELOS_DTYPE_COMPLEX128;
  return isComplex ? bytes / 2 : bytes;
}

/// Copies a row of `count` elements of `size` bytes that lie `step` bytes apart.
void packRow(const char *source, char *destination, int64_t count, int64_t size, int64_t step) {
  if (step == size) {
    std::memcpy(destination, source, static_cast<size_t>(count * size));
    return;
  }
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(destination + i * size, source + i * step, static_cast<size_t>(size));
}

} // namespace

int64_t elementCount(std::span<const int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    if (extent == 0)
      return 0;
    else
      count *= extent;
  return count;
}

bool isDense(const TensorView &tensor) {
  if (elementCount(tensor.shape) == 0)
    return true;
  if (reinterpret_cast<uintptr_t>(tensor.data) % static_cast<uintptr_t>(alignmentOf(tensor.dtype)) != 0)
    return false;
  int64_t step = 1;
  for (size_t i = tensor.strides.size(); i-- > 0;) {
    if (tensor.shape[i] != 1 && tensor.strides[i] != step)
      return false;
    step *= tensor.shape[i];
  }
  return true;
}

void packDense(const TensorView &tensor, void *destination) {
  int64_t count = elementCount(tensor.shape), size = bitWidth(tensor.dtype) / 8;
  if (count == 0)
    return;
  auto *out = static_cast<char *>(destination);
  const auto *in = static_cast<const char *>(tensor.data);
  size_t rank = tensor.shape.size();
  if (rank == 0 || tensor.strides.empty() || size == 0) {
    std::memcpy(out, in, static_cast<size_t>(byteSize(tensor.dtype, count).value_or(0)));
    return;
  }
  int64_t row = tensor.shape[rank - 1], rowStep = tensor.strides[rank - 1] * size;
  std::vector<int64_t> index(rank, 0);
  for (int64_t done = 0; done < count; done += row) {
    int64_t offset = 0;
    for (size_t i = 0; i + 1 < rank; ++i)
      offset += index[i] * tensor.strides[i];
    packRow(in + offset * size, out + done * size, row, size, rowStep);
    for (size_t i = rank - 1; i-- > 0;) {
      if (++index[i] < tensor.shape[i])
        break;
      index[i] = 0;
    }
  }
}

} // namespace delos::runtime
