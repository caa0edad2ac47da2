// Registration of the onnx dialect.
#include "dialects/Onnx/OnnxDialect.h"

#include "mlir/IR/Builders.h"

#include "dialects/Onnx/OnnxDialect.cpp.inc"

namespace delos::onnx {

void OnnxDialect::initialize() {
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Onnx/OnnxOps.cpp.inc"
      >();
}

mlir::Operation *OnnxDialect::materializeConstant(mlir::OpBuilder &builder, mlir::Attribute value,
                                                  mlir::Type type, mlir::Location loc) {
  if (!ConstantOp::isBuildableWith(value, type))
    return nullptr;
  return ConstantOp::create(builder, loc, mlir::cast<mlir::ElementsAttr>(value));
}

} // namespace delos::onnx
