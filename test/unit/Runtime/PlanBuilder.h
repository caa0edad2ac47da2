/// Builds plans around hand-written kernels.
#pragma once

#include "runtime/abi/Plan.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace delos::runtime {

/// A plan of one segment on f32 vectors, all of `length` elements unless said otherwise.
class PlanBuilder {
public:
  explicit PlanBuilder(Formula length) : length(std::move(length)) { plan.model = "test"; }

  /// Makes `length` the symbol "n", bound from dimension 0 of the first input.
  static PlanBuilder dynamic() {
    PlanBuilder builder(Formula::symbol(0));
    builder.plan.symbols = {{"n", 0, 0}};
    return builder;
  }

  int32_t input(const std::string &name) {
    plan.inputs.push_back({name, ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {length}, {""}});
    return addBuffer(BufferKind::Input, static_cast<int32_t>(plan.inputs.size()) - 1);
  }
  int32_t output(const std::string &name) {
    plan.outputs.push_back({name, ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {length}, {""}});
    return addBuffer(BufferKind::Output, static_cast<int32_t>(plan.outputs.size()) - 1);
  }
  int32_t constant(const std::vector<float> &values) {
    auto count = static_cast<int64_t>(values.size());
    plan.constants.push_back(copyConstant("c", DELOS_DTYPE_FLOAT32, {count}, values.data(), count * 4));
    plan.buffers.push_back({BufferKind::Constant,
                            static_cast<int32_t>(plan.constants.size()) - 1,
                            {},
                            Formula::constant(count * 4)});
    return static_cast<int32_t>(plan.buffers.size()) - 1;
  }
  /// A temporary with bytes of its own.
  int32_t temporary() {
    int32_t number = addBuffer(BufferKind::Arena, 0);
    plan.buffers.back().offset = plan.arenaBytes;
    plan.arenaBytes = plan.arenaBytes + alignUp(length * Formula::constant(4), 64);
    return number;
  }

  /// A kernel of `numInputs` inputs and one output over `tiles` tiles; its only dim is the length.
  int32_t kernel(DelosKernelFn function, int32_t numInputs, Formula tiles, double seconds = 0) {
    KernelRecord record;
    record.symbol = "kernel" + std::to_string(plan.kernels.size());
    record.members = {"node" + std::to_string(plan.kernels.size())};
    record.numInputs = numInputs;
    record.numOutputs = 1;
    record.dims = {length};
    record.tiles = std::move(tiles);
    record.scratchBytes = Formula::constant(64);
    record.seconds = seconds;
    plan.kernels.push_back(record);
    functions.push_back(function);
    return static_cast<int32_t>(plan.kernels.size()) - 1;
  }
  int32_t launch(int32_t kernel, std::vector<int32_t> buffers, std::vector<int32_t> after,
                 double priority = 0, std::vector<std::string> members = {}) {
    segment.launches.push_back({kernel, std::move(buffers), std::move(after), priority, std::move(members)});
    return static_cast<int32_t>(segment.launches.size()) - 1;
  }

  std::shared_ptr<const Plan> build() {
    plan.body.instructions.insert(plan.body.instructions.begin(), {std::move(segment)});
    return std::make_shared<const Plan>(std::move(plan));
  }

  Plan plan;
  std::vector<DelosKernelFn> functions;

private:
  int32_t addBuffer(BufferKind kind, int32_t index) {
    plan.buffers.push_back({kind, index, {}, length * Formula::constant(4)});
    return static_cast<int32_t>(plan.buffers.size()) - 1;
  }

  Formula length;
  Segment segment;
};

} // namespace delos::runtime
