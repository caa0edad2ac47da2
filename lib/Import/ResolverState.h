// The resolver of models: scopes, frames and the steps that share them. Private to Resolver.cpp,
// NodeResolver.cpp and FunctionInliner.cpp.
#pragma once

#include "lib/Import/ModelPlan.h"
#include "lib/Import/onnx-ml.pb.h"

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace delos::importer {

using ::onnx::AttributeProto;
using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

using Opsets = absl::flat_hash_map<std::string, int64_t>;
using FunctionKey =
    std::tuple<std::string_view, std::string_view, std::string_view>; // domain, name, overload

/// The names that nodes of one graph or function body see. Keys point into the model's messages.
struct Scope {
  const Scope *parent = nullptr;
  absl::flat_hash_map<std::string_view, ValueId> names;

  const ValueId *find(std::string_view name) const {
    for (const Scope *scope = this; scope; scope = scope->parent)
      if (auto found = scope->names.find(name); found != scope->names.end())
        return &found->second;
    return nullptr;
  }
};

struct Frame;

/// An attribute that a call passes to a function, with the surroundings that its graphs see.
struct Argument {
  AttributeProto *proto;
  const Frame *frame;
};

/// What a node is read in: the names it sees, the versions it means, the function it belongs to.
struct Frame {
  const Scope *scope;
  GraphPlan *graph; ///< where its nodes go
  const Opsets *opsets;
  const absl::flat_hash_map<std::string_view, Argument> *arguments =
      nullptr;             ///< of the function call; null outside functions
  std::string prefix = {}; ///< of the names of inlined values
  const Frame *caller = nullptr;
  const FunctionProto *function = nullptr;
  int64_t graphDepth = 0, functionDepth = 0;
};

/// Resolves one model; see Resolver.h for what comes out. Used once.
class Resolver {
public:
  Resolver(::onnx::ModelProto &model, const ImportOptions &options, TensorReader &tensors, ModelPlan &plan)
      : model(model), options(options), limits(options.limits), tensors(tensors), plan(plan) {}

  absl::Status run();

private:
  absl::Status readFunctions();
  absl::Status readOpsets(const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &imports,
                          const Place &place, Opsets &opsets);

  // Graphs.
  absl::Status readGraph(GraphProto &graph, Frame &frame, Scope &scope);
  absl::Status declareInputs(const GraphProto &graph, bool isMain, Frame &frame, Scope &scope);
  absl::Status declareInitializers(GraphProto &graph, bool isMain, Frame &frame, Scope &scope);
  absl::Status declareOutputs(const google::protobuf::RepeatedPtrField<NodeProto> &nodes, Frame &frame,
                              Scope &scope);
  void declareTypes(const GraphProto &graph, const Scope &scope);
  absl::Status addInitializer(std::string_view name, TensorData *data, bool isMain, Frame &frame,
                              Scope &scope);

  // Nodes.
  absl::Status readNode(NodeProto &node, const Frame &frame);
  absl::Status chargeContent(int64_t elements, const Place &place);
  absl::Status readValues(const NodeProto &proto, const Frame &frame, const Place &place, NodePlan &node);
  absl::Status readAttributes(NodeProto &proto, const Frame &frame, const Place &place, NodePlan &node);
  absl::Status readAttribute(const Argument &value, const std::string &name, const Frame &frame,
                             const Place &place, NodePlan &node);
  absl::Status readBody(GraphProto &graph, const std::string &name, const Frame &origin, const Frame &frame,
                        const Place &place, NodePlan &node);
  absl::Status readConstant(NodePlan &node, const Place &place);
  absl::Status checkAttribute(AttributeProto &attribute, const Place &place);
  absl::StatusOr<Argument> argumentOf(AttributeProto &attribute, const Frame &frame, const Place &place);

  // Functions.
  const FunctionProto *findFunction(const NodeProto &node) const;
  absl::Status inlineCall(NodeProto &node, FunctionProto &function, const Frame &frame, const Place &place);
  absl::Status bindArguments(NodeProto &node, FunctionProto &function, const Frame &frame, const Place &place,
                             absl::flat_hash_map<std::string_view, Argument> &arguments);
  absl::Status bindParameters(const FunctionProto &function, const NodePlan &call, const Place &place,
                              Frame &frame, Scope &scope,
                              std::vector<std::pair<ValueId, std::string_view>> &forwarded);
  absl::Status forward(ValueId from, ValueId to, const Frame &frame);

  absl::StatusOr<std::string> nameIn(const Frame &frame, std::string_view name);
  absl::StatusOr<ValueId> addValue(std::string_view name, const Frame &frame);
  absl::Status declare(std::string_view name, ValueId value, Scope &scope, const Place &place);
  absl::StatusOr<NodePlan *> addNode(const Frame &frame);
  absl::StatusOr<ValueId> use(std::string_view name, const Frame &frame, const Place &place);

  ::onnx::ModelProto &model;
  const ImportOptions &options;
  const ImportLimits &limits;
  TensorReader &tensors;
  ModelPlan &plan;
  absl::flat_hash_map<FunctionKey, FunctionProto *> functions;
  absl::flat_hash_map<const FunctionProto *, Opsets> functionOpsets;
  int64_t nodes = 0, inlined = 0, inlinedNameBytes = 0, contentElements = 0;
};

} // namespace delos::importer
