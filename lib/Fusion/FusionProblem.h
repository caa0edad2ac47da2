// What the fusion planner decides on, and what it answers: plain data, no IR.
#pragma once

#include "lib/Cost/GroupReport.h"

#include "absl/status/status.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace delos {

/// One primitive.
struct FusionNode {
  std::string name; ///< The model's node and the primitive, for verdicts: "layer1/Add".
  /// Breaks ties; derived from content, never from the order of nodes in a file.
  std::string stableId;
  /// Combines elements: a consumer inside the same kernel is a phase of its own (stitched).
  bool reduces = false;
};

/// `consumer` reads a value of `producer`.
struct FusionEdge {
  int32_t producer = 0;
  int32_t consumer = 0;
  std::string value; ///< The model's name of the tensor, may be empty.
};

/// A graph to partition. Nodes are in topological order.
struct FusionProblem {
  std::vector<FusionNode> nodes;
  std::vector<FusionEdge> edges;

  /// kInvalidArgument naming the edge when one is out of range or does not go forward.
  absl::Status check() const;
};

/// Why an edge is as it is.
struct EdgeVerdict {
  bool fused = false;
  std::string layer;  ///< "loop" or "stitch" where fused
  std::string reason; ///< why, or why not
  double fusedSeconds = 0;
  double separateSeconds = 0;
};

/// A partition into groups.
struct FusionPlan {
  /// Each sorted; the list is in an order in which the groups can run one after the other.
  std::vector<std::vector<int32_t>> groups;
  std::vector<GroupReport> reports;  ///< one per group
  std::vector<EdgeVerdict> verdicts; ///< one per edge of the problem

  /// kInternal when a node is in no group or in two, or the groups cannot be ordered.
  absl::Status verify(const FusionProblem &problem) const;
};

} // namespace delos
