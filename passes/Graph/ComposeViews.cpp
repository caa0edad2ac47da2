// Patterns that turn two views into one or none.
#include "passes/Graph/Rewriting.h"
#include "passes/Graph/ViewPatterns.h"

#include "llvm/ADT/STLExtras.h"

namespace delos::graph {

using mlir::failure;
using mlir::LogicalResult;
using mlir::PatternRewriter;
using mlir::success;

namespace {

/// transpose(transpose(x)) is one transpose, or x.
struct TransposeOfTranspose : mlir::OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<TransposeOp>();
    if (!inner)
      return failure();
    auto perm = llvm::map_to_vector(op.getPerm(), [&](int64_t dim) { return inner.getPerm()[dim]; });
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner.getInput(), perm);
    return success();
  }
};

/// A transpose that only moves dims of size 1 moves no element: it is a reshape.
struct TransposeOfUnitDims : mlir::OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    Dims dims = dimsOf(op.getInput());
    llvm::SmallVector<int64_t> moved;
    for (int64_t dim : op.getPerm())
      if (!dims[dim].isConstant(1))
        moved.push_back(dim);
    if (!llvm::is_sorted(moved))
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};

/// broadcast(broadcast(x)) is one broadcast.
struct BroadcastOfBroadcast : mlir::OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BroadcastOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<BroadcastOp>();
    if (!inner)
      return failure();
    auto dims = llvm::map_to_vector(inner.getDims(), [&](int64_t dim) { return op.getDims()[dim]; });
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), inner.getInput(), dims);
    return success();
  }
};

/// broadcast(reshape(x)) where the reshape only inserts or removes unit dims is a broadcast of x.
struct BroadcastOfUnitReshape : mlir::OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BroadcastOp op, PatternRewriter &rewriter) const override {
    auto reshape = op.getInput().getDefiningOp<ReshapeOp>();
    if (!reshape)
      return failure();
    llvm::SmallVector<int64_t> dims;
    for (const ReshapeRun &run : matchReshape(dimsOf(reshape.getInput()), dimsOf(reshape))) {
      if (run.isOneToOne())
        dims.push_back(op.getDims()[run.toBegin]);
      else if (run.fromBegin != run.fromEnd)
        return rewriter.notifyMatchFailure(op, "the reshape removes or regroups dims");
    }
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), reshape.getInput(), dims);
    return success();
  }
};

/// A broadcast that only inserts unit dims repeats nothing: it is a reshape.
struct BroadcastOfUnitDims : mlir::OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BroadcastOp op, PatternRewriter &rewriter) const override {
    if (elementCount(dimsOf(op.getInput())) != elementCount(dimsOf(op)))
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};

/// transpose(broadcast(x)) is broadcast(transpose(x)): x is the smaller one.
struct TransposeOfBroadcast : mlir::OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto broadcast = op.getInput().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return failure();
    // Dim d of the broadcast is dim position[d] of the result.
    auto position = inversePermutation(op.getPerm());
    auto dims = llvm::map_to_vector(broadcast.getDims(), [&](int64_t dim) { return position[dim]; });
    auto order = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
    llvm::sort(order, [&](int64_t a, int64_t b) { return dims[a] < dims[b]; });
    llvm::sort(dims);
    mlir::Value input = TransposeOp::create(rewriter, op.getLoc(), broadcast.getInput(), order);
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), input, dims);
    return success();
  }
};

/// reshape(broadcast(x)) is broadcast(reshape(x)) when every regrouped run of dims is wholly repeated or
/// wholly read.
struct ReshapeOfBroadcast : mlir::OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto broadcast = op.getInput().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return failure();
    Dims from = dimsOf(broadcast), to = dimsOf(op), source = dimsOf(broadcast.getInput()), kept;
    llvm::SmallVector<int64_t> dims;
    for (const ReshapeRun &run : matchReshape(from, to)) {
      unsigned read = 0;
      for (auto [position, dim] : llvm::enumerate(broadcast.getDims()))
        read += dim >= run.fromBegin && dim < run.fromEnd && source[position] == from[dim] &&
                !from[dim].isConstant(1);
      unsigned meaningful = llvm::count_if(llvm::seq(run.fromBegin, run.fromEnd),
                                           [&](unsigned dim) { return !from[dim].isConstant(1); });
      if (read != 0 && read != meaningful)
        return rewriter.notifyMatchFailure(op, "a run of dims is partly repeated");
      for (unsigned dim = run.toBegin; read != 0 && dim < run.toEnd; ++dim) {
        dims.push_back(dim);
        kept.push_back(to[dim]);
      }
    }
    auto smallType = tensorType(kept, typeOf(op).getElementType());
    mlir::Value input = rewriter.createOrFold<ReshapeOp>(op.getLoc(), smallType, broadcast.getInput());
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), input, dims);
    return success();
  }
};

//===-- Slices --------------------------------------------------------------------------------------===//

/// True when positions [start, start + (size-1)*stride] provably lie in [low, low + length).
bool isWithin(const DimExpr &start, const DimExpr &size, int64_t stride, const DimExpr &low,
              const DimExpr &length) {
  DimExpr before = start - low, after = low + length - start - (size - 1) * stride;
  return (before + 1).isProvablyPositive() && after.isProvablyPositive();
}

/// slice(slice(x)) is one slice.
struct SliceOfSlice : mlir::OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<SliceOp>();
    if (!inner)
      return failure();
    Dims starts = dimsOf(inner.getStarts()), outer = dimsOf(op.getStarts());
    llvm::SmallVector<int64_t> strides(inner.getStrides());
    for (size_t dim = 0; dim < strides.size(); ++dim) {
      starts[dim] = starts[dim] + outer[dim] * strides[dim];
      strides[dim] *= op.getStrides()[dim];
    }
    rewriter.replaceOpWithNewOp<SliceOp>(op, op.getType(), inner.getInput(),
                                         dimsAttr(op.getContext(), starts), strides);
    return success();
  }
};

/// A slice that lies in one operand of a concat is a slice of that operand.
struct SliceOfConcat : mlir::OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto concat = op.getInput().getDefiningOp<ConcatOp>();
    if (!concat)
      return failure();
    unsigned dim = concat.getDim();
    Dims starts = dimsOf(op.getStarts());
    DimExpr offset(0), size = dimsOf(op)[dim];
    for (mlir::Value input : concat.getInputs()) {
      DimExpr length = dimsOf(input)[dim];
      if (isWithin(starts[dim], size, op.getStrides()[dim], offset, length)) {
        starts[dim] = starts[dim] - offset;
        rewriter.replaceOpWithNewOp<SliceOp>(op, op.getType(), input, dimsAttr(op.getContext(), starts),
                                             op.getStrides());
        return success();
      }
      offset = offset + length;
    }
    return rewriter.notifyMatchFailure(op, "the slice reaches into several operands");
  }
};

/// A slice that sees nothing of the padding is a slice of what was padded.
struct SliceOfPad : mlir::OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<PadOp>();
    if (!pad)
      return failure();
    Dims starts = dimsOf(op.getStarts()), low = dimsOf(pad.getLow()), from = dimsOf(pad.getInput()),
         to = dimsOf(op);
    for (unsigned dim = 0; dim < starts.size(); ++dim) {
      bool spread = pad.getInterior() && (*pad.getInterior())[dim] != 0;
      if (spread || !isWithin(starts[dim], to[dim], op.getStrides()[dim], low[dim], from[dim]))
        return rewriter.notifyMatchFailure(op, "the slice may see padding");
      starts[dim] = starts[dim] - low[dim];
    }
    rewriter.replaceOpWithNewOp<SliceOp>(op, op.getType(), pad.getInput(), dimsAttr(op.getContext(), starts),
                                         op.getStrides());
    return success();
  }
};

/// slice(broadcast(x)) is broadcast(slice(x)).
struct SliceOfBroadcast : mlir::OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto broadcast = op.getInput().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return failure();
    Dims from = dimsOf(broadcast), source = dimsOf(broadcast.getInput()), to = dimsOf(op), starts, sizes;
    llvm::SmallVector<int64_t> strides;
    for (auto [position, dim] : llvm::enumerate(broadcast.getDims())) {
      bool repeats = source[position].isConstant(1) && !from[dim].isConstant(1);
      starts.push_back(repeats ? DimExpr(0) : dimsOf(op.getStarts())[dim]);
      strides.push_back(repeats ? 1 : op.getStrides()[dim]);
      sizes.push_back(repeats ? DimExpr(1) : to[dim]);
    }
    mlir::Value input = rewriter.createOrFold<SliceOp>(
        op.getLoc(), tensorType(sizes, typeOf(op).getElementType()), broadcast.getInput(),
        dimsAttr(op.getContext(), starts), rewriter.getDenseI64ArrayAttr(strides));
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), input, broadcast.getDims());
    return success();
  }
};

/// slice(transpose(x)) is transpose(slice(x)): fewer elements move.
struct SliceOfTranspose : mlir::OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    auto position = inversePermutation(transpose.getPerm());
    auto strides = llvm::map_to_vector(position, [&](int64_t dim) { return op.getStrides()[dim]; });
    auto type = tensorType(permuted(dimsOf(op), position), typeOf(op).getElementType());
    mlir::Value slice =
        SliceOp::create(rewriter, op.getLoc(), type, transpose.getInput(),
                        dimsAttr(op.getContext(), permuted(dimsOf(op.getStarts()), position)), strides);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), slice, transpose.getPerm());
    return success();
  }
};

//===-- Concats and pads ----------------------------------------------------------------------------===//

/// concat(concat(a, b), c) along one dim is concat(a, b, c); operands of size 0 go.
struct FlattenConcat : mlir::OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    llvm::SmallVector<mlir::Value> inputs;
    for (mlir::Value input : op.getInputs()) {
      auto inner = input.getDefiningOp<ConcatOp>();
      if (inner && inner.getDim() == op.getDim() && inner->hasOneUse())
        llvm::append_range(inputs, inner.getInputs());
      else if (!dimsOf(input)[op.getDim()].isConstant(0))
        inputs.push_back(input);
    }
    if (inputs.empty() || llvm::equal(inputs, op.getInputs()))
      return failure();
    rewriter.replaceOpWithNewOp<ConcatOp>(op, op.getType(), inputs, op.getDim());
    return success();
  }
};

/// Neighbouring operands of a concat that are neighbouring slices of one tensor are one slice of it.
struct ConcatOfSlices : mlir::OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  static bool areNeighbours(SliceOp a, SliceOp b, unsigned dim) {
    if (!a || !b || a.getInput() != b.getInput() || a.getStrides() != b.getStrides() ||
        a.getStrides()[dim] != 1)
      return false;
    Dims first = dimsOf(a.getStarts()), second = dimsOf(b.getStarts());
    first[dim] = first[dim] + dimsOf(a)[dim];
    return first == second;
  }

  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    unsigned dim = op.getDim();
    for (size_t k = 0; k + 1 < op.getInputs().size(); ++k) {
      auto a = op.getInputs()[k].getDefiningOp<SliceOp>(), b = op.getInputs()[k + 1].getDefiningOp<SliceOp>();
      if (!areNeighbours(a, b, dim))
        continue;
      Dims dims = dimsOf(a);
      dims[dim] = dims[dim] + dimsOf(b)[dim];
      llvm::SmallVector<mlir::Value> inputs(op.getInputs());
      inputs[k] = rewriter.createOrFold<SliceOp>(op.getLoc(), tensorType(dims, typeOf(op).getElementType()),
                                                 a.getInput(), a.getStarts(), a.getStridesAttr());
      inputs.erase(inputs.begin() + k + 1);
      rewriter.replaceOpWithNewOp<ConcatOp>(op, op.getType(), inputs, op.getDim());
      return success();
    }
    return failure();
  }
};

/// pad(pad(x)) with one value is one pad.
struct PadOfPad : mlir::OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PadOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<PadOp>();
    if (!inner || op.getInterior() || inner.getInterior())
      return failure();
    bool sameValue = op.getValue() == inner.getValue() ||
                     (splatOf(op.getValue()) && splatOf(op.getValue()) == splatOf(inner.getValue()));
    if (!sameValue)
      return rewriter.notifyMatchFailure(op, "the pads have different values");
    Dims low = dimsOf(op.getLow()), high = dimsOf(op.getHigh());
    for (unsigned dim = 0; dim < low.size(); ++dim) {
      low[dim] = low[dim] + dimsOf(inner.getLow())[dim];
      high[dim] = high[dim] + dimsOf(inner.getHigh())[dim];
    }
    rewriter.replaceOpWithNewOp<PadOp>(op, op.getType(), inner.getInput(), op.getValue(),
                                       dimsAttr(op.getContext(), low), dimsAttr(op.getContext(), high),
                                       mlir::DenseI64ArrayAttr());
    return success();
  }
};

//===-- Gathers -------------------------------------------------------------------------------------===//

/// A gather at one constant position is a slice.
struct GatherOfOnePosition : mlir::OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  /// Every coordinate but `dim` is its own result dim, in order, and no other result dim is larger than 1.
  static bool keepsOtherDims(GatherOp op, unsigned dim) {
    llvm::SmallVector<unsigned> read;
    Dims source = dimsOf(op.getSource()), result = dimsOf(op);
    for (auto [position, expr] : llvm::enumerate(op.getSourceMap().getResults())) {
      auto point = mlir::dyn_cast<mlir::AffineDimExpr>(expr);
      if (position == dim)
        continue;
      if (!point || result[point.getPosition()] != source[position])
        return false;
      read.push_back(point.getPosition());
    }
    if (!llvm::is_sorted(read) || std::adjacent_find(read.begin(), read.end()) != read.end())
      return false;
    for (unsigned position = 0; position < result.size(); ++position)
      if (!llvm::is_contained(read, position) && !result[position].isConstant(1))
        return false;
    return true;
  }

  LogicalResult matchAndRewrite(GatherOp op, PatternRewriter &rewriter) const override {
    if (op.getIndices().size() != 1)
      return failure();
    auto index = mlir::dyn_cast_or_null<mlir::IntegerAttr>(splatOf(op.getIndices()[0]));
    unsigned dim = op.getDims()[0];
    if (!index || !keepsOtherDims(op, dim))
      return failure();
    Dims dims = dimsOf(op.getSource()), starts(dims.size(), DimExpr(0));
    int64_t value = index.getValue().getSExtValue();
    starts[dim] = value < 0 ? dims[dim] + value : DimExpr(value);
    if (!isWithin(starts[dim], 1, 1, 0, dims[dim]))
      return rewriter.notifyMatchFailure(op, "the position may be out of range");
    dims[dim] = 1;
    llvm::SmallVector<int64_t> strides(dims.size(), 1);
    mlir::Value slice = rewriter.createOrFold<SliceOp>(
        op.getLoc(), tensorType(dims, typeOf(op).getElementType()), op.getSource(),
        dimsAttr(op.getContext(), starts), rewriter.getDenseI64ArrayAttr(strides));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), slice);
    return success();
  }
};

} // namespace

void populateComposeViewPatterns(mlir::RewritePatternSet &patterns) {
  patterns.add<TransposeOfTranspose, TransposeOfUnitDims, TransposeOfBroadcast, BroadcastOfBroadcast,
               BroadcastOfUnitReshape, BroadcastOfUnitDims, ReshapeOfBroadcast, SliceOfSlice, SliceOfConcat,
               SliceOfPad, SliceOfBroadcast, SliceOfTranspose, FlattenConcat, ConcatOfSlices, PadOfPad,
               GatherOfOnePosition>(patterns.getContext());
}

} // namespace delos::graph
