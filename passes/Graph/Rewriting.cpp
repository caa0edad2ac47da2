// Shared parts of the pattern passes.
#include "passes/Graph/Rewriting.h"

#include "llvm/ADT/STLExtras.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace delos::graph {

bool rewriteToFixedPoint(mlir::Operation *root, llvm::StringRef passName,
                         mlir::RewritePatternSet &&patterns) {
  mlir::GreedyRewriteConfig config;
  config.setMaxIterations(kMaxRounds);
  config.setUseTopDownTraversal(true);
  config.enableFolding(true);
  bool changed = false;
  if (failed(mlir::applyPatternsGreedily(root, std::move(patterns), config, &changed)))
    mlir::emitWarning(root->getLoc()) << passName << ": no fixed point after " << kMaxRounds << " rounds";
  return changed;
}

mlir::Attribute splatOf(mlir::Value value) {
  while (mlir::Operation *op = value.getDefiningOp()) {
    if (auto constant = mlir::dyn_cast<ConstantOp>(op)) {
      auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(constant.getValue());
      return dense && dense.isSplat() ? dense.getSplatValue<mlir::Attribute>() : mlir::Attribute();
    }
    if (!mlir::isa<BroadcastOp, ReshapeOp, TransposeOp>(op))
      return {};
    value = op->getOperand(0);
  }
  return {};
}

mlir::Value createSplat(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type,
                        mlir::Attribute value) {
  auto constantType = type.hasStaticShape() ? type : mlir::RankedTensorType::get({}, type.getElementType());
  mlir::Value constant =
      ConstantOp::create(builder, loc, constantType, mlir::DenseElementsAttr::get(constantType, value));
  if (type.hasStaticShape())
    return constant;
  return BroadcastOp::create(builder, loc, type, constant, llvm::ArrayRef<int64_t>());
}

bool isElementwise(mlir::Operation *op) { return mlir::isa_and_nonnull<MapOp, CastOp, BitcastOp>(op); }

mlir::Value cloneElementwise(mlir::OpBuilder &builder, mlir::Operation *op, mlir::ValueRange operands) {
  mlir::Operation *copy = builder.clone(*op);
  copy->setOperands(operands);
  mlir::Type element = typeOf(op->getResult(0)).getElementType();
  copy->getResult(0).setType(tensorType(dimsOf(operands.front()), element));
  return copy->getResult(0);
}

bool hasOneUser(mlir::Operation *op) { return !op->use_empty() && llvm::all_equal(op->getUsers()); }

mlir::RankedTensorType typeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

Dims permuted(llvm::ArrayRef<DimExpr> dims, llvm::ArrayRef<int64_t> perm) {
  return llvm::map_to_vector(perm, [&](int64_t dim) { return dims[dim]; });
}

llvm::SmallVector<int64_t> inversePermutation(llvm::ArrayRef<int64_t> perm) {
  llvm::SmallVector<int64_t> inverse(perm.size());
  for (auto [position, dim] : llvm::enumerate(perm))
    inverse[dim] = position;
  return inverse;
}

namespace {
/// One side of a reshape while a run grows.
struct RunSide {
  llvm::ArrayRef<DimExpr> dims;
  unsigned end = 0;
  DimExpr product = 1;

  bool isAtUnit() const { return end < dims.size() && dims[end].isConstant(1); }
  bool grow() {
    if (end == dims.size())
      return false;
    product = product * dims[end++];
    return true;
  }
};

/// Grows the side whose product divides the other's until both are equal; false when neither does.
bool completeRun(RunSide &left, RunSide &right) {
  while (left.product != right.product) {
    bool leftIsLess = right.product.divideExactly(left.product).has_value();
    bool rightIsLess = left.product.divideExactly(right.product).has_value();
    if (leftIsLess == rightIsLess) {
      // Neither divides the other (3 and 2): constants still tell which one is behind.
      auto l = left.product.asConstant(), r = right.product.asConstant();
      if (!l || !r)
        return false;
      leftIsLess = *l < *r;
    }
    if (!(leftIsLess ? left : right).grow())
      return false;
  }
  return true;
}
} // namespace

llvm::SmallVector<ReshapeRun> matchReshape(llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<DimExpr> to) {
  llvm::SmallVector<ReshapeRun> runs;
  unsigned fromSize = from.size(), toSize = to.size();
  auto isZero = [](const DimExpr &dim) { return dim.isConstant(0); };
  if (llvm::any_of(from, isZero) || llvm::any_of(to, isZero))
    return {{0, fromSize, 0, toSize}};
  RunSide left{from}, right{to};
  while (left.end < fromSize || right.end < toSize) {
    ReshapeRun run{left.end, left.end, right.end, right.end};
    left.product = right.product = 1;
    bool leftUnit = left.isAtUnit(), rightUnit = right.isAtUnit();
    // A unit dim pairs with a unit dim; alone it is inserted or removed.
    bool leftMoves = leftUnit || !rightUnit, rightMoves = rightUnit || !leftUnit;
    bool complete = (!leftMoves || left.grow()) && (!rightMoves || right.grow()) && completeRun(left, right);
    if (!complete) {
      left.end = fromSize;
      right.end = toSize;
    }
    run.fromEnd = left.end;
    run.toEnd = right.end;
    runs.push_back(run);
  }
  return runs;
}

/// Cuts one run: takes the smaller of the two front sizes again and again, and leaves the quotient of the
/// other.
static bool refineRun(llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<DimExpr> to, Dims &refined) {
  Dims left(llvm::reverse(from)), right(llvm::reverse(to)); // fronts at the back
  while (!left.empty() && !right.empty()) {
    DimExpr a = left.pop_back_val(), b = right.pop_back_val();
    if (auto quotient = a.divideExactly(b)) {
      refined.push_back(b);
      if (!quotient->isConstant(1))
        left.push_back(*quotient);
    } else if (auto other = b.divideExactly(a)) {
      refined.push_back(a);
      right.push_back(*other);
    } else {
      return false;
    }
  }
  refined.append(left.rbegin(), left.rend());
  refined.append(right.rbegin(), right.rend());
  return true;
}

std::optional<Dims> commonRefinement(llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<DimExpr> to) {
  Dims refined;
  for (const ReshapeRun &run : matchReshape(from, to))
    if (!refineRun(from.slice(run.fromBegin, run.fromEnd - run.fromBegin),
                   to.slice(run.toBegin, run.toEnd - run.toBegin), refined))
      return std::nullopt;
  return refined;
}

} // namespace delos::graph
