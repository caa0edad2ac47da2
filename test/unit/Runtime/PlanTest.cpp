/// Verification and printing of plans.
#include "runtime/abi/Plan.h"

#include <catch2/catch.hpp>
#include <functional>

using namespace delos::runtime;

namespace {

/// x[n] -> kernel -> arena -> kernel -> y[n], and a constant.
Plan makePlan() {
  Plan plan;
  plan.model = "two";
  plan.symbols = {{"n", 0, 0}};
  Formula n = Formula::symbol(0), bytes = n * Formula::constant(4);
  plan.inputs = {{"x", ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {n}, {"n"}}};
  plan.outputs = {{"y", ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {n}, {"n"}}};
  float one = 1;
  plan.constants = {copyConstant("one", DELOS_DTYPE_FLOAT32, {}, &one, 4)};
  plan.buffers = {{BufferKind::Input, 0, {}, bytes},
                  {BufferKind::Output, 0, {}, bytes},
                  {BufferKind::Constant, 0, {}, Formula::constant(4)},
                  {BufferKind::Arena, 0, Formula::constant(0), bytes}};
  KernelRecord kernel;
  kernel.symbol = "add_one";
  kernel.members = {"Add_0"};
  kernel.numInputs = 2;
  kernel.numOutputs = 1;
  kernel.dims = {n};
  kernel.tiles = Formula::constant(1);
  kernel.scratchBytes = Formula::constant(0);
  plan.kernels = {kernel};
  plan.arenaBytes = alignUp(bytes, 64);
  plan.body.instructions.push_back({Segment{{{0, {0, 2, 3}, {}, 2.0}, {0, {3, 2, 1}, {0}, 1.0}}}});
  return plan;
}

Segment &segmentOf(Plan &plan) { return std::get<Segment>(plan.body.instructions[0].step); }

} // namespace

TEST_CASE("a sound plan verifies and prints", "[abi]") {
  Plan plan = makePlan();
  CHECK(verify(plan).ok());
  std::string text = print(plan);
  CHECK(text.find("symbol 0 'n' = input 0 dim 0") != std::string::npos);
  CHECK(text.find("launch 1 @add_one(3, 2, 1) after [0]") != std::string::npos);
}

TEST_CASE("every broken index of a plan is found", "[abi]") {
  std::vector<std::function<void(Plan &)>> breakers = {
      [](Plan &p) { p.symbols[0].input = 1; },
      [](Plan &p) { p.symbols[0].dim = 1; },
      [](Plan &p) { p.symbols.clear(); },
      [](Plan &p) { p.inputs[0].dtype = DELOS_DTYPE_STRING; },
      [](Plan &p) { p.inputs[0].dimNames.clear(); },
      [](Plan &p) { p.outputs[0].shape[0] = Formula(); },
      [](Plan &p) { p.outputs.push_back(p.outputs[0]); },
      [](Plan &p) { p.constants[0].bytes = 8; },
      [](Plan &p) { p.constants[0].shape = {-1}; },
      [](Plan &p) { p.constants[0].data = nullptr; },
      [](Plan &p) { p.buffers[0].index = 1; },
      [](Plan &p) { p.buffers[1].index = -1; },
      [](Plan &p) { p.buffers[2].bytes = Formula::constant(8); },
      [](Plan &p) { p.buffers[3].offset = Formula(); },
      [](Plan &p) { p.buffers[3] = p.buffers[1]; },
      [](Plan &p) { p.kernels[0].tiles = Formula::symbol(3); },
      [](Plan &p) { p.kernels[0].numOutputs = -1; },
      [](Plan &p) { p.kernels[0].numInputs = INT32_MAX; },
      [](Plan &p) { p.arenaBytes = Formula(); },
      [](Plan &p) { segmentOf(p).launches[0].kernel = 1; },
      [](Plan &p) { segmentOf(p).launches[0].buffers.pop_back(); },
      [](Plan &p) { segmentOf(p).launches[0].buffers[0] = 4; },
      [](Plan &p) { segmentOf(p).launches[0].buffers[2] = 0; }, // writes an input
      [](Plan &p) { segmentOf(p).launches[0].buffers[2] = 2; }, // writes a constant
      [](Plan &p) { segmentOf(p).launches[1].predecessors = {1}; },
      [](Plan &p) { segmentOf(p).launches[1].predecessors = {-1}; },
      [](Plan &p) { p.body.instructions.push_back({Copy{0, 2}}); },
      [](Plan &p) { p.body.instructions.push_back({Allocate{3}}); },
      [](Plan &p) { p.body.instructions.push_back({HostCall{"f", {}, {9}, {}, {}}}); },
      [](Plan &p) { p.body.instructions.push_back({HostCall{"f", {}, {}, {}, {0}}}); },
      [](Plan &p) { p.body.instructions.push_back({If{7, {}, {}}}); },
  };
  for (size_t i = 0; i < breakers.size(); ++i) {
    CAPTURE(i);
    Plan plan = makePlan();
    breakers[i](plan);
    CHECK(verify(plan).code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("regions nested without end are refused", "[abi]") {
  Plan plan = makePlan();
  Region region;
  for (int i = 0; i < 100; ++i) {
    If branch;
    branch.condition = 2;
    branch.thenRegion = std::move(region);
    region = Region();
    region.instructions.push_back({std::move(branch)});
  }
  plan.body = std::move(region);
  CHECK_FALSE(verify(plan).ok());
}
