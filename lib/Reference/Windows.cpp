// Reductions over sliding windows.
#include "lib/Reference/Combiners.h"
#include "lib/Reference/Evaluation.h"
#include "lib/Reference/StridedCopy.h"

namespace delos::reference {
namespace {

/// Where the element of a window lies in the input, in elements; -1 in the padding.
int64_t inputOffset(graph::WindowReduceOp op, const Shape &shape, const Shape &strides, const Shape &point,
                    const Shape &offset) {
  int64_t linear = 0;
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    int64_t at = point[dim] * op.getStrides()[dim] - op.getLow()[dim] + offset[dim] * op.getDilations()[dim];
    if (at < 0 || at >= shape[dim])
      return -1;
    linear += at * strides[dim];
  }
  return linear;
}

absl::StatusOr<RefTensor> windowReduce(graph::WindowReduceOp op, llvm::ArrayRef<RefTensor> operands,
                                       Evaluation &evaluation) {
  const RefTensor &input = operands[0];
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  Shape window(op.getWindow().begin(), op.getWindow().end()), strides = rowMajorStrides(input.shape());
  withCarrier(input.dtype(), [&](auto zero) {
    using A = Accumulator<decltype(zero)>;
    Combiner<A> combiner = combinerOf<A>(op.getKind(), input.dtype());
    std::vector<A> elements = loadAll<A>(input), sums;
    forEachPoint(result.shape(), [&](const Shape &point) {
      A sum = combiner.neutral;
      forEachPoint(window, [&](const Shape &offset) {
        int64_t at = inputOffset(op, input.shape(), strides, point, offset);
        A pair[] = {sum, at < 0 ? combiner.neutral : elements[at]};
        sum = combiner.combine(pair, 64);
      });
      sums.push_back(sum);
    });
    storeAll(result, sums);
  });
  return result;
}

} // namespace

void addWindows(EvaluatorTable &table) { add<graph::WindowReduceOp, windowReduce>(table); }

} // namespace delos::reference
