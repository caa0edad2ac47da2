// Openers of losses.
#include "lib/Open/Compositions.h"
#include "lib/Open/OpenerTable.h"

namespace delos::open {

namespace {

/// Loss and weight of every target.
struct Losses {
  Tensor loss, weight;
};

/// -logProbability[n, target[n, d...], d...], weighted; ignored targets count nothing.
Losses negativeLogLikelihood(Node &n, Tensor logProbability, Tensor target, Tensor weights) {
  OpenBuilder &b = n.builder();
  Tensor index = b.cast(target, b.i64()), ignored;
  if (n.has("ignore_index")) {
    ignored = map(ScalarFn::eq, index, b.scalar(n.integer("ignore_index"), b.i64()));
    index = select(ignored, 0.0, index);
  }
  if (b.failed() || target.rank() + 1 != logProbability.rank() || logProbability.rank() < 2) {
    b.fail("expected a target of one rank less than the scores");
    return {};
  }
  unsigned points = target.rank();
  llvm::SmallVector<mlir::AffineExpr> source{mlir::getAffineDimExpr(0, b.context()),
                                             mlir::getAffineConstantExpr(0, b.context())};
  for (unsigned k = 1; k < points; ++k)
    source.push_back(mlir::getAffineDimExpr(k, b.context()));
  Tensor picked = b.gather(logProbability, index, 1, mlir::AffineMap::get(points, 0, source, b.context()),
                           mlir::AffineMap::getMultiDimIdentityMap(points, b.context()), target.dims());
  Losses losses{-picked, weights ? b.take(weights, index, 0) : Tensor()};
  if (ignored) {
    Tensor one = b.full(1, target.dims(), logProbability.elementType());
    losses.weight = select(ignored, 0.0, losses.weight ? losses.weight : one);
  }
  if (losses.weight)
    losses.loss = losses.loss * losses.weight;
  // A score of -inf at an ignored target must not become NaN.
  if (ignored)
    losses.loss = select(ignored, 0.0, losses.loss);
  return losses;
}

Tensor reduced(Node &n, const Losses &losses) {
  OpenBuilder &b = n.builder();
  llvm::StringRef reduction = n.text("reduction", "mean");
  Ints dims = range(0, losses.loss.rank());
  if (reduction == "none")
    return losses.loss;
  if (reduction == "sum")
    return b.reduce(ReduceKind::sum, losses.loss, dims, false);
  if (reduction != "mean")
    return b.fail("attribute 'reduction': '" + reduction + "' is none of none, sum, mean");
  if (!losses.weight)
    return b.mean(losses.loss, dims, false);
  return b.reduce(ReduceKind::sum, losses.loss, dims, false) /
         b.reduce(ReduceKind::sum, losses.weight, dims, false);
}

Tensors openNegativeLogLikelihoodLoss(Node &n) {
  Tensor x = n.in(0), wide = widen(x);
  return {narrow(reduced(n, negativeLogLikelihood(n, wide, n.in(1), widen(n.optional(2)))), x.elementType())};
}

Tensors openSoftmaxCrossEntropyLoss(Node &n) {
  Tensor x = n.in(0), logProbability = logSoftmax(widen(x), 1);
  Tensor loss = reduced(n, negativeLogLikelihood(n, logProbability, n.in(1), widen(n.optional(2))));
  return {narrow(loss, x.elementType()), narrow(logProbability, x.elementType())};
}

constexpr OpenerRow kRows[] = {
    {"", "NegativeLogLikelihoodLoss", 12, openNegativeLogLikelihoodLoss, 2, 3},
    {"", "SoftmaxCrossEntropyLoss", 12, openSoftmaxCrossEntropyLoss, 2, 3},
};

} // namespace

llvm::ArrayRef<OpenerRow> lossOpeners() { return kRows; }

} // namespace delos::open
