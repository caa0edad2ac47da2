// Views: every one is a copy between two boxes.
#include "lib/Reference/Evaluation.h"
#include "lib/Reference/StridedCopy.h"

namespace delos::reference {
namespace {

absl::StatusOr<RefTensor> broadcast(graph::BroadcastOp op, llvm::ArrayRef<RefTensor> operands,
                                    Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  Box whole = wholeOf(operands[0]), repeated{0, Shape(result.rank(), 0)};
  for (auto [position, dim] : llvm::enumerate(op.getDims())) {
    int64_t size = operands[0].shape()[position];
    if (size != 1 && size != result.shape()[dim])
      return disagreement(absl::StrCat("input dim ", position), result.shape()[dim], size);
    repeated.strides[dim] = size == 1 ? 0 : whole.strides[position];
  }
  copyBox(operands[0], repeated, result, wholeOf(result), result.shape());
  return result;
}

absl::StatusOr<RefTensor> reshape(graph::ReshapeOp op, llvm::ArrayRef<RefTensor> operands,
                                  Evaluation &evaluation) {
  DELOS_REF_ASSIGN(shape, evaluation.shapeOf(op.getResult()));
  std::optional<int64_t> count = elementCount(shape);
  if (count != operands[0].elementCount())
    return disagreement("result", absl::StrCat(operands[0].elementCount(), " elements"), str(shape));
  return operands[0].withShape(shape);
}

absl::StatusOr<RefTensor> transpose(graph::TransposeOp op, llvm::ArrayRef<RefTensor> operands,
                                    Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  Box whole = wholeOf(operands[0]), permuted;
  Shape expected;
  for (int64_t dim : op.getPerm()) {
    permuted.strides.push_back(whole.strides[dim]);
    expected.push_back(operands[0].shape()[dim]);
  }
  DELOS_REF_RETURN(expectShape("result", expected, result.shape()));
  copyBox(operands[0], permuted, result, wholeOf(result), result.shape());
  return result;
}

absl::StatusOr<RefTensor> slice(graph::SliceOp op, llvm::ArrayRef<RefTensor> operands,
                                Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  DELOS_REF_ASSIGN(starts, evaluation.valuesOf(graph::dimsOf(op.getStarts())));
  Box whole = wholeOf(operands[0]), strided;
  for (int64_t dim = 0; dim < result.rank(); ++dim) {
    int64_t size = result.shape()[dim], stride = op.getStrides()[dim];
    int64_t last = starts[dim] + (size - 1) * stride;
    if (size > 0 && (starts[dim] < 0 || last >= operands[0].shape()[dim]))
      return absl::OutOfRangeError(absl::StrCat("dim ", dim, ": elements ", starts[dim], " to ", last,
                                                " of a dim of size ", operands[0].shape()[dim]));
    strided.offset += starts[dim] * whole.strides[dim];
    strided.strides.push_back(stride * whole.strides[dim]);
  }
  copyBox(operands[0], strided, result, wholeOf(result), result.shape());
  return result;
}

absl::StatusOr<RefTensor> reverse(graph::ReverseOp op, llvm::ArrayRef<RefTensor> operands,
                                  Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  DELOS_REF_RETURN(expectShape("input", result.shape(), operands[0].shape()));
  Box backward = wholeOf(operands[0]);
  for (int64_t dim : op.getDims()) {
    backward.offset += (result.shape()[dim] - 1) * backward.strides[dim];
    backward.strides[dim] = -backward.strides[dim];
  }
  copyBox(operands[0], backward, result, wholeOf(result), result.shape());
  return result;
}

absl::StatusOr<RefTensor> concat(graph::ConcatOp op, llvm::ArrayRef<RefTensor> operands,
                                 Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  Box part = wholeOf(result);
  int64_t dim = op.getDim(), total = 0;
  for (const RefTensor &operand : operands)
    total += operand.shape()[dim];
  if (total != result.shape()[dim])
    return disagreement(absl::StrCat("size along dim ", dim), result.shape()[dim], total);
  for (const RefTensor &operand : operands) {
    Shape expected = result.shape();
    expected[dim] = operand.shape()[dim];
    DELOS_REF_RETURN(expectShape("operand", expected, operand.shape()));
    copyBox(operand, wholeOf(operand), result, part, operand.shape());
    part.offset += operand.shape()[dim] * part.strides[dim];
  }
  return result;
}

absl::StatusOr<RefTensor> pad(graph::PadOp op, llvm::ArrayRef<RefTensor> operands, Evaluation &evaluation) {
  const RefTensor &input = operands[0], &value = operands[1];
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  DELOS_REF_ASSIGN(low, evaluation.valuesOf(graph::dimsOf(op.getLow())));
  DELOS_REF_ASSIGN(high, evaluation.valuesOf(graph::dimsOf(op.getHigh())));
  copyBox(value, {0, Shape(result.rank(), 0)}, result, wholeOf(result), result.shape());
  Box inside = wholeOf(result);
  Shape expected;
  for (int64_t dim = 0; dim < result.rank(); ++dim) {
    int64_t size = input.shape()[dim], gap = op.getInterior() ? (*op.getInterior())[dim] : 0;
    if (low[dim] < 0 || high[dim] < 0)
      return disagreement(absl::StrCat("padding of dim ", dim), "at least 0", std::min(low[dim], high[dim]));
    expected.push_back(low[dim] + size + std::max<int64_t>(size - 1, 0) * gap + high[dim]);
    inside.offset += low[dim] * inside.strides[dim];
    inside.strides[dim] *= gap + 1;
  }
  DELOS_REF_RETURN(expectShape("result", expected, result.shape()));
  copyBox(input, wholeOf(input), result, inside, input.shape());
  return result;
}

} // namespace

void addViews(EvaluatorTable &table) {
  add<graph::BroadcastOp, broadcast>(table);
  add<graph::ReshapeOp, reshape>(table);
  add<graph::TransposeOp, transpose>(table);
  add<graph::SliceOp, slice>(table);
  add<graph::ReverseOp, reverse>(table);
  add<graph::ConcatOp, concat>(table);
  add<graph::PadOp, pad>(table);
}

} // namespace delos::reference
