/// The C interface over a fake compiler.
#include "delos-c/delos.h"

#include "lib/CAPI/OptionTable.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

extern "C" int delosTestRunFromC(void);

namespace {

DelosExecutable *compile(const std::string &text) {
  DelosExecutable *executable = nullptr;
  REQUIRE(delosCompileBytes(text.data(), text.size(), nullptr, nullptr, &executable) == DELOS_OK);
  return executable;
}

std::string take(DelosString *string) {
  std::string text(delosStringGetData(string), delosStringGetSize(string));
  delosStringDestroy(string);
  return text;
}

/// x and y of "add" with `rows` rows each.
struct AddInputs {
  explicit AddInputs(int64_t rows) : shape{rows, 3}, x(rows * 3, 1), y(rows * 3, 2) {
    views = {{1, 2, shape, nullptr, x.data()}, {1, 2, shape, nullptr, y.data()}};
  }
  int64_t shape[2];
  std::vector<float> x, y;
  std::vector<DelosTensorView> views;
};

} // namespace

TEST_CASE("plain C compiles and runs a model", "[capi]") { CHECK(delosTestRunFromC() == 0); }

TEST_CASE("values are described", "[capi]") {
  DelosExecutable *executable = compile("add");
  CHECK(delosExecutableGetInputCount(executable) == 2);
  CHECK(delosExecutableGetOutputCount(executable) == 1);
  DelosValueInfo info;
  REQUIRE(delosExecutableGetInput(executable, 1, &info) == DELOS_OK);
  CHECK(std::string(info.name) == "y");
  CHECK(info.rank == 2);
  CHECK(info.dims[0].size == -1);
  CHECK(std::string(info.dims[0].name) == "batch");
  CHECK(delosExecutableGetOutput(executable, 1, &info) == DELOS_INVALID_ARGUMENT);
  delosExecutableDestroy(executable);
}

TEST_CASE("failures have a code and a text per thread", "[capi]") {
  DelosExecutable *executable = nullptr;
  CHECK(delosCompileBytes("junk", 4, nullptr, nullptr, &executable) == DELOS_UNIMPLEMENTED);
  CHECK(executable == nullptr);
  CHECK(std::string(delosGetLastError()) == "node 'n0': operator 'ai.onnx.Foo' is not supported");
  std::string elsewhere = "unset";
  std::thread([&] { elsewhere = delosGetLastError(); }).join();
  CHECK(elsewhere.empty());
  CHECK(delosCompileFile("nowhere.onnx", nullptr, &executable) == DELOS_NOT_FOUND);
  executable = compile("index");
  AddInputs inputs(1);
  DelosTensor *output = nullptr;
  CHECK(delosExecutableRun(executable, inputs.views.data(), 2, nullptr, &output) == DELOS_OUT_OF_RANGE);
  CHECK(delosExecutableRun(executable, inputs.views.data(), 1, nullptr, &output) == DELOS_INVALID_ARGUMENT);
  inputs.views[0].rank = -1;
  CHECK(delosExecutableRun(executable, inputs.views.data(), 2, nullptr, &output) == DELOS_INVALID_ARGUMENT);
  CHECK(output == nullptr);
  delosExecutableDestroy(executable);
}

TEST_CASE("results go into given memory", "[capi]") {
  DelosExecutable *executable = compile("add");
  AddInputs inputs(4);
  std::vector<float> out(12);
  DelosTensorView output = {1, 2, inputs.shape, nullptr, out.data()};
  DelosRunOptions options = {sizeof options, DELOS_RUN_POISON, 0, nullptr, nullptr};
  REQUIRE(delosExecutableRunInto(executable, inputs.views.data(), 2, &options, &output, 1) == DELOS_OK);
  CHECK(out == std::vector<float>(12, 3));
  delosExecutableDestroy(executable);
}

TEST_CASE("runs can be cancelled and timed out", "[capi]") {
  DelosExecutable *executable = compile("add");
  AddInputs inputs(4);
  DelosTensor *output = nullptr;
  DelosCancellation *cancellation = nullptr;
  REQUIRE(delosCancellationCreate(&cancellation) == DELOS_OK);
  DelosRunOptions options = {sizeof options, 0, 0, cancellation, nullptr};
  auto run = [&] { return delosExecutableRun(executable, inputs.views.data(), 2, &options, &output); };
  delosCancellationCancel(cancellation);
  CHECK(run() == DELOS_CANCELLED);
  CHECK(std::string(delosGetLastError()) == "the run was cancelled");
  delosCancellationReset(cancellation);
  options.timeout_seconds = 1e-9;
  CHECK(run() == DELOS_DEADLINE_EXCEEDED);
  options.timeout_seconds = -1;
  CHECK(run() == DELOS_INVALID_ARGUMENT);
  options.timeout_seconds = 1e300;
  REQUIRE(run() == DELOS_OK);
  delosTensorDestroy(output);
  options.size = 8;
  CHECK(run() == DELOS_INVALID_ARGUMENT);
  CHECK(std::string(delosGetLastError()) ==
        "expected run options of " + std::to_string(sizeof options) + " bytes in field 'size', got 8");
  delosCancellationDestroy(cancellation);
  delosExecutableDestroy(executable);
}

TEST_CASE("a run takes the host's executor instead of the pool", "[capi]") {
  DelosExecutable *executable = compile("add");
  AddInputs inputs(4);
  auto runAtOnce = [](void *, void (*task)(void *), void *argument) { task(argument); };
  DelosHostExecutor host = {nullptr, 3, runAtOnce};
  DelosRunOptions options = {sizeof options, 0, 0, nullptr, &host};
  DelosTensor *output = nullptr;
  REQUIRE(delosExecutableRun(executable, inputs.views.data(), 2, &options, &output) == DELOS_OK);
  DelosTensorView view;
  delosTensorGetView(output, &view);
  CHECK(static_cast<float *>(view.data)[11] == 3);
  delosTensorDestroy(output);
  host.schedule = nullptr;
  CHECK(delosExecutableRun(executable, inputs.views.data(), 2, &options, &output) == DELOS_INVALID_ARGUMENT);
  delosExecutableDestroy(executable);
}

TEST_CASE("report, plan, trace and counters come as data", "[capi]") {
  DelosExecutable *executable = compile("add");
  DelosString *text = nullptr;
  REQUIRE(delosExecutableGetReport(executable, &text) == DELOS_OK);
  CHECK(nlohmann::json::parse(take(text))["kernels"].size() == 1);
  REQUIRE(delosExecutableGetPlan(executable, &text) == DELOS_OK);
  CHECK(take(text).starts_with("plan 'add'"));
  AddInputs inputs(2);
  DelosTensor *output = nullptr;
  REQUIRE(delosExecutableRunTraced(executable, inputs.views.data(), 2, nullptr, &output, &text) == DELOS_OK);
  CHECK(nlohmann::json::parse(take(text))["launches"].size() == 1);
  delosTensorDestroy(output);
  int64_t bytes = -1;
  REQUIRE(delosExecutableGetArenaBytes(executable, inputs.views.data(), 2, &bytes) == DELOS_OK);
  CHECK(bytes == 0);
  DelosCounters counters;
  REQUIRE(delosExecutableGetCounters(executable, &counters) == DELOS_OK);
  CHECK(counters.runs == 1);
  delosExecutableDestroy(executable);
}

TEST_CASE("options are set from text or refused with the known ones", "[capi]") {
  using delos::setOption;
  delos::CompileOptions options;
  CHECK(setOption(options, "threads", "3").ok());
  CHECK(setOption(options, "dim:batch", "8").ok());
  CHECK(setOption(options, "fusion", "none").ok());
  CHECK(setOption(options, "deterministic", "true").ok());
  CHECK(setOption(options, "limit:nodes", "10").ok());
  CHECK(options.threads == 3);
  CHECK(options.dims.at("batch") == 8);
  CHECK(options.fusion == delos::FusionLevel::None);
  CHECK(options.limits.nodes == 10);
  CHECK(setOption(options, "threads", "many").message() ==
        "option 'threads': expected an integer of at least 0, got 'many'");
  CHECK_FALSE(setOption(options, "threads", "99999999999").ok());
  CHECK_FALSE(setOption(options, "dim:", "8").ok());
  CHECK(setOption(options, "speed", "high").message().find("known are device, threads") != std::string::npos);
}

TEST_CASE("lowering goes through options", "[capi]") {
  DelosOptions *options = nullptr;
  REQUIRE(delosOptionsCreate(&options) == DELOS_OK);
  REQUIRE(delosOptionsSet(options, "until_after", "import") == DELOS_OK);
  CHECK(delosOptionsSet(options, "fusion", "much") == DELOS_INVALID_ARGUMENT);
  DelosString *text = nullptr;
  REQUIRE(delosLowerBytes("add", 3, nullptr, options, &text) == DELOS_OK);
  CHECK(take(text) == "// after import\n");
  delosOptionsDestroy(options);
}

TEST_CASE("element types have names", "[capi]") {
  CHECK(delosElementTypeFromName("bfloat16") == 16);
  CHECK(delosElementTypeFromName("real") == 0);
  CHECK(std::string(delosElementTypeGetName(22)) == "int4");
  CHECK(delosElementTypeGetBits(22) == 4);
  CHECK(delosElementTypeGetBits(1000) == 0);
}
