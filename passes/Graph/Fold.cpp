// graph-fold: evaluation of constants and of shape arithmetic.
#include "lib/Analysis/ConstantEvaluator.h"
#include "lib/Analysis/SymbolicValues.h"
#include "passes/Graph/Passes.h"

#include "llvm/ADT/STLExtras.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace delos::graph {
#define GEN_PASS_DEF_FOLDPASS
#include "passes/Graph/Passes.h.inc"
} // namespace delos::graph

using namespace delos;

namespace {

/// Every graph op, definitions before uses within a block.
llvm::SmallVector<mlir::Operation *> graphOps(mlir::Operation *root) {
  llvm::SmallVector<mlir::Operation *> ops;
  root->walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation *op) {
    if (mlir::isa_and_nonnull<graph::GraphDialect>(op->getDialect()))
      ops.push_back(op);
  });
  return ops;
}

//===-- Symbolic values -----------------------------------------------------------------------------===//

/// `value` is how a list of sizes is written: dims_value, reshaped, then cast.
bool isWrittenOut(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  if (auto cast = mlir::dyn_cast<graph::CastOp>(op))
    return cast.getInput().getDefiningOp() && isWrittenOut(cast.getInput());
  if (auto reshape = mlir::dyn_cast<graph::ReshapeOp>(op))
    op = reshape.getInput().getDefiningOp();
  return mlir::isa_and_nonnull<graph::DimsValueOp>(op);
}

/// A constant where no symbol is left, otherwise a list of sizes.
mlir::Value writeOut(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<DimExpr> elements,
                     mlir::RankedTensorType type) {
  auto i64 = builder.getI64Type();
  if (llvm::all_of(elements, [](const DimExpr &e) { return e.asConstant().has_value(); })) {
    auto values = llvm::map_to_vector(elements, [&](const DimExpr &e) -> mlir::Attribute {
      return builder.getIntegerAttr(type.getElementType(), *e.asConstant());
    });
    return graph::ConstantOp::create(builder, loc, type, mlir::DenseElementsAttr::get(type, values));
  }
  auto listType = mlir::RankedTensorType::get({static_cast<int64_t>(elements.size())}, i64);
  mlir::Value value =
      graph::DimsValueOp::create(builder, loc, listType, graph::dimsAttr(builder.getContext(), elements));
  if (type.getRank() != 1)
    value = graph::ReshapeOp::create(builder, loc, type.clone(i64), value);
  return type.getElementType() == i64 ? value
                                      : graph::CastOp::create(builder, loc, value, type.getElementType());
}

/// Replaces values known as lists of sizes where something needs them.
void foldSymbolic(llvm::ArrayRef<mlir::Operation *> ops) {
  SymbolicValues values;
  llvm::SmallVector<std::pair<mlir::Operation *, graph::Dims>> known;
  for (mlir::Operation *op : ops)
    if (op->getNumResults() == 1 && !mlir::isa<graph::ConstantOp>(op) && !isWrittenOut(op->getResult(0)))
      if (auto elements = values.of(op->getResult(0)))
        known.push_back({op, std::move(*elements)});
  for (auto &[op, elements] : llvm::reverse(known)) {
    if (!op->use_empty()) {
      mlir::OpBuilder builder(op);
      auto type = mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType());
      op->getResult(0).replaceAllUsesWith(writeOut(builder, op->getLoc(), elements, type));
    }
    op->erase();
  }
}

//===-- Constants -----------------------------------------------------------------------------------===//

/// Evaluates forwards, then replaces backwards what is still needed.
class ConstantFolder {
public:
  ConstantFolder(EvaluationBudget budget, int64_t growth) : budget(budget), growth(growth) {}

  void evaluate(llvm::ArrayRef<mlir::Operation *> ops);
  void replace();

  /// Some evaluation did not fit the budget.
  bool isExhausted() const { return budget.isExhausted; }

private:
  bool isWorthStoring(mlir::Operation *op, const ConstantTensor &value) const;
  bool isCounted(mlir::Operation *op) const;

  EvaluationBudget budget;
  int64_t growth;
  llvm::DenseMap<mlir::Value, ConstantTensor> known;
  llvm::SmallVector<mlir::Operation *> evaluated;
  /// Results of cheap arithmetic on indices and repeated constants: masks of triangles and bands.
  llvm::DenseSet<mlir::Value> counted;
};

void ConstantFolder::evaluate(llvm::ArrayRef<mlir::Operation *> ops) {
  for (mlir::Operation *op : ops) {
    llvm::SmallVector<ConstantTensor> operands;
    for (mlir::Value operand : op->getOperands())
      if (auto it = known.find(operand); it != known.end())
        operands.push_back(it->second);
    if (operands.size() != op->getNumOperands())
      continue;
    auto value = evaluateConstant(op, operands, budget);
    if (!value)
      continue;
    known.try_emplace(op->getResult(0), std::move(*value));
    if (isCounted(op))
      counted.insert(op->getResult(0));
    evaluated.push_back(op);
  }
}

/// Up to here a table of what could be counted is a constant.
static constexpr int64_t kSmallTableBytes = 4096;

bool ConstantFolder::isCounted(mlir::Operation *op) const {
  using F = graph::ScalarFn;
  static constexpr F cheap[] = {F::add,    F::sub,     F::mul,    F::neg,     F::max,    F::min,
                                F::eq,     F::ne,      F::lt,     F::le,      F::gt,     F::ge,
                                F::select, F::bit_and, F::bit_or, F::bit_xor, F::bit_not};
  if (mlir::isa<graph::IotaOp>(op))
    return true;
  auto map = mlir::dyn_cast<graph::MapOp>(op);
  bool isView = mlir::isa<graph::BroadcastOp, graph::ReshapeOp, graph::TransposeOp, graph::CastOp>(op);
  if (!isView && (!map || !llvm::is_contained(cheap, map.getFn())))
    return false;
  bool any = false;
  for (mlir::Value operand : op->getOperands()) {
    if (!counted.contains(operand) && !known.at(operand).isSplat())
      return false;
    any |= counted.contains(operand);
  }
  return any;
}

bool ConstantFolder::isWorthStoring(mlir::Operation *op, const ConstantTensor &value) const {
  // Indices are cheaper to count than to load, and a repetition cheaper to read in place.
  if (mlir::isa<graph::IotaOp>(op))
    return false;
  if (value.isSplat())
    return true;
  if (counted.contains(op->getResult(0)) && value.byteSize() > kSmallTableBytes)
    return false;
  int64_t from = 0;
  for (mlir::Value operand : op->getOperands())
    from += known.at(operand).storageBytes();
  if (mlir::isa<graph::BroadcastOp>(op))
    return value.byteSize() <= from;
  // Doubling lets a 16-bit table become f32 and a filter be padded.
  return value.byteSize() <= std::max(2 * from, growth);
}

void ConstantFolder::replace() {
  for (mlir::Operation *op : llvm::reverse(evaluated)) {
    if (!op->use_empty() && !mlir::isa<graph::ConstantOp>(op)) {
      mlir::Value result = op->getResult(0);
      const ConstantTensor &value = known.at(result);
      if (isWorthStoring(op, value)) {
        mlir::OpBuilder builder(op);
        auto attr = value.toAttribute(mlir::cast<mlir::RankedTensorType>(result.getType()), "folded");
        result.replaceAllUsesWith(graph::ConstantOp::create(builder, op->getLoc(), result.getType(), attr));
      }
    }
    if (op->use_empty())
      op->erase();
  }
}

void eraseDead(llvm::ArrayRef<mlir::Operation *> ops) {
  for (mlir::Operation *op : llvm::reverse(ops))
    if (mlir::isOpTriviallyDead(op))
      op->erase();
}

struct FoldPass : graph::impl::FoldPassBase<FoldPass> {
  using FoldPassBase::FoldPassBase;

  void runOnOperation() override {
    foldSymbolic(graphOps(getOperation()));
    eraseDead(graphOps(getOperation()));
    EvaluationBudget budget{maxSteps, maxBytes};
    ConstantFolder folder(budget, growth);
    folder.evaluate(graphOps(getOperation()));
    folder.replace();
    if (folder.isExhausted())
      getOperation().emitRemark()
          << "graph-fold: some constants stay computed, since evaluating them takes more than " << maxSteps
          << " steps or " << maxBytes << " bytes";
  }
};

} // namespace
