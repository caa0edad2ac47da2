// Resolution of nodes: their values, attributes, bodies and constants.
#include "lib/Import/Resolver.h"
#include "lib/Import/ResolverState.h"

#include "absl/container/flat_hash_set.h"

#include <algorithm>

namespace delos::importer {

namespace {

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

/// What reading the node costs again each time it is inlined: a body of a function is read once per call.
int64_t contentOf(const NodeProto &node) {
  int64_t elements = node.input_size() + node.output_size() + node.attribute_size();
  for (const AttributeProto &attribute : node.attribute())
    elements += attribute.floats_size() + attribute.ints_size() + attribute.strings_size() +
                attribute.tensors_size() + attribute.graphs_size() + attribute.type_protos_size();
  return elements;
}

} // namespace

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

} // namespace delos::importer
