// Analytic estimates (see the header).
#include "lib/Cost/AnalyticCost.h"

#include "dialects/Graph/GraphOps.h"
#include "dialects/Graph/StoredSize.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

#include <algorithm>

namespace delos {

double DimHints::evaluate(const DimExpr &expr) const {
  auto value = expr.evaluate([&](std::string_view name) -> std::optional<int64_t> {
    auto it = sizes.find(name);
    return it == sizes.end() ? fallback : it->second;
  });
  return value ? static_cast<double>(std::max<int64_t>(*value, 0)) : 1.0;
}

double bytesOf(mlir::Value value, const DimHints &hints) {
  return hints.evaluate(graph::storedBytes(value.getType()));
}

namespace {

/// Walks a group backwards and accumulates how often each member is computed.
class GroupCost {
public:
  GroupCost(llvm::ArrayRef<mlir::Operation *> members, const MachineModel &machine, const DimHints &hints)
      : members(members), inGroup(members.begin(), members.end()), machine(machine), hints(hints) {}

  Estimate run() {
    for (mlir::Operation *op : llvm::reverse(members))
      visit(op);
    double workingSet = estimate.bytes();
    estimate.seconds =
        machine.launchSeconds + std::max(estimate.flops / machine.flopsPerSecond,
                                         estimate.bytes() / machine.bytesPerSecond(workingSet));
    return estimate;
  }

private:
  void visit(mlir::Operation *op) {
    auto rule = mlir::cast<graph::AccessRuleOpInterface>(op).getAccessRule();
    double times = std::max(1.0, repeats.lookup(op));
    double points = hints.evaluate(rule.points());
    estimate.flops += points * rule.flopsPerPoint * times;
    estimate.parallelTasks = std::max(estimate.parallelTasks, resultElements(op));
    for (mlir::Value result : op->getResults())
      if (escapes(result))
        estimate.bytesWritten += bytesOf(result, hints);
    for (mlir::Value operand : op->getOperands())
      demand(op, operand, times);
  }

  void demand(mlir::Operation *user, mlir::Value operand, double times) {
    mlir::Operation *producer = operand.getDefiningOp();
    if (!producer || !inGroup.contains(producer)) {
      if (read.insert(operand))
        estimate.bytesRead += bytesOf(operand, hints);
      return;
    }
    bool keptPerRow = mlir::isa<graph::ReduceOp, graph::ArgReduceOp>(producer);
    double expansion = mlir::isa<graph::BroadcastOp>(user) && !keptPerRow
                           ? resultElements(user) / std::max(1.0, resultElements(producer))
                           : 1;
    // What a reduction already keeps per row is not recomputed by those behind it either.
    double &count = repeats[producer];
    count = std::max(count, keptPerRow ? 1.0 : times * std::max(1.0, expansion));
  }

  double resultElements(mlir::Operation *op) const {
    return hints.evaluate(graph::elementCount(graph::dimsOf(op->getResult(0))));
  }

  bool escapes(mlir::Value value) const {
    return llvm::any_of(value.getUsers(), [&](mlir::Operation *user) { return !inGroup.contains(user); });
  }

  llvm::ArrayRef<mlir::Operation *> members;
  llvm::DenseSet<mlir::Operation *> inGroup;
  const MachineModel &machine;
  const DimHints &hints;
  llvm::DenseMap<mlir::Operation *, double> repeats;
  llvm::SetVector<mlir::Value> read;
  Estimate estimate;
};

} // namespace

Estimate estimateGroup(llvm::ArrayRef<mlir::Operation *> members, const MachineModel &machine,
                       const DimHints &hints) {
  return GroupCost(members, machine, hints).run();
}

} // namespace delos
