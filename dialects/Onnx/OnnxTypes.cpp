// Types of the onnx dialect and what they may contain.
#include "dialects/Onnx/ElementTypes.h"
#include "dialects/Onnx/OnnxDialect.h"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

#define GET_TYPEDEF_CLASSES
#include "dialects/Onnx/OnnxTypes.cpp.inc"

using namespace delos::onnx;

void OnnxDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Onnx/OnnxTypes.cpp.inc"
      >();
}

bool delos::onnx::isValueType(mlir::Type type) {
  if (auto tensor = mlir::dyn_cast<mlir::TensorType>(type))
    return elementInfo(tensor.getElementType()) != nullptr;
  return mlir::isa<SeqType, OptionalType, MapType, NoneType, UnknownType>(type);
}

/// Containers hold values that are there: no `!onnx.none` inside.
static bool isContainedType(mlir::Type type) { return isValueType(type) && !mlir::isa<NoneType>(type); }

mlir::LogicalResult SeqType::verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                    mlir::Type elementType) {
  if (isContainedType(elementType))
    return mlir::success();
  return emitError() << "expected a sequence of tensors or other ONNX values, got element type "
                     << elementType;
}

mlir::LogicalResult OptionalType::verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                         mlir::Type elementType) {
  if (mlir::isa<mlir::TensorType, SeqType, UnknownType>(elementType) && isContainedType(elementType))
    return mlir::success();
  return emitError() << "expected an optional tensor or sequence, got element type " << elementType;
}

mlir::LogicalResult MapType::verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                    mlir::Type keyType, mlir::Type valueType) {
  const ElementInfo *key = elementInfo(keyType);
  bool integral = keyType.isInteger() && key && key->bits >= 8 && !keyType.isInteger(1);
  if (!integral && !mlir::isa<StringType>(keyType))
    return emitError() << "expected map keys of an integer type or !onnx.string, got " << keyType;
  if (!isContainedType(valueType))
    return emitError() << "expected map values of an ONNX value type, got " << valueType;
  return mlir::success();
}
