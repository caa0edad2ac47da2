// Strided views of constant contents, and their way from and to attributes.
#include "lib/Analysis/ConstantTensor.h"

#include "llvm/ADT/STLExtras.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cassert>
#include <cstring>

namespace delos {

//===-- Element kinds -------------------------------------------------------------------------------===//

static ElementKind integerKind(mlir::IntegerType type) {
  bool isUnsigned = type.isUnsigned();
  switch (type.getWidth()) {
  case 1:
    return type.isSignless() ? ElementKind::Bool : ElementKind::None;
  case 8:
    return isUnsigned ? ElementKind::U8 : ElementKind::S8;
  case 16:
    return isUnsigned ? ElementKind::U16 : ElementKind::S16;
  case 32:
    return isUnsigned ? ElementKind::U32 : ElementKind::S32;
  case 64:
    return isUnsigned ? ElementKind::U64 : ElementKind::S64;
  }
  return ElementKind::None;
}

ElementKind elementKindOf(mlir::Type elementType) {
  if (auto integer = mlir::dyn_cast<mlir::IntegerType>(elementType))
    return integerKind(integer);
  if (elementType.isF64())
    return ElementKind::F64;
  if (elementType.isF32())
    return ElementKind::F32;
  if (elementType.isF16())
    return ElementKind::F16;
  return elementType.isBF16() ? ElementKind::BF16 : ElementKind::None;
}

namespace {
/// bfloat16 storage; converts through float.
struct BFloat16 {
  uint16_t bits;
  BFloat16() = default;
  explicit BFloat16(double value) {
    float narrow = static_cast<float>(value);
    uint32_t wide;
    std::memcpy(&wide, &narrow, sizeof wide);
    bool isNan = (wide & 0x7fffffffu) > 0x7f800000u;
    // Round to nearest even on the 16 dropped bits; a NaN keeps a bit of its payload.
    bits = isNan ? static_cast<uint16_t>((wide >> 16) | 0x40u)
                 : static_cast<uint16_t>((wide + 0x7fffu + ((wide >> 16) & 1u)) >> 16);
  }
  explicit operator double() const {
    uint32_t wide = static_cast<uint32_t>(bits) << 16;
    float narrow;
    std::memcpy(&narrow, &wide, sizeof narrow);
    return narrow;
  }
};

/// binary16 storage; rounds through float as the element-wise functions do.
struct Float16 {
  _Float16 value;
  Float16() = default;
  explicit Float16(double wide) : value(static_cast<_Float16>(static_cast<float>(wide))) {}
  explicit operator double() const { return static_cast<double>(value); }
};
} // namespace

/// Calls `visit` with a default value of the storage type of `kind`.
template <typename Visitor>
static auto withStorageType(ElementKind kind, Visitor &&visit) {
  switch (kind) {
  case ElementKind::F64:
    return visit(double());
  case ElementKind::F32:
    return visit(float());
  case ElementKind::F16:
    return visit(Float16());
  case ElementKind::BF16:
    return visit(BFloat16());
  case ElementKind::S8:
    return visit(int8_t());
  case ElementKind::S16:
    return visit(int16_t());
  case ElementKind::S32:
    return visit(int32_t());
  case ElementKind::S64:
    return visit(int64_t());
  case ElementKind::U16:
    return visit(uint16_t());
  case ElementKind::U32:
    return visit(uint32_t());
  case ElementKind::U64:
    return visit(uint64_t());
  case ElementKind::None:
  case ElementKind::Bool:
  case ElementKind::U8:
    break;
  }
  return visit(uint8_t());
}

int64_t elementSize(ElementKind kind) {
  if (kind == ElementKind::None)
    return 0;
  return withStorageType(kind, [](auto zero) { return static_cast<int64_t>(sizeof zero); });
}

//===-- Shapes --------------------------------------------------------------------------------------===//

llvm::SmallVector<int64_t> rowMajorStrides(llvm::ArrayRef<int64_t> dims) {
  llvm::SmallVector<int64_t> strides(dims.size(), 1);
  for (size_t dim = dims.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * dims[dim];
  return strides;
}

std::optional<int64_t> checkedProduct(llvm::ArrayRef<int64_t> dims) {
  if (llvm::is_contained(dims, 0))
    return 0;
  int64_t product = 1;
  for (int64_t dim : dims)
    if (__builtin_mul_overflow(product, dim, &product))
      return std::nullopt;
  return product;
}

/// Calls `visit(position, offset)` for the first element of every row (run along the last dim), in order.
template <typename Visitor>
static void forEachRow(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> strides, Visitor &&visit) {
  if (llvm::is_contained(dims, 0))
    return;
  llvm::ArrayRef<int64_t> outer = dims.empty() ? dims : dims.drop_back();
  llvm::SmallVector<int64_t> index(outer.size(), 0);
  for (int64_t offset = 0;;) {
    visit(llvm::ArrayRef<int64_t>(index), offset);
    size_t dim = outer.size();
    for (; dim > 0; --dim) {
      offset += strides[dim - 1];
      if (++index[dim - 1] < outer[dim - 1])
        break;
      offset -= strides[dim - 1] * outer[dim - 1];
      index[dim - 1] = 0;
    }
    if (dim == 0)
      return;
  }
}

//===-- ConstantTensor ------------------------------------------------------------------------------===//

ConstantTensor::ConstantTensor(mlir::Type type, llvm::ArrayRef<int64_t> dims,
                               std::shared_ptr<const Storage> storage)
    : type(type), sizes(dims), storage(std::move(storage)) {
  bool isOneElement = this->storage->bytes.size() == static_cast<size_t>(elementSize(kind()));
  steps = isOneElement ? llvm::SmallVector<int64_t>(dims.size(), 0) : rowMajorStrides(dims);
}

ConstantTensor ConstantTensor::adopt(llvm::ArrayRef<int64_t> dims, mlir::Type elementType,
                                     std::vector<char> bytes) {
  auto storage = std::make_shared<Storage>();
  storage->owned = std::move(bytes);
  storage->bytes = storage->owned;
  return ConstantTensor(elementType, dims, std::move(storage));
}

static std::vector<char> unpackBools(mlir::DenseElementsAttr attr) {
  if (attr.isSplat())
    return {static_cast<char>(attr.getSplatValue<bool>())};
  std::vector<char> bytes;
  bytes.reserve(attr.getNumElements());
  for (bool value : attr.getValues<bool>())
    bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::optional<ConstantTensor> ConstantTensor::read(mlir::ElementsAttr attr) {
  auto type = mlir::dyn_cast<mlir::RankedTensorType>(attr.getType());
  ElementKind kind = type ? elementKindOf(type.getElementType()) : ElementKind::None;
  if (kind == ElementKind::None || !type.hasStaticShape() || !checkedProduct(type.getShape()))
    return std::nullopt;
  auto storage = std::make_shared<Storage>();
  storage->origin = attr;
  if (auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(attr)) {
    if (kind == ElementKind::Bool) {
      storage->owned = unpackBools(dense);
      storage->bytes = storage->owned;
    } else {
      storage->bytes = dense.getRawData();
    }
    return ConstantTensor(type.getElementType(), type.getShape(), std::move(storage));
  }
  auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(attr);
  const mlir::AsmResourceBlob *blob = resource ? resource.getRawHandle().getBlob() : nullptr;
  if (!blob)
    return std::nullopt;
  storage->bytes = blob->getData();
  int64_t expected = type.getNumElements() * elementSize(kind);
  if (static_cast<int64_t>(storage->bytes.size()) != expected)
    return std::nullopt;
  return ConstantTensor(type.getElementType(), type.getShape(), std::move(storage));
}

int64_t ConstantTensor::elementCount() const { return checkedProduct(sizes).value_or(0); }

bool ConstantTensor::isSplat() const {
  return elementCount() > 0 && llvm::all_of(llvm::zip(sizes, steps), [](auto pair) {
           return std::get<0>(pair) == 1 || std::get<1>(pair) == 0;
         });
}

bool ConstantTensor::isDense() const {
  auto expected = rowMajorStrides(sizes);
  for (size_t dim = 0; dim < sizes.size(); ++dim)
    if (sizes[dim] != 1 && steps[dim] != expected[dim])
      return elementCount() == 0;
  return true;
}

ConstantTensor ConstantTensor::view(llvm::ArrayRef<int64_t> newDims, llvm::ArrayRef<int64_t> newStrides,
                                    int64_t newOffset) const {
  ConstantTensor result = *this;
  result.sizes.assign(newDims.begin(), newDims.end());
  result.steps.assign(newStrides.begin(), newStrides.end());
  result.offset += newOffset;
  return result;
}

ConstantTensor ConstantTensor::bitcast(mlir::Type elementType) const {
  assert(elementSize(elementKindOf(elementType)) == elementSize(kind()) && "a bitcast keeps the width");
  ConstantTensor result = *this;
  result.type = elementType;
  return result;
}

ConstantTensor ConstantTensor::reshaped(llvm::ArrayRef<int64_t> newDims) const {
  if (isSplat())
    return view(newDims, llvm::SmallVector<int64_t>(newDims.size(), 0), 0);
  if (isDense())
    return view(newDims, rowMajorStrides(newDims), 0);
  return adopt(newDims, type, toBytes());
}

void ConstantTensor::load(int64_t first, int64_t count, Lanes &lanes) const {
  bool wantsFloat = isFloat(kind());
  wantsFloat ? lanes.f.resize(count) : lanes.i.resize(count);
  int64_t rowLength = sizes.empty() ? 1 : sizes.back(), rowStride = steps.empty() ? 0 : steps.back();
  withStorageType(kind(), [&](auto zero) {
    using T = decltype(zero);
    const T *base = reinterpret_cast<const T *>(storage->bytes.data()) + offset;
    for (int64_t done = 0; done < count;) {
      // The coordinates of the run's first element, from its position in row-major order.
      int64_t rest = first + done, column = rest % rowLength, start = column * rowStride;
      rest /= rowLength;
      for (size_t dim = sizes.size(); dim-- > 1; rest /= sizes[dim - 1])
        start += rest % sizes[dim - 1] * steps[dim - 1];
      int64_t run = std::min(rowLength - column, count - done);
      for (int64_t k = 0; k < run; ++k) {
        T value;
        std::memcpy(&value, base + start + k * rowStride, sizeof value);
        if constexpr (std::is_integral_v<T>)
          lanes.i[done + k] = static_cast<int64_t>(value);
        else
          lanes.f[done + k] = static_cast<double>(value);
      }
      done += run;
    }
  });
}

void ConstantTensor::copyTo(char *to, llvm::ArrayRef<int64_t> toStrides) const {
  int64_t rowLength = sizes.empty() ? 1 : sizes.back(), fromStep = steps.empty() ? 0 : steps.back();
  int64_t toStep = toStrides.empty() ? 0 : toStrides.back();
  withStorageType(kind(), [&](auto zero) {
    constexpr size_t kSize = sizeof zero;
    forEachRow(sizes, steps, [&](llvm::ArrayRef<int64_t> index, int64_t fromOffset) {
      int64_t toOffset = 0;
      for (size_t dim = 0; dim < index.size(); ++dim)
        toOffset += index[dim] * toStrides[dim];
      const char *source = at(fromOffset);
      char *target = to + toOffset * kSize;
      if (fromStep == 1 && toStep == 1)
        return static_cast<void>(std::memcpy(target, source, rowLength * kSize));
      for (int64_t k = 0; k < rowLength; ++k)
        std::memcpy(target + k * toStep * kSize, source + k * fromStep * kSize, kSize);
    });
  });
}

std::vector<char> ConstantTensor::toBytes() const {
  std::vector<char> bytes(byteSize());
  copyTo(bytes.data(), rowMajorStrides(sizes));
  return bytes;
}

llvm::SmallVector<int64_t> ConstantTensor::toIntegers() const {
  assert(!isFloat(kind()) && "an integer tensor");
  Lanes lanes;
  load(0, elementCount(), lanes);
  return llvm::SmallVector<int64_t>(lanes.i.begin(), lanes.i.end());
}

//===-- To attributes -------------------------------------------------------------------------------===//

/// All elements of `bytes` have the bits of the first one.
static bool isUniform(llvm::ArrayRef<char> bytes, int64_t size) {
  return static_cast<int64_t>(bytes.size()) > size &&
         std::memcmp(bytes.data(), bytes.data() + size, bytes.size() - size) == 0;
}

static mlir::ElementsAttr denseAttr(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes) {
  if (!type.getElementType().isInteger(1))
    return mlir::DenseElementsAttr::getFromRawBuffer(type, bytes);
  auto bools = llvm::map_to_vector(bytes, [](char byte) { return byte != 0; });
  return mlir::DenseElementsAttr::get(type, llvm::ArrayRef<bool>(bools));
}

mlir::ElementsAttr ConstantTensor::toAttribute(mlir::RankedTensorType target, llvm::StringRef name) const {
  int64_t size = elementSize(kind());
  bool isWhole = offset == 0 && isDense() && storageBytes() == byteSize();
  if (isWhole && storage->origin && storage->origin.getElementType() == type) {
    if (storage->origin.getType() == target)
      return storage->origin;
    if (auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(storage->origin))
      return mlir::DenseResourceElementsAttr::get(target, resource.getRawHandle());
  }
  if (isSplat())
    return denseAttr(target, llvm::ArrayRef<char>(at(0), size));
  std::vector<char> copy = toBytes();
  if (isUniform(copy, size))
    return denseAttr(target, llvm::ArrayRef<char>(copy.data(), size));
  if (static_cast<int64_t>(copy.size()) <= kDenseBytes)
    return denseAttr(target, copy);
  constexpr size_t kAlignment = 64; // what kernels expect of a buffer
  return mlir::DenseResourceElementsAttr::get(
      target, name,
      mlir::HeapAsmResourceBlob::allocateAndCopyWithAlign(copy, kAlignment, /*dataIsMutable=*/false));
}

//===-- Lanes ---------------------------------------------------------------------------------------===//

void storeLanes(const Lanes &lanes, int64_t count, ElementKind kind, char *bytes) {
  withStorageType(kind, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t k = 0; k < count; ++k) {
      T value;
      if constexpr (std::is_integral_v<T>)
        value = static_cast<T>(lanes.i[k]);
      else
        value = static_cast<T>(lanes.f[k]);
      std::memcpy(bytes + k * sizeof value, &value, sizeof value);
    }
  });
}

} // namespace delos
