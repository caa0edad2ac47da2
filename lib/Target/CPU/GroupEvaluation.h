// The CPU target's answer to the fusion planner.
#pragma once

#include "lib/Cost/AnalyticCost.h"
#include "lib/Fusion/GroupFormation.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>
#include <vector>

namespace delos::cpu {

/// Answers at fidelity 'planned': a group is what a code generator plans for it, priced by its accesses.
/// Answers are kept per set of nodes. Clones groups into kernels beside the function; not thread-safe.
class CPUGroupEvaluator : public GroupEvaluator {
public:
  /// The region must outlive the evaluator, and its ops must stay in place.
  CPUGroupEvaluator(const FusionRegion &region, TargetDescription target, MachineModel machine,
                    DimHints hints)
      : region(region), target(std::move(target)), machine(machine), hints(std::move(hints)) {}

  GroupReport evaluate(llvm::ArrayRef<int32_t> nodes) override;

private:
  GroupReport plan(llvm::ArrayRef<int32_t> nodes);
  BlockingEdge edgeOf(llvm::ArrayRef<int32_t> nodes, mlir::Block &body, mlir::Operation *op,
                      mlir::Value value) const;

  const FusionRegion &region;
  TargetDescription target;
  MachineModel machine;
  DimHints hints;
  std::map<std::vector<int32_t>, GroupReport> memo;
};

} // namespace delos::cpu
