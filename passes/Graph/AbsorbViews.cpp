// Patterns by which contractions take over views of their operands and results.
#include "passes/Graph/Rewriting.h"
#include "passes/Graph/ViewPatterns.h"

#include "llvm/ADT/STLExtras.h"

namespace delos::graph {

using mlir::failure;
using mlir::LogicalResult;
using mlir::PatternRewriter;
using mlir::success;

namespace {

using DimList = llvm::SmallVector<int64_t>;

/// One operand of a contraction with its dim lists.
struct ContractSide {
  mlir::Value value;
  DimList batch, contract;

  int64_t rank() const { return typeOf(value).getRank(); }
  DimList freeDims() const {
    DimList dims;
    for (int64_t dim = 0; dim < rank(); ++dim)
      if (!llvm::is_contained(batch, dim) && !llvm::is_contained(contract, dim))
        dims.push_back(dim);
    return dims;
  }
};

ContractSide leftOf(ContractOp op) {
  return {op.getLhs(), DimList(op.getLhsBatch()), DimList(op.getLhsContract())};
}
ContractSide rightOf(ContractOp op) {
  return {op.getRhs(), DimList(op.getRhsBatch()), DimList(op.getRhsContract())};
}

ContractOp createContract(mlir::OpBuilder &builder, mlir::Location loc, const ContractSide &left,
                          const ContractSide &right, mlir::Type elementType) {
  return ContractOp::create(builder, loc, left.value, right.value, left.batch, right.batch, left.contract,
                            right.contract, elementType);
}

/// The side reading through a transpose; nothing when its free dims would come in another order.
std::optional<ContractSide> throughTranspose(const ContractSide &side) {
  auto transpose = side.value.getDefiningOp<TransposeOp>();
  if (!transpose)
    return std::nullopt;
  auto perm = transpose.getPerm();
  auto mapped = [&](const DimList &dims) {
    return llvm::map_to_vector(dims, [&](int64_t dim) { return perm[dim]; });
  };
  if (!llvm::is_sorted(mapped(side.freeDims())))
    return std::nullopt;
  return ContractSide{transpose.getInput(), mapped(side.batch), mapped(side.contract)};
}

/// contract(transpose(x), y) names other dims of x.
struct AbsorbOperandTranspose : mlir::OpRewritePattern<ContractOp> {
  AbsorbOperandTranspose(mlir::MLIRContext *context) : OpRewritePattern(context, /*benefit=*/4) {}
  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    ContractSide left = leftOf(op), right = rightOf(op);
    auto newLeft = throughTranspose(left), newRight = throughTranspose(right);
    if (!newLeft && !newRight)
      return rewriter.notifyMatchFailure(op,
                                         "no operand is a transpose that keeps the order of the free dims");
    left = newLeft.value_or(left);
    right = newRight.value_or(right);
    rewriter.replaceOpWithNewOp<ContractOp>(op, op.getType(), left.value, right.value, left.batch,
                                            right.batch, left.contract, right.contract);
    return success();
  }
};

/// transpose(contract(x, y)) that orders the batch dims differently, or swaps the free dims of x and y, is
/// another contraction.
struct AbsorbResultTranspose : mlir::OpRewritePattern<TransposeOp> {
  AbsorbResultTranspose(mlir::MLIRContext *context) : OpRewritePattern(context, /*benefit=*/4) {}
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto contract = op.getInput().getDefiningOp<ContractOp>();
    if (!contract || !contract->hasOneUse())
      return failure();
    ContractSide left = leftOf(contract), right = rightOf(contract);
    int64_t batch = left.batch.size(), leftFree = left.freeDims().size(), rank = op.getPerm().size();
    auto perm = op.getPerm();
    DimList batchOrder(perm.take_front(batch)), freeOrder(perm.drop_front(batch));
    auto same = llvm::to_vector(llvm::seq<int64_t>(batch, rank)), swapped = same;
    std::rotate(swapped.begin(), swapped.begin() + leftFree, swapped.end());
    bool batchOnly = llvm::all_of(batchOrder, [&](int64_t dim) { return dim < batch; });
    bool isSwap = freeOrder == swapped;
    if (!batchOnly || (freeOrder != same && !isSwap))
      return rewriter.notifyMatchFailure(op, "the order of the result dims is not one of a contraction");
    // A constant right operand is packed once at compile time, a left one is not.
    if (isSwap && freeOrder != same && right.value.getDefiningOp<ConstantOp>())
      return rewriter.notifyMatchFailure(op, "the constant operand would become the left one");
    auto reordered = [&](const DimList &dims) {
      return llvm::map_to_vector(batchOrder, [&](int64_t dim) { return dims[dim]; });
    };
    left.batch = reordered(left.batch);
    right.batch = reordered(right.batch);
    if (freeOrder != same)
      std::swap(left, right);
    rewriter.replaceOpWithNewOp<ContractOp>(op, op.getType(), left.value, right.value, left.batch,
                                            right.batch, left.contract, right.contract);
    return success();
  }
};

/// contract(reshape(x), y) where the reshape only regroups free dims is reshape(contract(x, y)).
struct SinkReshapePastContract : mlir::OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  /// The side before its reshape.
  static std::optional<ContractSide> throughReshape(const ContractSide &side) {
    auto reshape = side.value.getDefiningOp<ReshapeOp>();
    if (!reshape || !reshape->hasOneUse())
      return std::nullopt;
    ContractSide inner{reshape.getInput(), side.batch, side.contract};
    auto moveTo = [](DimList &dims, const DimList &old, int64_t from, int64_t to) {
      for (auto [dim, before] : llvm::zip(dims, old))
        if (before == from)
          dim = to;
    };
    for (const ReshapeRun &run : matchReshape(dimsOf(reshape.getInput()), dimsOf(reshape))) {
      for (int64_t dim = run.toBegin; dim < run.toEnd; ++dim) {
        bool isFree = !llvm::is_contained(side.batch, dim) && !llvm::is_contained(side.contract, dim);
        if (!isFree && !run.isOneToOne())
          return std::nullopt;
        moveTo(inner.batch, side.batch, dim, run.fromBegin);
        moveTo(inner.contract, side.contract, dim, run.fromBegin);
      }
    }
    return inner;
  }

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    ContractSide left = leftOf(op), right = rightOf(op);
    auto newLeft = throughReshape(left), newRight = throughReshape(right);
    if (!newLeft && !newRight)
      return rewriter.notifyMatchFailure(op, "no operand is a reshape of free dims alone");
    mlir::Type element = typeOf(op).getElementType();
    mlir::Value inner =
        createContract(rewriter, op.getLoc(), newLeft.value_or(left), newRight.value_or(right), element);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), inner);
    return success();
  }
};

/// A batch dim along which the right operand repeats itself is a free dim of the left one:
/// contract(x, reshape(broadcast(y))) with batch dim b = (p, r), y without r, is reshape(contract(x', y))
/// with x' = x reshaped to have p and r apart. Heads that share their keys are written so.
struct FreeRepeatedBatch : mlir::OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  /// The right operand without its repetition: which of the broadcast's dims is repeated, and the batch dim
  /// that it is merged into.
  struct Repetition {
    BroadcastOp broadcast;
    int64_t repeated = -1, batchDim = -1;
    llvm::SmallVector<ReshapeRun> runs = {};
  };

  static std::optional<Repetition> repetitionOf(mlir::Value value) {
    auto reshape = value.getDefiningOp<ReshapeOp>();
    Repetition found;
    found.broadcast = reshape ? reshape.getInput().getDefiningOp<BroadcastOp>() : BroadcastOp();
    if (!found.broadcast)
      return std::nullopt;
    Dims whole = dimsOf(found.broadcast), rest;
    for (int64_t dim = 0, rank = whole.size(); dim < rank; ++dim)
      if (llvm::is_contained(found.broadcast.getDims(), dim))
        rest.push_back(whole[dim]);
      else if (found.repeated >= 0)
        return std::nullopt;
      else
        found.repeated = dim;
    if (found.repeated < 0 || rest != dimsOf(found.broadcast.getInput()))
      return std::nullopt;
    found.runs = matchReshape(whole, dimsOf(reshape));
    for (const ReshapeRun &run : found.runs) {
      bool isMerge = run.fromEnd - run.fromBegin == 2 && run.toEnd - run.toBegin == 1 &&
                     found.repeated == static_cast<int64_t>(run.fromEnd) - 1;
      if (isMerge)
        found.batchDim = run.toBegin;
      else if (!run.isOneToOne())
        return std::nullopt;
    }
    return found.batchDim < 0 ? std::nullopt : std::optional(found);
  }

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    ContractSide left = leftOf(op), right = rightOf(op);
    auto found = repetitionOf(right.value);
    if (!found || right.batch.empty() || right.batch.back() != found->batchDim)
      return rewriter.notifyMatchFailure(op, "the last batch dim repeats no part of the right operand");
    int64_t split = left.batch.back();
    DimList free = left.freeDims();
    if (!free.empty() && free.front() < split)
      return rewriter.notifyMatchFailure(op, "the repeated dim would not be the first free one");
    // Left: p stays a batch dim, r behind it becomes the first free dim.
    Dims whole = dimsOf(found->broadcast), dims = dimsOf(left.value);
    dims[split] = whole[found->repeated - 1];
    dims.insert(dims.begin() + split + 1, whole[found->repeated]);
    mlir::Type element = typeOf(left.value).getElementType();
    left.value = ReshapeOp::create(rewriter, op.getLoc(), tensorType(dims, element), left.value);
    for (DimList *list : {&left.batch, &left.contract})
      for (int64_t &dim : *list)
        dim += dim > split;
    // Right: the operand of the broadcast, its dims found back through the runs.
    right.value = found->broadcast.getInput();
    for (DimList *list : {&right.batch, &right.contract})
      for (int64_t &dim : *list) {
        auto run = llvm::find_if(found->runs, [&](const ReshapeRun &r) { return r.toBegin == dim; });
        int64_t from = run->fromBegin;
        dim = from - (from > found->repeated);
      }
    mlir::Value inner = createContract(rewriter, op.getLoc(), left, right, typeOf(op).getElementType());
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), inner);
    return success();
  }
};

} // namespace

void populateAbsorbViewPatterns(mlir::RewritePatternSet &patterns) {
  patterns.add<AbsorbOperandTranspose, AbsorbResultTranspose, SinkReshapePastContract, FreeRepeatedBatch>(
      patterns.getContext());
}

} // namespace delos::graph
