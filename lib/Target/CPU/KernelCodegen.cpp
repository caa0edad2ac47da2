// Choice of the generator.
#include "lib/Target/CPU/KernelCodegen.h"

namespace delos::cpu {

KernelDecision planKernel(mlir::Block &body, llvm::function_ref<bool(unsigned)>,
                          const TargetDescription &target) {
  RowDecision rows = planRows(body, target);
  if (!rows)
    return {std::nullopt, std::move(rows.reason), rows.blockingOp, rows.blockingEdge};
  KernelPlan plan;
  plan.dims = rows.plan->dims;
  plan.tiles = rows.plan->tileCount;
  plan.scratchBytes = rows.plan->scratchBytes;
  for (const RowNest &nest : rows.plan->nests)
    plan.accesses += nest.cost;
  plan.rows = std::move(*rows.plan);
  return {std::move(plan), {}, nullptr, {}};
}

mlir::func::FuncOp emitKernel(mlir::OpBuilder &builder, llvm::StringRef name, mlir::Block &body,
                              const KernelPlan &plan, const TargetDescription &target) {
  return emitRows(builder, name, body, plan.rows, target);
}

} // namespace delos::cpu
