// Orders launches by what they read and write.
#include "lib/Schedule/Schedule.h"
#include "passes/Task/Passes.h"

#include "mlir/IR/Builders.h"

namespace delos::task {

#define GEN_PASS_DEF_SCHEDULELAUNCHESPASS
#include "passes/Task/Passes.h.inc"

namespace {

/// The declaration behind a chain of aliases.
mlir::Value declarationOf(mlir::Value buffer) {
  while (auto alias = buffer.getDefiningOp<AliasOp>())
    buffer = alias.getSource();
  return buffer;
}

struct ScheduleLaunchesPass : impl::ScheduleLaunchesPassBase<ScheduleLaunchesPass> {
  void runOnOperation() override {
    for (SegmentOp segment : getOperation().getBody().getOps<SegmentOp>())
      if (mlir::failed(schedule(segment)))
        return signalPassFailure();
  }

  mlir::LogicalResult schedule(SegmentOp segment) {
    ScheduleProblem problem = collect(segment);
    if (absl::Status status = problem.check(); !status.ok())
      return segment.emitError() << std::string(status.message());
    Schedule schedule = planSchedule(problem);
    mlir::Builder builder(&getContext());
    for (auto [index, launch] : llvm::enumerate(segment.getBody().getOps<LaunchOp>())) {
      llvm::SmallVector<int64_t> after(schedule.predecessors[index].begin(),
                                       schedule.predecessors[index].end());
      if (!after.empty())
        launch.setAfter(after);
      launch.setPriorityAttr(builder.getF64FloatAttr(schedule.priorities[index]));
    }
    return mlir::success();
  }

  ScheduleProblem collect(SegmentOp segment) {
    ScheduleProblem problem;
    llvm::DenseMap<mlir::Value, int32_t> resources;
    auto resource = [&](mlir::Value buffer) {
      return resources.try_emplace(declarationOf(buffer), resources.size()).first->second;
    };
    mlir::Operation *module = getOperation()->getParentOp();
    for (LaunchOp launch : segment.getBody().getOps<LaunchOp>()) {
      auto kernel = mlir::SymbolTable::lookupNearestSymbolFrom<KernelOp>(module, launch.getKernelAttr());
      ScheduleTask task{kernel.getSymName().str(), kernel.getSeconds().convertToDouble(), {}, {}};
      for (mlir::Value input : launch.getInputs())
        task.reads.push_back(resource(input));
      for (mlir::Value output : launch.getOutputs())
        task.writes.push_back(resource(output));
      problem.tasks.push_back(std::move(task));
    }
    return problem;
  }
};

} // namespace

} // namespace delos::task
