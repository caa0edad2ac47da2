// Content-derived ids, and an order of nodes that does not depend on the file's.
#pragma once

#include "lib/Import/ModelPlan.h"

#include <vector>

namespace delos::importer {

/// Gives every node and value of the model its id: a hash of operator, attributes, bodies and the operands'
/// ids; inputs count by position, constants by content. Twins (equal in all of these) get an ordinal, in the
/// order of their outputs' names. Ids are unique in a graph. InvalidArgument when nodes depend on each other
/// in a cycle. O(n log n).
absl::Status assignIds(ModelPlan &plan);

/// The nodes of a graph, every one after those it depends on: depth first from the graph's outputs, then from
/// nodes that no output needs, by id. Constants that nothing uses are left out. Requires ids.
std::vector<const NodePlan *> canonicalOrder(const ModelPlan &plan, const GraphPlan &graph);

/// The id of a node inside a body, unique in the module: mixes the owner's with the body's position and the
/// node's own.
uint64_t nestedId(uint64_t owner, uint64_t body, uint64_t id);

} // namespace delos::importer
