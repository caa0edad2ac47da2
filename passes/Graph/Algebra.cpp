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
using namespace delos::graph;
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
struct CastOfCast : mlir::OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp op, PatternRewriter &rewriter) const override {
    if (op.getInput().getType() == op.getType()) {
      rewriter.replaceOp(op, op.getInput());
      return success();
    }
    auto inner = op.getInput().getDefiningOp<CastOp>();
    if (!inner)
      return failure();
    auto kindOf = [](mlir::Value value) { return elementKindOf(typeOf(value).getElementType()); };
    if (!holdsExactly(kindOf(inner.getInput()), kindOf(inner)))
      return rewriter.notifyMatchFailure(op, "the first cast may lose values");
    rewriter.replaceOpWithNewOp<CastOp>(op, op.getType(), inner.getInput(), op.getMode());
    return success();
  }
};

/// bitcast(bitcast(x)) is one bitcast, or x.
struct BitcastOfBitcast : mlir::OpRewritePattern<BitcastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BitcastOp op, PatternRewriter &rewriter) const override {
    if (op.getInput().getType() == op.getType()) {
      rewriter.replaceOp(op, op.getInput());
      return success();
    }
    auto inner = op.getInput().getDefiningOp<BitcastOp>();
    if (!inner)
      return failure();
    rewriter.replaceOpWithNewOp<BitcastOp>(op, op.getType(), inner.getInput());
    return success();
  }
};

/// What `op` is when it is the element-wise function `fn`; null otherwise.
MapOp mapOf(mlir::Value value, ScalarFn fn) {
  auto map = value.getDefiningOp<MapOp>();
  return map && map.getFn() == fn ? map : MapOp();
}

/// sum(exp(a - max(a))) over one set of dims lies between 1 and the number of terms.
bool isSumOfShiftedExp(mlir::Value value) {
  auto sum = value.getDefiningOp<ReduceOp>();
  if (!sum || sum.getKind() != ReduceKind::sum)
    return false;
  auto exp = mapOf(sum.getInput(), ScalarFn::exp);
  auto shifted = exp ? mapOf(exp.getInputs()[0], ScalarFn::sub) : MapOp();
  auto repeated = shifted ? shifted.getInputs()[1].getDefiningOp<BroadcastOp>() : BroadcastOp();
  auto greatest = repeated ? repeated.getInput().getDefiningOp<ReduceOp>() : ReduceOp();
  if (!greatest || greatest.getKind() != ReduceKind::max || greatest.getDims() != sum.getDims() ||
      greatest.getInput() != shifted.getInputs()[0])
    return false;
  return llvm::none_of(repeated.getDims(),
                       [&](int64_t dim) { return llvm::is_contained(sum.getDims(), dim); });
}

/// All elements are NaN or so far from zero and infinity that their reciprocals are exact to rounding.
bool isModerate(mlir::Value value) {
  constexpr double kLeast = 0x1p-100, kGreatest = 0x1p100;
  auto isWithin = [&](mlir::Attribute splat) {
    auto real = mlir::dyn_cast_or_null<mlir::FloatAttr>(splat);
    return real && real.getValueAsDouble() >= kLeast && real.getValueAsDouble() <= kGreatest;
  };
  if (isSumOfShiftedExp(value))
    return true;
  // The root of a variance and an epsilon: above by the epsilon's, below by the root of the largest f32.
  auto root = mapOf(value, ScalarFn::sqrt);
  auto sum =
      root && typeOf(value).getElementType().isF32() ? mapOf(root.getInputs()[0], ScalarFn::add) : MapOp();
  return sum && isNonNegative(sum.getInputs()[0]) && isNonNegative(sum.getInputs()[1]) &&
         (isWithin(splatOf(sum.getInputs()[0])) || isWithin(splatOf(sum.getInputs()[1])));
}

/// x / broadcast(s) is x * broadcast(1 / s): as many divisions as s has elements.
struct DivideBeforeBroadcast : mlir::OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    auto broadcast =
        op.getFn() == ScalarFn::div ? op.getInputs()[1].getDefiningOp<BroadcastOp>() : BroadcastOp();
    auto element = typeOf(op).getElementType();
    if (!broadcast || !(element.isF32() || element.isF64()))
      return failure();
    mlir::Value divisor = broadcast.getInput();
    if (auto reshape = divisor.getDefiningOp<ReshapeOp>()) // unit dims kept by a reduction
      divisor = reshape.getInput();
    if (elementCount(dimsOf(divisor)) == elementCount(dimsOf(op)) || !isModerate(divisor))
      return rewriter.notifyMatchFailure(op, "the reciprocals may overflow or lose bits");
    mlir::Value inverse = MapOp::create(rewriter, op.getLoc(), ScalarFn::reciprocal, broadcast.getInput());
    mlir::Value repeated =
        BroadcastOp::create(rewriter, op.getLoc(), broadcast.getType(), inverse, broadcast.getDims());
    rewriter.replaceOpWithNewOp<MapOp>(op, op.getType(), ScalarFn::mul,
                                       mlir::ValueRange{op.getInputs()[0], repeated});
    return success();
  }
};

struct AlgebraPass : graph::impl::AlgebraPassBase<AlgebraPass> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    graph::populateAlgebraPatterns(patterns, graph::algebraRules());
    patterns.add<CastOfCast, BitcastOfBitcast, DivideBeforeBroadcast>(&getContext());
    graph::rewriteToFixedPoint(getOperation(), getArgument(), std::move(patterns));
  }
};

} // namespace
