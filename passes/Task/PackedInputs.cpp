// Attribute form and evaluation of packings.
#include "passes/Task/PackedInputs.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

namespace delos::task {

using loopopt::PackedConstant;

mlir::ArrayAttr packedInputsAttr(mlir::MLIRContext *context, llvm::ArrayRef<PackedConstant> packed) {
  mlir::Builder builder(context);
  llvm::SmallVector<mlir::Attribute> entries;
  for (const PackedConstant &one : packed) {
    llvm::SmallVector<int64_t> source;
    for (const PackedConstant::SourceDim &dim : one.source)
      source.append({dim.extent, static_cast<int64_t>(dim.index), dim.weight});
    llvm::SmallVector<int64_t> sizes = {one.input, one.elementBytes, one.lead,    one.columns,
                                        one.depth, one.nr,           one.winograd};
    entries.push_back(
        builder.getDictionaryAttr({builder.getNamedAttr("sizes", builder.getDenseI64ArrayAttr(sizes)),
                                   builder.getNamedAttr("source", builder.getDenseI64ArrayAttr(source))}));
  }
  return builder.getArrayAttr(entries);
}

llvm::SmallVector<PackedConstant> packedInputsOf(mlir::ArrayAttr attr) {
  llvm::SmallVector<PackedConstant> result;
  for (auto entry : attr.getAsRange<mlir::DictionaryAttr>()) {
    auto sizes = mlir::cast<mlir::DenseI64ArrayAttr>(entry.get("sizes")).asArrayRef();
    auto source = mlir::cast<mlir::DenseI64ArrayAttr>(entry.get("source")).asArrayRef();
    PackedConstant &one = result.emplace_back();
    one.input = static_cast<unsigned>(sizes[0]);
    one.elementBytes = sizes[1];
    one.lead = sizes[2];
    one.columns = sizes[3];
    one.depth = sizes[4];
    one.nr = sizes[5];
    one.winograd = sizes[6];
    for (size_t i = 0; i < source.size(); i += 3)
      one.source.push_back({source[i], static_cast<PackedConstant::Index>(source[i + 1]), source[i + 2]});
  }
  return result;
}

/// The dense bytes of a constant; `storage` holds them where they had to be written out.
static llvm::ArrayRef<char> bytesOf(mlir::ElementsAttr value, std::vector<char> &storage) {
  if (auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(value)) {
    mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : llvm::ArrayRef<char>();
  }
  auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(value);
  if (!dense)
    return {};
  llvm::ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat())
    return raw;
  for (int64_t i = 0; i < dense.getNumElements(); ++i)
    storage.insert(storage.end(), raw.begin(), raw.end());
  return storage;
}

mlir::FailureOr<mlir::ElementsAttr> packElements(mlir::ElementsAttr value, const PackedConstant &packed) {
  std::vector<char> storage;
  llvm::ArrayRef<char> source = bytesOf(value, storage);
  if (source.size() != packed.sourceBytes())
    return mlir::failure();
  mlir::AsmResourceBlob blob =
      mlir::HeapAsmResourceBlob::allocate(packed.bytes(), /*align=*/64, /*dataIsMutable=*/true);
  llvm::MutableArrayRef<char> target = blob.getMutableData();
  loopopt::packConstant(packed, std::as_bytes(std::span(source.data(), source.size())),
                        std::as_writable_bytes(std::span(target.data(), target.size())));
  auto elementType = mlir::cast<mlir::ShapedType>(value.getType()).getElementType();
  auto type =
      mlir::RankedTensorType::get({packed.lead, packed.panels(), packed.depth, packed.nr}, elementType);
  return mlir::cast<mlir::ElementsAttr>(
      mlir::DenseResourceElementsAttr::get(type, "packed", std::move(blob)));
}

} // namespace delos::task
