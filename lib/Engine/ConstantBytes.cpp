// Bytes of element attributes.
#include "lib/Engine/ConstantBytes.h"

#include "lib/Engine/ElementTypes.h"
#include "runtime/abi/DType.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstdlib>
#include <cstring>

namespace delos {

std::shared_ptr<void> allocateConstant(int64_t size) {
  int64_t rounded = (size + DELOS_BUFFER_ALIGNMENT) / DELOS_BUFFER_ALIGNMENT * DELOS_BUFFER_ALIGNMENT;
  void *memory = std::aligned_alloc(DELOS_BUFFER_ALIGNMENT, rounded);
  return memory ? std::shared_ptr<void>(memory, std::free) : nullptr;
}

static absl::StatusOr<ConstantBytes> copyOf(int64_t size, llvm::function_ref<void(char *)> fill) {
  std::shared_ptr<void> memory = allocateConstant(size);
  if (!memory)
    return absl::ResourceExhaustedError("no memory for a constant of " + std::to_string(size) + " bytes");
  fill(static_cast<char *>(memory.get()));
  return ConstantBytes{memory, size};
}

/// Packs integers below a byte from the low bits up; everything else has whole bytes.
static void writeElements(mlir::DenseElementsAttr dense, int64_t bits, char *out) {
  if (auto integer = mlir::dyn_cast<mlir::IntegerType>(dense.getElementType()); integer && bits <= 8) {
    int64_t perByte = 8 / bits, index = 0;
    for (const llvm::APInt &value : dense.getValues<llvm::APInt>()) {
      char &byte = out[index / perByte];
      int64_t shift = index++ % perByte * bits;
      byte = static_cast<char>((shift ? byte : 0) | static_cast<char>(value.getZExtValue() << shift));
    }
    return;
  }
  int64_t width = bits / 8;
  llvm::ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat()) {
    std::memcpy(out, raw.data(), raw.size());
    return;
  }
  for (int64_t index = 0; index < dense.getNumElements(); ++index)
    std::memcpy(out + index * width, raw.data(), width);
}

absl::StatusOr<ConstantBytes> constantBytes(mlir::ElementsAttr value, const std::shared_ptr<void> &owner) {
  auto type = mlir::cast<mlir::ShapedType>(value.getType());
  DelosDType dtype = dtypeOf(type.getElementType());
  auto size = runtime::byteSize(dtype, type.getNumElements());
  if (!size)
    return absl::InternalError("a constant has no bytes");
  if (auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(value)) {
    mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || static_cast<int64_t>(blob->getData().size()) != *size)
      return absl::InternalError("the bytes of a constant are missing");
    const char *data = blob->getData().data();
    if (reinterpret_cast<uintptr_t>(data) % DELOS_BUFFER_ALIGNMENT == 0)
      return ConstantBytes{std::shared_ptr<const void>(owner, data), *size};
    return copyOf(*size, [&](char *out) { std::memcpy(out, data, *size); });
  }
  auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(value);
  if (!dense)
    return absl::InternalError("a constant has no dense bytes");
  return copyOf(*size, [&](char *out) { writeElements(dense, runtime::bitWidth(dtype), out); });
}

} // namespace delos
