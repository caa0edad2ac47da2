// graph-fold-padding: pads become the padding of convolutions and windows.
#include "passes/Graph/Passes.h"
#include "passes/Graph/Rewriting.h"

#include "llvm/ADT/STLExtras.h"

namespace delos::graph {
#define GEN_PASS_DEF_FOLDPADDINGPASS
#include "passes/Graph/Passes.h.inc"
} // namespace delos::graph

using namespace delos;
using namespace delos::graph;
using mlir::failure;
using mlir::LogicalResult;
using mlir::PatternRewriter;
using mlir::success;

namespace {

/// The sizes of a pad that has no symbolic ones.
struct ConstantPad {
  llvm::SmallVector<int64_t> low, high;

  static std::optional<ConstantPad> of(PadOp op) {
    ConstantPad pad;
    for (auto [low, high] : llvm::zip(dimsOf(op.getLow()), dimsOf(op.getHigh()))) {
      if (!low.asConstant() || !high.asConstant())
        return std::nullopt;
      pad.low.push_back(*low.asConstant());
      pad.high.push_back(*high.asConstant());
    }
    return pad;
  }
  bool touches(int64_t dim) const { return low[dim] != 0 || high[dim] != 0; }
};

bool isInterior(PadOp pad) {
  return pad.getInterior() && llvm::any_of(*pad.getInterior(), [](int64_t count) { return count != 0; });
}

/// A convolution of what was padded with zeros pads itself.
struct PadIntoConv : mlir::OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<PadOp>();
    if (!pad)
      return failure();
    auto value = mlir::dyn_cast_or_null<mlir::FloatAttr>(splatOf(pad.getValue()));
    auto integer = mlir::dyn_cast_or_null<mlir::IntegerAttr>(splatOf(pad.getValue()));
    bool isZero = (value && value.getValue().isZero()) || (integer && integer.getValue().isZero());
    auto sizes = ConstantPad::of(pad);
    if (!isZero || isInterior(pad) || !sizes)
      return rewriter.notifyMatchFailure(op, "expected constant sizes and zeros around the image");
    int64_t rank = sizes->low.size(), channel = op.getChannelsLast() ? rank - 1 : 1;
    if (sizes->touches(0) || sizes->touches(channel))
      return rewriter.notifyMatchFailure(op, "batch or channels are padded");
    llvm::SmallVector<int64_t> low(op.getLow()), high(op.getHigh());
    for (int64_t k = 0; k < rank - 2; ++k) {
      int64_t dim = op.getChannelsLast() ? 1 + k : 2 + k;
      low[k] += sizes->low[dim];
      high[k] += sizes->high[dim];
    }
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(pad.getInput());
      op.setLow(low);
      op.setHigh(high);
    });
    return success();
  }
};

bool isNeutral(ReduceKind kind, mlir::Attribute attr) {
  if (auto real = mlir::dyn_cast_or_null<mlir::FloatAttr>(attr)) {
    const llvm::APFloat &value = real.getValue();
    bool isMax = kind == ReduceKind::max;
    return kind == ReduceKind::sum ? value.isZero()
           : kind == ReduceKind::prod
               ? value.convertToDouble() == 1
               : (isMax || kind == ReduceKind::min) && value.isInfinity() && value.isNegative() == isMax;
  }
  auto integer = mlir::dyn_cast_or_null<mlir::IntegerAttr>(attr);
  if (!integer)
    return false;
  bool isUnsigned = classOf(integer.getType()) & (kUnsignedInt | kBool);
  const llvm::APInt &value = integer.getValue();
  switch (kind) {
  case ReduceKind::sum:
  case ReduceKind::bit_or:
    return value.isZero();
  case ReduceKind::prod:
    return value.isOne();
  case ReduceKind::bit_and:
    return value.isAllOnes();
  case ReduceKind::max:
    return isUnsigned ? value.isMinValue() : value.isMinSignedValue();
  case ReduceKind::min:
    return isUnsigned ? value.isMaxValue() : value.isMaxSignedValue();
  }
  return false;
}

/// A window over what was padded with the neutral element reaches beyond the tensor itself.
struct PadIntoWindow : mlir::OpRewritePattern<WindowReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(WindowReduceOp op, PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<PadOp>();
    if (!pad)
      return failure();
    auto sizes = ConstantPad::of(pad);
    if (!sizes || isInterior(pad) || !isNeutral(op.getKind(), splatOf(pad.getValue())))
      return rewriter.notifyMatchFailure(op,
                                         "expected constant sizes and the neutral element around the tensor");
    llvm::SmallVector<int64_t> low(op.getLow());
    for (size_t dim = 0; dim < low.size(); ++dim) {
      if (sizes->touches(dim) && op.getWindow()[dim] == 1 && op.getStrides()[dim] == 1)
        return rewriter.notifyMatchFailure(op, "a dim without a window is padded");
      low[dim] += sizes->low[dim];
    }
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(pad.getInput());
      op.setLow(low);
    });
    return success();
  }
};

struct FoldPaddingPass : graph::impl::FoldPaddingPassBase<FoldPaddingPass> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    patterns.add<PadIntoConv, PadIntoWindow>(&getContext());
    rewriteToFixedPoint(getOperation(), getArgument(), std::move(patterns));
  }
};

} // namespace
