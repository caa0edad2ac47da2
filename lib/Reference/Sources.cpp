// Constants, sizes, indices and random numbers.
#include "lib/Reference/Elements.h"
#include "lib/Reference/Evaluation.h"
#include "lib/Reference/FloatFormat.h"
#include "lib/Reference/Philox.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

namespace delos::reference {
namespace {

/// Elements whose bytes in the attribute are those of a tensor.
absl::Status copyBytes(llvm::ArrayRef<char> bytes, RefTensor &result) {
  if (static_cast<int64_t>(bytes.size()) != result.byteSize())
    return disagreement("constant", absl::StrCat(result.byteSize(), " bytes"), bytes.size());
  std::memcpy(result.data(), bytes.data(), bytes.size());
  return absl::OkStatus();
}

/// Unpacks the bits of any dense attribute, one element at a time (bool, sub-byte types and splats).
void copyElements(mlir::DenseElementsAttr elements, RefTensor &result) {
  std::vector<uint64_t> bits;
  auto append = [&](const llvm::APInt &value) { bits.push_back(value.getZExtValue()); };
  if (mlir::isa<mlir::FloatType>(elements.getElementType()))
    for (const llvm::APFloat &value : elements.getValues<llvm::APFloat>())
      append(value.bitcastToAPInt());
  else
    for (const llvm::APInt &value : elements.getValues<llvm::APInt>())
      append(value);
  // The patterns are stored as integers of the element's size; signed sub-byte ones take their sign from
  // `store`.
  static constexpr DelosDType kPatterns[] = {DELOS_DTYPE_UINT8, DELOS_DTYPE_UINT16, DELOS_DTYPE_UINT32,
                                             DELOS_DTYPE_UINT64};
  DelosDType pattern =
      isFloat(result.dtype()) ? kPatterns[llvm::Log2_64(storageBytes(result.dtype()))] : result.dtype();
  RefTensor view = result.withDType(pattern);
  storeAll(view, bits);
}

absl::StatusOr<RefTensor> constant(graph::ConstantOp op, llvm::ArrayRef<RefTensor>, Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.declaredResultFor(op.getResult()));
  mlir::ElementsAttr value = op.getValue();
  if (auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(value)) {
    mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return absl::InvalidArgumentError("the constant's resource has no data");
    DELOS_REF_RETURN(copyBytes(blob->getData(), result));
  } else if (auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(value)) {
    bool wholeBytes = dense.getElementType().getIntOrFloatBitWidth() % 8 == 0;
    if (wholeBytes && !dense.isSplat())
      DELOS_REF_RETURN(copyBytes(dense.getRawData(), result));
    else
      copyElements(dense, result);
  } else {
    return absl::UnimplementedError("the constant is neither dense nor a resource");
  }
  return evaluation.held(std::move(result));
}

absl::StatusOr<RefTensor> dimsValue(graph::DimsValueOp op, llvm::ArrayRef<RefTensor>,
                                    Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  DELOS_REF_ASSIGN(sizes, evaluation.valuesOf(graph::dimsOf(op.getDims())));
  storeAll(result, sizes);
  return result;
}

absl::StatusOr<RefTensor> iota(graph::IotaOp op, llvm::ArrayRef<RefTensor>, Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.declaredResultFor(op.getResult()));
  DELOS_REF_ASSIGN(indices, RefTensor::zeros(DELOS_DTYPE_INT64, result.shape()));
  int64_t dim = op.getDim(), size = result.shape()[dim], stride = rowMajorStrides(result.shape())[dim];
  for (int64_t i = 0; i < indices.elementCount(); ++i)
    indices.dataAs<int64_t>()[i] = i / stride % size;
  convert(indices, result, Overflow::Wrap);
  return evaluation.held(std::move(result));
}

absl::StatusOr<RefTensor> random(graph::RandomOp op, llvm::ArrayRef<RefTensor>, Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.declaredResultFor(op.getResult()));
  const FloatFormat *narrow = floatFormat(result.dtype());
  int precision = narrow ? narrow->mantissaBits + 1 : result.dtype() == DELOS_DTYPE_FLOAT32 ? 24 : 53;
  auto numberAt = op.getKind() == graph::RandomKind::uniform ? uniformAt : normalAt;
  std::vector<double> numbers(static_cast<size_t>(result.elementCount()));
  for (size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = numberAt(static_cast<uint64_t>(op.getSeed()), i, precision);
  storeAll(result, numbers);
  return evaluation.held(std::move(result));
}

} // namespace

void addSources(EvaluatorTable &table) {
  add<graph::ConstantOp, constant>(table);
  add<graph::DimsValueOp, dimsValue>(table);
  add<graph::IotaOp, iota>(table);
  add<graph::RandomOp, random>(table);
}

} // namespace delos::reference
