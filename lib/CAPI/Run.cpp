/// Executables through the C interface.
#include "lib/CAPI/Handles.h"

#include "absl/strings/str_cat.h"

#include <nlohmann/json.hpp>
#include <optional>

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

/// A C executor as an object.
class CHostExecutor final : public HostExecutor {
public:
  explicit CHostExecutor(const DelosHostExecutor &functions) : functions(functions) {}

  int workers() const override { return functions.workers; }
  void schedule(void (*task)(void *), void *argument) override {
    functions.schedule(functions.context, task, argument);
  }

private:
  const DelosHostExecutor functions;
};

/// The options of a run, and the executor that they point to.
struct HeldOptions {
  RunOptions options;
  std::optional<CHostExecutor> executor;
};

Status readOptions(const DelosRunOptions *given, HeldOptions &held) {
  if (!given)
    return absl::OkStatus();
  if (given->size != sizeof(DelosRunOptions))
    return absl::InvalidArgumentError(absl::StrCat("expected run options of ", sizeof(DelosRunOptions),
                                                   " bytes in field 'size', got ", given->size));
  held.options.poison = given->flags & DELOS_RUN_POISON;
  held.options.timeoutSeconds = given->timeout_seconds;
  if (given->cancellation)
    held.options.cancellation = &given->cancellation->cancellation;
  if (!given->executor)
    return absl::OkStatus();
  if (!given->executor->schedule || given->executor->workers < 0)
    return absl::InvalidArgumentError("an executor needs a function 'schedule' and 0 or more workers");
  held.options.executor = &held.executor.emplace(*given->executor);
  return absl::OkStatus();
}

Status runOwned(const DelosExecutable *executable, std::span<const DelosTensorView> inputs,
                const DelosRunOptions *options, DelosTensor **outputs, RunTrace *trace) {
  HeldOptions held;
  if (Status status = readOptions(options, held); !status.ok())
    return status;
  StatusOr<std::vector<Tensor>> tensors = borrowAll(inputs.data(), inputs.size());
  if (!tensors.ok())
    return tensors.status();
  std::vector<Tensor> results(executable->executable.outputs().size());
  if (Status status = executable->executable.runInto(*tensors, results, held.options, trace); !status.ok())
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

DelosStatus delosCancellationCreate(DelosCancellation **cancellation) {
  return guarded([&] {
    *cancellation = new DelosCancellation;
    return absl::OkStatus();
  });
}

void delosCancellationCancel(DelosCancellation *cancellation) { cancellation->cancellation.cancel(); }

void delosCancellationReset(DelosCancellation *cancellation) { cancellation->cancellation.reset(); }

void delosCancellationDestroy(DelosCancellation *cancellation) { delete cancellation; }

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
                               size_t inputCount, const DelosRunOptions *options, DelosTensor **outputs) {
  return guarded([&] { return runOwned(executable, {inputs, inputCount}, options, outputs, nullptr); });
}

DelosStatus delosExecutableRunInto(const DelosExecutable *executable, const DelosTensorView *inputs,
                                   size_t inputCount, const DelosRunOptions *options,
                                   const DelosTensorView *outputs, size_t outputCount) {
  return guarded([&] {
    HeldOptions held;
    if (Status status = readOptions(options, held); !status.ok())
      return status;
    StatusOr<std::vector<Tensor>> from = borrowAll(inputs, inputCount);
    if (!from.ok())
      return from.status();
    StatusOr<std::vector<Tensor>> to = borrowAll(outputs, outputCount);
    if (!to.ok())
      return to.status();
    return executable->executable.runInto(*from, std::span<Tensor>(*to), held.options);
  });
}

DelosStatus delosExecutableRunTraced(const DelosExecutable *executable, const DelosTensorView *inputs,
                                     size_t inputCount, const DelosRunOptions *options, DelosTensor **outputs,
                                     DelosString **trace) {
  return guarded([&] {
    RunTrace recorded;
    Status status = runOwned(executable, {inputs, inputCount}, options, outputs, &recorded);
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
