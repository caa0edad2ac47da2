/// Dense tensors of the reference interpreter.
#pragma once

#include "runtime/abi/KernelABI.h"

#include "absl/status/statusor.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace delos::reference {

using Shape = std::vector<int64_t>;

/// The product of the sizes; nothing when one is negative or the product leaves int64.
std::optional<int64_t> elementCount(const Shape &shape);

/// Bytes that one element takes in a RefTensor: sub-byte types take a whole byte each, holding their value. 0
/// for strings and complex numbers, which have no RefTensor.
int64_t storageBytes(DelosDType dtype);

/// A dense row-major tensor. Copies share the elements; whoever writes through `data` must hold the only
/// copy.
class RefTensor {
public:
  RefTensor() = default;

  /// A tensor of zeros. Fails with kInvalidArgument for negative sizes or a dtype without storage, and with
  /// kResourceExhausted above `maxBytes`.
  static absl::StatusOr<RefTensor> zeros(DelosDType dtype, Shape shape, int64_t maxBytes = int64_t{1} << 36);

  DelosDType dtype() const { return type; }
  const Shape &shape() const { return extents; }
  int64_t rank() const { return static_cast<int64_t>(extents.size()); }
  int64_t elementCount() const { return elements; }
  int64_t byteSize() const { return elements * storageBytes(type); }

  std::byte *data() { return bytes.get(); }
  const std::byte *data() const { return bytes.get(); }
  template <typename T>
  T *dataAs() {
    return reinterpret_cast<T *>(bytes.get());
  }
  template <typename T>
  const T *dataAs() const {
    return reinterpret_cast<const T *>(bytes.get());
  }

  /// The same elements under another shape or another dtype; element count and storage size must agree.
  RefTensor withShape(Shape shape) const;
  RefTensor withDType(DelosDType dtype) const;

private:
  DelosDType type = DELOS_DTYPE_UNDEFINED;
  Shape extents;
  int64_t elements = 0;
  std::shared_ptr<std::byte[]> bytes;
};

/// Elements between neighbours along each dim of a dense row-major tensor.
Shape rowMajorStrides(const Shape &shape);

/// "[2, 3]".
std::string str(const Shape &shape);

} // namespace delos::reference
