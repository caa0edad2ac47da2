/// The public C++ API over a fake compiler.
#include "delos/Engine.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

using namespace delos;

namespace {

ModelSource model(std::string_view text) {
  return ModelSource::memory({reinterpret_cast<const std::byte *>(text.data()), text.size()});
}

Executable compile(std::string_view text) {
  auto executable = Engine().compile(model(text));
  REQUIRE(executable.status().ToString() == "OK");
  return *std::move(executable);
}

Tensor filled(std::vector<int64_t> shape, float start) {
  Tensor tensor = *Tensor::allocate(DType::Float32, std::move(shape));
  for (int64_t i = 0; i < tensor.elementCount(); ++i)
    tensor.dataAs<float>()[i] = start + static_cast<float>(i);
  return tensor;
}

} // namespace

TEST_CASE("an executable says what it takes and gives", "[engine]") {
  Executable executable = compile("add");
  REQUIRE(executable.inputs().size() == 2);
  CHECK(executable.inputs()[1].name == "y");
  CHECK(executable.inputs()[1].shape[0].size == Dim::dynamic);
  CHECK(executable.inputs()[1].shape[0].name == "batch");
  CHECK(executable.outputs()[0].shape[1].size == 3);
  CHECK(executable.plan().find("launch 0 @add_kernel") != std::string::npos);
}

TEST_CASE("one compile runs any size", "[engine]") {
  Executable executable = compile("add");
  for (int64_t batch : {0, 1, 7, 100}) {
    std::vector<Tensor> inputs = {filled({batch, 3}, 1), filled({batch, 3}, 10)};
    auto outputs = executable.run(inputs);
    REQUIRE(outputs.ok());
    bool equal = (*outputs)[0].elementCount() == batch * 3;
    for (int64_t i = 0; i < batch * 3; ++i)
      equal = equal && (*outputs)[0].dataAs<float>()[i] == 11 + 2 * static_cast<float>(i);
    CHECK(equal);
  }
  Counters counters = executable.counters();
  CHECK(counters.compiles == 1);
  CHECK(counters.interpreted == 0);
  CHECK(counters.runs == 4);
  CHECK(counters.launches == 1);
}

TEST_CASE("results go into given tensors", "[engine]") {
  Executable executable = compile("add");
  std::vector<Tensor> inputs = {filled({2, 3}, 1), filled({2, 3}, 10)}, outputs = {filled({2, 3}, 0)};
  void *given = outputs[0].data();
  RunTrace trace;
  REQUIRE(executable.runInto(inputs, outputs, {}, &trace).ok());
  CHECK(outputs[0].data() == given);
  CHECK(outputs[0].dataAs<float>()[5] == 21);
  CHECK(trace.launches.size() == 1);
  outputs[0] = filled({3, 2}, 0);
  CHECK(executable.runInto(inputs, outputs).message() == "output 'z': expected shape [2, 3], got [3, 2]");
  outputs[0] = inputs[0];
  CHECK(executable.runInto(inputs, outputs).message() == "output 'z' overlaps input 'x'");
}

TEST_CASE("errors of models, options and inputs carry their code", "[engine]") {
  Engine engine;
  CHECK(engine.compile(model("nonsense")).status().code() == absl::StatusCode::kUnimplemented);
  CHECK(engine.compile(ModelSource::file("nowhere.onnx")).status().code() == absl::StatusCode::kNotFound);
  CHECK(engine.compile(ModelSource()).status().code() == absl::StatusCode::kInvalidArgument);
  CompileOptions options;
  options.device = "abacus";
  CHECK(engine.compile(model("add"), options).status().message() == "expected device 'cpu', got 'abacus'");
  std::vector<Tensor> inputs = {filled({2, 3}, 1), filled({3, 3}, 1)};
  CHECK(compile("add").run(inputs).status().message() ==
        "input 'y': expected shape [batch, 3], got [3, 3]: dimension 0 must be 2, got 3");
  inputs[1] = inputs[0];
  CHECK(compile("index").run(inputs).status().code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE("values that are not tensors are refused by name", "[engine]") {
  Executable executable = compile("add");
  std::vector<Value> values = {{filled({1, 3}, 0)}, {Sequence()}};
  CHECK(executable.runValues(values).status().message() == "input 'y' is not a tensor; only tensors run");
  values[1] = values[0];
  CHECK(executable.runValues(values).ok());
}

TEST_CASE("lowering gives the IR after a phase", "[engine]") {
  CompileOptions options;
  CHECK_FALSE(Engine().lower(model("add"), options).ok());
  options.untilAfter = "open";
  CHECK(*Engine().lower(model("add"), options) == "// after open\n");
}

TEST_CASE("the report is JSON whatever bytes names hold", "[engine]") {
  CompileReport report = compile("add").report();
  report.kernels[0].members = {"caf\xe9"};
  auto json = nlohmann::json::parse(toJson(report));
  CHECK(json["model"] == "add");
  CHECK(json["kernels"][0]["bytes"] == 36);
  CHECK(json["edges"][0]["fused"] == false);
}
