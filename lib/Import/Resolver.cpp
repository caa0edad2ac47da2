// Resolution of a model: its functions, versions, graphs and the values of each.
#include "lib/Import/Resolver.h"

#include "lib/Import/ResolverState.h"

#include "absl/container/flat_hash_set.h"

#include <algorithm>

namespace delos::importer {

//===-- The model ---------------------------------------------------------------------------------------===//

absl::Status Resolver::run() {
  Opsets opsets;
  DELOS_RETURN_IF_ERROR(readOpsets(model.opset_import(), {}, opsets));
  DELOS_RETURN_IF_ERROR(readFunctions());
  Scope scope;
  Frame frame{.scope = &scope, .graph = &plan.main, .opsets = &opsets};
  return readGraph(*model.mutable_graph(), frame, scope);
}

absl::Status
Resolver::readOpsets(const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &imports,
                     const Place &place, Opsets &opsets) {
  for (const ::onnx::OperatorSetIdProto &entry : imports) {
    DELOS_RETURN_IF_ERROR(
        checkLimit(place, "bytes in a domain", int64_t(entry.domain().size()), limits.nameBytes));
    if (entry.version() < 1)
      return invalidModel(place, concat("an opset version of at least 1 for domain ", quote(entry.domain())),
                          concat(entry.version()));
    auto [known, isNew] = opsets.try_emplace(std::string(normalizedDomain(entry.domain())), entry.version());
    if (!isNew && known->second != entry.version())
      return invalidModel(place, concat("one opset version for domain ", quote(entry.domain())),
                          concat(known->second, " and ", entry.version()));
  }
  return absl::OkStatus();
}

absl::Status Resolver::readFunctions() {
  for (FunctionProto &function : *model.mutable_functions()) {
    Place place{.tensor = function.name()};
    if (function.name().empty())
      return invalidModel(place, "a function name", "an empty one");
    FunctionKey key{normalizedDomain(function.domain()), function.name(), function.overload()};
    if (!functions.try_emplace(key, &function).second)
      return invalidModel(place, "one function of a domain, name and overload", "two");
    DELOS_RETURN_IF_ERROR(readOpsets(function.opset_import(), place, functionOpsets[&function]));
  }
  return absl::OkStatus();
}

//===-- Values ------------------------------------------------------------------------------------------===//

absl::StatusOr<std::string> Resolver::nameIn(const Frame &frame, std::string_view name) {
  if (frame.prefix.empty())
    return std::string(name);
  inlinedNameBytes += int64_t(frame.prefix.size() + name.size());
  DELOS_RETURN_IF_ERROR(checkLimit({.tensor = name}, "bytes in names of inlined values", inlinedNameBytes,
                                   limits.inlinedNameBytes));
  return concat(frame.prefix, "/", name);
}

absl::StatusOr<ValueId> Resolver::addValue(std::string_view name, const Frame &frame) {
  DELOS_RETURN_IF_ERROR(
      checkLimit({.tensor = name}, "bytes in a name", int64_t(name.size()), limits.nameBytes));
  absl::StatusOr<std::string> full = nameIn(frame, name);
  if (!full.ok())
    return full.status();
  ValuePlan value;
  value.name = *std::move(full);
  value.graph = frame.graph;
  plan.values.push_back(std::move(value));
  return ValueId(plan.values.size() - 1);
}

absl::Status Resolver::declare(std::string_view name, ValueId value, Scope &scope, const Place &place) {
  if (!scope.names.try_emplace(name, value).second)
    return invalidModel(place, "one definition of each value in a graph",
                        concat("a second one of ", quote(name)));
  return absl::OkStatus();
}

absl::StatusOr<ValueId> Resolver::use(std::string_view name, const Frame &frame, const Place &place) {
  const ValueId *value = frame.scope->find(name);
  if (!value)
    return invalidModel(place, "a value that an input, initializer or node defines",
                        concat(quote(name), ", which none does"));
  // Captures are noted level by level when the body is complete.
  if (*value != absentValue && plan.values[*value].graph != frame.graph)
    frame.graph->captures.push_back(*value);
  return *value;
}

absl::StatusOr<NodePlan *> Resolver::addNode(const Frame &frame) {
  DELOS_RETURN_IF_ERROR(checkLimit({}, "nodes", ++nodes, limits.nodes));
  if (frame.function)
    DELOS_RETURN_IF_ERROR(checkLimit({}, "calls and nodes to inline", ++inlined, limits.inlinedNodes));
  return frame.graph->nodes.emplace_back(std::make_unique<NodePlan>()).get();
}

//===-- Graphs ------------------------------------------------------------------------------------------===//

absl::Status Resolver::readGraph(GraphProto &graph, Frame &frame, Scope &scope) {
  bool isMain = frame.graph == &plan.main;
  DELOS_RETURN_IF_ERROR(declareInputs(graph, isMain, frame, scope));
  DELOS_RETURN_IF_ERROR(declareInitializers(graph, isMain, frame, scope));
  DELOS_RETURN_IF_ERROR(declareOutputs(graph.node(), frame, scope));
  if (!frame.function) // a function's sizes mean something else in every call
    declareTypes(graph, scope);
  for (NodeProto &node : *graph.mutable_node())
    DELOS_RETURN_IF_ERROR(readNode(node, frame));
  for (const ::onnx::ValueInfoProto &output : graph.output()) {
    absl::StatusOr<ValueId> value = use(output.name(), frame, {.tensor = "graph output"});
    if (!value.ok())
      return value.status();
    if (*value == absentValue)
      return invalidModel({.tensor = output.name()}, "a graph output that is there",
                          "an absent optional value");
    frame.graph->outputs.push_back(*value);
  }
  std::vector<ValueId> &captures = frame.graph->captures;
  std::sort(captures.begin(), captures.end());
  captures.erase(std::unique(captures.begin(), captures.end()), captures.end());
  return absl::OkStatus();
}

absl::Status Resolver::declareInputs(const GraphProto &graph, bool isMain, Frame &frame, Scope &scope) {
  absl::flat_hash_set<std::string_view> constants;
  if (isMain && !options.initializersAsInputs) {
    for (const ::onnx::TensorProto &tensor : graph.initializer())
      constants.insert(tensor.name());
    for (const ::onnx::SparseTensorProto &tensor : graph.sparse_initializer())
      constants.insert(tensor.values().name());
  }
  for (const ::onnx::ValueInfoProto &input : graph.input()) {
    if (constants.contains(input.name()))
      continue;
    if (input.name().empty())
      return invalidModel({.tensor = "graph input"}, "a name", "an empty one");
    absl::StatusOr<ValueId> value = addValue(input.name(), frame);
    if (!value.ok())
      return value.status();
    if (input.has_type() && !frame.function)
      plan.values[*value].type = &input.type();
    DELOS_RETURN_IF_ERROR(declare(input.name(), *value, scope, {.tensor = "graph input"}));
    frame.graph->inputs.push_back(*value);
  }
  return absl::OkStatus();
}

absl::Status Resolver::addInitializer(std::string_view name, TensorData *data, bool isMain, Frame &frame,
                                      Scope &scope) {
  Place place{.tensor = name};
  if (name.empty())
    return invalidModel({.tensor = "initializer"}, "a name", "an empty one");
  // An input of a body, or of a model whose initializers are defaults, takes precedence over the initializer.
  auto input = scope.names.find(name);
  if (input != scope.names.end() && !plan.values[input->second].producer &&
      (!isMain || options.initializersAsInputs))
    return absl::OkStatus();
  absl::StatusOr<ValueId> value = addValue(name, frame);
  if (!value.ok())
    return value.status();
  DELOS_RETURN_IF_ERROR(declare(name, *value, scope, place));
  absl::StatusOr<NodePlan *> node = addNode(frame);
  if (!node.ok())
    return node.status();
  (*node)->constant = data;
  (*node)->outputs = {*value};
  plan.values[*value].producer = *node;
  return absl::OkStatus();
}

absl::Status Resolver::declareInitializers(GraphProto &graph, bool isMain, Frame &frame, Scope &scope) {
  for (::onnx::TensorProto &tensor : *graph.mutable_initializer()) {
    absl::StatusOr<TensorData *> data = tensors.read(tensor, {.tensor = tensor.name()});
    if (!data.ok())
      return data.status();
    DELOS_RETURN_IF_ERROR(addInitializer(tensor.name(), *data, isMain, frame, scope));
  }
  for (::onnx::SparseTensorProto &tensor : *graph.mutable_sparse_initializer()) {
    absl::StatusOr<TensorData *> data = tensors.readSparse(tensor, {.tensor = tensor.values().name()});
    if (!data.ok())
      return data.status();
    DELOS_RETURN_IF_ERROR(addInitializer(tensor.values().name(), *data, isMain, frame, scope));
  }
  return absl::OkStatus();
}

absl::Status Resolver::declareOutputs(const google::protobuf::RepeatedPtrField<NodeProto> &nodes,
                                      Frame &frame, Scope &scope) {
  for (const NodeProto &node : nodes)
    for (const std::string &name : node.output()) {
      if (name.empty())
        continue;
      absl::StatusOr<ValueId> value = addValue(name, frame);
      if (!value.ok())
        return value.status();
      DELOS_RETURN_IF_ERROR(declare(name, *value, scope, {node.name(), node.op_type()}));
    }
  return absl::OkStatus();
}

void Resolver::declareTypes(const GraphProto &graph, const Scope &scope) {
  auto declareAll = [&](const google::protobuf::RepeatedPtrField<::onnx::ValueInfoProto> &infos) {
    for (const ::onnx::ValueInfoProto &info : infos) {
      auto found = scope.names.find(info.name());
      if (found == scope.names.end() || !info.has_type())
        continue;
      ValuePlan &value = plan.values[found->second];
      if (!value.type)
        value.type = &info.type();
    }
  };
  declareAll(graph.output());
  declareAll(graph.value_info());
}

std::string_view normalizedDomain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}

absl::Status resolveModel(::onnx::ModelProto &model, const ImportOptions &options, TensorReader &tensors,
                          ModelPlan &plan) {
  return Resolver(model, options, tensors, plan).run();
}

} // namespace delos::importer
