// Choice of the generator.
#include "lib/Target/CPU/KernelCodegen.h"

#include "dialects/Fusion/FusionDialect.h"
#include "dialects/Graph/GraphOps.h"
#include "lib/Target/CPU/Seam/SeamKernel.h"

namespace delos::cpu {

llvm::StringRef KernelPlan::generator() const {
  return std::holds_alternative<RowPlan>(detail) ? "rows" : "contraction";
}

llvm::ArrayRef<loopopt::PackedConstant> KernelPlan::packedConstants() const {
  auto *contraction = std::get_if<loopopt::ContractionPlan>(&detail);
  return contraction ? llvm::ArrayRef(contraction->packed) : llvm::ArrayRef<loopopt::PackedConstant>();
}

mlir::Attribute KernelPlan::schedule(mlir::MLIRContext *context) const {
  auto *contraction = std::get_if<loopopt::ContractionPlan>(&detail);
  auto knobs = contraction ? contraction->schedule.toAttribute(context) : mlir::DictionaryAttr::get(context);
  return fusion::ScheduleAttr::get(context, mlir::StringAttr::get(context, generator()), knobs);
}

static bool hasContraction(mlir::Block &body) { return !body.getOps<graph::ContractOp>().empty(); }

static KernelDecision planContraction(mlir::Block &body, llvm::function_ref<bool(unsigned)> isConstantInput,
                                      const TargetDescription &target) {
  auto planned = loopopt::planContraction(body, vectorTargetOf(target), isConstantInput);
  if (auto *refusal = std::get_if<loopopt::Refusal>(&planned))
    return {std::nullopt, refusal->reason, refusal->blocking, {}};
  auto &contraction = std::get<loopopt::ContractionPlan>(planned);
  KernelPlan plan{std::move(contraction), {}, {}, 0};
  plan.tiles = std::get<loopopt::ContractionPlan>(plan.detail).tiles;
  plan.scratchBytes = std::get<loopopt::ContractionPlan>(plan.detail).scratchBytes;
  return {std::move(plan), {}, nullptr, {}};
}

static KernelDecision planWithRows(mlir::Block &body, const TargetDescription &target) {
  RowDecision rows = planRows(body, target);
  if (!rows)
    return {std::nullopt, std::move(rows.reason), rows.blockingOp, rows.blockingEdge};
  KernelPlan plan{{}, rows.plan->tileCount, rows.plan->scratchBytes, 0};
  for (const RowNest &nest : rows.plan->nests)
    plan.accesses += nest.cost;
  plan.detail = std::move(*rows.plan);
  return {std::move(plan), {}, nullptr, {}};
}

KernelDecision planKernel(mlir::Block &body, llvm::function_ref<bool(unsigned)> isConstantInput,
                          const TargetDescription &target) {
  if (!hasContraction(body))
    return planWithRows(body, target);
  KernelDecision contraction = planContraction(body, isConstantInput, target);
  // What the tiles cannot express (integers, doubles, several products) the rows still compute, at their
  // price.
  return contraction ? std::move(contraction) : planWithRows(body, target);
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
  auto &contraction = std::get<loopopt::ContractionPlan>(plan.detail);
  auto kernel = applyContraction(module, name, contraction, target);
  if (mlir::failed(kernel)) {
    // The tiles did not keep what their plan promised. The rows compute any body, unless its constants are
    // packed for the tiles already.
    KernelDecision rows = planWithRows(body, target);
    if (!rows || !contraction.packed.empty())
      return mlir::failure();
    return emitWithRows(module, name, body, std::get<RowPlan>(rows.plan->detail), target);
  }
  return EmittedKernel{kernel->function, kernel->symbols, kernel->tiles, kernel->scratchBytes};
}

} // namespace delos::cpu
