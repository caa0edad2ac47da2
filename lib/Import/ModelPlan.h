// A model with its names resolved: what stands between the file's messages and the module.
#pragma once

#include "lib/Import/TensorReader.h"
#include "lib/Import/onnx-ml.pb.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace delos::importer {

struct GraphPlan;
struct NodePlan;

/// Index of a value in ModelPlan::values.
using ValueId = int32_t;
/// An optional input or output that is not there.
inline constexpr ValueId absentValue = -1;

/// One tensor (or sequence ...) of the model. Two uses of a name in one scope are the same value.
struct ValuePlan {
  std::string name;                        ///< as in the file; inlined ones are prefixed by their call
  const ::onnx::TypeProto *type = nullptr; ///< as stated, null when the file states none
  NodePlan *producer = nullptr;            ///< null for inputs
  const GraphPlan *graph = nullptr;        ///< where it is defined
  uint64_t id = 0;                         ///< content-derived, see CanonicalOrder.h
};

struct BodyPlan {
  std::string attribute; ///< the graph attribute's name
  std::unique_ptr<GraphPlan> graph;
};

/// An attribute that is not a graph, with its tensors decoded.
struct AttributePlan {
  std::string name;
  const ::onnx::AttributeProto *proto = nullptr;
  std::vector<TensorData *> tensors;
};

/// An operator, or a constant.
struct NodePlan {
  std::string opType, domain, name;
  int64_t opset = 0;
  TensorData *constant =
      nullptr; ///< set for initializers and Constant nodes; they have one output and nothing else
  std::vector<ValueId> inputs, outputs;
  std::vector<AttributePlan> attributes; ///< sorted by name
  std::vector<BodyPlan> bodies;          ///< sorted by name
  std::vector<ValueId> captures;         ///< values of the node's own graph that its bodies read
  uint64_t id = 0;                       ///< unique in its graph
};

/// The model's graph or a body.
struct GraphPlan {
  std::vector<ValueId> inputs, outputs;
  std::vector<std::unique_ptr<NodePlan>> nodes;
  std::vector<ValueId> captures; ///< values of enclosing graphs that this one or its bodies read
};

struct ModelPlan {
  std::deque<ValuePlan> values;
  GraphPlan main;
};

/// Where a node stands in the file, for messages.
inline Place placeOf(const ModelPlan &plan, const NodePlan &node) {
  bool named = !node.name.empty() || node.outputs.empty() || node.outputs[0] == absentValue;
  return {named ? std::string_view(node.name) : std::string_view(plan.values[node.outputs[0]].name),
          node.constant ? std::string_view("Constant") : std::string_view(node.opType)};
}

} // namespace delos::importer
