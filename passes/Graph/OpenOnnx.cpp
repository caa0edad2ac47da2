// open-onnx: runs the openers over a module and turns their problems into diagnostics.
#include "lib/Open/OpenModule.h"
#include "passes/Graph/Passes.h"

namespace delos::graph {
#define GEN_PASS_DEF_OPENONNXPASS
#include "passes/Graph/Passes.h.inc"
} // namespace delos::graph

namespace {

struct OpenOnnx : delos::graph::impl::OpenOnnxPassBase<OpenOnnx> {
  void runOnOperation() override {
    std::vector<delos::open::OpenProblem> problems;
    if (delos::open::openModule(getOperation(), {}, &problems).ok())
      return;
    for (const delos::open::OpenProblem &problem : problems)
      mlir::emitError(problem.location) << problem.message;
    signalPassFailure();
  }
};

} // namespace
