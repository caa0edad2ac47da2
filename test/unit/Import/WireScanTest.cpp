// The wire scan refuses what parsing would pay for, and nothing else.
#include "lib/Import/WireScan.h"

#include "lib/Import/onnx-ml.pb.h"

#include <catch2/catch.hpp>

using namespace delos;
using importer::scanModelBytes;

namespace {

std::string modelWithNodes(int count) {
  ::onnx::ModelProto model;
  for (int i = 0; i < count; ++i)
    model.mutable_graph()->add_node()->set_op_type("Relu");
  return model.SerializeAsString();
}

/// `depth` messages inside messages: graph, node, attribute, graph ...
std::string nestedModel(int depth) {
  ::onnx::ModelProto model;
  ::onnx::GraphProto *graph = model.mutable_graph();
  for (int i = 0; i < depth; i += 3)
    graph = graph->add_node()->add_attribute()->mutable_g();
  graph->set_name("innermost");
  return model.SerializeAsString();
}

} // namespace

TEST_CASE("scan: whole models pass") {
  CHECK(scanModelBytes("", {}).ok());
  CHECK(scanModelBytes(modelWithNodes(1000), {}).ok());
  CHECK(scanModelBytes(nestedModel(60), {}).ok());
}

TEST_CASE("scan: every cut of a model is refused or is a whole prefix") {
  std::string bytes = modelWithNodes(3);
  for (size_t length = 1; length < bytes.size(); ++length)
    CHECK(scanModelBytes(std::string_view(bytes).substr(0, length), {}).code() ==
          absl::StatusCode::kInvalidArgument);
}

TEST_CASE("scan: limits hold before anything is parsed") {
  ImportLimits few;
  few.nodes = 10;
  CHECK(scanModelBytes(modelWithNodes(10), few).ok());
  CHECK(scanModelBytes(modelWithNodes(11), few).code() == absl::StatusCode::kResourceExhausted);

  CHECK(scanModelBytes(nestedModel(3000), {}).code() == absl::StatusCode::kResourceExhausted);

  // Empty attributes take two bytes each and a hundred times that once parsed.
  ::onnx::ModelProto model;
  ::onnx::NodeProto *node = model.mutable_graph()->add_node();
  for (int i = 0; i < 10000; ++i)
    node->add_attribute();
  std::string bytes = model.SerializeAsString();
  ImportLimits small;
  small.parsedBytes = 1 << 20;
  CHECK(bytes.size() < size_t(small.parsedBytes) / 20);
  CHECK(scanModelBytes(bytes, small).code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("scan: large raw data costs no more than it is") {
  ::onnx::ModelProto model;
  model.mutable_graph()->add_initializer()->mutable_raw_data()->resize(1 << 20);
  ImportLimits limits;
  limits.parsedBytes = (1 << 20) + 4096;
  CHECK(scanModelBytes(model.SerializeAsString(), limits).ok());
}

TEST_CASE("scan: groups and impossible tags are refused") {
  CHECK(!scanModelBytes("\x0b\x0c", {}).ok());                                     // a group
  CHECK(!scanModelBytes(std::string("\x00\x00", 2), {}).ok());                     // field number 0
  CHECK(!scanModelBytes("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", {}).ok()); // a length of 2^64 - 1
}
