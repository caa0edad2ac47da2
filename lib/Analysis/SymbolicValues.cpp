// Evaluation of shape arithmetic on expressions.
#include "lib/Analysis/SymbolicValues.h"

#include "dialects/Graph/GraphOps.h"
#include "lib/Analysis/ConstantEvaluator.h"

#include "llvm/ADT/STLExtras.h"

namespace delos {

using graph::Dims;
using graph::ScalarFn;

namespace {

/// Chains longer than this are left alone: a question must not overflow the stack. Asking in the order of the
/// program never gets deep.
constexpr int kMaxDepth = 256;

bool isSmallInteger(mlir::Value value) {
  auto type = mlir::dyn_cast<mlir::RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape())
    return false;
  ElementKind kind = elementKindOf(type.getElementType());
  bool isIndexLike = kind == ElementKind::S64 || kind == ElementKind::S32 || kind == ElementKind::Bool;
  auto count = checkedProduct(type.getShape());
  return isIndexLike && count && *count <= SymbolicValues::kMaxElements;
}

/// a <op> b when it is the same for all sizes.
std::optional<DimExpr> compare(ScalarFn fn, const DimExpr &a, const DimExpr &b) {
  DimExpr difference = a - b;
  bool positive = difference.isProvablyPositive(), negative = (b - a).isProvablyPositive();
  bool zero = difference.isConstant(0);
  if (!positive && !negative && !zero)
    return std::nullopt;
  switch (fn) {
  case ScalarFn::eq:
    return zero;
  case ScalarFn::ne:
    return !zero;
  case ScalarFn::lt:
    return negative;
  case ScalarFn::le:
    return negative || zero;
  case ScalarFn::gt:
    return positive;
  default:
    return positive || zero;
  }
}

/// Truncating division and remainder agree with the floor forms where both sides are sizes.
std::optional<DimExpr> divide(ScalarFn fn, const DimExpr &a, const DimExpr &b) {
  bool sizes = (a + 1).isProvablyPositive() && b.isProvablyPositive();
  if (!sizes)
    return std::nullopt;
  return fn == ScalarFn::div ? DimExpr::floorDiv(a, b) : DimExpr::mod(a, b);
}

std::optional<DimExpr> applyBinary(ScalarFn fn, const DimExpr &a, const DimExpr &b) {
  switch (fn) {
  case ScalarFn::add:
    return a + b;
  case ScalarFn::sub:
    return a - b;
  case ScalarFn::mul:
    return a * b;
  case ScalarFn::max:
    return DimExpr::max(a, b);
  case ScalarFn::min:
    return DimExpr::min(a, b);
  case ScalarFn::div:
  case ScalarFn::rem_floor:
  case ScalarFn::rem_trunc:
    return divide(fn, a, b);
  case ScalarFn::eq:
  case ScalarFn::ne:
  case ScalarFn::lt:
  case ScalarFn::le:
  case ScalarFn::gt:
  case ScalarFn::ge:
    return compare(fn, a, b);
  default:
    return std::nullopt;
  }
}

std::optional<DimExpr> apply(ScalarFn fn, llvm::ArrayRef<DimExpr> in) {
  if (in.size() == 2)
    return applyBinary(fn, in[0], in[1]);
  if (fn == ScalarFn::neg)
    return DimExpr(0) - in[0];
  if (fn != ScalarFn::select || !in[0].asConstant())
    return std::nullopt;
  return in[0].isConstant(0) ? in[2] : in[1];
}

} // namespace

std::optional<Dims> SymbolicValues::of(mlir::Value value) {
  Tensor tensor = lookup(value, 0);
  if (!tensor)
    return std::nullopt;
  return elementsOf(*tensor);
}

Dims SymbolicValues::elementsOf(const ConstantTensor &tensor) const {
  return llvm::map_to_vector(tensor.toIntegers(), [&](int64_t position) { return expressions[position]; });
}

SymbolicValues::Tensor SymbolicValues::tensorOf(mlir::Value result, llvm::ArrayRef<DimExpr> elements) {
  Lanes positions;
  for (const DimExpr &element : elements) {
    if (!element.isValid())
      return std::nullopt;
    positions.i.push_back(expressions.size());
    expressions.push_back(element);
  }
  std::vector<char> bytes(elements.size() * sizeof(int64_t));
  storeLanes(positions, elements.size(), ElementKind::S64, bytes.data());
  auto shape = mlir::cast<mlir::RankedTensorType>(result.getType()).getShape();
  return ConstantTensor::adopt(shape, mlir::IntegerType::get(result.getContext(), 64), std::move(bytes));
}

SymbolicValues::Tensor SymbolicValues::lookup(mlir::Value value, int depth) {
  if (!isSmallInteger(value) || !value.getDefiningOp() || depth > kMaxDepth)
    return std::nullopt;
  if (auto it = known.find(value); it != known.end())
    return it->second;
  Tensor result = compute(value.getDefiningOp(), depth);
  known[value] = result;
  return result;
}

SymbolicValues::Tensor SymbolicValues::compute(mlir::Operation *op, int depth) {
  if (op->getNumResults() != 1)
    return std::nullopt;
  mlir::Value result = op->getResult(0);
  if (auto dims = mlir::dyn_cast<graph::DimsValueOp>(op))
    return tensorOf(result, graph::dimsOf(dims.getDims()));
  if (auto constant = mlir::dyn_cast<graph::ConstantOp>(op)) {
    auto contents = ConstantTensor::read(constant.getValue());
    if (!contents)
      return std::nullopt;
    return tensorOf(result,
                    llvm::map_to_vector(contents->toIntegers(), [](int64_t v) { return DimExpr(v); }));
  }
  llvm::SmallVector<ConstantTensor> operands;
  for (auto [position, operand] : llvm::enumerate(op->getOperands())) {
    Tensor tensor = lookup(operand, depth + 1);
    // Indices select elements by value, everything else moves them.
    if (tensor && position > 0 && mlir::isa<graph::GatherOp>(op))
      tensor = constantsOf(*tensor);
    if (!tensor)
      return std::nullopt;
    operands.push_back(*tensor);
  }
  return computeFrom(op, operands);
}

SymbolicValues::Tensor SymbolicValues::computeFrom(mlir::Operation *op,
                                                   llvm::ArrayRef<ConstantTensor> operands) {
  if (auto map = mlir::dyn_cast<graph::MapOp>(op))
    return computeMap(map.getResult(), map.getFn(), operands);
  if (auto reduce = mlir::dyn_cast<graph::ReduceOp>(op))
    return computeReduce(reduce, operands[0]);
  if (auto cast = mlir::dyn_cast<graph::CastOp>(op))
    return cast.getType().getElementType().isInteger(1) ? std::nullopt : Tensor(operands[0]);
  if (!mlir::isa<graph::BroadcastOp, graph::ReshapeOp, graph::TransposeOp, graph::SliceOp, graph::ReverseOp,
                 graph::ConcatOp, graph::GatherOp>(op))
    return std::nullopt;
  EvaluationBudget budget{1 << 16, 1 << 16}; // ample for kMaxElements
  return evaluateConstant(op, operands, budget);
}

SymbolicValues::Tensor SymbolicValues::constantsOf(const ConstantTensor &tensor) const {
  Lanes values;
  for (const DimExpr &element : elementsOf(tensor)) {
    auto value = element.asConstant();
    if (!value)
      return std::nullopt;
    values.i.push_back(*value);
  }
  std::vector<char> bytes(values.i.size() * sizeof(int64_t));
  storeLanes(values, values.i.size(), ElementKind::S64, bytes.data());
  return ConstantTensor::adopt(tensor.dims(), tensor.elementType(), std::move(bytes));
}

SymbolicValues::Tensor SymbolicValues::computeMap(mlir::Value result, ScalarFn fn,
                                                  llvm::ArrayRef<ConstantTensor> operands) {
  llvm::SmallVector<Dims> inputs;
  for (const ConstantTensor &operand : operands)
    inputs.push_back(elementsOf(operand));
  Dims elements;
  for (size_t k = 0; k < inputs[0].size(); ++k) {
    Dims arguments;
    for (const Dims &input : inputs)
      arguments.push_back(input[k]);
    auto element = apply(fn, arguments);
    if (!element)
      return std::nullopt;
    elements.push_back(*element);
  }
  return tensorOf(result, elements);
}

SymbolicValues::Tensor SymbolicValues::computeReduce(graph::ReduceOp op, const ConstantTensor &operand) {
  bool isSum = op.getKind() == graph::ReduceKind::sum;
  // Shape arithmetic reduces vectors to scalars.
  if (operand.dims().size() != 1 || op.getDims().size() != 1 ||
      (!isSum && op.getKind() != graph::ReduceKind::prod))
    return std::nullopt;
  DimExpr total(isSum ? 0 : 1);
  for (const DimExpr &element : elementsOf(operand))
    total = isSum ? total + element : total * element;
  return tensorOf(op.getResult(), total);
}

} // namespace delos
