/// Tensors at the engine's border.
#include "delos/Tensor.h"

#include "runtime/abi/DType.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <cstdlib>

namespace delos {

static_assert(static_cast<int>(DType::Float32) == DELOS_DTYPE_FLOAT32);
static_assert(static_cast<int>(DType::BFloat16) == DELOS_DTYPE_BFLOAT16);
static_assert(static_cast<int>(DType::Int2) == DELOS_DTYPE_INT2);

namespace {

/// Numbers from callers may lie outside the enumeration, which the C enumeration must not hold.
DelosDType abi(DType dtype) {
  bool isKnown = dtype >= DType::Undefined && dtype <= DType::Int2;
  return isKnown ? static_cast<DelosDType>(dtype) : DELOS_DTYPE_UNDEFINED;
}

std::optional<int64_t> countElements(std::span<const int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    if (extent < 0 || __builtin_mul_overflow(count, extent, &count))
      return std::nullopt;
  return count;
}

std::vector<int64_t> denseStrides(std::span<const int64_t> shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t step = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = step;
    // Overflows only behind an extent of 0, where strides mean nothing.
    (void)__builtin_mul_overflow(step, shape[i], &step);
  }
  return strides;
}

} // namespace

int64_t bitWidth(DType dtype) { return runtime::bitWidth(abi(dtype)); }

const char *dtypeName(DType dtype) { return runtime::dtypeName(abi(dtype)); }

std::optional<DType> dtypeNamed(const std::string &name) {
  auto dtype = runtime::dtypeNamed(name);
  return dtype ? std::optional(static_cast<DType>(*dtype)) : std::nullopt;
}

StatusOr<Tensor> Tensor::allocate(DType dtype, std::vector<int64_t> shape) {
  StatusOr<Tensor> tensor = borrow(dtype, std::move(shape), nullptr);
  if (!tensor.ok())
    return tensor;
  size_t unit = DELOS_BUFFER_ALIGNMENT;
  void *memory = std::aligned_alloc(unit, (static_cast<size_t>(tensor->bytes) / unit + 1) * unit);
  if (!memory)
    return absl::ResourceExhaustedError(absl::StrCat("no memory for a tensor of ", tensor->bytes, " bytes"));
  tensor->address = memory;
  tensor->keeper = std::shared_ptr<void>(memory, std::free);
  return tensor;
}

StatusOr<Tensor> Tensor::borrow(DType dtype, std::vector<int64_t> shape, void *data,
                                std::vector<int64_t> strides) {
  return adopt(dtype, std::move(shape), nullptr, data, std::move(strides));
}

StatusOr<Tensor> Tensor::adopt(DType dtype, std::vector<int64_t> shape, std::shared_ptr<void> owner,
                               void *data, std::vector<int64_t> strides) {
  std::optional<int64_t> count = countElements(shape);
  std::optional<int64_t> size = count ? runtime::byteSize(abi(dtype), *count) : std::nullopt;
  if (!size)
    return absl::InvalidArgumentError(absl::StrCat("a tensor of type ", dtypeName(dtype),
                                                   " cannot have shape [", absl::StrJoin(shape, ", "), "]"));
  if (!strides.empty() && strides.size() != shape.size())
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", shape.size(), " strides, got ", strides.size()));
  Tensor tensor;
  tensor.elementType = dtype;
  tensor.elements = *count;
  tensor.bytes = *size;
  tensor.steps = strides.empty() ? denseStrides(shape) : std::move(strides);
  tensor.extents = std::move(shape);
  tensor.address = data;
  tensor.keeper = std::move(owner);
  if (delos::bitWidth(dtype) < 8 && !tensor.isContiguous())
    return absl::InvalidArgumentError(absl::StrCat("tensors of ", dtypeName(dtype), " must be dense"));
  return tensor;
}

bool Tensor::isContiguous() const {
  if (elements == 0)
    return true;
  int64_t step = 1;
  for (size_t i = extents.size(); i-- > 0;) {
    if (extents[i] != 1 && steps[i] != step)
      return false;
    step *= extents[i];
  }
  return true;
}

} // namespace delos
