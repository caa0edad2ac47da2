// The table of ONNX element types.
#include "dialects/Onnx/ElementTypes.h"

#include "dialects/Onnx/OnnxDialect.h"

#include "llvm/ADT/STLExtras.h"
#include "mlir/IR/Builders.h"

using namespace delos::onnx;

namespace {

template <typename T>
mlir::Type of(mlir::MLIRContext *context) {
  return T::get(context);
}

template <unsigned Width>
mlir::Type signedInt(mlir::MLIRContext *context) {
  return mlir::IntegerType::get(context, Width);
}

template <unsigned Width>
mlir::Type unsignedInt(mlir::MLIRContext *context) {
  return mlir::IntegerType::get(context, Width, mlir::IntegerType::Unsigned);
}

template <typename T>
mlir::Type complexOf(mlir::MLIRContext *context) {
  return mlir::ComplexType::get(T::get(context));
}

constexpr ElementInfo table[] = {
    {1, "FLOAT", 32, of<mlir::Float32Type>},
    {2, "UINT8", 8, unsignedInt<8>},
    {3, "INT8", 8, signedInt<8>},
    {4, "UINT16", 16, unsignedInt<16>},
    {5, "INT16", 16, signedInt<16>},
    {6, "INT32", 32, signedInt<32>},
    {7, "INT64", 64, signedInt<64>},
    {8, "STRING", 0, of<StringType>},
    {9, "BOOL", 8, signedInt<1>},
    {10, "FLOAT16", 16, of<mlir::Float16Type>},
    {11, "DOUBLE", 64, of<mlir::Float64Type>},
    {12, "UINT32", 32, unsignedInt<32>},
    {13, "UINT64", 64, unsignedInt<64>},
    {14, "COMPLEX64", 64, complexOf<mlir::Float32Type>},
    {15, "COMPLEX128", 128, complexOf<mlir::Float64Type>},
    {16, "BFLOAT16", 16, of<mlir::BFloat16Type>},
    {17, "FLOAT8E4M3FN", 8, of<mlir::Float8E4M3FNType>},
    {18, "FLOAT8E4M3FNUZ", 8, of<mlir::Float8E4M3FNUZType>},
    {19, "FLOAT8E5M2", 8, of<mlir::Float8E5M2Type>},
    {20, "FLOAT8E5M2FNUZ", 8, of<mlir::Float8E5M2FNUZType>},
    {21, "UINT4", 4, unsignedInt<4>},
    {22, "INT4", 4, signedInt<4>},
    {23, "FLOAT4E2M1", 4, of<mlir::Float4E2M1FNType>},
    {24, "FLOAT8E8M0", 8, of<mlir::Float8E8M0FNUType>},
    {25, "UINT2", 2, unsignedInt<2>},
    {26, "INT2", 2, signedInt<2>},
};

} // namespace

llvm::ArrayRef<ElementInfo> delos::onnx::elementTypes() { return table; }

const ElementInfo *delos::onnx::elementInfo(int64_t code) {
  // Codes are dense from 1.
  return code >= 1 && code <= int64_t(std::size(table)) ? &table[code - 1] : nullptr;
}

const ElementInfo *delos::onnx::elementInfo(mlir::Type type) {
  for (const ElementInfo &info : table)
    if (info.type(type.getContext()) == type)
      return &info;
  return nullptr;
}

int64_t delos::onnx::rawBytes(const ElementInfo &info, int64_t elements) {
  return info.bits >= 8 ? elements * int64_t(info.bits / 8) : (elements * int64_t(info.bits) + 7) / 8;
}
