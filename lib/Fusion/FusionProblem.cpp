// Checks of fusion problems and plans.
#include "lib/Fusion/FusionProblem.h"

#include "absl/strings/str_cat.h"

#include <algorithm>

namespace delos {

absl::Status FusionProblem::check() const {
  for (const FusionEdge &edge : edges)
    if (edge.producer < 0 || edge.producer >= edge.consumer ||
        edge.consumer >= static_cast<int32_t>(nodes.size()))
      return absl::InvalidArgumentError(absl::StrCat("edge ", edge.producer, " -> ", edge.consumer,
                                                     ": expected producer < consumer < ", nodes.size()));
  return absl::OkStatus();
}

absl::Status FusionPlan::verify(const FusionProblem &problem) const {
  std::vector<int32_t> groupOf(problem.nodes.size(), -1);
  for (size_t group = 0; group < groups.size(); ++group)
    for (int32_t node : groups[group]) {
      if (node < 0 || node >= static_cast<int32_t>(groupOf.size()) || groupOf[node] != -1)
        return absl::InternalError(absl::StrCat("node ", node, " is unknown or in two groups"));
      groupOf[node] = static_cast<int32_t>(group);
    }
  for (size_t node = 0; node < groupOf.size(); ++node)
    if (groupOf[node] == -1)
      return absl::InternalError(absl::StrCat("node ", problem.nodes[node].name, " is in no group"));
  for (const FusionEdge &edge : problem.edges)
    if (groupOf[edge.producer] > groupOf[edge.consumer])
      return absl::InternalError(absl::StrCat("group of ", problem.nodes[edge.producer].name,
                                              " runs after its consumer ",
                                              problem.nodes[edge.consumer].name));
  if (verdicts.size() != problem.edges.size() || reports.size() != groups.size())
    return absl::InternalError("a verdict or report is missing");
  return absl::OkStatus();
}

} // namespace delos
