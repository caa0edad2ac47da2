// Broken models made from whole ones, reproducibly.
#include "test/hostile/Mutations.h"

#include "lib/Import/onnx-ml.pb.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <random>

namespace delos::hostile {
namespace {

using namespace ::onnx;

using Random = std::mt19937_64;

size_t below(Random &random, size_t bound) { return bound == 0 ? 0 : size_t(random() % bound); }

template <typename T, size_t N>
const T &pick(Random &random, const T (&list)[N]) {
  return list[below(random, N)];
}

constexpr int64_t sizes[] = {-1,
                             0,
                             1,
                             2,
                             7,
                             65536,
                             int64_t(1) << 31,
                             int64_t(1) << 32,
                             int64_t(1) << 40,
                             1L << 62,
                             INT64_MAX,
                             INT64_MIN,
                             -2147483648,
                             4294967297,
                             1000000007};

const char *const paths[] = {"../secret", "/etc/passwd", "a/../../b", "outside/secret.bin", "",
                             ".",         "..",          "seed.bin",  "./seed.bin",         "seed.bin/x",
                             "~/x",       "loop",        "pipe",      "/dev/zero"};

const char *const dimTexts[] = {"batch",
                                "2*seq + 1",
                                "(a+b)*(c+d)*(e+f)*(g+h)*(i+j)",
                                "9999999999999999999999",
                                "-1",
                                "0",
                                "a-b",
                                "((((((((((1",
                                "min(a,b)",
                                "a floordiv 0",
                                "x mod y",
                                "\xff",
                                " "};

const char *const operators[] = {"If",        "Loop", "Scan",     "Constant",      "Relu",
                                 "Gemm",      "Conv", "Identity", "SequenceEmpty", "Reshape",
                                 "Attention", "Call", "Nothing"};

/// Everything in a model that mutators aim at, found once.
struct Targets {
  std::vector<GraphProto *> graphs;
  std::vector<NodeProto *> nodes;
  std::vector<AttributeProto *> attributes;
  std::vector<TensorProto *> tensors;
  std::vector<TypeProto *> types;

  explicit Targets(ModelProto &model) {
    add(*model.mutable_graph());
    for (FunctionProto &function : *model.mutable_functions())
      for (NodeProto &node : *function.mutable_node())
        add(node);
  }

  void add(GraphProto &graph) {
    graphs.push_back(&graph);
    for (NodeProto &node : *graph.mutable_node())
      add(node);
    for (TensorProto &tensor : *graph.mutable_initializer())
      tensors.push_back(&tensor);
    for (auto *infos : {graph.mutable_input(), graph.mutable_output(), graph.mutable_value_info()})
      for (ValueInfoProto &info : *infos)
        types.push_back(info.mutable_type());
  }

  void add(NodeProto &node) {
    nodes.push_back(&node);
    for (AttributeProto &attribute : *node.mutable_attribute()) {
      attributes.push_back(&attribute);
      if (attribute.has_t())
        tensors.push_back(attribute.mutable_t());
      if (attribute.has_g())
        add(*attribute.mutable_g());
    }
  }
};

template <typename T>
T *any(Random &random, const std::vector<T *> &list) {
  return list.empty() ? nullptr : list[below(random, list.size())];
}

//===-- Messages that lie -------------------------------------------------------------------------------===//

void tensorDims(ModelProto &model, Targets &targets, Random &random) {
  TensorProto *tensor = any(random, targets.tensors);
  if (!tensor)
    tensor = model.mutable_graph()->add_initializer();
  if (tensor->dims_size() == 0 || random() % 4 == 0)
    tensor->add_dims(pick(random, sizes));
  else
    tensor->set_dims(int(below(random, tensor->dims_size())), pick(random, sizes));
}

void manyDims(ModelProto &, Targets &targets, Random &random) {
  if (TensorProto *tensor = any(random, targets.tensors))
    for (size_t i = 0, count = below(random, 3000); i < count; ++i)
      tensor->add_dims(1);
}

void tensorType(ModelProto &, Targets &targets, Random &random) {
  if (TensorProto *tensor = any(random, targets.tensors))
    tensor->set_data_type(int32_t(random() % 40) - 5);
}

void tensorData(ModelProto &, Targets &targets, Random &random) {
  TensorProto *tensor = any(random, targets.tensors);
  if (!tensor)
    return;
  switch (random() % 6) {
  case 0:
    tensor->clear_raw_data();
    break;
  case 1:
    tensor->mutable_raw_data()->resize(below(random, 5000));
    break;
  case 2:
    tensor->add_int32_data(int32_t(random()));
    break;
  case 3:
    tensor->add_string_data("text");
    break;
  case 4:
    tensor->mutable_segment()->set_end(int64_t(random()));
    break;
  default:
    for (char &byte : *tensor->mutable_raw_data())
      byte = char(random());
  }
}

void externalPath(ModelProto &, Targets &targets, Random &random) {
  TensorProto *tensor = any(random, targets.tensors);
  if (!tensor)
    return;
  tensor->clear_raw_data();
  tensor->set_data_location(TensorProto::EXTERNAL);
  auto set = [&](const char *key, const std::string &value) {
    StringStringEntryProto *entry = tensor->add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  };
  set("location", pick(random, paths));
  if (random() % 2)
    set("offset", std::to_string(pick(random, sizes)));
  if (random() % 2)
    set("length", std::to_string(pick(random, sizes)));
}

void valueDims(ModelProto &, Targets &targets, Random &random) {
  TypeProto *type = any(random, targets.types);
  if (!type)
    return;
  TensorShapeProto *shape = type->mutable_tensor_type()->mutable_shape();
  TensorShapeProto::Dimension *dim =
      shape->dim_size() == 0 ? shape->add_dim() : shape->mutable_dim(int(below(random, shape->dim_size())));
  if (random() % 2)
    dim->set_dim_value(pick(random, sizes));
  else
    dim->set_dim_param(pick(random, dimTexts));
}

void valueType(ModelProto &, Targets &targets, Random &random) {
  TypeProto *type = any(random, targets.types);
  if (!type)
    return;
  size_t depth = random() % 4 == 0 ? below(random, 150) : below(random, 4);
  TypeProto inner = *type;
  for (size_t i = 0; i < depth; ++i) {
    TypeProto outer;
    switch (random() % 3) {
    case 0:
      *outer.mutable_sequence_type()->mutable_elem_type() = inner;
      break;
    case 1:
      *outer.mutable_optional_type()->mutable_elem_type() = inner;
      break;
    default:
      outer.mutable_map_type()->set_key_type(int32_t(random() % 28));
      *outer.mutable_map_type()->mutable_value_type() = inner;
    }
    inner = outer;
  }
  if (depth == 0)
    inner.mutable_tensor_type()->set_elem_type(int32_t(random() % 40) - 5);
  *type = inner;
}

void noType(ModelProto &, Targets &targets, Random &random) {
  if (TypeProto *type = any(random, targets.types))
    type->Clear();
}

/// An input becomes any value of the model: cycles, values of other graphs, values that do not exist.
void rewire(ModelProto &, Targets &targets, Random &random) {
  NodeProto *node = any(random, targets.nodes), *other = any(random, targets.nodes);
  if (!node)
    return;
  std::string name = random() % 5 == 0 || other->output_size() == 0
                         ? "ghost"
                         : other->output(int(below(random, other->output_size())));
  if (node->input_size() == 0 || random() % 5 == 0)
    node->add_input(name);
  else
    node->set_input(int(below(random, node->input_size())), name);
}

void renameOutput(ModelProto &, Targets &targets, Random &random) {
  NodeProto *node = any(random, targets.nodes), *other = any(random, targets.nodes);
  if (!node || node->output_size() == 0)
    return;
  std::string name = random() % 3 == 0 ? std::string()
                     : random() % 2    ? std::string("ghost")
                                       : std::string(other->output_size() ? other->output(0) : "");
  node->set_output(int(below(random, node->output_size())), name);
}

void names(ModelProto &, Targets &targets, Random &random) {
  NodeProto *node = any(random, targets.nodes);
  if (!node)
    return;
  std::string name(random() % 3 == 0 ? below(random, 100000) : below(random, 20), char(random()));
  switch (random() % 4) {
  case 0:
    node->set_name(name);
    break;
  case 1:
    node->set_op_type(name);
    break;
  case 2:
    node->set_domain(name);
    break;
  default:
    node->add_output(name);
  }
}

void operatorName(ModelProto &, Targets &targets, Random &random) {
  if (NodeProto *node = any(random, targets.nodes))
    node->set_op_type(pick(random, operators));
}

void attributeValue(ModelProto &, Targets &targets, Random &random) {
  AttributeProto *attribute = any(random, targets.attributes);
  if (!attribute)
    return;
  switch (random() % 7) {
  case 0:
    attribute->set_type(AttributeProto::AttributeType(random() % 15));
    break;
  case 1:
    attribute->set_i(pick(random, sizes));
    break;
  case 2:
    for (size_t i = 0, count = below(random, 2000); i < count; ++i)
      attribute->add_ints(pick(random, sizes));
    break;
  case 3:
    attribute->set_ref_attr_name("slope");
    break;
  case 4:
    attribute->set_name("");
    break;
  case 5:
    attribute->clear_type();
    break;
  default:
    attribute->Clear();
  }
}

void duplicateAttribute(ModelProto &, Targets &targets, Random &random) {
  NodeProto *node = any(random, targets.nodes);
  if (AttributeProto *attribute = any(random, targets.attributes); attribute && node) {
    AttributeProto copy = *attribute; // its owner may be the node
    *node->add_attribute() = copy;
  }
}

void deepBodies(ModelProto &model, Targets &, Random &random) {
  size_t depth = below(random, random() % 3 ? 28 : 120);
  GraphProto inside = model.graph();
  for (size_t i = 0; i < depth; ++i) {
    GraphProto outer;
    NodeProto *node = outer.add_node();
    node->set_op_type("If");
    node->add_input("c");
    node->add_output("o" + std::to_string(i));
    AttributeProto *body = node->add_attribute();
    body->set_name("then_branch");
    body->set_type(AttributeProto::GRAPH);
    body->mutable_g()->Swap(&inside);
    outer.add_output()->set_name("o" + std::to_string(i));
    inside.Swap(&outer);
  }
  model.mutable_graph()->Swap(&inside);
}

void versions(ModelProto &model, Targets &, Random &random) {
  if (random() % 2)
    model.set_ir_version(int64_t(random() % 16));
  else if (random() % 2)
    model.clear_opset_import();
  else
    model.add_opset_import()->set_version(pick(random, sizes));
}

/// A chain of functions that each call the next one a few times, the last one maybe the first again.
void functionChain(ModelProto &model, Targets &, Random &random) {
  size_t length = below(random, 80) + 1, calls = below(random, 3) + 1;
  bool recursive = random() % 2;
  OperatorSetIdProto *opset = model.add_opset_import();
  opset->set_domain("hostile");
  opset->set_version(1);
  for (size_t level = 0; level < length; ++level) {
    FunctionProto *function = model.add_functions();
    function->set_domain("hostile");
    function->set_name("F" + std::to_string(level));
    function->add_input("v");
    function->add_output("w0");
    *function->add_opset_import() = *opset;
    for (size_t call = 0; call < calls; ++call) {
      NodeProto *node = function->add_node();
      node->set_domain("hostile");
      node->set_op_type("F" + std::to_string(level + 1 == length && recursive ? 0 : level + 1));
      node->add_input("v");
      node->add_output("w" + std::to_string(call));
    }
  }
  NodeProto *node = model.mutable_graph()->add_node();
  node->set_domain("hostile");
  node->set_op_type("F0");
  node->add_input(model.graph().input_size() ? model.graph().input(0).name() : "v");
  node->add_output("hostile_result");
}

void sparse(ModelProto &model, Targets &targets, Random &random) {
  SparseTensorProto *tensor = model.mutable_graph()->add_sparse_initializer();
  if (TensorProto *values = any(random, targets.tensors))
    *tensor->mutable_values() = *values;
  tensor->mutable_values()->set_name("hostile_sparse");
  tensor->mutable_indices()->set_data_type(TensorProto::INT64);
  int64_t count =
      tensor->values().dims_size() == 1 ? std::clamp<int64_t>(tensor->values().dims(0), 0, 100) : 1;
  tensor->mutable_indices()->add_dims(count);
  for (int64_t i = 0; i < count; ++i)
    tensor->mutable_indices()->add_int64_data(random() % 8 == 0 ? pick(random, sizes) : i);
  tensor->add_dims(random() % 2 ? pick(random, sizes) : 1000);
}

void copies(ModelProto &, Targets &targets, Random &random) {
  GraphProto *graph = any(random, targets.graphs);
  if (graph->node_size() == 0)
    return;
  NodeProto original = graph->node(int(below(random, graph->node_size())));
  bool fresh = random() % 2;
  for (size_t i = 0, count = below(random, 300); i < count; ++i) {
    NodeProto *copy = graph->add_node();
    *copy = original;
    for (int output = 0; fresh && output < copy->output_size(); ++output)
      copy->set_output(output, copy->output(output) + std::to_string(i));
  }
}

void remove(ModelProto &model, Targets &targets, Random &random) {
  GraphProto *graph = any(random, targets.graphs);
  switch (random() % 4) {
  case 0:
    if (graph->node_size())
      graph->mutable_node()->DeleteSubrange(int(below(random, graph->node_size())), 1);
    break;
  case 1:
    if (graph->initializer_size())
      graph->mutable_initializer()->DeleteSubrange(int(below(random, graph->initializer_size())), 1);
    break;
  case 2:
    if (graph->input_size())
      graph->mutable_input()->DeleteSubrange(int(below(random, graph->input_size())), 1);
    break;
  default:
    model.clear_functions();
  }
}

void moveBody(ModelProto &, Targets &targets, Random &random) {
  GraphProto *from = any(random, targets.graphs), *to = any(random, targets.graphs);
  GraphProto copy = *from;
  *to = copy;
}

struct MessageMutator {
  const char *name;
  void (*apply)(ModelProto &, Targets &, Random &);
};

constexpr MessageMutator messageMutators[] = {
    {"tensor-dims", tensorDims},
    {"many-dims", manyDims},
    {"tensor-type", tensorType},
    {"tensor-data", tensorData},
    {"external-path", externalPath},
    {"value-dims", valueDims},
    {"value-type", valueType},
    {"no-type", noType},
    {"rewire", rewire},
    {"rename-output", renameOutput},
    {"names", names},
    {"operator", operatorName},
    {"attribute", attributeValue},
    {"duplicate-attribute", duplicateAttribute},
    {"deep-bodies", deepBodies},
    {"versions", versions},
    {"function-chain", functionChain},
    {"sparse", sparse},
    {"copies", copies},
    {"remove", remove},
    {"move-body", moveBody},
};

//===-- Damaged bytes -----------------------------------------------------------------------------------===//

void truncate(std::string &bytes, const std::string &, Random &random) {
  bytes.resize(below(random, bytes.size()));
}

void flipBits(std::string &bytes, const std::string &, Random &random) {
  for (size_t i = 0, count = below(random, 8) + 1; i < count && !bytes.empty(); ++i)
    bytes[below(random, bytes.size())] ^= char(1 << (random() % 8));
}

void overwrite(std::string &bytes, const std::string &, Random &random) {
  for (size_t i = 0, at = below(random, bytes.size()), count = below(random, 12) + 1;
       i < count && at + i < bytes.size(); ++i)
    bytes[at + i] = random() % 2 ? char(0xff) : char(random());
}

void splice(std::string &bytes, const std::string &other, Random &random) {
  size_t from = below(random, other.size()),
         count = below(random, std::min<size_t>(other.size() - from, 2000));
  bytes.insert(below(random, bytes.size()), other, from, count);
}

void cut(std::string &bytes, const std::string &, Random &random) {
  size_t from = below(random, bytes.size());
  bytes.erase(from, below(random, 200));
}

void repeat(std::string &bytes, const std::string &, Random &random) {
  size_t from = below(random, bytes.size());
  std::string part = bytes.substr(from, below(random, 100));
  for (size_t i = 0, count = below(random, 500); i < count; ++i)
    bytes.insert(from, part);
}

struct ByteMutator {
  const char *name;
  void (*apply)(std::string &, const std::string &, Random &);
};

constexpr ByteMutator byteMutators[] = {{"truncate", truncate},   {"flip", flipBits}, {"flip", flipBits},
                                        {"overwrite", overwrite}, {"splice", splice}, {"cut", cut},
                                        {"repeat", repeat}};

void damage(Mutation &mutation, const std::vector<std::string> &seeds, Random &random) {
  const ByteMutator &mutator = pick(random, byteMutators);
  mutator.apply(mutation.bytes, seeds[below(random, seeds.size())], random);
  mutation.name += std::string(mutation.name.empty() ? "" : "+") + mutator.name;
}

void lie(Mutation &mutation, Random &random) {
  ModelProto model;
  if (!model.ParseFromString(mutation.bytes))
    return;
  for (size_t i = 0, count = below(random, 3) + 1; i < count; ++i) {
    const MessageMutator &mutator = pick(random, messageMutators);
    Targets targets(model);
    mutator.apply(model, targets, random);
    mutation.name += std::string(mutation.name.empty() ? "" : "+") + mutator.name;
  }
  mutation.bytes = model.SerializeAsString();
}

} // namespace

Mutation mutate(const std::vector<std::string> &seeds, uint64_t index) {
  Random random(index);
  Mutation mutation{"", seeds[below(random, seeds.size())]};
  if (random() % 2)
    lie(mutation, random);
  if (mutation.name.empty() || random() % 8 == 0)
    damage(mutation, seeds, random);
  return mutation;
}

} // namespace delos::hostile
