// Calls of model-local functions, replaced by the functions' nodes.
#include "lib/Import/Resolver.h"
#include "lib/Import/ResolverState.h"

#include "absl/container/flat_hash_set.h"

namespace delos::importer {

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

} // namespace delos::importer
