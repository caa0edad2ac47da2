// Pattern sets of graph-views, one file each.
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace delos::graph {

/// Views of views: compositions, inverse pairs, slices of what they select from.
void populateComposeViewPatterns(mlir::RewritePatternSet &patterns);
/// Views move towards the results, past element-wise ops and reductions, where that costs nothing elsewhere.
void populateSinkViewPatterns(mlir::RewritePatternSet &patterns);
/// Transposes and reshapes that a contraction reads or writes through its dim lists.
void populateAbsorbViewPatterns(mlir::RewritePatternSet &patterns);

} // namespace delos::graph
