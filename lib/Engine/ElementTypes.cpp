// The table of element types.
#include "lib/Engine/ElementTypes.h"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/BuiltinTypes.h"

namespace delos {

static DelosDType integerType(mlir::IntegerType type) {
  bool isUnsigned = type.isUnsigned();
  switch (type.getWidth()) {
  case 1:
    return DELOS_DTYPE_BOOL;
  case 2:
    return isUnsigned ? DELOS_DTYPE_UINT2 : DELOS_DTYPE_INT2;
  case 4:
    return isUnsigned ? DELOS_DTYPE_UINT4 : DELOS_DTYPE_INT4;
  case 8:
    return isUnsigned ? DELOS_DTYPE_UINT8 : DELOS_DTYPE_INT8;
  case 16:
    return isUnsigned ? DELOS_DTYPE_UINT16 : DELOS_DTYPE_INT16;
  case 32:
    return isUnsigned ? DELOS_DTYPE_UINT32 : DELOS_DTYPE_INT32;
  case 64:
    return isUnsigned ? DELOS_DTYPE_UINT64 : DELOS_DTYPE_INT64;
  default:
    return DELOS_DTYPE_UNDEFINED;
  }
}

DelosDType dtypeOf(mlir::Type elementType) {
  return llvm::TypeSwitch<mlir::Type, DelosDType>(elementType)
      .Case<mlir::Float32Type>([](auto) { return DELOS_DTYPE_FLOAT32; })
      .Case<mlir::Float64Type>([](auto) { return DELOS_DTYPE_FLOAT64; })
      .Case<mlir::Float16Type>([](auto) { return DELOS_DTYPE_FLOAT16; })
      .Case<mlir::BFloat16Type>([](auto) { return DELOS_DTYPE_BFLOAT16; })
      .Case<mlir::Float8E4M3FNType>([](auto) { return DELOS_DTYPE_FLOAT8E4M3FN; })
      .Case<mlir::Float8E4M3FNUZType>([](auto) { return DELOS_DTYPE_FLOAT8E4M3FNUZ; })
      .Case<mlir::Float8E5M2Type>([](auto) { return DELOS_DTYPE_FLOAT8E5M2; })
      .Case<mlir::Float8E5M2FNUZType>([](auto) { return DELOS_DTYPE_FLOAT8E5M2FNUZ; })
      .Case<mlir::Float8E8M0FNUType>([](auto) { return DELOS_DTYPE_FLOAT8E8M0; })
      .Case<mlir::Float4E2M1FNType>([](auto) { return DELOS_DTYPE_FLOAT4E2M1; })
      .Case<mlir::ComplexType>([](mlir::ComplexType type) {
        return type.getElementType().isF32()   ? DELOS_DTYPE_COMPLEX64
               : type.getElementType().isF64() ? DELOS_DTYPE_COMPLEX128
                                               : DELOS_DTYPE_UNDEFINED;
      })
      .Case<mlir::IntegerType>(integerType)
      .Default([](mlir::Type) { return DELOS_DTYPE_UNDEFINED; });
}

} // namespace delos
