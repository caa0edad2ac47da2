// graph-layout: convolutions with channels last, and the transposes around them moved to the borders.
#include "passes/Graph/Passes.h"
#include "passes/Graph/Rewriting.h"
#include "passes/Graph/ViewPatterns.h"

#include "llvm/ADT/STLExtras.h"

namespace delos::graph {
#define GEN_PASS_DEF_LAYOUTPASS
#include "passes/Graph/Passes.h.inc"
} // namespace delos::graph

using namespace delos;
using namespace delos::graph;
using mlir::failure;
using mlir::LogicalResult;
using mlir::PatternRewriter;
using mlir::success;

namespace {

/// [N, C, spatial..] -> [N, spatial.., C]
llvm::SmallVector<int64_t> channelsToLast(int64_t rank) {
  llvm::SmallVector<int64_t> perm{0};
  llvm::append_range(perm, llvm::seq<int64_t>(2, rank));
  perm.push_back(1);
  return perm;
}

/// conv(x) is transpose(conv_last(transpose(x))).
struct ConvToChannelsLast : mlir::OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    if (op.getChannelsLast())
      return failure();
    auto perm = channelsToLast(typeOf(op).getRank());
    mlir::Value input = TransposeOp::create(rewriter, op.getLoc(), op.getInput(), perm);
    auto type = tensorType(permuted(dimsOf(op), perm), typeOf(op).getElementType());
    mlir::Value conv = ConvOp::create(rewriter, op.getLoc(), type, input, op.getFilter(), op.getStrides(),
                                      op.getDilations(), op.getLow(), op.getHigh(), op.getGroups(),
                                      /*channels_last=*/true);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), conv, inversePermutation(perm));
    return success();
  }
};

/// window_reduce(transpose(x)) is transpose(window_reduce(x)).
struct SinkTransposePastWindow : mlir::OpRewritePattern<WindowReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(WindowReduceOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    auto back = inversePermutation(transpose.getPerm());
    auto reordered = [&](llvm::ArrayRef<int64_t> values) {
      return llvm::map_to_vector(back, [&](int64_t dim) { return values[dim]; });
    };
    auto type = tensorType(permuted(dimsOf(op), back), typeOf(op).getElementType());
    mlir::Value window = WindowReduceOp::create(
        rewriter, op.getLoc(), type, op.getKind(), transpose.getInput(), reordered(op.getWindow()),
        reordered(op.getStrides()), reordered(op.getDilations()), reordered(op.getLow()));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), window, transpose.getPerm());
    return success();
  }
};

/// pad(transpose(x)) is transpose(pad(x)).
struct SinkTransposePastPad : mlir::OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PadOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    auto back = inversePermutation(transpose.getPerm());
    auto reordered = [&](DimsAttr attr) { return dimsAttr(op.getContext(), permuted(dimsOf(attr), back)); };
    mlir::DenseI64ArrayAttr interior;
    if (auto old = op.getInterior())
      interior =
          rewriter.getDenseI64ArrayAttr(llvm::map_to_vector(back, [&](int64_t dim) { return (*old)[dim]; }));
    auto type = tensorType(permuted(dimsOf(op), back), typeOf(op).getElementType());
    mlir::Value pad = PadOp::create(rewriter, op.getLoc(), type, transpose.getInput(), op.getValue(),
                                    reordered(op.getLow()), reordered(op.getHigh()), interior);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), pad, transpose.getPerm());
    return success();
  }
};

/// The transpose that undoes the one which brings channels first again, for a tensor that never had them
/// last.
mlir::Value withChannelsLast(PatternRewriter &rewriter, mlir::Value value) {
  return TransposeOp::create(rewriter, value.getLoc(), value, channelsToLast(typeOf(value).getRank()));
}

/// `value` is channels-last data seen channels first.
bool isSeenChannelsFirst(mlir::Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  return transpose && typeOf(value).getRank() > 2 &&
         llvm::equal(transpose.getPerm(), inversePermutation(channelsToLast(typeOf(value).getRank())));
}

/// An element-wise op or concat of channels-last data and other tensors transposes the others, where they are
/// no larger: what it saves moves more elements.
struct JoinChannelsLast : mlir::RewritePattern {
  JoinChannelsLast(mlir::MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}
  LogicalResult matchAndRewrite(mlir::Operation *op, PatternRewriter &rewriter) const override {
    if (!isElementwise(op) && !mlir::isa<ConcatOp>(op))
      return failure();
    DimExpr saved(0), added(0);
    for (mlir::Value operand : op->getOperands()) {
      DimExpr size = elementCount(dimsOf(operand));
      if (isSeenChannelsFirst(operand))
        saved = saved + (hasOneUser(operand.getDefiningOp()) ? size : DimExpr(0));
      else if (!isCheap(operand))
        added = added + size;
    }
    // Equal sizes: one transpose before the op instead of one before or after it, closer to where data are
    // small.
    if (!(saved - added).isProvablyPositive() || added.isConstant(0))
      return rewriter.notifyMatchFailure(op, "transposing the other operands would cost more");
    join(op, rewriter);
    return success();
  }

private:
  static bool isCheap(mlir::Value value) {
    return splatOf(value) || mlir::isa_and_nonnull<ConstantOp, BroadcastOp>(value.getDefiningOp());
  }
  static void join(mlir::Operation *op, PatternRewriter &rewriter) {
    auto perm = channelsToLast(typeOf(op->getResult(0)).getRank());
    auto back = inversePermutation(perm);
    auto operands = llvm::map_to_vector(op->getOperands(), [&](mlir::Value value) -> mlir::Value {
      return isSeenChannelsFirst(value) ? value.getDefiningOp()->getOperand(0)
                                        : withChannelsLast(rewriter, value);
    });
    auto type = typeOf(op->getResult(0));
    mlir::Operation *inner = rewriter.clone(*op);
    inner->setOperands(operands);
    inner->getResult(0).setType(tensorType(permuted(dimsOf(type), perm), type.getElementType()));
    if (auto concat = mlir::dyn_cast<ConcatOp>(inner))
      concat.setDim(back[concat.getDim()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, type, inner->getResult(0), back);
  }
};

struct LayoutPass : graph::impl::LayoutPassBase<LayoutPass> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    patterns.add<ConvToChannelsLast, SinkTransposePastWindow, SinkTransposePastPad, JoinChannelsLast>(
        &getContext());
    populateComposeViewPatterns(patterns);
    populateSinkViewPatterns(patterns);
    populateAbsorbViewPatterns(patterns);
    rewriteToFixedPoint(getOperation(), getArgument(), std::move(patterns));
  }
};

} // namespace
