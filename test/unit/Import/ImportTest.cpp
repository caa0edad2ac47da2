// importModel as a library: contexts, threads, limits, data that outlives its source.
#include "lib/Import/Import.h"

#include "dialects/Onnx/OnnxDialect.h"
#include "lib/Import/onnx-ml.pb.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/MLIRContext.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace delos;

namespace {

void describe(::onnx::ValueInfoProto *info, const std::string &name, std::vector<int64_t> dims) {
  info->set_name(name);
  auto *tensor = info->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(::onnx::TensorProto::FLOAT);
  for (int64_t dim : dims)
    tensor->mutable_shape()->add_dim()->set_dim_value(dim);
}

/// y = x + w, with `length` elements of w counting from 0.
::onnx::ModelProto addModel(int64_t length) {
  ::onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  ::onnx::GraphProto *graph = model.mutable_graph();
  describe(graph->add_input(), "x", {length});
  describe(graph->add_output(), "y", {length});
  ::onnx::TensorProto *weight = graph->add_initializer();
  weight->set_name("w");
  weight->set_data_type(::onnx::TensorProto::FLOAT);
  weight->add_dims(length);
  for (int64_t i = 0; i < length; ++i)
    weight->add_float_data(float(i));
  ::onnx::NodeProto *node = graph->add_node();
  node->set_op_type("Add");
  node->add_input("x");
  node->add_input("w");
  node->add_output("y");
  return model;
}

std::string textOf(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

} // namespace

TEST_CASE("import: the bytes are not needed afterwards") {
  mlir::MLIRContext context;
  std::string bytes = addModel(1000).SerializeAsString();
  auto module = importModel(bytes, {}, context);
  REQUIRE(module.ok());
  std::fill(bytes.begin(), bytes.end(), '\xee');
  delos::onnx::ConstantOp constant;
  (*module)->walk([&](delos::onnx::ConstantOp op) { constant = op; });
  auto data = mlir::cast<mlir::DenseResourceElementsAttr>(constant.getValue())
                  .getRawHandle()
                  .getBlob()
                  ->getDataAs<float>();
  REQUIRE(data.size() == 1000);
  for (size_t i = 0; i < data.size(); ++i)
    REQUIRE(data[i] == float(i));
}

TEST_CASE("import: the threshold between dense and resource constants is an option") {
  mlir::MLIRContext context;
  ImportOptions options;
  options.denseElements = 4;
  auto isDense = [&](int64_t length) {
    auto module = importModel(addModel(length).SerializeAsString(), options, context);
    bool dense = false;
    (*module)->walk(
        [&](delos::onnx::ConstantOp op) { dense = mlir::isa<mlir::DenseElementsAttr>(op.getValue()); });
    return dense;
  };
  CHECK(isDense(0));
  CHECK(isDense(4));
  CHECK(!isDense(5));
}

TEST_CASE("import: external data needs a folder") {
  mlir::MLIRContext context;
  ::onnx::ModelProto model = addModel(2);
  ::onnx::TensorProto *weight = model.mutable_graph()->mutable_initializer(0);
  weight->clear_float_data();
  weight->set_data_location(::onnx::TensorProto::EXTERNAL);
  auto *entry = weight->add_external_data();
  entry->set_key("location");
  entry->set_value("w.bin");
  auto module = importModel(model.SerializeAsString(), {}, context);
  CHECK(module.status().message() ==
        "'w': expected data inside the model (it came as bytes, without a folder), found external data "
        "at 'w.bin'");
}

TEST_CASE("import: limits of the caller hold") {
  mlir::MLIRContext context;
  std::string bytes = addModel(100).SerializeAsString();
  auto codeWith = [&](int64_t ImportLimits::*limit, int64_t value) {
    ImportOptions options;
    options.limits.*limit = value;
    return importModel(bytes, options, context).status().code();
  };
  CHECK(codeWith(&ImportLimits::fileBytes, 10) == absl::StatusCode::kResourceExhausted);
  CHECK(codeWith(&ImportLimits::nodes, 1) == absl::StatusCode::kResourceExhausted);
  CHECK(codeWith(&ImportLimits::elements, 99) == absl::StatusCode::kResourceExhausted);
  CHECK(codeWith(&ImportLimits::rank, 0) == absl::StatusCode::kResourceExhausted);
  CHECK(codeWith(&ImportLimits::elements, 100) == absl::StatusCode::kOk);
}

TEST_CASE("import: types inside types are counted") {
  ::onnx::ModelProto model = addModel(4);
  ::onnx::TypeProto *type = model.mutable_graph()->mutable_input(0)->mutable_type();
  ::onnx::TypeProto tensor = *type;
  type->Clear();
  *type->mutable_sequence_type()->mutable_elem_type()->mutable_sequence_type()->mutable_elem_type() = tensor;
  mlir::MLIRContext context;
  ImportOptions options;
  options.limits.typeDepth = 1;
  auto module = importModel(model.SerializeAsString(), options, context);
  CHECK(module.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(std::string(module.status().message()).find("expected at most 1 types inside types, found 2") !=
        std::string::npos);
  options.limits.typeDepth = 2;
  CHECK(importModel(model.SerializeAsString(), options, context).status().code() !=
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("import: ids depend on content and not on names") {
  mlir::MLIRContext context;
  auto idOf = [&](const ::onnx::ModelProto &model) {
    auto module = importModel(model.SerializeAsString(), {}, context);
    std::string id;
    (*module)->walk([&](delos::onnx::NodeOp node) { id = node.getId()->str(); });
    return id;
  };
  ::onnx::ModelProto model = addModel(3), renamed = model, other = addModel(4);
  renamed.mutable_graph()->mutable_initializer(0)->set_name("weight");
  renamed.mutable_graph()->mutable_node(0)->set_input(1, "weight");
  renamed.mutable_graph()->mutable_node(0)->set_name("sum");
  CHECK(idOf(model) == idOf(renamed));
  CHECK(idOf(model) != idOf(other));
}

TEST_CASE("import: contexts in several threads do not meet") {
  std::string bytes = addModel(300).SerializeAsString();
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (std::string &text : texts)
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
        auto module = importModel(bytes, {}, context);
        text = module.ok() ? textOf(**module) : std::string(module.status().message());
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(texts[0].find("onnx.node \"Add\"") != std::string::npos);
  for (const std::string &text : texts)
    CHECK(text == texts[0]);
}

TEST_CASE("import: a long chain needs no deep stack") {
  mlir::MLIRContext context;
  ::onnx::ModelProto model = addModel(2);
  ::onnx::GraphProto *graph = model.mutable_graph();
  constexpr int length = 50000;
  for (int i = 0; i < length; ++i) { // consumers first
    ::onnx::NodeProto *node = graph->add_node();
    node->set_op_type("Neg");
    node->add_input(i + 1 < length ? "v" + std::to_string(i + 1) : "y");
    node->add_output("v" + std::to_string(i));
  }
  graph->mutable_output(0)->set_name("v0");
  auto module = importModel(model.SerializeAsString(), {}, context);
  REQUIRE(module.ok());
  mlir::func::FuncOp main = *(*module)->getOps<mlir::func::FuncOp>().begin();
  CHECK(main.getBody().front().getOperations().size() == length + 3);
}
