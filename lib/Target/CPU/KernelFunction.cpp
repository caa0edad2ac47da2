// Builds the entry of an ABI kernel: table loads, memref views and the error slot.
#include "lib/Target/CPU/KernelFunction.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <limits>

using namespace mlir;
using namespace delos::cpu;

Type delos::cpu::storageType(Type elementType) {
  auto integer = dyn_cast<IntegerType>(elementType);
  if (!integer)
    return elementType;
  unsigned width = integer.getWidth() == 1 ? 8 : integer.getWidth();
  return IntegerType::get(elementType.getContext(), width);
}

KernelFunction::KernelFunction(OpBuilder &builder, Location loc, StringRef name,
                               ArrayRef<KernelBuffer> buffers, unsigned numSymbols)
    : builder(builder), loc(loc) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Type i64 = builder.getI64Type();
  auto type = builder.getFunctionType({pointer, pointer, pointer, i64, i64}, {builder.getI32Type()});
  func = func::FuncOp::create(builder, loc, name, type);
  Block *entry = func.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  scratchPointer = entry->getArgument(2);
  auto toIndex = [&](Value value) {
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), value).getResult();
  };
  auto loadEntry = [&](Value table, Type element, int64_t index) -> Value {
    Value address =
        LLVM::GEPOp::create(builder, loc, pointer, element, table, ArrayRef<LLVM::GEPArg>{(int32_t)index});
    return LLVM::LoadOp::create(builder, loc, element, address);
  };
  for (unsigned k = 0; k < numSymbols; ++k)
    symbols.push_back(toIndex(loadEntry(entry->getArgument(1), i64, k)));
  for (auto [i, buffer] : llvm::enumerate(buffers)) {
    pointers.push_back(loadEntry(entry->getArgument(0), pointer, i));
    memrefs.push_back(viewOf(pointers.back(), buffer.elementType, buffer.shape, buffer.isFlat));
  }
  beginIndex = toIndex(entry->getArgument(3));
  endIndex = toIndex(entry->getArgument(4));
}

OpFoldResult KernelFunction::evaluate(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return builder.getIndexAttr(constant.getValue());
  return affine::expandAffineExpr(builder, loc, expr, {}, symbols);
}

Value KernelFunction::evaluateIndex(AffineExpr expr) {
  return getValueOrCreateConstantIndexOp(builder, loc, evaluate(expr));
}

Value KernelFunction::bufferAddress(unsigned i) {
  Value address = LLVM::PtrToIntOp::create(builder, loc, builder.getI64Type(), pointers[i]);
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), address);
}

/// A memref descriptor over a bare pointer folds away in the conversion to LLVM: no descriptor is ever in
/// memory.
Value KernelFunction::viewOf(Value pointer, Type elementType, ArrayRef<AffineExpr> shape, bool isFlat) {
  Type element = storageType(elementType);
  Type pointerType = pointer.getType();
  auto descriptorType = LLVM::LLVMStructType::getLiteral(builder.getContext(),
                                                         {pointerType, pointerType, builder.getI64Type()});
  Value descriptor = LLVM::PoisonOp::create(builder, loc, descriptorType);
  Value zero = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), builder.getI64IntegerAttr(0));
  const Value fields[] = {pointer, pointer, zero};
  for (int64_t position = 0; position < 3; ++position)
    descriptor =
        LLVM::InsertValueOp::create(builder, loc, descriptor, fields[position], ArrayRef<int64_t>{position});
  Value base =
      UnrealizedConversionCastOp::create(builder, loc, MemRefType::get({}, element), descriptor).getResult(0);

  if (isFlat) {
    Value size = arith::ConstantIndexOp::create(builder, loc, std::numeric_limits<int32_t>::max());
    auto type = MemRefType::get({ShapedType::kDynamic}, element);
    return memref::ReinterpretCastOp::create(builder, loc, type, base, builder.getIndexAttr(0),
                                             OpFoldResult(size), OpFoldResult(builder.getIndexAttr(1)));
  }
  SmallVector<OpFoldResult> sizes, strides(shape.size());
  for (AffineExpr extent : shape)
    sizes.push_back(evaluate(simplifyAffineExpr(extent, 0, symbols.size())));
  AffineExpr stride = builder.getAffineConstantExpr(1);
  for (int64_t d = (int64_t)shape.size() - 1; d >= 0; --d) {
    strides[d] = evaluate(simplifyAffineExpr(stride, 0, symbols.size()));
    stride = stride * shape[d];
  }
  SmallVector<int64_t> staticShape;
  for (OpFoldResult size : sizes)
    staticShape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  auto type = MemRefType::get(staticShape, element);
  // The identity layout makes strides after a zero or dynamic extent as static as the type says.
  auto [typeStrides, typeOffset] = type.getStridesAndOffset();
  for (auto [value, known] : llvm::zip_equal(strides, typeStrides))
    if (!ShapedType::isDynamic(known))
      value = builder.getIndexAttr(known);
  return memref::ReinterpretCastOp::create(builder, loc, type, base, builder.getIndexAttr(typeOffset), sizes,
                                           strides);
}

Value KernelFunction::scratch(Type elementType, AffineExpr byteOffset, ArrayRef<AffineExpr> shape) {
  return viewOf(scratchAt(evaluateIndex(byteOffset)), elementType, shape);
}

Value KernelFunction::scratch(Type elementType, Value byteOffset) {
  return viewOf(scratchAt(byteOffset), elementType, {}, /*isFlat=*/true);
}

Value KernelFunction::scratchAt(Value byteOffset) {
  Value offset = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), byteOffset);
  return LLVM::GEPOp::create(builder, loc, scratchPointer.getType(), builder.getI8Type(), scratchPointer,
                             ArrayRef<LLVM::GEPArg>{offset});
}

/// One stack cell at the entry; it becomes a register.
Value KernelFunction::errorSlot() {
  if (error)
    return error;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&func.getBody().front());
  Type i32 = builder.getI32Type();
  Value one = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), builder.getI64IntegerAttr(1));
  error = LLVM::AllocaOp::create(builder, loc, scratchPointer.getType(), i32, one);
  Value zero = LLVM::ConstantOp::create(builder, loc, i32, builder.getI32IntegerAttr(0));
  LLVM::StoreOp::create(builder, loc, zero, error);
  return error;
}

void KernelFunction::recordError(Value condition, int32_t code) {
  Value slot = errorSlot();
  auto branch = scf::IfOp::create(builder, loc, condition);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  Value value = LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), builder.getI32IntegerAttr(code));
  LLVM::StoreOp::create(builder, loc, value, slot);
}

void KernelFunction::finish() {
  if (hasStreamingStores)
    LLVM::CallIntrinsicOp::create(builder, loc, builder.getStringAttr("llvm.x86.sse.sfence"), ValueRange{});
  Type i32 = builder.getI32Type();
  Value code = error ? LLVM::LoadOp::create(builder, loc, i32, error).getResult()
                     : LLVM::ConstantOp::create(builder, loc, i32, builder.getI32IntegerAttr(0)).getResult();
  func::ReturnOp::create(builder, loc, code);
}
