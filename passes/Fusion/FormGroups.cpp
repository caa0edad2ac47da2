// Partitions a function's primitives into kernels.
#include "lib/Fusion/FusionPlanner.h"
#include "passes/Fusion/Passes.h"

namespace delos {

#define GEN_PASS_DEF_FORMGROUPSPASS
#include "passes/Fusion/Passes.h.inc"

namespace {

class FormGroupsPass : public impl::FormGroupsPassBase<FormGroupsPass> {
public:
  FormGroupsPass(EvaluatorFactory factory, FormGroupsPassOptions options, FusionObserver observer)
      : FormGroupsPassBase(std::move(options)), factory(std::move(factory)), observer(std::move(observer)) {}

  void runOnOperation() override {
    if (level != "off" && level != "full") {
      getOperation().emitError() << "fusion-form-groups: expected level off or full, got " << level;
      return signalPassFailure();
    }
    FusionRegion region = collectFusionRegion(getOperation());
    std::unique_ptr<GroupEvaluator> evaluator = factory(region);
    FusionPlannerOptions options;
    options.merge = level != "off";
    auto plan = planFusion(region.problem, *evaluator, options);
    if (!plan.ok()) {
      getOperation().emitError() << std::string(plan.status().message());
      return signalPassFailure();
    }
    if (observer)
      observer(region, *plan);
    applyFusionPlan(getOperation(), region, *plan);
  }

private:
  EvaluatorFactory factory;
  FusionObserver observer;
};

} // namespace

std::unique_ptr<mlir::Pass> createFormGroupsPass(EvaluatorFactory factory, FormGroupsPassOptions options,
                                                 FusionObserver observer) {
  return std::make_unique<FormGroupsPass>(std::move(factory), std::move(options), std::move(observer));
}

} // namespace delos
