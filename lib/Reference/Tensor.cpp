// Dense tensors of the reference interpreter.
#include "lib/Reference/Tensor.h"

#include "runtime/abi/DType.h"
#include "runtime/abi/KernelABI.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <cassert>
#include <cstring>
#include <new>
#include <optional>
#include <string>

namespace delos::reference {

std::optional<int64_t> elementCount(const Shape &shape) {
  int64_t count = 1;
  bool empty = false;
  for (int64_t size : shape) {
    if (size < 0)
      return std::nullopt;
    empty |= size == 0;
    if (size != 0 && __builtin_mul_overflow(count, size, &count))
      return std::nullopt;
  }
  return empty ? 0 : count;
}

int64_t storageBytes(DelosDType dtype) {
  int64_t bits = runtime::bitWidth(dtype);
  return dtype == DELOS_DTYPE_COMPLEX64 || dtype == DELOS_DTYPE_COMPLEX128 ? 0 : (bits + 7) / 8;
}

absl::StatusOr<RefTensor> RefTensor::zeros(DelosDType dtype, Shape shape, int64_t maxBytes) {
  std::optional<int64_t> count = reference::elementCount(shape);
  if (!count)
    return absl::InvalidArgumentError(absl::StrCat("expected sizes of a tensor, got ", str(shape)));
  int64_t size = storageBytes(dtype);
  if (size == 0)
    return absl::InvalidArgumentError(
        absl::StrCat("the reference interpreter has no tensors of ", runtime::dtypeName(dtype)));
  if (*count > maxBytes / size)
    return absl::ResourceExhaustedError(absl::StrCat(
        "a tensor ", str(shape), " of ", runtime::dtypeName(dtype), " exceeds ", maxBytes, " bytes"));
  RefTensor tensor;
  tensor.type = dtype;
  tensor.extents = std::move(shape);
  tensor.elements = *count;
  // Aligned as the engine's buffers are: kernels that are timed on these tensors load whole cache lines.
  constexpr std::align_val_t alignment{DELOS_BUFFER_ALIGNMENT};
  auto bytes = static_cast<size_t>(*count * size);
  auto *memory = static_cast<std::byte *>(::operator new(bytes, alignment, std::nothrow));
  if (!memory)
    return absl::ResourceExhaustedError(absl::StrCat("no memory for ", bytes, " bytes"));
  std::memset(memory, 0, bytes);
  tensor.bytes.reset(memory, [](std::byte *allocated) { ::operator delete(allocated, alignment); });
  return tensor;
}

RefTensor RefTensor::withShape(Shape shape) const {
  assert(reference::elementCount(shape) == elements && "a view has the elements of its source");
  RefTensor view = *this;
  view.extents = std::move(shape);
  return view;
}

RefTensor RefTensor::withDType(DelosDType dtype) const {
  assert(storageBytes(dtype) == storageBytes(type) && "a bitcast keeps the size of an element");
  RefTensor view = *this;
  view.type = dtype;
  return view;
}

Shape rowMajorStrides(const Shape &shape) {
  Shape strides(shape.size());
  int64_t step = 1;
  for (size_t dim = shape.size(); dim-- > 0;) {
    strides[dim] = step;
    step *= shape[dim];
  }
  return strides;
}

std::string str(const Shape &shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

} // namespace delos::reference
