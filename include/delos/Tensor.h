/// Tensors at the engine's border: a view of memory together with whatever keeps that memory alive.
#pragma once

#include "delos/Export.h"
#include "delos/Status.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace delos {

/// Element types; the values are those of ONNX's TensorProto.DataType.
enum class DType : int32_t {
  Undefined = 0,
  Float32 = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8, ///< Lives in a StringTensor, see Value.h.
  Bool = 9,   ///< One byte, 0 or 1.
  Float16 = 10,
  Float64 = 11,
  UInt32 = 12,
  UInt64 = 13,
  Complex64 = 14,
  Complex128 = 15,
  BFloat16 = 16,
  Float8E4M3FN = 17,
  Float8E4M3FNUZ = 18,
  Float8E5M2 = 19,
  Float8E5M2FNUZ = 20,
  UInt4 = 21, ///< Sub-byte types are packed, the first element in the low bits.
  Int4 = 22,
  Float4E2M1 = 23,
  Float8E8M0 = 24,
  UInt2 = 25,
  Int2 = 26,
};

/// Bits of one element; 0 for Undefined and String.
DELOS_API int64_t bitWidth(DType dtype);
/// "float32", "int4", ...
DELOS_API const char *dtypeName(DType dtype);
/// The type with that name, or nothing.
DELOS_API std::optional<DType> dtypeNamed(const std::string &name);

/// A tensor. Copies are shallow: they share the memory, which lives until the last of them is gone (or, when
/// borrowed without a deleter, as long as the caller keeps it). Not synchronised: the usual rules for shared
/// memory apply.
class DELOS_API Tensor {
public:
  /// No tensor: dtype Undefined, null data.
  Tensor() = default;

  /// A dense, row-major tensor with its own memory, 64-byte aligned and uninitialised. Fails with
  /// kInvalidArgument for negative or overflowing sizes and kResourceExhausted without memory.
  static StatusOr<Tensor> allocate(DType dtype, std::vector<int64_t> shape);

  /// Views memory that the caller keeps alive. `strides` are in elements and may be 0 or negative (`data` is
  /// the address of element 0, 0, ...); empty means dense row-major. Sub-byte types must be dense.
  static StatusOr<Tensor> borrow(DType dtype, std::vector<int64_t> shape, void *data,
                                 std::vector<int64_t> strides = {});

  /// Like `borrow`, keeping `owner` (for instance a DLPack capsule with its deleter) until the last copy is
  /// gone.
  static StatusOr<Tensor> adopt(DType dtype, std::vector<int64_t> shape, std::shared_ptr<void> owner,
                                void *data, std::vector<int64_t> strides = {});

  DType dtype() const { return elementType; }
  std::span<const int64_t> shape() const { return extents; }
  /// In elements, one per dimension.
  std::span<const int64_t> strides() const { return steps; }
  int64_t rank() const { return static_cast<int64_t>(extents.size()); }
  int64_t elementCount() const { return elements; }
  /// Bytes of the elements when densely packed.
  int64_t byteSize() const { return bytes; }
  /// Address of element 0, 0, ...; may be null when there are no elements.
  void *data() const { return address; }
  template <typename T>
  T *dataAs() const {
    return static_cast<T *>(address);
  }
  /// Dense and row-major (extents of 1 may have any stride).
  bool isContiguous() const;
  /// What keeps the memory alive; null for borrowed memory.
  const std::shared_ptr<void> &owner() const { return keeper; }
  explicit operator bool() const { return elementType != DType::Undefined; }

private:
  DType elementType = DType::Undefined;
  std::vector<int64_t> extents;
  std::vector<int64_t> steps;
  int64_t elements = 0;
  int64_t bytes = 0;
  void *address = nullptr;
  std::shared_ptr<void> keeper;
};

} // namespace delos
