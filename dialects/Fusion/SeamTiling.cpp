// Sizes, slices and the clip rule of windows.
#include "dialects/Fusion/SeamTiling.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

OpFoldResult delos::fusion::sizeOf(OpBuilder &builder, Location loc, Value value, int64_t dim) {
  auto type = cast<ShapedType>(value.getType());
  if (!type.isDynamicDim(dim))
    return builder.getIndexAttr(type.getDimSize(dim));
  if (isa<TensorType>(type))
    return builder.createOrFold<tensor::DimOp>(loc, value, dim);
  return memref::DimOp::create(builder, loc, value, dim).getResult();
}

OpFoldResult delos::fusion::foldedApply(OpBuilder &builder, Location loc, AffineExpr expr,
                                        ArrayRef<OpFoldResult> operands) {
  AffineMap map = AffineMap::get(operands.size(), 0, expr);
  return affine::makeComposedFoldedAffineApply(builder, loc, map, operands);
}

Value delos::fusion::extractTile(OpBuilder &builder, Location loc, Value source,
                                 ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
                                 SmallVectorImpl<Operation *> &slices) {
  SmallVector<OpFoldResult> strides(offsets.size(), builder.getIndexAttr(1));
  auto slice = tensor::ExtractSliceOp::create(builder, loc, source, offsets, sizes, strides);
  slices.push_back(slice);
  return slice;
}

FailureOr<SmallVector<Value>>
delos::fusion::bufferizedOperands(Operation *op, RewriterBase &rewriter,
                                  const bufferization::BufferizationOptions &options,
                                  bufferization::BufferizationState &state) {
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    if (!isa<TensorType>(operand.getType())) {
      operands.push_back(operand);
      continue;
    }
    FailureOr<Value> buffer = bufferization::getBuffer(rewriter, operand, options, state);
    if (failed(buffer))
      return failure();
    operands.push_back(*buffer);
  }
  return operands;
}

/// True when every window of the whole dim lies inside the input, provably.
static bool neverExceeds(const delos::fusion::WindowDim &dim, int64_t reach) {
  auto size = getConstantIntValue(dim.inputSize), result = getConstantIntValue(dim.resultSize);
  return isConstantIntValue(dim.pad, 0) && size && result && (*result - 1) * dim.stride + reach <= *size;
}

/// True when every window of the dim touches the input, provably, so that no tile's slice can be empty.
static bool alwaysTouches(const delos::fusion::WindowDim &dim, int64_t reach) {
  auto pad = getConstantIntValue(dim.pad), size = getConstantIntValue(dim.inputSize),
       result = getConstantIntValue(dim.resultSize);
  return pad && size && result && *pad < reach && (*result - 1) * dim.stride - *pad < *size;
}

delos::fusion::WindowSlice delos::fusion::clipWindow(OpBuilder &builder, Location loc, const WindowDim &dim) {
  MLIRContext *context = builder.getContext();
  int64_t reach = (dim.kernel - 1) * dim.dilation + 1, stride = dim.stride;
  if (isConstantIntValue(dim.tileOffset, 0) && isEqualConstantIntOrValue(dim.tileSize, dim.resultSize))
    return {builder.getIndexAttr(0), dim.inputSize, dim.pad};
  AffineExpr d0 = getAffineDimExpr(0, context), d1 = getAffineDimExpr(1, context),
             d2 = getAffineDimExpr(2, context);
  if (neverExceeds(dim, reach))
    return {foldedApply(builder, loc, d0 * stride, {dim.tileOffset}),
            foldedApply(builder, loc, d0 * stride + (reach - stride), {dim.tileSize}),
            builder.getIndexAttr(0)};
  AffineExpr zero = getAffineConstantExpr(0, context), d3 = getAffineDimExpr(3, context);
  auto max = [&](ArrayRef<AffineExpr> exprs, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineMax(builder, loc,
                                               AffineMap::get(operands.size(), 0, exprs, context), operands);
  };
  auto min = [&](ArrayRef<AffineExpr> exprs, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineMin(builder, loc,
                                               AffineMap::get(operands.size(), 0, exprs, context), operands);
  };
  OpFoldResult first = max({d0 * stride - d1, zero}, {dim.tileOffset, dim.pad});
  bool touches = alwaysTouches(dim, reach);
  OpFoldResult offset = touches ? first : min({d0, d1}, {first, dim.inputSize});
  OpFoldResult end = min({d0 * stride - d1 + d2 * stride + (reach - stride), d3},
                         {dim.tileOffset, dim.pad, dim.tileSize, dim.inputSize});
  OpFoldResult size =
      touches ? foldedApply(builder, loc, d0 - d1, {end, offset}) : max({d0 - d1, zero}, {end, offset});
  OpFoldResult pad = foldedApply(builder, loc, d2 - d0 * stride + d1, {dim.tileOffset, dim.pad, offset});
  return {offset, size, pad};
}
