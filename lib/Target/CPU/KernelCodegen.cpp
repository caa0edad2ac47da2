// Choice of the generator.
#include "lib/Target/CPU/KernelCodegen.h"

#include "dialects/Fusion/FusionDialect.h"
#include "dialects/Graph/GraphOps.h"
#include "lib/Cost/AnalyticCost.h"
#include "lib/Target/CPU/OnePass/OnePassKernel.h"
#include "lib/Target/CPU/Seam/SeamKernel.h"

namespace delos::cpu {

/// Multiply-adds up to which the rows may compute several products in one kernel.
constexpr double kSmallProducts = 1 << 16;

llvm::StringRef KernelPlan::generator() const {
  return std::holds_alternative<RowPlan>(detail)                    ? "rows"
         : std::holds_alternative<loopopt::ContractionPlan>(detail) ? "contraction"
         : std::holds_alternative<loopopt::OnePassPlan>(detail)     ? "one_pass"
                                                                    : "window";
}

llvm::ArrayRef<loopopt::PackedConstant> KernelPlan::packedConstants() const {
  if (auto *contraction = std::get_if<loopopt::ContractionPlan>(&detail))
    return contraction->packed;
  if (auto *window = std::get_if<loopopt::WindowPlan>(&detail))
    return window->packed;
  return {};
}

mlir::Attribute KernelPlan::schedule(mlir::MLIRContext *context) const {
  auto knobs = mlir::DictionaryAttr::get(context);
  if (auto *contraction = std::get_if<loopopt::ContractionPlan>(&detail))
    knobs = contraction->schedule.toAttribute(context);
  else if (auto *window = std::get_if<loopopt::WindowPlan>(&detail))
    knobs = window->schedule.toAttribute(context);
  else if (auto *onePass = std::get_if<loopopt::OnePassPlan>(&detail))
    knobs = onePass->schedule.toAttribute(context);
  else if (!fallback.empty())
    knobs =
        mlir::DictionaryAttr::get(context, mlir::NamedAttribute(mlir::StringAttr::get(context, "fallback"),
                                                                mlir::StringAttr::get(context, fallback)));
  return fusion::ScheduleAttr::get(context, mlir::StringAttr::get(context, generator()), knobs);
}

/// The anchor around which tiles are made: a window or contraction, whichever stands first; null when there
/// is none.
static mlir::Operation *anchorOf(mlir::Block &body) {
  for (mlir::Operation &op : body)
    if (mlir::isa<graph::ContractOp, graph::ConvOp, graph::WindowReduceOp>(op))
      return &op;
  return nullptr;
}

/// The decision of one of the tile planners.
template <typename Plan>
static KernelDecision decide(std::variant<Plan, loopopt::Refusal> planned) {
  if (auto *refusal = std::get_if<loopopt::Refusal>(&planned))
    return {std::nullopt, refusal->reason, refusal->blocking, {}};
  Plan &plan = std::get<Plan>(planned);
  DimExpr tiles = plan.tiles, scratchBytes = plan.scratchBytes;
  return {KernelPlan{std::move(plan), std::move(tiles), std::move(scratchBytes), 0, 0, {}}, {}, nullptr, {}};
}

static KernelDecision planTiles(mlir::Block &body, mlir::Operation *anchor,
                                llvm::function_ref<bool(unsigned)> isConstantInput,
                                const TargetDescription &target) {
  loopopt::VectorTarget vectors = vectorTargetOf(target);
  if (mlir::isa<graph::ContractOp>(anchor))
    return decide(loopopt::planContraction(body, vectors, isConstantInput));
  // A filter is laid out by its channels; an image whose channels are symbolic may not agree with it as the
  // tiles need.
  if (auto conv = mlir::dyn_cast<graph::ConvOp>(anchor)) {
    graph::Dims image = graph::dimsOf(conv.getInput());
    if (!(conv.getChannelsLast() ? image.back() : image[1]).asConstant())
      return {std::nullopt, "a convolution of symbolic channels", anchor, {}};
  }
  return decide(loopopt::planWindow(body, vectors, isConstantInput));
}

KernelDecision planKernelWithRows(mlir::Block &body, const TargetDescription &target,
                                  llvm::StringRef fallback) {
  RowDecision rows = planRows(body, target);
  if (!rows)
    return {std::nullopt, std::move(rows.reason), rows.blockingOp, rows.blockingEdge};
  KernelPlan plan{{}, rows.plan->tileCount, rows.plan->scratchBytes, 0, 0, {}};
  for (const RowNest &nest : rows.plan->nests)
    plan.accesses += nest.cost;
  plan.detail = std::move(*rows.plan);
  plan.fallback = fallback.str();
  return {std::move(plan), {}, nullptr, {}};
}

/// Multiply-adds of the products in `body`; symbolic sizes count as 64.
static double multiplyAdds(mlir::Block &body) {
  double sum = 0;
  for (mlir::Operation &op : body)
    if (auto contract = mlir::dyn_cast<graph::ContractOp>(op)) {
      auto rule = mlir::cast<graph::AccessRuleOpInterface>(op).getAccessRule();
      sum += DimHints().evaluate(rule.points());
    }
  return sum;
}

static int countProducts(mlir::Block &body) {
  return llvm::count_if(body, [](mlir::Operation &op) { return mlir::isa<graph::ContractOp>(op); });
}

/// Two contractions: one pass over the axis between them, where the algebra of the reductions allows it.
static KernelDecision planTwoProducts(mlir::Block &body, const TargetDescription &target) {
  auto planned = loopopt::planOnePass(body, vectorTargetOf(target));
  if (auto *refusal = std::get_if<loopopt::Refusal>(&planned)) {
    // The rows would compute the products from operands as they lie, which small ones bear.
    if (multiplyAdds(body) > kSmallProducts)
      return {std::nullopt, refusal->reason, refusal->blocking, {}};
    KernelDecision rows = planKernelWithRows(body, target);
    if (!rows)
      rows.reason = refusal->reason;
    return rows;
  }
  auto &plan = std::get<loopopt::OnePassPlan>(planned);
  DimExpr tiles = plan.tiles, scratchBytes = plan.scratchBytes, flops = plan.flops;
  return {KernelPlan{std::move(plan), std::move(tiles), std::move(scratchBytes), 0, std::move(flops), {}},
          {},
          nullptr,
          {}};
}

KernelDecision planKernel(mlir::Block &body, llvm::function_ref<bool(unsigned)> isConstantInput,
                          const TargetDescription &target) {
  mlir::Operation *anchor = anchorOf(body);
  if (!anchor)
    return planKernelWithRows(body, target);
  if (countProducts(body) == 2)
    return planTwoProducts(body, target);
  KernelDecision tiles = planTiles(body, anchor, isConstantInput, target);
  if (tiles)
    return tiles;
  if (countProducts(body) > 1 && multiplyAdds(body) > kSmallProducts)
    return tiles;
  // What the tiles cannot express (filters that are not constant) the rows still compute, at their price.
  return planKernelWithRows(body, target);
}

static EmittedKernel emitWithRows(mlir::ModuleOp module, llvm::StringRef name, mlir::Block &body,
                                  const RowPlan &plan, const TargetDescription &target) {
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockEnd(module.getBody());
  return {emitRows(builder, name, body, plan, target), plan.dims, plan.tileCount, plan.scratchBytes};
}

mlir::FailureOr<EmittedKernel> emitKernel(mlir::ModuleOp module, llvm::StringRef name, mlir::Block &body,
                                          const KernelPlan &plan, const TargetDescription &target) {
  if (auto *rows = std::get_if<RowPlan>(&plan.detail))
    return emitWithRows(module, name, body, *rows, target);
  auto *window = std::get_if<loopopt::WindowPlan>(&plan.detail);
  auto *onePass = std::get_if<loopopt::OnePassPlan>(&plan.detail);
  auto kernel = window ? applyWindow(module, name, *window, target)
                : onePass
                    ? applyOnePass(module, name, *onePass, target)
                    : applyContraction(module, name, std::get<loopopt::ContractionPlan>(plan.detail), target);
  if (mlir::failed(kernel))
    return mlir::failure();
  return EmittedKernel{kernel->function, kernel->symbols, kernel->tiles, kernel->scratchBytes};
}

} // namespace delos::cpu
