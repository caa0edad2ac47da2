// Best-first merging of primitives into fusion groups.
//
// Input: a checked FusionProblem and an evaluator. Every node starts as a group of its own; the merge of two
// groups joined by an edge with the greatest predicted gain, cost(a) + cost(b) - cost(a and b), is made as
// long as one gains. A merge is legal when no third group lies on a path between the two (the quotient graph
// stays acyclic). The evaluator may refuse a merge; its reason becomes the edge's verdict. The plan is
// deterministic: ties break on stable ids. Merges number at most nodes - 1; each re-evaluates only the edges
// that touch the merged group. (Method: priority fusion as in XLA's priority_fusion, with the loop optimizer
// asked inside the decision as in Apollo, MLSys 2022, section 4.)
#pragma once

#include "lib/Fusion/FusionProblem.h"

#include "absl/status/statusor.h"

namespace delos {

/// How far the planner goes.
struct FusionPlannerOptions {
  /// Off: every node is its own group.
  bool merge = true;
  /// Evaluations after which the planner stops merging and says so in the verdicts; 0 derives it from the
  /// problem's size.
  int64_t evaluationBudget = 0;
};

/// The partition of `problem` (see the top of the file). Asks `evaluator` from this thread only. A broken
/// problem is kInvalidArgument; a primitive that the evaluator refuses alone is kUnimplemented with its
/// reason.
absl::StatusOr<FusionPlan> planFusion(const FusionProblem &problem, GroupEvaluator &evaluator,
                                      const FusionPlannerOptions &options = {});

} // namespace delos
