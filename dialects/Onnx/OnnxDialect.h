// The onnx dialect's classes.
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <string>

#include "dialects/Onnx/OnnxDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Onnx/OnnxTypes.h.inc"

namespace delos::onnx {

/// True for the types that a value of a model can have: ranked or unranked tensors of an ONNX element type,
/// sequences, optionals, maps,
/// `!onnx.none` and `!onnx.unknown`.
bool isValueType(mlir::Type type);

/// Function argument and result attribute: the model's name of the input or output (a string).
inline constexpr llvm::StringLiteral nameAttrName = "onnx.name";
/// Function argument attribute: a value to specialise on (an elements attribute of the argument's type). The
/// argument stays in the signature; whoever sets it checks at run time that the input has this value.
inline constexpr llvm::StringLiteral valueAttrName = "onnx.value";
/// Module attributes: the file's IR version (i64), and a dictionary from domain ("ai.onnx" for the default
/// one) to opset version (i64).
inline constexpr llvm::StringLiteral irVersionAttrName = "onnx.ir_version";
inline constexpr llvm::StringLiteral opsetsAttrName = "onnx.opsets";

} // namespace delos::onnx

#define GET_OP_CLASSES
#include "dialects/Onnx/OnnxOps.h.inc"
