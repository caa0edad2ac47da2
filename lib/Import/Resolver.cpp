// Resolution of a model: names to values, functions inlined, attributes checked.
#include "lib/Import/Resolver.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

#include <algorithm>
#include <tuple>

namespace delos::importer {
namespace {

using ::onnx::AttributeProto;
using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TypeProto;

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

/// Which field of AttributeProto each type uses.
bool holdsItsType(const AttributeProto &attribute) {
  switch (attribute.type()) {
  case AttributeProto::FLOAT:
    return attribute.has_f();
  case AttributeProto::INT:
    return attribute.has_i();
  case AttributeProto::STRING:
    return attribute.has_s();
  case AttributeProto::TENSOR:
    return attribute.has_t();
  case AttributeProto::GRAPH:
    return attribute.has_g();
  case AttributeProto::SPARSE_TENSOR:
    return attribute.has_sparse_tensor();
  case AttributeProto::TYPE_PROTO:
    return attribute.has_tp();
  default:
    return attribute.type() != AttributeProto::UNDEFINED; // lists may be empty
  }
}

/// The type of an attribute that states none: that of the field it fills.
AttributeProto::AttributeType impliedType(const AttributeProto &attribute) {
  const std::pair<bool, AttributeProto::AttributeType> rows[] = {
      {attribute.has_f(), AttributeProto::FLOAT},
      {attribute.has_i(), AttributeProto::INT},
      {attribute.has_s(), AttributeProto::STRING},
      {attribute.has_t(), AttributeProto::TENSOR},
      {attribute.has_g(), AttributeProto::GRAPH},
      {attribute.has_sparse_tensor(), AttributeProto::SPARSE_TENSOR},
      {attribute.has_tp(), AttributeProto::TYPE_PROTO},
      {attribute.floats_size() != 0, AttributeProto::FLOATS},
      {attribute.ints_size() != 0, AttributeProto::INTS},
      {attribute.strings_size() != 0, AttributeProto::STRINGS},
      {attribute.tensors_size() != 0, AttributeProto::TENSORS},
      {attribute.graphs_size() != 0, AttributeProto::GRAPHS},
      {attribute.type_protos_size() != 0, AttributeProto::TYPE_PROTOS},
  };
  for (auto [filled, type] : rows)
    if (filled)
      return type;
  return AttributeProto::UNDEFINED;
}

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

//===-- The model
//------------------------------------------------------------------------------------------------------------------===//

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

//===-- Values
//---------------------------------------------------------------------------------------------------------------------===//

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

//===-- Graphs
//---------------------------------------------------------------------------------------------------------------------===//

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

//===-- Nodes
//----------------------------------------------------------------------------------------------------------------------===//

/// What reading the node costs again each time it is inlined: a body of a function is read once per call.
int64_t contentOf(const NodeProto &node) {
  int64_t elements = node.input_size() + node.output_size() + node.attribute_size();
  for (const AttributeProto &attribute : node.attribute())
    elements += attribute.floats_size() + attribute.ints_size() + attribute.strings_size() +
                attribute.tensors_size() + attribute.graphs_size() + attribute.type_protos_size();
  return elements;
}

absl::Status Resolver::chargeContent(int64_t elements, const Place &place) {
  contentElements += elements;
  return checkLimit(place, "operands and list elements of all nodes", contentElements,
                    limits.contentElements);
}

absl::Status Resolver::readNode(NodeProto &proto, const Frame &frame) {
  std::string_view firstOutput =
      proto.output_size() != 0 ? std::string_view(proto.output(0)) : std::string_view();
  Place place{proto.name().empty() ? firstOutput : std::string_view(proto.name()), proto.op_type()};
  DELOS_RETURN_IF_ERROR(checkLimit(place, "inputs", proto.input_size(), limits.operandsPerNode));
  DELOS_RETURN_IF_ERROR(checkLimit(place, "outputs", proto.output_size(), limits.operandsPerNode));
  DELOS_RETURN_IF_ERROR(checkLimit(place, "attributes", proto.attribute_size(), limits.operandsPerNode));
  int64_t longestName =
      int64_t(std::max({proto.name().size(), proto.op_type().size(), proto.domain().size()}));
  DELOS_RETURN_IF_ERROR(checkLimit(place, "bytes in a name", longestName, limits.nameBytes));
  DELOS_RETURN_IF_ERROR(chargeContent(contentOf(proto), place));
  if (proto.op_type().empty())
    return invalidModel(place, "an operator name", "an empty one");
  if (const FunctionProto *function = findFunction(proto))
    return inlineCall(proto, const_cast<FunctionProto &>(*function), frame, place);
  auto opset = frame.opsets->find(std::string(normalizedDomain(proto.domain())));
  if (opset == frame.opsets->end())
    return invalidModel(place, "an operator of an imported domain", concat("domain ", quote(proto.domain())));
  absl::StatusOr<NodePlan *> node = addNode(frame);
  if (!node.ok())
    return node.status();
  (*node)->opType = proto.op_type();
  (*node)->domain = std::string(normalizedDomain(proto.domain()));
  (*node)->opset = opset->second;
  DELOS_RETURN_IF_ERROR(readValues(proto, frame, place, **node));
  DELOS_RETURN_IF_ERROR(readAttributes(proto, frame, place, **node));
  for (ValueId output : (*node)->outputs)
    if (output != absentValue)
      plan.values[output].producer = *node;
  bool isConstant = (*node)->domain.empty() && (*node)->opType == "Constant";
  return isConstant ? readConstant(**node, place) : absl::OkStatus();
}

absl::Status Resolver::readValues(const NodeProto &proto, const Frame &frame, const Place &place,
                                  NodePlan &node) {
  if (!proto.name().empty()) {
    absl::StatusOr<std::string> name = nameIn(frame, proto.name());
    if (!name.ok())
      return name.status();
    node.name = *std::move(name);
  }
  for (const std::string &name : proto.input()) {
    absl::StatusOr<ValueId> value =
        name.empty() ? absl::StatusOr<ValueId>(absentValue) : use(name, frame, place);
    if (!value.ok())
      return value.status();
    node.inputs.push_back(*value);
  }
  for (const std::string &name : proto.output())
    node.outputs.push_back(name.empty() ? absentValue : *frame.scope->find(name)); // declared with its graph
  // Absent values at the end say nothing.
  for (std::vector<ValueId> *values : {&node.inputs, &node.outputs})
    while (!values->empty() && values->back() == absentValue)
      values->pop_back();
  return absl::OkStatus();
}

absl::Status Resolver::checkAttribute(AttributeProto &attribute, const Place &place) {
  if (attribute.type() == AttributeProto::UNDEFINED)
    attribute.set_type(impliedType(attribute));
  if (!holdsItsType(attribute))
    return invalidModel(place, "an attribute with a type and a value of that type",
                        concat("type ", int(attribute.type()), " without one"));
  int64_t longest =
      std::max({attribute.floats_size(), attribute.ints_size(), attribute.strings_size(),
                attribute.tensors_size(), attribute.graphs_size(), attribute.type_protos_size()});
  DELOS_RETURN_IF_ERROR(checkLimit(place, "elements in a list", longest, limits.listElements));
  int64_t longestString = int64_t(attribute.s().size());
  for (const std::string &text : attribute.strings())
    longestString = std::max(longestString, int64_t(text.size()));
  return checkLimit(place, "bytes in a string", longestString, limits.stringBytes);
}

absl::StatusOr<Argument> Resolver::argumentOf(AttributeProto &attribute, const Frame &frame,
                                              const Place &place) {
  if (attribute.ref_attr_name().empty())
    return Argument{&attribute, &frame};
  if (!frame.arguments)
    return invalidModel(place, "a value",
                        concat("a reference to ", quote(attribute.ref_attr_name()), " outside a function"));
  auto found = frame.arguments->find(attribute.ref_attr_name());
  return found == frame.arguments->end() ? Argument{nullptr, nullptr}
                                         : found->second; // not passed: as if not stated
}

absl::Status Resolver::readAttributes(NodeProto &proto, const Frame &frame, const Place &place,
                                      NodePlan &node) {
  absl::flat_hash_set<std::string_view> seen;
  for (AttributeProto &attribute : *proto.mutable_attribute()) {
    Place here{place.node, place.opType, attribute.name()};
    DELOS_RETURN_IF_ERROR(
        checkLimit(here, "bytes in a name", int64_t(attribute.name().size()), limits.nameBytes));
    if (attribute.name().empty() || !seen.insert(attribute.name()).second)
      return invalidModel(here, "attributes with names that differ",
                          attribute.name().empty() ? "an empty one" : "two equal ones");
    absl::StatusOr<Argument> argument = argumentOf(attribute, frame, here);
    if (!argument.ok())
      return argument.status();
    if (argument->proto)
      DELOS_RETURN_IF_ERROR(readAttribute(*argument, attribute.name(), frame, here, node));
  }
  auto byName = [](const auto &a, const auto &b) { return a.name < b.name; };
  std::sort(node.attributes.begin(), node.attributes.end(), byName);
  return absl::OkStatus();
}

absl::Status Resolver::readAttribute(const Argument &value, const std::string &name, const Frame &frame,
                                     const Place &place, NodePlan &node) {
  AttributeProto &proto = *value.proto;
  DELOS_RETURN_IF_ERROR(checkAttribute(proto, place));
  if (proto.type() == AttributeProto::GRAPH)
    return readBody(*proto.mutable_g(), name, *value.frame, frame, place, node);
  if (proto.type() == AttributeProto::GRAPHS) {
    for (GraphProto &graph : *proto.mutable_graphs())
      DELOS_RETURN_IF_ERROR(readBody(graph, name, *value.frame, frame, place, node));
    return absl::OkStatus();
  }
  AttributePlan attribute{name, &proto, {}};
  auto add = [&](absl::StatusOr<TensorData *> tensor) {
    if (tensor.ok())
      attribute.tensors.push_back(*tensor);
    return tensor.status();
  };
  if (proto.type() == AttributeProto::TENSOR)
    DELOS_RETURN_IF_ERROR(add(tensors.read(*proto.mutable_t(), place)));
  if (proto.type() == AttributeProto::SPARSE_TENSOR)
    DELOS_RETURN_IF_ERROR(add(tensors.readSparse(*proto.mutable_sparse_tensor(), place)));
  if (proto.type() == AttributeProto::TENSORS)
    for (::onnx::TensorProto &tensor : *proto.mutable_tensors())
      DELOS_RETURN_IF_ERROR(add(tensors.read(tensor, place)));
  if (proto.type() == AttributeProto::SPARSE_TENSORS)
    for (::onnx::SparseTensorProto &tensor : *proto.mutable_sparse_tensors())
      DELOS_RETURN_IF_ERROR(add(tensors.readSparse(tensor, place)));
  node.attributes.push_back(std::move(attribute));
  return absl::OkStatus();
}

/// Reads a graph attribute of a node in `frame`. The graph sees the names of `origin`: the same, unless a
/// call passed the attribute.
absl::Status Resolver::readBody(GraphProto &graph, const std::string &name, const Frame &origin,
                                const Frame &frame, const Place &place, NodePlan &node) {
  DELOS_RETURN_IF_ERROR(checkLimit(place, "bodies inside bodies", frame.graphDepth + 1, limits.graphDepth));
  DELOS_RETURN_IF_ERROR(checkLimit(place, "bodies", int64_t(node.bodies.size()) + 1, limits.operandsPerNode));
  BodyPlan body{name, std::make_unique<GraphPlan>()};
  Scope scope{.parent = origin.scope, .names = {}};
  Frame inner = origin;
  inner.scope = &scope;
  inner.graph = body.graph.get();
  inner.graphDepth = frame.graphDepth + 1;
  inner.functionDepth = frame.functionDepth;
  DELOS_RETURN_IF_ERROR(readGraph(graph, inner, scope));
  for (ValueId value : body.graph->captures) {
    std::vector<ValueId> &captures =
        plan.values[value].graph == frame.graph ? node.captures : frame.graph->captures;
    captures.push_back(value);
  }
  auto isBefore = [](const std::string &attribute, const BodyPlan &other) {
    return attribute < other.attribute;
  };
  node.bodies.insert(std::upper_bound(node.bodies.begin(), node.bodies.end(), name, isBefore),
                     std::move(body));
  return absl::OkStatus();
}

absl::Status Resolver::readConstant(NodePlan &node, const Place &place) {
  if (node.attributes.size() != 1 || !node.inputs.empty() || node.outputs.size() != 1)
    return invalidModel(place, "one value, one output and no input",
                        concat(node.attributes.size(), " values, ", node.outputs.size(), " outputs, ",
                               node.inputs.size(), " inputs"));
  auto &proto = const_cast<AttributeProto &>(
      *node.attributes[0].proto); // a message of the model that this resolver owns
  absl::StatusOr<TensorData *> data = tensors.readConstant(node.attributes[0].name, proto, place);
  if (!data.ok())
    return data.status();
  node.constant = *data;
  node.attributes.clear();
  return absl::OkStatus();
}

//===-- Functions
//------------------------------------------------------------------------------------------------------------------===//

const FunctionProto *Resolver::findFunction(const NodeProto &node) const {
  auto found = functions.find(FunctionKey{normalizedDomain(node.domain()), node.op_type(), node.overload()});
  return found == functions.end() ? nullptr : found->second;
}

absl::Status Resolver::inlineCall(NodeProto &node, FunctionProto &function, const Frame &frame,
                                  const Place &place) {
  for (const Frame *caller = &frame; caller; caller = caller->caller)
    if (caller->function == &function)
      return invalidModel(place, "functions that do not call themselves",
                          concat("a recursion through ", quote(function.name())));
  DELOS_RETURN_IF_ERROR(
      checkLimit(place, "calls inside functions", frame.functionDepth + 1, limits.functionDepth));
  DELOS_RETURN_IF_ERROR(checkLimit(place, "calls and nodes to inline", ++inlined, limits.inlinedNodes));
  DELOS_RETURN_IF_ERROR(chargeContent(function.input_size() + function.output_size() + function.node_size() +
                                          function.attribute_proto_size(),
                                      place));
  NodePlan call;
  DELOS_RETURN_IF_ERROR(readValues(node, frame, place, call));
  absl::flat_hash_map<std::string_view, Argument> arguments;
  DELOS_RETURN_IF_ERROR(bindArguments(node, function, frame, place, arguments));
  Scope scope;
  Frame inner = frame;
  inner.scope = &scope;
  inner.opsets = &functionOpsets.find(&function)->second;
  inner.arguments = &arguments;
  inner.caller = &frame;
  inner.function = &function;
  inner.functionDepth = frame.functionDepth + 1;
  // Outputs have unique names, which nodes need not have.
  bool hasOutput = !call.outputs.empty() && call.outputs[0] != absentValue;
  inner.prefix = hasOutput ? plan.values[call.outputs[0]].name
                           : concat(frame.prefix, frame.prefix.empty() ? "" : "/", function.name());
  std::vector<std::pair<ValueId, std::string_view>> forwarded;
  DELOS_RETURN_IF_ERROR(bindParameters(function, call, place, inner, scope, forwarded));
  for (NodeProto &inside : *function.mutable_node())
    DELOS_RETURN_IF_ERROR(readNode(inside, inner));
  for (auto [output, name] : forwarded) {
    absl::StatusOr<ValueId> value = use(name, inner, place);
    if (!value.ok())
      return value.status();
    DELOS_RETURN_IF_ERROR(forward(*value, output, inner));
  }
  return absl::OkStatus();
}

absl::Status Resolver::bindArguments(NodeProto &node, FunctionProto &function, const Frame &frame,
                                     const Place &place,
                                     absl::flat_hash_map<std::string_view, Argument> &arguments) {
  for (AttributeProto &fallback : *function.mutable_attribute_proto())
    arguments.insert_or_assign(fallback.name(), Argument{&fallback, &frame});
  absl::flat_hash_set<std::string_view> seen;
  for (AttributeProto &attribute : *node.mutable_attribute()) {
    Place here{place.node, place.opType, attribute.name()};
    if (!seen.insert(attribute.name()).second)
      return invalidModel(here, "attributes with names that differ", "two equal ones");
    absl::StatusOr<Argument> argument = argumentOf(attribute, frame, here);
    if (!argument.ok())
      return argument.status();
    if (argument->proto)
      arguments.insert_or_assign(attribute.name(), *argument);
  }
  return absl::OkStatus();
}

/// Gives the function's scope its parameters and the values that its nodes define: those that are outputs of
/// the call are the call's own values. `forwarded` gets the outputs that no node of the function defines on
/// its own (a parameter, or an output listed twice).
absl::Status Resolver::bindParameters(const FunctionProto &function, const NodePlan &call, const Place &place,
                                      Frame &frame, Scope &scope,
                                      std::vector<std::pair<ValueId, std::string_view>> &forwarded) {
  if (int64_t(call.inputs.size()) > function.input_size() ||
      int64_t(call.outputs.size()) > function.output_size())
    return invalidModel(
        place, concat("at most ", function.input_size(), " inputs and ", function.output_size(), " outputs"),
        concat(call.inputs.size(), " and ", call.outputs.size()));
  for (int i = 0; i < function.input_size(); ++i)
    DELOS_RETURN_IF_ERROR(declare(
        function.input(i), size_t(i) < call.inputs.size() ? call.inputs[i] : absentValue, scope, place));
  absl::flat_hash_map<std::string_view, ValueId> results;
  for (size_t i = 0; i < call.outputs.size(); ++i) {
    std::string_view name = function.output(int(i));
    if (call.outputs[i] == absentValue)
      continue;
    if (scope.names.contains(name) || !results.try_emplace(name, call.outputs[i]).second)
      forwarded.push_back({call.outputs[i], name});
  }
  for (const NodeProto &node : function.node())
    for (const std::string &name : node.output()) {
      if (name.empty())
        continue;
      auto result = results.find(name);
      absl::StatusOr<ValueId> value =
          result != results.end() ? absl::StatusOr<ValueId>(result->second) : addValue(name, frame);
      if (!value.ok())
        return value.status();
      DELOS_RETURN_IF_ERROR(declare(name, *value, scope, {node.name(), node.op_type()}));
    }
  for (auto [name, value] : results)
    if (!scope.names.contains(name))
      return invalidModel(place, concat("output ", quote(name), " of the function to be defined in it"),
                          "nothing that does");
  return absl::OkStatus();
}

absl::Status Resolver::forward(ValueId from, ValueId to, const Frame &frame) {
  if (from == absentValue)
    return invalidModel({.tensor = plan.values[to].name}, "an output that is there",
                        "an absent optional parameter");
  absl::StatusOr<NodePlan *> node = addNode(frame);
  if (!node.ok())
    return node.status();
  constexpr int64_t identitySince = 16; // the version that takes every kind of value
  (*node)->opType = "Identity";
  (*node)->opset = identitySince;
  (*node)->inputs = {from};
  (*node)->outputs = {to};
  plan.values[to].producer = *node;
  return absl::OkStatus();
}

} // namespace

std::string_view normalizedDomain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}

absl::Status resolveModel(::onnx::ModelProto &model, const ImportOptions &options, TensorReader &tensors,
                          ModelPlan &plan) {
  return Resolver(model, options, tensors, plan).run();
}

} // namespace delos::importer
