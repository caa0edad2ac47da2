// Content-derived ids, and an order of nodes that does not depend on the file's.
#include "lib/Import/CanonicalOrder.h"

#include "lib/Import/Attributes.h"

#include "llvm/Support/xxhash.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

#include <algorithm>

namespace delos::importer {
namespace {

uint64_t hashWords(llvm::ArrayRef<uint64_t> words) {
  return llvm::xxh3_64bits(
      llvm::ArrayRef(reinterpret_cast<const uint8_t *>(words.data()), words.size() * sizeof(uint64_t)));
}

// First words of what is hashed, so that no two kinds coincide.
enum Kind : uint64_t { inputKind = 1, constantKind, nodeKind, valueKind, bodyKind, twinKind };

/// Calls `visit` with the producer of every value of the node's own graph that it reads, in operand order.
template <typename Visitor>
void forEachDependence(const ModelPlan &plan, const GraphPlan &graph, const NodePlan &node, Visitor visit) {
  for (const std::vector<ValueId> *values : {&node.inputs, &node.captures})
    for (ValueId value : *values)
      if (value != absentValue && plan.values[value].graph == &graph && plan.values[value].producer)
        visit(plan.values[value].producer);
}

class IdAssigner {
public:
  explicit IdAssigner(ModelPlan &plan) : plan(plan) {}

  absl::Status run(GraphPlan &graph) {
    for (size_t i = 0; i < graph.inputs.size(); ++i)
      plan.values[graph.inputs[i]].id = hashWords({inputKind, i});
    // By levels: twins have the same operands, hence the same level.
    absl::flat_hash_map<const NodePlan *, int64_t> missing;
    absl::flat_hash_map<const NodePlan *, std::vector<NodePlan *>> users;
    std::vector<NodePlan *> level;
    for (const std::unique_ptr<NodePlan> &node : graph.nodes) {
      int64_t count = 0;
      forEachDependence(plan, graph, *node, [&](const NodePlan *producer) {
        users[producer].push_back(node.get());
        ++count;
      });
      if (count == 0)
        level.push_back(node.get());
      else
        missing[node.get()] = count;
    }
    Ids ids;
    while (!level.empty()) {
      DELOS_RETURN_IF_ERROR(assignLevel(level, ids));
      std::vector<NodePlan *> next;
      for (const NodePlan *node : level)
        if (auto found = users.find(node); found != users.end())
          for (NodePlan *user : found->second)
            if (--missing[user] == 0)
              next.push_back(user);
      for (NodePlan *ready : next)
        missing.erase(ready);
      level = std::move(next);
    }
    return missing.empty() ? absl::OkStatus() : cycleError(graph, missing);
  }

private:
  /// The ids given out in one graph, and how often each was asked for again.
  struct Ids {
    absl::flat_hash_set<uint64_t> taken;
    absl::flat_hash_map<uint64_t, uint64_t> ordinals;
  };

  absl::Status assignLevel(std::vector<NodePlan *> &level, Ids &ids) {
    for (NodePlan *node : level)
      DELOS_RETURN_IF_ERROR(hashNode(*node));
    std::sort(level.begin(), level.end(), [&](const NodePlan *a, const NodePlan *b) {
      return a->id != b->id ? a->id < b->id : isNamedBefore(*a, *b);
    });
    for (NodePlan *node : level) {
      uint64_t base = node->id;
      while (!ids.taken.insert(node->id).second)
        node->id = hashWords({twinKind, base, ++ids.ordinals[base]});
      for (size_t i = 0; i < node->outputs.size(); ++i)
        if (node->outputs[i] != absentValue)
          plan.values[node->outputs[i]].id = hashWords({valueKind, node->id, i});
    }
    return absl::OkStatus();
  }

  /// Output names are unique in a graph, so they order twins.
  bool isNamedBefore(const NodePlan &a, const NodePlan &b) const {
    auto nameOf = [&](ValueId value) {
      return value == absentValue ? std::string_view() : std::string_view(plan.values[value].name);
    };
    auto less = [&](ValueId x, ValueId y) { return nameOf(x) < nameOf(y); };
    bool differ = !std::equal(a.outputs.begin(), a.outputs.end(), b.outputs.begin(), b.outputs.end());
    return differ ? std::lexicographical_compare(a.outputs.begin(), a.outputs.end(), b.outputs.begin(),
                                                 b.outputs.end(), less)
                  : a.name < b.name;
  }

  absl::Status hashNode(NodePlan &node) {
    std::vector<uint64_t> words;
    if (node.constant) {
      node.id = hashWords({constantKind, node.constant->hash});
      return absl::OkStatus();
    }
    auto text = [](const std::string &name) { return llvm::xxh3_64bits(llvm::StringRef(name)); };
    words = {nodeKind,           text(node.opType),  text(node.domain), uint64_t(node.opset),
             node.inputs.size(), node.outputs.size()};
    for (ValueId value : node.inputs)
      words.push_back(value == absentValue ? 0 : plan.values[value].id);
    for (ValueId value : node.outputs)
      words.push_back(value != absentValue);
    for (const AttributePlan &attribute : node.attributes)
      appendContent(attribute, words);
    for (BodyPlan &body : node.bodies) {
      DELOS_RETURN_IF_ERROR(run(*body.graph));
      words.insert(words.end(),
                   {bodyKind, text(body.attribute), body.graph->inputs.size(), body.graph->outputs.size()});
      for (ValueId value : body.graph->outputs)
        words.push_back(plan.values[value].id);
    }
    node.id = hashWords(words);
    return absl::OkStatus();
  }

  /// Names a node of the cycle: walking back over unfinished producers ends in one.
  absl::Status cycleError(const GraphPlan &graph,
                          const absl::flat_hash_map<const NodePlan *, int64_t> &missing) const {
    absl::flat_hash_set<const NodePlan *> seen;
    const NodePlan *node = nullptr;
    for (const std::unique_ptr<NodePlan> &candidate : graph.nodes) // the file's order, not the map's
      if (!node && missing.contains(candidate.get()))
        node = candidate.get();
    const NodePlan *previous = node;
    while (seen.insert(node).second) {
      previous = node;
      forEachDependence(plan, graph, *previous, [&](const NodePlan *producer) {
        if (missing.contains(producer))
          node = producer;
      });
    }
    Place at = placeOf(plan, *node);
    return invalidModel(at, "nodes that can be ordered", "a cycle through this node");
  }

  ModelPlan &plan;
};

/// Depth-first order with an explicit stack: graphs can be as deep as they have nodes.
class DepthFirst {
public:
  DepthFirst(const ModelPlan &plan, const GraphPlan &graph) : plan(plan), graph(graph) {}

  void visit(const NodePlan *root) {
    push(root);
    while (!stack.empty()) {
      Step &step = stack.back();
      if (step.next == step.dependences.size()) {
        order.push_back(step.node);
        stack.pop_back();
      } else {
        push(step.dependences[step.next++]);
      }
    }
  }
  bool isVisited(const NodePlan *node) const { return visited.contains(node); }

  std::vector<const NodePlan *> order;

private:
  struct Step {
    const NodePlan *node;
    std::vector<const NodePlan *> dependences;
    size_t next = 0;
  };

  void push(const NodePlan *node) {
    if (!visited.insert(node).second)
      return;
    Step step{node, {}};
    forEachDependence(plan, graph, *node,
                      [&](const NodePlan *producer) { step.dependences.push_back(producer); });
    // Captures have no order of their own.
    size_t captures = 0;
    for (ValueId value : node->captures)
      captures += plan.values[value].producer != nullptr;
    std::sort(step.dependences.end() - ptrdiff_t(captures), step.dependences.end(),
              [](const NodePlan *a, const NodePlan *b) { return a->id < b->id; });
    stack.push_back(std::move(step));
  }

  const ModelPlan &plan;
  const GraphPlan &graph;
  std::vector<Step> stack;
  absl::flat_hash_set<const NodePlan *> visited;
};

} // namespace

absl::Status assignIds(ModelPlan &plan) { return IdAssigner(plan).run(plan.main); }

std::vector<const NodePlan *> canonicalOrder(const ModelPlan &plan, const GraphPlan &graph) {
  DepthFirst walk(plan, graph);
  for (ValueId value : graph.outputs)
    if (plan.values[value].graph == &graph && plan.values[value].producer)
      walk.visit(plan.values[value].producer);
  std::vector<const NodePlan *> unneeded;
  for (const std::unique_ptr<NodePlan> &node : graph.nodes)
    if (!node->constant && !walk.isVisited(node.get()))
      unneeded.push_back(node.get());
  std::sort(unneeded.begin(), unneeded.end(),
            [](const NodePlan *a, const NodePlan *b) { return a->id < b->id; });
  for (const NodePlan *node : unneeded)
    walk.visit(node);
  return std::move(walk.order);
}

uint64_t nestedId(uint64_t owner, uint64_t body, uint64_t id) {
  return hashWords({bodyKind, owner, body, id});
}

} // namespace delos::importer
