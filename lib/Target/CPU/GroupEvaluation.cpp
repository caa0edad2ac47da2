// Group evaluation by planning the group's kernel.
#include "lib/Target/CPU/GroupEvaluation.h"

#include "dialects/Fusion/FusionDialect.h"
#include "dialects/Graph/GraphOps.h"
#include "lib/Target/CPU/KernelCodegen.h"

#include "mlir/IR/Builders.h"

namespace delos::cpu {

/// One vector load or store that hits L1: two a cycle at 4 GHz, with the address arithmetic around it.
constexpr double kSecondsPerAccess = 0.25e-9;

GroupReport CPUGroupEvaluator::evaluate(llvm::ArrayRef<int32_t> nodes) {
  std::vector<int32_t> key(nodes.begin(), nodes.end());
  auto it = memo.find(key);
  if (it == memo.end())
    it = memo.emplace(std::move(key), plan(nodes)).first;
  return it->second;
}

GroupReport CPUGroupEvaluator::plan(llvm::ArrayRef<int32_t> nodes) {
  auto members = llvm::map_to_vector(nodes, [&](int32_t node) { return region.ops[node]; });
  mlir::OpBuilder builder(members.front()->getContext());
  llvm::SmallVector<mlir::Value> outputs;
  auto kernel = mlir::cast_or_null<fusion::KernelOp>(buildKernel(builder, members, "candidate", outputs));
  // Reshapes alone rename a buffer: no launch, no cost.
  if (!kernel)
    return GroupReport::accepted({}, Fidelity::Planned);
  mlir::Block &body = kernel.getBody().front();
  auto isConstant = [&](unsigned input) {
    return kernel.getInputs()[input].getDefiningOp<graph::ConstantOp>() != nullptr;
  };
  KernelDecision decision = planKernel(body, isConstant, target);
  GroupReport report;
  if (!decision) {
    report = GroupReport::refused(decision.reason,
                                  edgeOf(nodes, body, decision.blockingOp, decision.blockingValue));
  } else {
    Estimate estimate = estimateGroup(members, machine, hints);
    if (!decision.plan->flops.isConstant(0)) {
      estimate.flops = hints.evaluate(decision.plan->flops);
      estimate.seconds = machine.launchSeconds + std::max(estimate.flops / machine.flopsPerSecond,
                                                          machine.transferSeconds(estimate.bytes()));
    }
    estimate.seconds =
        std::max(estimate.seconds, machine.launchSeconds + decision.plan->accesses * kSecondsPerAccess);
    estimate.parallelTasks = hints.evaluate(decision.plan->tiles);
    report =
        GroupReport::accepted(estimate, Fidelity::Planned, decision.plan->schedule(builder.getContext()));
    report.resources.scratchBytes = static_cast<int64_t>(hints.evaluate(decision.plan->scratchBytes));
  }
  kernel->erase();
  return report;
}

BlockingEdge CPUGroupEvaluator::edgeOf(llvm::ArrayRef<int32_t> nodes, mlir::Block &body, mlir::Operation *op,
                                       mlir::Value value) const {
  // The clones stand in the order of the members behind the rematerialized sources; border reshapes are
  // missing, so names are compared by position from the back.
  auto positionOf = [&](mlir::Operation *wanted) -> int32_t {
    if (!wanted || wanted->getBlock() != &body)
      return -1;
    int64_t fromBack = std::distance(wanted->getIterator(), body.getTerminator()->getIterator());
    // The terminator is no member.
    return fromBack > 0 && fromBack <= static_cast<int64_t>(nodes.size()) ? nodes[nodes.size() - fromBack]
                                                                          : -1;
  };
  return {value ? positionOf(value.getDefiningOp()) : -1, positionOf(op)};
}

} // namespace delos::cpu
