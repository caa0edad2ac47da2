// graph-fold-normalization: per-channel scales move into constant weights.
#include "passes/Graph/Passes.h"
#include "passes/Graph/Rewriting.h"
#include "passes/Graph/ViewPatterns.h"

#include "llvm/ADT/STLExtras.h"

namespace delos::graph {
#define GEN_PASS_DEF_FOLDNORMALIZATIONPASS
#include "passes/Graph/Passes.h.inc"
} // namespace delos::graph

using namespace delos;
using namespace delos::graph;
using mlir::failure;
using mlir::LogicalResult;
using mlir::PatternRewriter;
using mlir::success;

namespace {

/// Levels of ops that constants are looked for through.
constexpr int kConstantDepth = 8;

/// Computed from constants alone, so that graph-fold evaluates it.
bool isConstantExpr(mlir::Value value, int depth = 0) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op || depth > kConstantDepth || mlir::isa<RandomOp>(op) || !typeOf(value).hasStaticShape())
    return false;
  return mlir::isa<ConstantOp>(op) ||
         (op->getNumOperands() > 0 && llvm::all_of(op->getOperands(), [&](mlir::Value operand) {
            return isConstantExpr(operand, depth + 1);
          }));
}

/// A scale as a function of one dim of the tensor it multiplies: a vector, or one number (then `dim` is -1).
struct ChannelScale {
  mlir::Value vector;
  int64_t dim = -1;

  static std::optional<ChannelScale> of(mlir::Value value) {
    if (splatOf(value))
      return ChannelScale{value};
    auto broadcast = value.getDefiningOp<BroadcastOp>();
    if (!broadcast || !isConstantExpr(broadcast.getInput()))
      return std::nullopt;
    // The one dim along which the vector varies; unit dims repeat.
    ChannelScale scale{broadcast.getInput()};
    for (auto [position, size] : llvm::enumerate(dimsOf(broadcast.getInput())))
      if (!size.isConstant(1)) {
        if (scale.dim >= 0)
          return std::nullopt;
        scale.dim = broadcast.getDims()[position];
      }
    return scale.dim >= 0 ? std::optional(scale) : std::nullopt;
  }

  /// The scale repeated along all dims of `weights` but `along`.
  mlir::Value over(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value weights, int64_t along) const {
    if (dim < 0)
      return createSplat(builder, loc, typeOf(weights), splatOf(vector));
    auto flat = tensorType(dimsOf(weights)[along], typeOf(vector).getElementType());
    mlir::Value line = builder.createOrFold<ReshapeOp>(loc, flat, vector);
    return BroadcastOp::create(builder, loc, weights.getType(), line, along);
  }
};

/// A convolution or contraction with constant weights, and the dim of the weights behind each result dim that
/// a scale may vary along.
struct WeightedOp {
  mlir::Operation *op;
  unsigned weightsOperand;

  mlir::Value weights() const { return op->getOperand(weightsOperand); }

  static std::optional<WeightedOp> of(mlir::Value value) {
    mlir::Operation *op = value.getDefiningOp();
    if (!mlir::isa_and_nonnull<ConvOp, ContractOp>(op))
      return std::nullopt;
    for (unsigned operand : {1u, 0u})
      if (isConstantExpr(op->getOperand(operand)) && (operand == 1 || mlir::isa<ContractOp>(op)))
        return WeightedOp{op, operand};
    return std::nullopt;
  }

  /// -1 when the result dim does not come from the weights.
  int64_t weightsDim(int64_t resultDim) const {
    if (auto conv = mlir::dyn_cast<ConvOp>(op)) {
      int64_t channel = conv.getChannelsLast() ? typeOf(conv).getRank() - 1 : 1;
      return resultDim == channel ? 0 : -1;
    }
    AccessRule rule = mlir::cast<AccessRuleOpInterface>(op).getAccessRule();
    auto map = rule.operands[weightsOperand].map;
    auto position = map.getResultPosition(mlir::getAffineDimExpr(resultDim, op->getContext()));
    return position ? static_cast<int64_t>(*position) : -1;
  }
};

/// mul(conv(x, w), scale) is conv(x, w * scale); div likewise.
struct ScaleIntoWeights : mlir::OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    bool isMul = op.getFn() == ScalarFn::mul;
    if (!isMul && op.getFn() != ScalarFn::div)
      return failure();
    for (unsigned position = 0; position < (isMul ? 2 : 1); ++position)
      if (succeeded(fold(op, op.getInputs()[position], op.getInputs()[1 - position], rewriter)))
        return success();
    return failure();
  }

private:
  static LogicalResult fold(MapOp op, mlir::Value product, mlir::Value factor, PatternRewriter &rewriter) {
    auto weighted = WeightedOp::of(product);
    if (!weighted || !hasOneUser(weighted->op) || product == factor)
      return rewriter.notifyMatchFailure(op, "not the only user of an op with constant weights");
    auto element = typeOf(op).getElementType();
    if (!mlir::isa<mlir::FloatType>(element) || typeOf(weighted->weights()).getElementType() != element)
      return rewriter.notifyMatchFailure(op, "weights of another element type");
    auto scale = ChannelScale::of(factor);
    int64_t along = scale && scale->dim >= 0 ? weighted->weightsDim(scale->dim) : 0;
    if (!scale || along < 0)
      return rewriter.notifyMatchFailure(op, "the scale is not a constant along a dim of the weights");
    mlir::Value weights = weighted->weights();
    mlir::Value repeated = scale->over(rewriter, op.getLoc(), weights, along);
    mlir::Value scaled =
        MapOp::create(rewriter, op.getLoc(), op.getFn(), mlir::ValueRange{weights, repeated});
    mlir::Operation *copy = rewriter.clone(*weighted->op);
    copy->setOperand(weighted->weightsOperand, scaled);
    rewriter.replaceOp(op, copy->getResults());
    return success();
  }
};

/// mul(add(conv(x, w), b), s) is add(mul(conv(x, w), s), b * s) for constant b and s; also sub, and div.
struct DistributeScale : mlir::OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    bool isMul = op.getFn() == ScalarFn::mul;
    if ((!isMul && op.getFn() != ScalarFn::div) || !mlir::isa<mlir::FloatType>(typeOf(op).getElementType()))
      return failure();
    for (unsigned position = 0; position < (isMul ? 2 : 1); ++position) {
      auto sum = op.getInputs()[position].getDefiningOp<MapOp>();
      mlir::Value factor = op.getInputs()[1 - position];
      if (sum && hasOneUser(sum) && isSumWithBias(sum) && ChannelScale::of(factor)) {
        distribute(op, sum, factor, rewriter);
        return success();
      }
    }
    return failure();
  }

  /// A sum of a constant bias and an op with constant weights, whose only user it is.
  static bool isSumWithBias(MapOp sum) {
    if (sum.getFn() != ScalarFn::add && sum.getFn() != ScalarFn::sub)
      return false;
    auto isPair = [](mlir::Value product, mlir::Value bias) {
      auto weighted = WeightedOp::of(product);
      return weighted && hasOneUser(weighted->op) && ChannelScale::of(bias);
    };
    return isPair(sum.getInputs()[0], sum.getInputs()[1]) || isPair(sum.getInputs()[1], sum.getInputs()[0]);
  }

private:
  static void distribute(MapOp op, MapOp sum, mlir::Value factor, PatternRewriter &rewriter) {
    auto terms = llvm::map_to_vector(sum.getInputs(), [&](mlir::Value term) -> mlir::Value {
      return MapOp::create(rewriter, op.getLoc(), op.getType(), op.getFn(), mlir::ValueRange{term, factor});
    });
    rewriter.replaceOpWithNewOp<MapOp>(op, op.getType(), sum.getFn(), terms);
  }
};

/// add(add(conv(x, w), b), c) is add(conv(x, w), b + c) for constant b and c; also with sub.
struct MergeBiases : mlir::OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    auto inner = isSum(op) ? op.getInputs()[0].getDefiningOp<MapOp>() : MapOp();
    if (!inner || !isSum(inner) || !hasOneUser(inner) || !WeightedOp::of(inner.getInputs()[0]))
      return failure();
    mlir::Value first = inner.getInputs()[1], second = op.getInputs()[1];
    if (!ChannelScale::of(first) || !ChannelScale::of(second) ||
        !mlir::isa<mlir::FloatType>(typeOf(op).getElementType()))
      return rewriter.notifyMatchFailure(op, "expected two constant biases");
    // (y - b) + c is y + (c - b), and (y - b) - c is y - (b + c).
    bool subtractsFirst = inner.getFn() == ScalarFn::sub, subtractsSecond = op.getFn() == ScalarFn::sub;
    auto combined = [&](ScalarFn fn, mlir::Value a, mlir::Value b) -> mlir::Value {
      return MapOp::create(rewriter, op.getLoc(), op.getType(), fn, mlir::ValueRange{a, b});
    };
    mlir::Value bias = subtractsFirst == subtractsSecond ? combined(ScalarFn::add, first, second)
                       : subtractsFirst                  ? combined(ScalarFn::sub, second, first)
                                                         : combined(ScalarFn::sub, first, second);
    ScalarFn fn = subtractsFirst && subtractsSecond ? ScalarFn::sub : ScalarFn::add;
    rewriter.replaceOpWithNewOp<MapOp>(op, op.getType(), fn, mlir::ValueRange{inner.getInputs()[0], bias});
    return success();
  }

private:
  static bool isSum(MapOp op) { return op.getFn() == ScalarFn::add || op.getFn() == ScalarFn::sub; }
};

/// mul(contract(x, y), c) is contract(mul(x, c), y) where x comes from constant weights, which then take the
/// scale.
struct ScaleIntoOperand : mlir::OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    if (op.getFn() != ScalarFn::mul || !mlir::isa<mlir::FloatType>(typeOf(op).getElementType()))
      return failure();
    for (unsigned position = 0; position < 2; ++position) {
      auto contract = op.getInputs()[position].getDefiningOp<ContractOp>();
      mlir::Attribute splat = splatOf(op.getInputs()[1 - position]);
      if (!contract || !splat || !hasOneUser(contract))
        continue;
      for (unsigned side = 0; side < 2; ++side)
        if (takesScale(contract->getOperand(side))) {
          scaleOperand(op, contract, side, splat, rewriter);
          return success();
        }
    }
    return rewriter.notifyMatchFailure(op, "not a scaled contraction of something with constant weights");
  }

private:
  /// Views and a constant bias on an op with constant weights, all of one user each.
  static bool takesScale(mlir::Value value) {
    mlir::Operation *op = value.getDefiningOp();
    if (!op || !hasOneUser(op))
      return false;
    if (mlir::isa<ReshapeOp, TransposeOp>(op))
      return takesScale(op->getOperand(0));
    if (auto sum = mlir::dyn_cast<MapOp>(op))
      return DistributeScale::isSumWithBias(sum);
    return WeightedOp::of(value).has_value();
  }
  static void scaleOperand(MapOp op, ContractOp contract, unsigned side, mlir::Attribute splat,
                           PatternRewriter &rewriter) {
    mlir::Value operand = contract->getOperand(side);
    mlir::Value factor = createSplat(rewriter, op.getLoc(), typeOf(operand), splat);
    mlir::Value scaled = MapOp::create(rewriter, op.getLoc(), operand.getType(), ScalarFn::mul,
                                       mlir::ValueRange{operand, factor});
    mlir::Operation *copy = rewriter.clone(*contract);
    copy->setOperand(side, scaled);
    rewriter.replaceOp(op, copy->getResults());
  }
};

struct FoldNormalizationPass : graph::impl::FoldNormalizationPassBase<FoldNormalizationPass> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    patterns.add<ScaleIntoWeights, DistributeScale, MergeBiases, ScaleIntoOperand>(&getContext());
    // Scales and biases are recognised as broadcasts of what the arithmetic on them gives.
    populateComposeViewPatterns(patterns);
    populateSinkViewPatterns(patterns);
    rewriteToFixedPoint(getOperation(), getArgument(), std::move(patterns));
  }
};

} // namespace
