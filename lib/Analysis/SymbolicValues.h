// Integer tensors whose elements are known as expressions of the symbolic dims: the shape arithmetic of a
// model.
#pragma once

#include "dialects/Graph/GraphOps.h"
#include "lib/Analysis/ConstantTensor.h"

#include "llvm/ADT/DenseMap.h"
#include "mlir/IR/Value.h"

namespace delos {

/// Knows the elements of small i32/i64 tensors computed from `graph.dims_value` and constants by views,
/// gathers and integer arithmetic. Sizes are taken to be non-negative and to fit their element type. Answers
/// are kept; after IR below a value has changed, use a fresh object.
class SymbolicValues {
public:
  /// The elements in row-major order; nothing when one of them is unknown or there are more than
  /// kMaxElements.
  std::optional<graph::Dims> of(mlir::Value value);

  static constexpr int64_t kMaxElements = 256;

private:
  /// Elements are positions in `expressions`, so that the evaluator of constants moves them through views.
  using Tensor = std::optional<ConstantTensor>;

  Tensor lookup(mlir::Value value, int depth);
  Tensor compute(mlir::Operation *op, int depth);
  Tensor computeFrom(mlir::Operation *op, llvm::ArrayRef<ConstantTensor> operands);
  Tensor computeMap(mlir::Value result, graph::ScalarFn fn, llvm::ArrayRef<ConstantTensor> operands);
  Tensor computeReduce(graph::ReduceOp op, const ConstantTensor &operand);
  /// A tensor of the shape of `result`.
  Tensor tensorOf(mlir::Value result, llvm::ArrayRef<DimExpr> elements);
  /// Values instead of positions; nothing when one of them is symbolic.
  Tensor constantsOf(const ConstantTensor &tensor) const;
  graph::Dims elementsOf(const ConstantTensor &tensor) const;

  llvm::DenseMap<mlir::Value, Tensor> known;
  std::vector<DimExpr> expressions;
};

} // namespace delos
