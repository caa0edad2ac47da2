// Patterns that move views towards the results: past element-wise ops, concats and reductions.
#include "passes/Graph/Rewriting.h"
#include "passes/Graph/ViewPatterns.h"

#include "llvm/ADT/STLExtras.h"

namespace delos::graph {

using mlir::failure;
using mlir::LogicalResult;
using mlir::PatternRewriter;
using mlir::success;

namespace {

/// A transpose or reshape that is to move past an op: the other operands must be had without it. Of a reshape
/// that splits and merges ([8, 6] -> [2, 24]) the merging half may move alone.
struct SinkableView {
  mlir::Operation *op;
  Dims inner; ///< the shape before what moves

  mlir::Value input() const { return op->getOperand(0); }
  const Dims &innerDims() const { return inner; }

  static std::optional<SinkableView> of(mlir::Value value) {
    mlir::Operation *op = value.getDefiningOp();
    if (!mlir::isa_and_nonnull<TransposeOp, ReshapeOp>(op))
      return std::nullopt;
    return SinkableView{op, dimsOf(op->getOperand(0))};
  }
  /// The merging half of a reshape; nothing when it has no splitting one.
  std::optional<SinkableView> mergingHalf() const {
    if (!mlir::isa<ReshapeOp>(op))
      return std::nullopt;
    auto refined = commonRefinement(inner, dimsOf(op->getResult(0)));
    if (!refined || *refined == inner || *refined == dimsOf(op->getResult(0)))
      return std::nullopt;
    return SinkableView{op, *refined};
  }
  /// `other` is this view of another tensor.
  bool isSameView(mlir::Operation *other) const {
    if (!other || other->getName() != op->getName())
      return false;
    if (auto transpose = mlir::dyn_cast<TransposeOp>(op))
      return transpose.getPerm() == mlir::cast<TransposeOp>(other).getPerm();
    return dimsOf(other->getOperand(0)) == dimsOf(input());
  }
  mlir::Value apply(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type,
                    mlir::Value inner) const {
    if (auto transpose = mlir::dyn_cast<TransposeOp>(op))
      return TransposeOp::create(builder, loc, type, inner, transpose.getPerm());
    return ReshapeOp::create(builder, loc, type, inner);
  }
};

/// The view, applied backwards to `value`.
mlir::Value undoView(const SinkableView &view, mlir::OpBuilder &builder, mlir::Value value) {
  if (auto transpose = mlir::dyn_cast<TransposeOp>(view.op))
    return TransposeOp::create(builder, value.getLoc(), value, inversePermutation(transpose.getPerm()));
  return ReshapeOp::create(builder, value.getLoc(),
                           tensorType(view.innerDims(), typeOf(value).getElementType()), value);
}

/// A broadcast takes a reshape from `inner` over when each regrouped run of dims is wholly repeated or wholly
/// read.
bool reshapesFreely(llvm::ArrayRef<DimExpr> inner, BroadcastOp broadcast) {
  Dims dims = dimsOf(broadcast);
  Dims source = dimsOf(broadcast.getInput());
  auto isRead = [&](int64_t dim) {
    auto it = llvm::find(broadcast.getDims(), dim);
    return it != broadcast.getDims().end() && source[it - broadcast.getDims().begin()] == dims[dim];
  };
  return llvm::all_of(matchReshape(inner, dims), [&](const ReshapeRun &run) {
    auto range = llvm::seq<int64_t>(run.toBegin, run.toEnd);
    unsigned read =
        llvm::count_if(range, [&](int64_t dim) { return isRead(dim) && !dims[dim].isConstant(1); });
    unsigned meaningful = llvm::count_if(range, [&](int64_t dim) { return !dims[dim].isConstant(1); });
    return read == 0 || read == meaningful;
  });
}

/// A broadcast takes the transpose over when the dims that its operand really has keep their order.
bool transposesFreely(TransposeOp transpose, BroadcastOp broadcast) {
  llvm::SmallVector<int64_t> order;
  for (auto [position, dim] : llvm::enumerate(broadcast.getDims()))
    if (!dimsOf(broadcast.getInput())[position].isConstant(1))
      order.push_back(transpose.getPerm()[dim]);
  return llvm::is_sorted(order);
}

/// `value` can be had before the view at no cost: it is the same view of another tensor, a constant, or a
/// broadcast that takes the view over.
bool isFreeBefore(const SinkableView &view, mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  if (view.isSameView(op) || mlir::isa_and_nonnull<ConstantOp>(op) || splatOf(value))
    return true;
  auto broadcast = mlir::dyn_cast_or_null<BroadcastOp>(op);
  if (!broadcast)
    return false;
  if (auto transpose = mlir::dyn_cast<TransposeOp>(view.op))
    return transposesFreely(transpose, broadcast);
  return reshapesFreely(view.innerDims(), broadcast);
}

mlir::Value before(const SinkableView &view, mlir::OpBuilder &builder, mlir::Value value) {
  if (view.isSameView(value.getDefiningOp())) {
    mlir::Value input = value.getDefiningOp()->getOperand(0);
    auto type = tensorType(view.innerDims(), typeOf(value).getElementType());
    return dimsOf(input) == view.innerDims() ? input
                                             : ReshapeOp::create(builder, value.getLoc(), type, input);
  }
  if (mlir::Attribute splat = splatOf(value))
    return createSplat(builder, value.getLoc(), tensorType(view.innerDims(), typeOf(value).getElementType()),
                       splat);
  return undoView(view, builder, value);
}

/// Moving past one user does not leave the view in place for another: it has no other, or all of them are ops
/// that views move past.
bool mayLeave(mlir::Operation *view) {
  return hasOneUser(view) || llvm::all_of(view->getUsers(), [&](mlir::Operation *user) {
           return isElementwise(user) || user->getName() == view->getName() || mlir::isa<ReduceOp>(user) ||
                  (mlir::isa<TransposeOp>(view) && mlir::isa<WindowReduceOp, SliceOp, PadOp>(user));
         });
}

/// Why `op` must stay where it is, or the view that can sink past it.
std::optional<SinkableView> sinkableView(mlir::Operation *op, PatternRewriter &rewriter) {
  for (mlir::Value operand : op->getOperands()) {
    auto view = SinkableView::of(operand);
    // A view with other uses would stay, and sinking would add one; views of constants are folded.
    if (!view || !mayLeave(view->op) || view->input().getDefiningOp<ConstantOp>() || splatOf(operand))
      continue;
    auto mayMove = [&](const std::optional<SinkableView> &candidate) {
      return candidate && llvm::all_of(op->getOperands(),
                                       [&](mlir::Value value) { return isFreeBefore(*candidate, value); });
    };
    if (mayMove(view))
      return view;
    if (auto half = view->mergingHalf(); mayMove(half))
      return half;
  }
  (void)rewriter.notifyMatchFailure(op, "no operand is a view that all other operands can be had without");
  return std::nullopt;
}

/// f(view(x), view(y)) is view(f(x, y)).
struct SinkPastElementwise : mlir::RewritePattern {
  SinkPastElementwise(mlir::MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(mlir::Operation *op, PatternRewriter &rewriter) const override {
    if (!isElementwise(op))
      return failure();
    auto view = sinkableView(op, rewriter);
    if (!view)
      return failure();
    auto operands =
        llvm::map_to_vector(op->getOperands(), [&](mlir::Value v) { return before(*view, rewriter, v); });
    // The sizes come from the view's input, whose names the inner op keeps.
    mlir::Operation *inner = rewriter.clone(*op);
    inner->setOperands(operands);
    auto type = typeOf(op->getResult(0));
    inner->getResult(0).setType(tensorType(view->innerDims(), type.getElementType()));
    rewriter.replaceOp(op, view->apply(rewriter, op->getLoc(), type, inner->getResult(0)));
    return success();
  }
};

/// f(broadcast(x), broadcast(y)) of one shape is broadcast(f(x, y)).
struct SinkBroadcastPastElementwise : mlir::RewritePattern {
  SinkBroadcastPastElementwise(mlir::MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 2, context) {}
  LogicalResult matchAndRewrite(mlir::Operation *op, PatternRewriter &rewriter) const override {
    if (!isElementwise(op))
      return failure();
    BroadcastOp first;
    for (mlir::Value operand : op->getOperands()) {
      auto broadcast = operand.getDefiningOp<BroadcastOp>();
      if (broadcast && !splatOf(operand))
        first = broadcast;
    }
    if (!first)
      return failure();
    Dims small = dimsOf(first.getInput());
    auto isSmall = [&](mlir::Value value) {
      auto other = value.getDefiningOp<BroadcastOp>();
      return splatOf(value) ||
             (other && other.getDims() == first.getDims() && dimsOf(other.getInput()) == small);
    };
    if (!llvm::all_of(op->getOperands(), isSmall))
      return rewriter.notifyMatchFailure(op, "an operand is not the same broadcast");
    auto operands = llvm::map_to_vector(op->getOperands(), [&](mlir::Value value) -> mlir::Value {
      if (mlir::Attribute splat = splatOf(value))
        return createSplat(rewriter, value.getLoc(), tensorType(small, typeOf(value).getElementType()),
                           splat);
      return value.getDefiningOp<BroadcastOp>().getInput();
    });
    mlir::Operation *inner = rewriter.clone(*op);
    inner->setOperands(operands);
    inner->getResult(0).setType(tensorType(small, typeOf(op->getResult(0)).getElementType()));
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op->getResult(0).getType(), inner->getResult(0),
                                             first.getDims());
    return success();
  }
};

/// concat(transpose(a), transpose(b)) is transpose(concat(a, b)).
struct SinkTransposePastConcat : mlir::OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    auto first = op.getInputs()[0].getDefiningOp<TransposeOp>();
    auto isSame = [&](mlir::Value value) {
      auto transpose = value.getDefiningOp<TransposeOp>();
      return transpose && transpose.getPerm() == first.getPerm();
    };
    auto mayGo = [](mlir::Value value) { return mayLeave(value.getDefiningOp()); };
    if (!first || !llvm::all_of(op.getInputs(), isSame) || llvm::none_of(op.getInputs(), mayGo))
      return failure();
    auto inputs = llvm::map_to_vector(
        op.getInputs(), [](mlir::Value v) -> mlir::Value { return v.getDefiningOp()->getOperand(0); });
    Dims dims = permuted(dimsOf(op), inversePermutation(first.getPerm()));
    mlir::Value inner = ConcatOp::create(rewriter, op.getLoc(), tensorType(dims, typeOf(op).getElementType()),
                                         inputs, first.getPerm()[op.getDim()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner, first.getPerm());
    return success();
  }
};

/// reshape(transpose(x)) is transpose(reshape(x)) when the reshape splits dims, or merges dims that are
/// neighbours in x as well.
struct SinkTransposePastReshape : mlir::OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose || !hasOneUser(transpose))
      return failure();
    auto perm = transpose.getPerm();
    auto runs = matchReshape(dimsOf(transpose), dimsOf(op));
    for (const ReshapeRun &run : runs)
      for (unsigned dim = run.fromBegin; dim + 1 < run.fromEnd; ++dim)
        if (perm[dim] + 1 != perm[dim + 1])
          return rewriter.notifyMatchFailure(op, "merged dims are not neighbours before the transpose");
    // Runs in the order of x; inserted dims come last.
    auto placeOf = [&](const ReshapeRun &run) {
      int64_t first = run.fromBegin == run.fromEnd ? static_cast<int64_t>(perm.size()) : perm[run.fromBegin];
      return std::pair(first, run.toBegin);
    };
    llvm::sort(runs, [&](const ReshapeRun &a, const ReshapeRun &b) { return placeOf(a) < placeOf(b); });
    llvm::SmallVector<int64_t> order; // dims of the result in the order of the inner reshape
    for (const ReshapeRun &run : runs)
      llvm::append_range(order, llvm::seq<int64_t>(run.toBegin, run.toEnd));
    auto type = tensorType(permuted(dimsOf(op), order), typeOf(op).getElementType());
    mlir::Value inner = ReshapeOp::create(rewriter, op.getLoc(), type, transpose.getInput());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner, inversePermutation(order));
    return success();
  }
};

/// reduce(transpose(x)) reduces other dims of x; what is left of the transpose moves fewer elements.
struct SinkTransposePastReduce : mlir::OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    auto perm = transpose.getPerm();
    auto dims = llvm::map_to_vector(op.getDims(), [&](int64_t dim) { return perm[dim]; });
    llvm::sort(dims);
    llvm::SmallVector<int64_t> kept; // dims of x in the order of the result
    for (auto [position, dim] : llvm::enumerate(perm))
      if (!llvm::is_contained(op.getDims(), static_cast<int64_t>(position)))
        kept.push_back(dim);
    auto order = llvm::map_to_vector(kept, [&](int64_t dim) -> int64_t {
      return llvm::count_if(kept, [&](int64_t other) { return other < dim; });
    });
    mlir::Value inner = ReduceOp::create(rewriter, op.getLoc(), op.getKind(), transpose.getInput(), dims);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner, order);
    return success();
  }
};

/// reduce(reshape(x)) reduces the dims of x that the reshape merged, or what it leaves of them after
/// splitting.
struct SinkReshapePastReduce : mlir::OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    auto reshape = op.getInput().getDefiningOp<ReshapeOp>();
    if (!reshape)
      return failure();
    Dims outer = dimsOf(reshape);
    auto refined = commonRefinement(dimsOf(reshape.getInput()), outer);
    if (!refined || *refined == outer)
      return rewriter.notifyMatchFailure(op, "the reshape merges no dims");
    llvm::SmallVector<int64_t> dims;
    for (const ReshapeRun &run : matchReshape(*refined, outer)) {
      auto range = llvm::seq<int64_t>(run.toBegin, run.toEnd);
      auto isReduced = [&](int64_t dim) { return llvm::is_contained(op.getDims(), dim); };
      if (!llvm::any_of(range, isReduced))
        continue;
      if (!llvm::all_of(range, isReduced))
        return rewriter.notifyMatchFailure(op, "a kept and a reduced dim come from one");
      llvm::append_range(dims, llvm::seq<int64_t>(run.fromBegin, run.fromEnd));
    }
    auto type = tensorType(*refined, typeOf(reshape).getElementType());
    mlir::Value input = rewriter.createOrFold<ReshapeOp>(op.getLoc(), type, reshape.getInput());
    mlir::Value inner = ReduceOp::create(rewriter, op.getLoc(), op.getKind(), input, dims);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), inner);
    return success();
  }
};

/// A reduction over dims of size 1 combines nothing: it is a reshape.
struct ReduceOfUnitDims : mlir::OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    Dims from = dimsOf(op.getInput());
    if (!llvm::all_of(op.getDims(), [&](int64_t dim) { return from[dim].isConstant(1); }))
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};

} // namespace

void populateSinkViewPatterns(mlir::RewritePatternSet &patterns) {
  patterns.add<SinkPastElementwise, SinkBroadcastPastElementwise, SinkTransposePastConcat,
               SinkTransposePastReshape, SinkTransposePastReduce, SinkReshapePastReduce, ReduceOfUnitDims>(
      patterns.getContext());
}

} // namespace delos::graph
