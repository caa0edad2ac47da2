/// Copies between the two kinds of tensors.
#include "tools/delos/RefTensors.h"

#include <cstring>

namespace delos::tool {
namespace {

/// Where element `index` of `bits` bits lies among packed ones.
struct PackedPlace {
  PackedPlace(int64_t index, int64_t bits) : byte(index * bits / 8), shift(index * bits % 8) {}
  int64_t byte, shift;
};

} // namespace

StatusOr<reference::RefTensor> toReference(const Tensor &tensor) {
  auto dtype = static_cast<DelosDType>(tensor.dtype());
  auto made = reference::RefTensor::zeros(dtype, {tensor.shape().begin(), tensor.shape().end()});
  if (!made.ok() || tensor.elementCount() == 0)
    return made;
  int64_t bits = bitWidth(tensor.dtype());
  if (bits >= 8) {
    std::memcpy(made->data(), tensor.data(), static_cast<size_t>(tensor.byteSize()));
    return made;
  }
  const auto *packed = tensor.dataAs<uint8_t>();
  for (int64_t i = 0; i < tensor.elementCount(); ++i) {
    PackedPlace place(i, bits);
    made->dataAs<uint8_t>()[i] = (packed[place.byte] >> place.shift) & ((1 << bits) - 1);
  }
  return made;
}

StatusOr<Tensor> fromReference(const reference::RefTensor &tensor) {
  auto dtype = static_cast<DType>(tensor.dtype());
  StatusOr<Tensor> made = Tensor::allocate(dtype, tensor.shape());
  if (!made.ok() || tensor.elementCount() == 0)
    return made;
  int64_t bits = bitWidth(dtype);
  if (bits >= 8) {
    std::memcpy(made->data(), tensor.data(), static_cast<size_t>(made->byteSize()));
    return made;
  }
  auto *packed = made->dataAs<uint8_t>();
  std::memset(packed, 0, static_cast<size_t>(made->byteSize()));
  for (int64_t i = 0; i < tensor.elementCount(); ++i) {
    PackedPlace place(i, bits);
    packed[place.byte] |=
        static_cast<uint8_t>((tensor.dataAs<uint8_t>()[i] & ((1 << bits) - 1)) << place.shift);
  }
  return made;
}

} // namespace delos::tool
