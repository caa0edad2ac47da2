// Sources and element-wise primitives: verifiers, builders and access rules.
#include "dialects/Graph/GraphOps.h"
#include "dialects/Graph/Verification.h"

#include "mlir/IR/Builders.h"

namespace delos::graph {

using mlir::AffineMap;
using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

//===-- Shared checks
//--------------------------------------------------------------------------------------------------------------===//

static std::string describeDims(llvm::ArrayRef<DimExpr> dims) {
  std::string text = "[";
  for (const DimExpr &dim : dims)
    text += (text.size() > 1 ? ", " : "") + dim.str();
  return text + "]";
}

LogicalResult expectType(mlir::Operation *op, llvm::StringRef what, mlir::Type type,
                         llvm::ArrayRef<DimExpr> dims, mlir::Type elementType) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  if (elementType && tensor.getElementType() != elementType)
    return op->emitOpError() << what << ": expected element type " << elementType << ", got "
                             << tensor.getElementType();
  Dims actual = dimsOf(type);
  bool same = actual.size() == dims.size() && llvm::all_of(llvm::zip(actual, dims), [](auto pair) {
                return mayBeEqual(std::get<0>(pair), std::get<1>(pair));
              });
  if (!same)
    return op->emitOpError() << what << ": expected dims " << describeDims(dims) << ", got "
                             << describeDims(actual);
  return success();
}

LogicalResult expectDims(mlir::Operation *op, llvm::StringRef what, llvm::ArrayRef<int64_t> dims,
                         int64_t rank, bool distinct) {
  llvm::SmallVector<bool> seen(rank, false);
  for (int64_t dim : dims) {
    if (dim < 0 || dim >= rank)
      return op->emitOpError() << what << ": expected dims below " << rank << ", got " << dim;
    if (distinct && seen[dim])
      return op->emitOpError() << what << ": dim " << dim << " occurs twice";
    seen[dim] = true;
  }
  return success();
}

LogicalResult expectPerDim(mlir::Operation *op, llvm::StringRef what, llvm::ArrayRef<int64_t> values,
                           int64_t rank, int64_t least) {
  if (static_cast<int64_t>(values.size()) != rank)
    return op->emitOpError() << what << ": expected " << rank << " entries, got " << values.size();
  for (int64_t value : values)
    if (value < least)
      return op->emitOpError() << what << ": expected entries of at least " << least << ", got " << value;
  return success();
}

AffineMap identityMap(mlir::Value value) {
  return AffineMap::getMultiDimIdentityMap(rankOf(value), value.getContext());
}

AccessRule parallelOver(mlir::Value result, double flopsPerPoint) {
  AccessRule rule;
  rule.extents = dimsOf(result);
  rule.kinds.assign(rule.extents.size(), IterationKind::Parallel);
  rule.results.push_back({identityMap(result)});
  rule.flopsPerPoint = flopsPerPoint;
  return rule;
}

//===-- Sources
//--------------------------------------------------------------------------------------------------------------------===//

mlir::OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

AccessRule ConstantOp::getAccessRule() { return parallelOver(getResult(), 0); }

LogicalResult DimsValueOp::verify() {
  auto i64 = mlir::IntegerType::get(getContext(), 64);
  return expectType(*this, "result", getResult().getType(), {DimExpr(getDims().getDims().size())}, i64);
}

AccessRule DimsValueOp::getAccessRule() { return parallelOver(getResult(), 0); }

LogicalResult IotaOp::verify() {
  if (!(classOf(elementTypeOf(getResult())) & (kFloat | kInt)))
    return emitOpError() << "expected a numeric element type, got " << elementTypeOf(getResult());
  return expectDims(*this, "dim", getDim(), rankOf(getResult()));
}

AccessRule IotaOp::getAccessRule() { return parallelOver(getResult(), 1); }

LogicalResult RandomOp::verify() {
  if (!mlir::isa<mlir::FloatType>(elementTypeOf(getResult())))
    return emitOpError() << "expected a float element type, got " << elementTypeOf(getResult());
  return success();
}

AccessRule RandomOp::getAccessRule() { return parallelOver(getResult(), 40); }

//===-- Element-wise
//---------------------------------------------------------------------------------------------------------------===//

static mlir::Type resultElementType(ScalarFn fn, mlir::ValueRange inputs) {
  mlir::Type element = elementTypeOf(inputs.back());
  return describe(fn).givesBool ? mlir::IntegerType::get(element.getContext(), 1) : element;
}

void MapOp::build(mlir::OpBuilder &builder, mlir::OperationState &state, ScalarFn fn,
                  mlir::ValueRange inputs) {
  build(builder, state, withElementType(inputs.back().getType(), resultElementType(fn, inputs)), fn, inputs);
}

LogicalResult MapOp::verify() {
  const ScalarFunction &row = describe(getFn());
  if (getInputs().size() != row.arity)
    return emitOpError() << stringifyScalarFn(getFn()) << ": expected " << row.arity << " operands, got "
                         << getInputs().size();
  mlir::ValueRange data = getInputs();
  if (getFn() == ScalarFn::select) {
    if (!elementTypeOf(data[0]).isInteger(1))
      return emitOpError() << "select: expected an i1 condition, got " << elementTypeOf(data[0]);
    data = data.drop_front();
  }
  mlir::Type element = elementTypeOf(data.front());
  if (!(classOf(element) & row.classes))
    return emitOpError() << stringifyScalarFn(getFn()) << " is not defined for element type " << element;
  for (mlir::Value value : data)
    if (elementTypeOf(value) != element)
      return emitOpError() << "expected operands of element type " << element << ", got "
                           << elementTypeOf(value);
  Dims dims = dimsOf(getResult());
  for (auto [index, value] : llvm::enumerate(getInputs()))
    if (failed(expectType(*this, "operand", value.getType(), dims, elementTypeOf(value))))
      return failure();
  return expectType(*this, "result", getResult().getType(), dims, resultElementType(getFn(), getInputs()));
}

AccessRule MapOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), describe(getFn()).flops);
  rule.operands.assign(getInputs().size(), {identityMap(getResult())});
  return rule;
}

void CastOp::build(mlir::OpBuilder &builder, mlir::OperationState &state, mlir::Value input,
                   mlir::Type elementType, CastMode mode) {
  build(builder, state, withElementType(input.getType(), elementType), input, mode);
}

LogicalResult CastOp::verify() {
  if (!classOf(elementTypeOf(getInput())) || !classOf(elementTypeOf(getResult())))
    return emitOpError() << "expected float, integer or bool element types, got " << elementTypeOf(getInput())
                         << " to " << elementTypeOf(getResult());
  return expectType(*this, "result", getResult().getType(), dimsOf(getInput()), elementTypeOf(getResult()));
}

AccessRule CastOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), 1);
  rule.operands.push_back({identityMap(getResult())});
  return rule;
}

LogicalResult BitcastOp::verify() {
  mlir::Type from = elementTypeOf(getInput()), to = elementTypeOf(getResult());
  if (!from.isIntOrFloat() || !to.isIntOrFloat() ||
      from.getIntOrFloatBitWidth() != to.getIntOrFloatBitWidth())
    return emitOpError() << "expected element types of one width, got " << from << " and " << to;
  return expectType(*this, "result", getResult().getType(), dimsOf(getInput()), to);
}

AccessRule BitcastOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), 1);
  rule.operands.push_back({identityMap(getResult())});
  return rule;
}

} // namespace delos::graph
