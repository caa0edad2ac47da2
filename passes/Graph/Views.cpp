// graph-views: composition, movement and absorption of views.
#include "passes/Graph/Passes.h"
#include "passes/Graph/Rewriting.h"
#include "passes/Graph/ViewPatterns.h"

namespace delos::graph {
#define GEN_PASS_DEF_VIEWSPASS
#include "passes/Graph/Passes.h.inc"
} // namespace delos::graph

using namespace delos;

namespace {
struct ViewsPass : graph::impl::ViewsPassBase<ViewsPass> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    graph::populateComposeViewPatterns(patterns);
    graph::populateSinkViewPatterns(patterns);
    graph::populateAbsorbViewPatterns(patterns);
    graph::rewriteToFixedPoint(getOperation(), getArgument(), std::move(patterns));
  }
};
} // namespace
