// Constant evaluation of views, element-wise ops and casts; the ops that combine elements are in
// IndexedEvaluation.cpp.
#include "lib/Analysis/ConstantEvaluator.h"

#include "dialects/Graph/GraphOps.h"
#include "lib/Analysis/IndexedEvaluation.h"
#include "lib/Analysis/ScalarEvaluation.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

namespace delos {

using Tensors = llvm::ArrayRef<ConstantTensor>;
using Result = std::optional<ConstantTensor>;

namespace {

/// Elements that are loaded at once: enough to amortise the dispatch, small enough for the first-level cache.
constexpr int64_t kRunLength = 1024;

mlir::RankedTensorType resultType(mlir::Operation *op) {
  return mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType());
}

/// The values when none of them is symbolic.
std::optional<llvm::SmallVector<int64_t>> constantsOf(graph::DimsAttr attr) {
  llvm::SmallVector<int64_t> values;
  for (const DimExpr &dim : graph::dimsOf(attr)) {
    auto value = dim.asConstant();
    if (!value)
      return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

/// Fills `count` elements of a result in runs: `compute(first, run, lanes)` gives the values of one run.
template <typename Compute>
Result fillRuns(mlir::RankedTensorType type, bool splat, Compute &&compute) {
  ElementKind kind = elementKindOf(type.getElementType());
  int64_t count = splat ? 1 : type.getNumElements();
  std::vector<char> bytes(count * elementSize(kind));
  Lanes lanes;
  for (int64_t first = 0; first < count; first += kRunLength) {
    int64_t run = std::min(kRunLength, count - first);
    if (!compute(first, run, lanes))
      return std::nullopt;
    storeLanes(lanes, run, kind, bytes.data() + first * elementSize(kind));
  }
  return ConstantTensor::adopt(type.getShape(), type.getElementType(), std::move(bytes));
}

bool areSplats(Tensors operands, mlir::RankedTensorType type) {
  return type.getNumElements() > 0 &&
         llvm::all_of(operands, [](const ConstantTensor &t) { return t.isSplat(); });
}

/// Takes the cost of a result of `operationsPerElement` off the budget.
bool spendOn(EvaluationBudget &budget, mlir::RankedTensorType type, bool splat,
             int64_t operationsPerElement = 1) {
  int64_t count = splat ? 1 : type.getNumElements();
  return budget.spend(count * operationsPerElement,
                      count * elementSize(elementKindOf(type.getElementType())));
}

//===-- Element-wise --------------------------------------------------------------------------------===//

Result evaluate(graph::MapOp op, Tensors operands, EvaluationBudget &budget) {
  auto type = resultType(op);
  bool splat = areSplats(operands, type);
  if (!spendOn(budget, type, splat))
    return std::nullopt;
  ElementKind kind = operands.back().kind();
  llvm::SmallVector<Lanes> inputs(operands.size());
  return fillRuns(type, splat, [&](int64_t first, int64_t run, Lanes &lanes) {
    for (auto [tensor, lane] : llvm::zip(operands, inputs))
      tensor.load(first, run, lane);
    return evaluateScalars(op.getFn(), kind, inputs, run, lanes);
  });
}

Result evaluate(graph::CastOp op, Tensors operands, EvaluationBudget &budget) {
  auto type = resultType(op);
  bool splat = areSplats(operands, type);
  if (!spendOn(budget, type, splat))
    return std::nullopt;
  ElementKind from = operands[0].kind(), to = elementKindOf(type.getElementType());
  Lanes input;
  return fillRuns(type, splat, [&](int64_t first, int64_t run, Lanes &lanes) {
    operands[0].load(first, run, input);
    castScalars(input, from, to, op.getMode(), run, lanes);
    return true;
  });
}

Result evaluate(graph::BitcastOp op, Tensors operands, EvaluationBudget &) {
  return operands[0].bitcast(resultType(op).getElementType());
}

//===-- Sources -------------------------------------------------------------------------------------===//

Result evaluate(graph::ConstantOp op, Tensors, EvaluationBudget &) {
  return ConstantTensor::read(op.getValue());
}

Result evaluate(graph::DimsValueOp op, Tensors, EvaluationBudget &) {
  auto values = constantsOf(op.getDims());
  if (!values)
    return std::nullopt;
  Lanes lanes;
  lanes.i.assign(values->begin(), values->end());
  std::vector<char> bytes(values->size() * sizeof(int64_t));
  storeLanes(lanes, values->size(), ElementKind::S64, bytes.data());
  return ConstantTensor::adopt(resultType(op).getShape(), resultType(op).getElementType(), std::move(bytes));
}

Result evaluate(graph::IotaOp op, Tensors, EvaluationBudget &budget) {
  auto type = resultType(op);
  llvm::SmallVector<int64_t> line{type.getDimSize(op.getDim())};
  auto lineType = mlir::RankedTensorType::get(line, type.getElementType());
  if (!spendOn(budget, lineType, false))
    return std::nullopt;
  Result values = fillRuns(lineType, false, [&](int64_t first, int64_t run, Lanes &lanes) {
    lanes.i.resize(run);
    lanes.f.resize(run);
    for (int64_t k = 0; k < run; ++k)
      lanes.f[k] = static_cast<double>(lanes.i[k] = first + k);
    return true;
  });
  llvm::SmallVector<int64_t> strides(type.getRank(), 0);
  strides[op.getDim()] = 1;
  return values->view(type.getShape(), strides, 0);
}

//===-- Views ---------------------------------------------------------------------------------------===//

Result evaluate(graph::BroadcastOp op, Tensors operands, EvaluationBudget &) {
  auto type = resultType(op);
  llvm::SmallVector<int64_t> strides(type.getRank(), 0);
  for (auto [position, dim] : llvm::enumerate(op.getDims()))
    if (operands[0].dims()[position] == type.getDimSize(dim))
      strides[dim] = operands[0].strides()[position];
  return operands[0].view(type.getShape(), strides, 0);
}

Result evaluate(graph::ReshapeOp op, Tensors operands, EvaluationBudget &budget) {
  bool copies = !operands[0].isSplat() && !operands[0].isDense();
  if (copies && !budget.spend(operands[0].elementCount(), operands[0].byteSize()))
    return std::nullopt;
  return operands[0].reshaped(resultType(op).getShape());
}

Result evaluate(graph::TransposeOp op, Tensors operands, EvaluationBudget &) {
  auto strides = llvm::map_to_vector(op.getPerm(), [&](int64_t dim) { return operands[0].strides()[dim]; });
  return operands[0].view(resultType(op).getShape(), strides, 0);
}

Result evaluate(graph::SliceOp op, Tensors operands, EvaluationBudget &) {
  auto starts = constantsOf(op.getStarts());
  if (!starts)
    return std::nullopt;
  llvm::SmallVector<int64_t> strides(operands[0].strides());
  int64_t offset = 0;
  for (size_t dim = 0; dim < strides.size(); ++dim) {
    offset += (*starts)[dim] * strides[dim];
    strides[dim] *= op.getStrides()[dim];
  }
  bool isEmpty = resultType(op).getNumElements() == 0; // its start may lie behind the last element
  return operands[0].view(resultType(op).getShape(), strides, isEmpty ? 0 : offset);
}

Result evaluate(graph::ReverseOp op, Tensors operands, EvaluationBudget &) {
  llvm::SmallVector<int64_t> strides(operands[0].strides());
  int64_t offset = 0;
  if (resultType(op).getNumElements() > 0)
    for (int64_t dim : op.getDims()) {
      offset += (operands[0].dims()[dim] - 1) * strides[dim];
      strides[dim] = -strides[dim];
    }
  return operands[0].view(resultType(op).getShape(), strides, offset);
}

Result evaluate(graph::ConcatOp op, Tensors operands, EvaluationBudget &budget) {
  auto type = resultType(op);
  if (!spendOn(budget, type, false))
    return std::nullopt;
  int64_t size = elementSize(operands[0].kind());
  std::vector<char> bytes(type.getNumElements() * size);
  auto strides = rowMajorStrides(type.getShape());
  int64_t offset = 0;
  for (const ConstantTensor &operand : operands) {
    if (operand.elementCount() > 0)
      operand.copyTo(bytes.data() + offset * strides[op.getDim()] * size, strides);
    offset += operand.dims()[op.getDim()];
  }
  return ConstantTensor::adopt(type.getShape(), operands[0].elementType(), std::move(bytes));
}

Result evaluate(graph::PadOp op, Tensors operands, EvaluationBudget &budget) {
  auto type = resultType(op);
  auto low = constantsOf(op.getLow());
  if (!low || !spendOn(budget, type, false))
    return std::nullopt;
  const ConstantTensor &input = operands[0];
  int64_t size = elementSize(input.kind());
  auto dense = rowMajorStrides(type.getShape());
  std::vector<char> bytes(type.getNumElements() * size);
  llvm::SmallVector<int64_t> zeros(type.getRank(), 0);
  operands[1].view(type.getShape(), zeros, 0).copyTo(bytes.data(), dense);
  int64_t offset = 0;
  llvm::SmallVector<int64_t> steps(dense);
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    offset += (*low)[dim] * dense[dim];
    if (auto interior = op.getInterior())
      steps[dim] *= (*interior)[dim] + 1;
  }
  if (input.elementCount() > 0)
    input.copyTo(bytes.data() + offset * size, steps);
  return ConstantTensor::adopt(type.getShape(), input.elementType(), std::move(bytes));
}

} // namespace

//===-- Entry ---------------------------------------------------------------------------------------===//

bool EvaluationBudget::spend(int64_t stepCount, int64_t byteCount) {
  if (stepCount > steps || byteCount > bytes) {
    isExhausted = true;
    return false;
  }
  steps -= stepCount;
  bytes -= byteCount;
  return true;
}

Result evaluateConstant(mlir::Operation *op, Tensors operands, EvaluationBudget &budget) {
  if (op->getNumResults() != 1)
    return std::nullopt;
  auto type = mlir::dyn_cast<mlir::RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape() || elementKindOf(type.getElementType()) == ElementKind::None)
    return std::nullopt;
  // Counts are multiplied by at most a few hundred below: keep them far from the end of int64.
  auto count = checkedProduct(type.getShape());
  if (!count || *count > (int64_t(1) << 48))
    return std::nullopt;
  auto known = [&](auto concrete) { return evaluate(concrete, operands, budget); };
  auto indexed = [&](auto concrete) { return evaluateIndexed(concrete, operands, budget); };
  return llvm::TypeSwitch<mlir::Operation *, Result>(op)
      .Case<graph::ConstantOp, graph::DimsValueOp, graph::IotaOp>(known)
      .Case<graph::MapOp, graph::CastOp, graph::BitcastOp>(known)
      .Case<graph::BroadcastOp, graph::ReshapeOp, graph::TransposeOp, graph::SliceOp, graph::ReverseOp>(known)
      .Case<graph::ConcatOp, graph::PadOp>(known)
      .Case<graph::ReduceOp, graph::WindowReduceOp, graph::ContractOp, graph::ConvOp>(indexed)
      .Case<graph::GatherOp, graph::ScatterOp>(indexed)
      .Default([](mlir::Operation *) -> Result { return std::nullopt; });
}

} // namespace delos
