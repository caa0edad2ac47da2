// The phases of a compile.
#include "lib/Pipelines/CompilePipeline.h"

#include "lib/Pipelines/GraphPipeline.h"
#include "lib/Target/CPU/GroupEvaluation.h"
#include "passes/Graph/Passes.h"
#include "passes/Memory/Passes.h"
#include "passes/Task/Passes.h"

#include "mlir/Pass/PassRegistry.h"

namespace delos {

using mlir::OpPassManager;

static void populateSimplify(OpPassManager &manager, const CompilePipelineOptions &options) {
  GraphSimplificationOptions graph;
  graph.foldBytes = options.foldBytes;
  graph.foldSteps = options.foldSteps;
  populateGraphSimplificationPipeline(manager, graph);
}

static void populateFuse(OpPassManager &manager, const CompilePipelineOptions &options) {
  manager.addNestedPass<mlir::func::FuncOp>(createDuplicateViewsPass());
  auto factory = [options](const FusionRegion &region) -> std::unique_ptr<GroupEvaluator> {
    return std::make_unique<cpu::CPUGroupEvaluator>(region, options.target, MachineModel(), options.hints);
  };
  FormGroupsPassOptions groups;
  groups.level = options.fusionLevel;
  manager.addNestedPass<mlir::func::FuncOp>(createFormGroupsPass(factory, groups, options.observer));
}

const std::vector<CompilePhase> &compilePhases() {
  static const std::vector<CompilePhase> phases = {
      {"open", [](OpPassManager &manager,
                  const CompilePipelineOptions &) { manager.addPass(graph::createOpenOnnxPass()); }},
      {"simplify", populateSimplify},
      {"fuse", populateFuse},
      {"plan",
       [](OpPassManager &manager, const CompilePipelineOptions &options) {
         task::PlanKernelsPassOptions plan;
         plan.cpu = options.target.cpu;
         manager.addPass(task::createPlanKernelsPass(plan));
       }},
      {"program", [](OpPassManager &manager,
                     const CompilePipelineOptions &) { manager.addPass(task::createBuildProgramPass()); }},
      {"schedule",
       [](OpPassManager &manager, const CompilePipelineOptions &) {
         manager.addNestedPass<task::ProgramOp>(task::createScheduleLaunchesPass());
       }},
      {"memory",
       [](OpPassManager &manager, const CompilePipelineOptions &) {
         manager.addNestedPass<task::ProgramOp>(memory::createPlanArenaPass());
       }},
  };
  return phases;
}

bool populateCompilePipeline(OpPassManager &manager, const CompilePipelineOptions &options,
                             llvm::StringRef untilAfter) {
  for (const CompilePhase &phase : compilePhases()) {
    phase.populate(manager, options);
    if (phase.name == untilAfter)
      return true;
  }
  return untilAfter.empty();
}

namespace {

struct TextualOptions : mlir::PassPipelineOptions<TextualOptions> {
  Option<std::string> untilAfter{*this, "until-after", llvm::cl::desc("Last phase to run; empty runs all")};
  Option<std::string> cpu{*this, "cpu", llvm::cl::desc("Processor to plan for; empty is this machine's")};
  Option<std::string> fusion{*this, "fusion", llvm::cl::desc("off or full"), llvm::cl::init("full")};
};

} // namespace

void registerCompilePipeline() {
  mlir::PassPipelineRegistration<TextualOptions>(
      "delos-compile", "The compilation of an imported module down to a task program",
      [](OpPassManager &manager, const TextualOptions &text) {
        CompilePipelineOptions options;
        options.target = cpu::TargetDescription::host();
        if (!text.cpu.empty())
          if (auto named = cpu::TargetDescription::named(std::string(text.cpu)); named.ok())
            options.target = *named;
        options.fusionLevel = text.fusion;
        if (!populateCompilePipeline(manager, options, text.untilAfter))
          llvm::errs() << "delos-compile: no phase named '" << text.untilAfter << "'; running all\n";
      });
}

} // namespace delos
