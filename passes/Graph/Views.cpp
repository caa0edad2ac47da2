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
    auto countViews = [&] {
      unsigned count = 0;
      getOperation().walk([&](mlir::Operation *op) {
        count += mlir::isa<graph::TransposeOp, graph::ReshapeOp, graph::BroadcastOp, graph::SliceOp>(op);
      });
      return count;
    };
    numBefore += countViews();
    mlir::RewritePatternSet patterns(&getContext());
    graph::populateComposeViewPatterns(patterns);
    graph::populateSinkViewPatterns(patterns);
    graph::populateAbsorbViewPatterns(patterns);
    graph::rewriteToFixedPoint(getOperation(), getArgument(), std::move(patterns));
    numAfter += countViews();
  }
};
} // namespace
