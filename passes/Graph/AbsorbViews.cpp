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

} // namespace

void populateAbsorbViewPatterns(mlir::RewritePatternSet &patterns) {
  patterns.add<AbsorbOperandTranspose, AbsorbResultTranspose, SinkReshapePastContract>(patterns.getContext());
}

} // namespace delos::graph
