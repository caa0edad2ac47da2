// Reductions, positions of extremes and scans.
#include "lib/Reference/Combiners.h"
#include "lib/Reference/Evaluation.h"
#include "lib/Reference/Scalars.h"
#include "lib/Reference/StridedCopy.h"

#include <cmath>
#include <limits>

namespace delos::reference {

template <typename A>
Combiner<A> combinerOf(graph::ReduceKind kind, DelosDType dtype) {
  using graph::ReduceKind;
  using graph::ScalarFn;
  A least, greatest;
  if constexpr (std::is_floating_point_v<A>) {
    greatest = std::numeric_limits<A>::infinity();
    least = -greatest;
  } else {
    least = leastOf<A>(dtype);
    greatest = greatestOf<A>(dtype);
  }
  switch (kind) {
  case ReduceKind::sum:
    return {scalarFunction<A>(ScalarFn::add), A(0)};
  case ReduceKind::prod:
    return {scalarFunction<A>(ScalarFn::mul), A(1)};
  case ReduceKind::max:
    return {scalarFunction<A>(ScalarFn::max), least};
  case ReduceKind::min:
    return {scalarFunction<A>(ScalarFn::min), greatest};
  case ReduceKind::bit_and:
    return {scalarFunction<A>(ScalarFn::bit_and), A(-1)};
  case ReduceKind::bit_or:
    return {scalarFunction<A>(ScalarFn::bit_or), A(0)};
  }
  return {nullptr, A(0)};
}

template Combiner<double> combinerOf(graph::ReduceKind, DelosDType);
template Combiner<int64_t> combinerOf(graph::ReduceKind, DelosDType);
template Combiner<uint64_t> combinerOf(graph::ReduceKind, DelosDType);

namespace {

/// A tensor's dims seen from one of them: element (o, i, n) lies at (o * size + i) * inner + n.
struct Line {
  int64_t outer = 1, size = 1, inner = 1;
  int64_t at(int64_t o, int64_t i, int64_t n) const { return (o * size + i) * inner + n; }
};

Line lineOf(const Shape &shape, int64_t dim) {
  Line line;
  for (int64_t i = 0; i < static_cast<int64_t>(shape.size()); ++i)
    (i < dim ? line.outer : i == dim ? line.size : line.inner) *= shape[i];
  return line;
}

/// Calls `fn(o, n)` for every line along the dim.
template <typename Fn>
void forEachLine(const Line &line, Fn fn) {
  for (int64_t o = 0; o < line.outer; ++o)
    for (int64_t n = 0; n < line.inner; ++n)
      fn(o, n);
}

absl::StatusOr<RefTensor> reduce(graph::ReduceOp op, llvm::ArrayRef<RefTensor> operands,
                                 Evaluation &evaluation) {
  const RefTensor &input = operands[0];
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  // Reduced dims take no step in the result.
  Shape kept, steps(input.rank(), 0);
  for (int64_t dim = 0; dim < input.rank(); ++dim)
    if (!llvm::is_contained(op.getDims(), dim))
      kept.push_back(input.shape()[dim]);
  DELOS_REF_RETURN(expectShape("result", kept, result.shape()));
  Shape strides = rowMajorStrides(kept);
  for (int64_t dim = 0, position = 0; dim < input.rank(); ++dim)
    if (!llvm::is_contained(op.getDims(), dim))
      steps[dim] = strides[position++];

  withCarrier(input.dtype(), [&](auto zero) {
    using A = Accumulator<decltype(zero)>;
    Combiner<A> combiner = combinerOf<A>(op.getKind(), input.dtype());
    std::vector<A> elements = loadAll<A>(input), sums(result.elementCount(), combiner.neutral);
    const A *next = elements.data();
    forEachPoint(input.shape(), [&](const Shape &point) {
      A &sum = sums[dot(point, steps)];
      A pair[] = {sum, *next++};
      sum = combiner.combine(pair, 64);
    });
    storeAll(result, sums);
  });
  return result;
}

template <typename C>
bool isNaN(C value) {
  if constexpr (std::is_floating_point_v<C>)
    return std::isnan(value);
  return false;
}

/// True when `x` beats `best` as the largest (or smallest) of a line; a NaN beats every number.
template <typename C>
bool beats(C x, C best, bool largest) {
  if (isNaN(best))
    return false;
  return isNaN(x) || (largest ? x > best : x < best);
}

absl::StatusOr<RefTensor> argReduce(graph::ArgReduceOp op, llvm::ArrayRef<RefTensor> operands,
                                    Evaluation &evaluation) {
  const RefTensor &input = operands[0];
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  Line line = lineOf(input.shape(), op.getDim());
  if (line.size == 0 && result.elementCount() > 0)
    return disagreement(absl::StrCat("size of dim ", op.getDim()), "at least 1", 0);
  bool largest = op.getKind() == graph::ReduceKind::max;
  withCarrier(input.dtype(), [&](auto zero) {
    auto elements = loadAll<decltype(zero)>(input);
    forEachLine(line, [&](int64_t o, int64_t n) {
      int64_t best = op.getLast() ? line.size - 1 : 0;
      for (int64_t k = 1; k < line.size; ++k) {
        int64_t i = op.getLast() ? line.size - 1 - k : k;
        if (beats(elements[line.at(o, i, n)], elements[line.at(o, best, n)], largest))
          best = i;
      }
      result.dataAs<int64_t>()[o * line.inner + n] = best;
    });
  });
  return result;
}

absl::StatusOr<RefTensor> scan(graph::ScanOp op, llvm::ArrayRef<RefTensor> operands, Evaluation &evaluation) {
  const RefTensor &input = operands[0];
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  DELOS_REF_RETURN(expectShape("input", result.shape(), input.shape()));
  Line line = lineOf(input.shape(), op.getDim());
  withCarrier(input.dtype(), [&](auto zero) {
    using A = Accumulator<decltype(zero)>;
    Combiner<A> combiner = combinerOf<A>(op.getKind(), input.dtype());
    std::vector<A> elements = loadAll<A>(input), running(elements.size());
    forEachLine(line, [&](int64_t o, int64_t n) {
      A sum = combiner.neutral;
      for (int64_t k = 0; k < line.size; ++k) {
        int64_t at = line.at(o, op.getReverse() ? line.size - 1 - k : k, n);
        A pair[] = {sum, elements[at]};
        A next = combiner.combine(pair, 64);
        running[at] = op.getExclusive() ? sum : next;
        sum = next;
      }
    });
    storeAll(result, running);
  });
  return result;
}

} // namespace

void addReductions(EvaluatorTable &table) {
  add<graph::ReduceOp, reduce>(table);
  add<graph::ArgReduceOp, argReduce>(table);
  add<graph::ScanOp, scan>(table);
}

} // namespace delos::reference
