// Gives every user of a view its own copy.
#include "passes/Fusion/Passes.h"

namespace delos {

#define GEN_PASS_DEF_DUPLICATEVIEWSPASS
#include "passes/Fusion/Passes.h.inc"

namespace {

struct DuplicateViewsPass : impl::DuplicateViewsPassBase<DuplicateViewsPass> {
  void runOnOperation() override { duplicateViews(getOperation()); }
};

} // namespace

} // namespace delos
