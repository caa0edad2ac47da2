// Order of the graph simplification passes.
#include "lib/Pipelines/GraphPipeline.h"

#include "passes/Graph/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace delos {

static void addFold(mlir::OpPassManager &pm, const GraphSimplificationOptions &options) {
  graph::FoldPassOptions fold;
  fold.maxSteps = options.foldSteps;
  fold.maxBytes = options.foldBytes;
  pm.addPass(graph::createFoldPass(fold));
}

void populateGraphSimplificationPipeline(mlir::OpPassManager &pm, const GraphSimplificationOptions &options) {
  auto onFunctions = [&](std::unique_ptr<mlir::Pass> pass) {
    pm.addNestedPass<mlir::func::FuncOp>(std::move(pass));
  };
  // Views first: a transpose that a contraction reads through needs no transposed copy of its constant.
  onFunctions(graph::createViewsPass());
  addFold(pm, options);
  pm.addPass(mlir::createCSEPass());
  onFunctions(graph::createAlgebraPass());
  onFunctions(graph::createFoldPaddingPass());
  onFunctions(graph::createFoldNormalizationPass());
  onFunctions(graph::createViewsPass());
  addFold(pm, options);
  pm.addPass(mlir::createCanonicalizerPass());
  pm.addPass(mlir::createCSEPass());
}

void registerGraphPipeline() {
  graph::registerGraphPasses();
  mlir::PassPipelineRegistration<> pipeline(
      "delos-simplify-graph", "Simplify graph IR",
      [](mlir::OpPassManager &pm) { populateGraphSimplificationPipeline(pm); });
}

} // namespace delos
