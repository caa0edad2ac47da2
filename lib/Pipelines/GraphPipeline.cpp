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
  // Views first: a transpose that a contraction reads through needs no transposed copy of its constant.
  pm.nest<mlir::func::FuncOp>().addPass(graph::createViewsPass());
  addFold(pm, options);
  pm.addPass(mlir::createCSEPass());
  mlir::OpPassManager &functions = pm.nest<mlir::func::FuncOp>();
  functions.addPass(graph::createAlgebraPass());
  functions.addPass(graph::createFoldPaddingPass());
  functions.addPass(graph::createFoldNormalizationPass());
  functions.addPass(graph::createLayoutPass());
  functions.addPass(graph::createViewsPass());
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
