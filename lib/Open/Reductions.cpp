// Openers of reductions, arg-reductions, running combinations and top-k.
#include "lib/Open/Compositions.h"
#include "lib/Open/OpenerTable.h"

namespace delos::open {

namespace {

/// Axes of a reduction: an attribute, or an operand from `operandSince` on; all dims when empty.
Ints reducedDims(Node &n, int64_t rank, int64_t operandSince) {
  Ints axes;
  if (n.opset() < operandSince) {
    axes = n.integers("axes");
  } else if (n.optional(1)) {
    auto given = n.knownIntegers(1);
    if (!given)
      return {};
    axes = *given;
  }
  if (axes.empty())
    return n.opset() >= operandSince && n.flag("noop_with_empty_axes", false) ? Ints() : range(0, rank);
  return n.axes(axes, rank);
}

using Reduction = Tensor (*)(OpenBuilder &, Tensor, llvm::ArrayRef<int64_t>, bool);

template <Reduction function, int64_t operandSince = 18>
Tensors openReduce(Node &n) {
  Tensor x = n.in(0);
  Ints dims = reducedDims(n, x.rank(), operandSince);
  bool keepDims = n.flag("keepdims", true);
  return {n.builder().failed() ? Tensor() : function(n.builder(), x, dims, keepDims)};
}

template <ReduceKind kind>
Tensor combine(OpenBuilder &b, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  if (x.isBool() && kind == ReduceKind::max)
    return b.reduce(ReduceKind::bit_or, x, dims, keepDims);
  if (x.isBool() && kind == ReduceKind::min)
    return b.reduce(ReduceKind::bit_and, x, dims, keepDims);
  return b.reduce(kind, x, dims, keepDims);
}

Tensor average(OpenBuilder &b, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  return narrow(b.mean(widen(x), dims, keepDims), x.elementType());
}
Tensor sumOfSquares(OpenBuilder &b, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  Tensor wide = widen(x);
  return narrow(b.reduce(ReduceKind::sum, wide * wide, dims, keepDims), x.elementType());
}
Tensor norm1(OpenBuilder &b, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  return b.reduce(ReduceKind::sum, map(ScalarFn::abs, x), dims, keepDims);
}

/// A function of real numbers also on integers: computed in f32 (f64 for 64 bits), truncated back.
template <Reduction function>
Tensor throughReals(OpenBuilder &b, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  Tensor wide = x.isInteger() ? b.cast(x, b.f64()) : widen(x);
  return narrow(function(b, wide, dims, keepDims), x.elementType());
}
Tensor norm2(OpenBuilder &b, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  return map(ScalarFn::sqrt, b.reduce(ReduceKind::sum, x * x, dims, keepDims));
}
Tensor logSum(OpenBuilder &b, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  return map(ScalarFn::log, b.reduce(ReduceKind::sum, x, dims, keepDims));
}
Tensor logSumOfExponentials(OpenBuilder &, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  return logSumExp(x, dims, keepDims);
}

template <ReduceKind kind>
Tensors openArgReduce(Node &n) {
  Tensor x = n.in(0);
  int64_t dim = n.axis(n.integer("axis", 0), x.rank());
  bool last = n.flag("select_last_index", false), keepDims = n.flag("keepdims", true);
  return {n.builder().argReduce(kind, x, dim, last, keepDims)};
}

template <ReduceKind kind>
Tensors openScan(Node &n) {
  Tensor x = n.in(0);
  auto axis = n.knownIntegers(1);
  if (!axis || axis->size() != 1)
    return {n.builder().fail("expected one axis")};
  return {n.builder().scan(kind, x, n.axis(axis->front(), x.rank()), n.flag("exclusive", false),
                           n.flag("reverse", false))};
}

Tensors topK(Node &n, const DimExpr &count) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  int64_t dim = n.axis(n.integer("axis", -1), x.rank());
  if (b.failed())
    return {};
  if ((x.dim(dim) - count).asConstant().value_or(0) < 0)
    return {
        b.fail("k = " + count.str() + " exceeds dim " + llvm::Twine(dim) + " of size " + x.dim(dim).str())};
  auto [values, positions] = b.sort(x, dim, n.flag("largest", true));
  return {b.slice(values, dim, 0, count), b.slice(positions, dim, 0, count)};
}

Tensors openTopKByAttribute(Node &n) { return topK(n, n.integer("k")); }

Tensors openTopK(Node &n) {
  auto count = n.knownSize(1);
  return count ? topK(n, *count) : Tensors();
}

constexpr OpenerRow kRows[] = {
    {"", "ReduceSum", 1, openReduce<combine<ReduceKind::sum>, 13>, 1, 2},
    {"", "ReduceProd", 1, openReduce<combine<ReduceKind::prod>>, 1, 2},
    {"", "ReduceMax", 1, openReduce<combine<ReduceKind::max>>, 1, 2},
    {"", "ReduceMin", 1, openReduce<combine<ReduceKind::min>>, 1, 2},
    {"", "ReduceMean", 1, openReduce<average>, 1, 2},
    {"", "ReduceSumSquare", 1, openReduce<sumOfSquares>, 1, 2},
    {"", "ReduceL1", 1, openReduce<norm1>, 1, 2},
    {"", "ReduceL2", 1, openReduce<throughReals<norm2>>, 1, 2},
    {"", "ReduceLogSum", 1, openReduce<throughReals<logSum>>, 1, 2},
    {"", "ReduceLogSumExp", 1, openReduce<throughReals<logSumOfExponentials>>, 1, 2},
    {"", "ArgMax", 1, openArgReduce<ReduceKind::max>, 1, 1},
    {"", "ArgMin", 1, openArgReduce<ReduceKind::min>, 1, 1},
    {"", "CumSum", 11, openScan<ReduceKind::sum>, 2, 2},
    {"", "CumProd", 26, openScan<ReduceKind::prod>, 2, 2},
    {"", "TopK", 1, openTopKByAttribute, 1, 1},
    {"", "TopK", 10, openTopK, 2, 2},
};

} // namespace

llvm::ArrayRef<OpenerRow> reductionOpeners() { return kRows; }

} // namespace delos::open
