// graph-algebra: the table of algebraic rules, and casts of casts.
#include "lib/Analysis/ConstantTensor.h"
#include "passes/Graph/AlgebraRules.h"
#include "passes/Graph/Passes.h"
#include "passes/Graph/Rewriting.h"

namespace delos::graph {
#define GEN_PASS_DEF_ALGEBRAPASS
#include "passes/Graph/Passes.h.inc"
} // namespace delos::graph

using namespace delos;
using mlir::failure;
using mlir::LogicalResult;
using mlir::PatternRewriter;
using mlir::success;

namespace {

/// Bits of integers that a type holds exactly, its sign not counted.
unsigned integerBits(ElementKind kind) {
  switch (kind) {
  case ElementKind::F64:
    return 53;
  case ElementKind::F32:
    return 24;
  case ElementKind::F16:
    return 11;
  case ElementKind::BF16:
    return 8;
  case ElementKind::Bool:
    return 1;
  default:
    return 8 * elementSize(kind) - !isUnsigned(kind);
  }
}

/// Every value of `from` is a value of `to`.
bool holdsExactly(ElementKind from, ElementKind to) {
  if (from == ElementKind::None || to == ElementKind::None || to == ElementKind::Bool)
    return from == to;
  if (isFloat(from)) // f16 and bf16 hold values that the other does not
    return isFloat(to) && (from == to || elementSize(to) > elementSize(from));
  bool signFits = isUnsigned(from) || !isUnsigned(to);
  return signFits && integerBits(from) <= integerBits(to);
}

/// cast(cast(x)) is one cast where the first loses nothing; a cast to x's own type is x.
struct CastOfCast : mlir::OpRewritePattern<graph::CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(graph::CastOp op, PatternRewriter &rewriter) const override {
    if (op.getInput().getType() == op.getType()) {
      rewriter.replaceOp(op, op.getInput());
      return success();
    }
    auto inner = op.getInput().getDefiningOp<graph::CastOp>();
    if (!inner)
      return failure();
    auto kindOf = [](mlir::Value value) { return elementKindOf(graph::typeOf(value).getElementType()); };
    if (!holdsExactly(kindOf(inner.getInput()), kindOf(inner)))
      return rewriter.notifyMatchFailure(op, "the first cast may lose values");
    rewriter.replaceOpWithNewOp<graph::CastOp>(op, op.getType(), inner.getInput(), op.getMode());
    return success();
  }
};

/// bitcast(bitcast(x)) is one bitcast, or x.
struct BitcastOfBitcast : mlir::OpRewritePattern<graph::BitcastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(graph::BitcastOp op, PatternRewriter &rewriter) const override {
    if (op.getInput().getType() == op.getType()) {
      rewriter.replaceOp(op, op.getInput());
      return success();
    }
    auto inner = op.getInput().getDefiningOp<graph::BitcastOp>();
    if (!inner)
      return failure();
    rewriter.replaceOpWithNewOp<graph::BitcastOp>(op, op.getType(), inner.getInput());
    return success();
  }
};

struct AlgebraPass : graph::impl::AlgebraPassBase<AlgebraPass> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    graph::populateAlgebraPatterns(patterns, graph::algebraRules());
    patterns.add<CastOfCast, BitcastOfBitcast>(&getContext());
    graph::rewriteToFixedPoint(getOperation(), getArgument(), std::move(patterns));
  }
};

} // namespace
