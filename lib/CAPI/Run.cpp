/// Executables through the C interface.
#include "lib/CAPI/Handles.h"

#include "absl/strings/str_cat.h"

#include <nlohmann/json.hpp>

using namespace delos;

namespace {

/// Longest rank that a view may claim: a guard against uninitialised memory.
constexpr int32_t maxRank = 1 << 16;

StatusOr<Tensor> borrow(const DelosTensorView &view) {
  if (view.rank < 0 || view.rank > maxRank || (view.rank > 0 && !view.shape))
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor cannot have rank ", view.rank, " or lacks its shape"));
  std::vector<int64_t> shape(view.shape, view.shape + view.rank), strides;
  if (view.strides)
    strides.assign(view.strides, view.strides + view.rank);
  return Tensor::borrow(static_cast<DType>(view.type), std::move(shape), view.data, std::move(strides));
}

StatusOr<std::vector<Tensor>> borrowAll(const DelosTensorView *views, size_t count) {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < count; ++i) {
    StatusOr<Tensor> tensor = borrow(views[i]);
    if (!tensor.ok())
      return tensor.status();
    tensors.push_back(*std::move(tensor));
  }
  return tensors;
}

RunOptions optionsOf(uint32_t flags) {
  RunOptions options;
  options.poison = flags & DELOS_RUN_POISON;
  return options;
}

Status runOwned(const DelosExecutable *executable, std::span<const DelosTensorView> inputs, uint32_t flags,
                DelosTensor **outputs, RunTrace *trace) {
  StatusOr<std::vector<Tensor>> tensors = borrowAll(inputs.data(), inputs.size());
  if (!tensors.ok())
    return tensors.status();
  std::vector<Tensor> results(executable->executable.outputs().size());
  if (Status status = executable->executable.runInto(*tensors, results, optionsOf(flags), trace);
      !status.ok())
    return status;
  for (size_t i = 0; i < results.size(); ++i)
    outputs[i] = new DelosTensor{std::move(results[i])};
  return absl::OkStatus();
}

std::string traceJson(const RunTrace &trace) {
  nlohmann::ordered_json json = {{"seconds", trace.seconds}, {"launches", nlohmann::ordered_json::array()}};
  for (const LaunchTime &time : trace.launches)
    json["launches"].push_back({{"launch", time.launch},
                                {"kernel", time.kernel},
                                {"thread", time.thread},
                                {"begin", time.begin},
                                {"end", time.end}});
  return json.dump();
}

Status describe(std::span<const ValueInfo> values, const std::vector<std::vector<DelosDim>> &dims,
                size_t index, DelosValueInfo *info) {
  if (index >= values.size())
    return absl::InvalidArgumentError(absl::StrCat("index ", index, " of ", values.size(), " values"));
  *info = {values[index].name.c_str(), static_cast<DelosElementType>(values[index].dtype),
           static_cast<int32_t>(dims[index].size()), dims[index].data()};
  return absl::OkStatus();
}

} // namespace

size_t delosExecutableGetInputCount(const DelosExecutable *executable) {
  return executable->executable.inputs().size();
}

size_t delosExecutableGetOutputCount(const DelosExecutable *executable) {
  return executable->executable.outputs().size();
}

DelosStatus delosExecutableGetInput(const DelosExecutable *executable, size_t index, DelosValueInfo *info) {
  return guarded(
      [&] { return describe(executable->executable.inputs(), executable->inputDims, index, info); });
}

DelosStatus delosExecutableGetOutput(const DelosExecutable *executable, size_t index, DelosValueInfo *info) {
  return guarded(
      [&] { return describe(executable->executable.outputs(), executable->outputDims, index, info); });
}

DelosStatus delosExecutableRun(const DelosExecutable *executable, const DelosTensorView *inputs,
                               size_t inputCount, uint32_t flags, DelosTensor **outputs) {
  return guarded([&] { return runOwned(executable, {inputs, inputCount}, flags, outputs, nullptr); });
}

DelosStatus delosExecutableRunInto(const DelosExecutable *executable, const DelosTensorView *inputs,
                                   size_t inputCount, uint32_t flags, const DelosTensorView *outputs,
                                   size_t outputCount) {
  return guarded([&] {
    StatusOr<std::vector<Tensor>> from = borrowAll(inputs, inputCount);
    if (!from.ok())
      return from.status();
    StatusOr<std::vector<Tensor>> to = borrowAll(outputs, outputCount);
    if (!to.ok())
      return to.status();
    return executable->executable.runInto(*from, std::span<Tensor>(*to), optionsOf(flags));
  });
}

DelosStatus delosExecutableRunTraced(const DelosExecutable *executable, const DelosTensorView *inputs,
                                     size_t inputCount, uint32_t flags, DelosTensor **outputs,
                                     DelosString **trace) {
  return guarded([&] {
    RunTrace recorded;
    Status status = runOwned(executable, {inputs, inputCount}, flags, outputs, &recorded);
    if (status.ok())
      *trace = new DelosString{traceJson(recorded)};
    return status;
  });
}

DelosStatus delosExecutableGetArenaBytes(const DelosExecutable *executable, const DelosTensorView *inputs,
                                         size_t inputCount, int64_t *bytes) {
  return guarded([&] {
    StatusOr<std::vector<Tensor>> tensors = borrowAll(inputs, inputCount);
    if (!tensors.ok())
      return tensors.status();
    StatusOr<int64_t> needed = executable->executable.arenaBytes(*tensors);
    if (needed.ok())
      *bytes = *needed;
    return needed.status();
  });
}

DelosStatus delosExecutableGetReport(const DelosExecutable *executable, DelosString **json) {
  return guarded([&] {
    *json = new DelosString{toJson(executable->executable.report())};
    return absl::OkStatus();
  });
}

DelosStatus delosExecutableGetPlan(const DelosExecutable *executable, DelosString **text) {
  return guarded([&] {
    *text = new DelosString{executable->executable.plan()};
    return absl::OkStatus();
  });
}

DelosStatus delosExecutableGetCounters(const DelosExecutable *executable, DelosCounters *counters) {
  return guarded([&] {
    Counters held = executable->executable.counters();
    *counters = {held.compiles, held.interpreted, held.kernels, held.launches, held.runs, held.inputCopies};
    return absl::OkStatus();
  });
}

void delosExecutableDestroy(DelosExecutable *executable) { delete executable; }
