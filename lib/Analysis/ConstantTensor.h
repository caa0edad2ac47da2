// Contents of constant tensors, as strided views of shared storage.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace delos {

/// How the elements of a constant are stored; `None` where Delos does not evaluate constants (sub-byte and
/// 8-bit floats).
enum class ElementKind { None, F64, F32, F16, BF16, Bool, S8, S16, S32, S64, U8, U16, U32, U64 };
ElementKind elementKindOf(mlir::Type elementType);
/// Bytes of one element (bool: 1); 0 for None.
int64_t elementSize(ElementKind kind);
inline bool isFloat(ElementKind kind) { return kind >= ElementKind::F64 && kind <= ElementKind::BF16; }
inline bool isUnsigned(ElementKind kind) { return kind >= ElementKind::U8 || kind == ElementKind::Bool; }

/// A run of elements in the widest type of its class: floats in `f`, integers and bools in `i` (unsigned ones
/// as the same bits).
struct Lanes {
  std::vector<double> f;
  std::vector<int64_t> i;
};

/// A tensor of static shape whose elements are known. Copies share the storage; views (transpose, broadcast,
/// slice) are copies with other strides. Read-only and safe to read from several threads.
class ConstantTensor {
public:
  /// The contents of an attribute, without copying them (bools of dense attributes are unpacked). Nothing for
  /// element types outside ElementKind, dynamic shapes, and resources whose data are absent or of another
  /// size.
  static std::optional<ConstantTensor> read(mlir::ElementsAttr attr);
  /// A tensor over `bytes` in row-major order; one element makes a splat of any shape.
  static ConstantTensor adopt(llvm::ArrayRef<int64_t> dims, mlir::Type elementType, std::vector<char> bytes);

  mlir::Type elementType() const { return type; }
  ElementKind kind() const { return elementKindOf(type); }
  llvm::ArrayRef<int64_t> dims() const { return sizes; }
  llvm::ArrayRef<int64_t> strides() const { return steps; }
  int64_t elementCount() const;
  /// Bytes that a dense copy takes.
  int64_t byteSize() const { return elementCount() * elementSize(kind()); }
  /// Bytes of the storage behind it: what holding it costs.
  int64_t storageBytes() const { return static_cast<int64_t>(storage->bytes.size()); }
  /// All elements are one element of the storage.
  bool isSplat() const;
  /// Elements stand in row-major order, without gaps.
  bool isDense() const;

  /// The same storage seen with other sizes, strides and first element (in elements, relative to this one's).
  /// Every element must lie in the storage.
  ConstantTensor view(llvm::ArrayRef<int64_t> newDims, llvm::ArrayRef<int64_t> newStrides,
                      int64_t newOffset) const;
  /// The same bits as another element type of the same size.
  ConstantTensor bitcast(mlir::Type elementType) const;
  /// The same elements under another shape; copies unless dense or splat.
  ConstantTensor reshaped(llvm::ArrayRef<int64_t> newDims) const;

  /// Reads `count` elements from position `first` in row-major order.
  void load(int64_t first, int64_t count, Lanes &lanes) const;
  /// The address of one element, by its offset from the first one.
  const char *at(int64_t elementOffset) const {
    return storage->bytes.data() + (offset + elementOffset) * elementSize(kind());
  }
  /// Copies the elements to `to`: element [i0, i1, ..] goes to i0 * toStrides[0] + .. (in elements).
  void copyTo(char *to, llvm::ArrayRef<int64_t> toStrides) const;
  /// The elements in row-major order.
  std::vector<char> toBytes() const;
  /// All elements of an integer or bool tensor.
  llvm::SmallVector<int64_t> toIntegers() const;

  /// An attribute of type `type` with these contents: the attribute it was read from where that fits, a
  /// splat, a dense attribute, or above `kDenseBytes` a resource named after `name` (never uniqued by
  /// content).
  mlir::ElementsAttr toAttribute(mlir::RankedTensorType type, llvm::StringRef name) const;

  /// Above this many bytes, hashing the contents for uniquing costs more than it saves.
  static constexpr int64_t kDenseBytes = 1024;

private:
  struct Storage {
    llvm::ArrayRef<char> bytes;
    std::vector<char> owned;
    mlir::ElementsAttr origin;
  };
  ConstantTensor(mlir::Type type, llvm::ArrayRef<int64_t> dims, std::shared_ptr<const Storage> storage);

  mlir::Type type;
  llvm::SmallVector<int64_t> sizes, steps;
  int64_t offset = 0;
  std::shared_ptr<const Storage> storage;
};

/// Writes lanes as `kind`, from `bytes` on. Floats round to nearest even, narrow integers keep the low bits.
void storeLanes(const Lanes &lanes, int64_t count, ElementKind kind, char *bytes);

/// Row-major strides of a shape, in elements.
llvm::SmallVector<int64_t> rowMajorStrides(llvm::ArrayRef<int64_t> dims);
/// The product of sizes; nothing when it exceeds int64.
std::optional<int64_t> checkedProduct(llvm::ArrayRef<int64_t> dims);

} // namespace delos
