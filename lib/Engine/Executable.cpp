/// Executables: tensors in, the executor, tensors out.
#include "delos/Executable.h"

#include "lib/Engine/ExecutableState.h"
#include "lib/Engine/HostThreads.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <algorithm>
#include <chrono>

namespace delos {

HostExecutor::~HostExecutor() = default;

namespace {

Dim describeDim(const runtime::Formula &formula, const std::string &name,
                std::span<const std::string> symbols) {
  Dim dim;
  dim.size = formula.constantValue().value_or(Dim::dynamic);
  dim.name = name;
  dim.formula = formula.print(symbols);
  return dim;
}

std::vector<ValueInfo> describeValues(const std::vector<runtime::ValueInfo> &values,
                                      const runtime::Plan &plan) {
  std::vector<std::string> symbols;
  for (const runtime::Symbol &symbol : plan.symbols)
    symbols.push_back(symbol.name);
  std::vector<ValueInfo> infos;
  for (const runtime::ValueInfo &value : values) {
    infos.push_back({value.name, static_cast<DType>(value.dtype), {}});
    for (size_t i = 0; i < value.shape.size(); ++i)
      infos.back().shape.push_back(describeDim(value.shape[i], value.dimNames[i], symbols));
  }
  return infos;
}

std::vector<runtime::TensorView> viewsOf(std::span<const Tensor> tensors) {
  std::vector<runtime::TensorView> views;
  views.reserve(tensors.size());
  for (const Tensor &tensor : tensors)
    views.push_back(
        {static_cast<DelosDType>(tensor.dtype()), tensor.shape(), tensor.strides(), tensor.data()});
  return views;
}

/// Checks that a caller's output tensor can receive a result of this type and shape.
Status checkOutput(const ValueInfo &info, const Tensor &tensor, std::span<const int64_t> shape) {
  if (tensor.dtype() != info.dtype)
    return absl::InvalidArgumentError(absl::StrCat(
        "output '", info.name, "': expected ", dtypeName(info.dtype), ", got ", dtypeName(tensor.dtype())));
  if (!std::ranges::equal(tensor.shape(), shape))
    return absl::InvalidArgumentError(absl::StrCat("output '", info.name, "': expected shape [",
                                                   absl::StrJoin(shape, ", "), "], got [",
                                                   absl::StrJoin(tensor.shape(), ", "), "]"));
  if (!tensor.isContiguous())
    return absl::InvalidArgumentError(absl::StrCat("output '", info.name, "': expected a dense tensor"));
  return absl::OkStatus();
}

/// Timeouts beyond this many seconds are none: the clock could not represent them.
constexpr double longestTimeout = 1e9;

StatusOr<runtime::RunControl> controlOf(const RunOptions &options) {
  runtime::RunControl control;
  if (options.cancellation)
    control.cancelled = &options.cancellation->flag();
  if (!(options.timeoutSeconds >= 0))
    return absl::InvalidArgumentError(
        absl::StrCat("expected a timeout of 0 or more seconds, got ", options.timeoutSeconds));
  if (options.timeoutSeconds > 0 && options.timeoutSeconds < longestTimeout)
    control.deadline =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                               std::chrono::duration<double>(options.timeoutSeconds));
  return control;
}

/// Runs with the helpers that `options` names: Delos's, or tasks of the host's executor.
Status runWith(runtime::Executor &executor, std::span<const Tensor> inputs, runtime::OutputFn provide,
               const RunOptions &options, runtime::Trace *trace) {
  StatusOr<runtime::RunControl> control = controlOf(options);
  if (!control.ok())
    return control.status();
  runtime::RunSettings settings{options.poison, trace, *control, nullptr};
  if (!options.executor)
    return executor.run(viewsOf(inputs), provide, settings);
  HostThreads threads(*options.executor);
  runtime::HostWorkers workers(threads);
  settings.pool = &workers;
  return executor.run(viewsOf(inputs), provide, settings);
}

void convertTrace(const runtime::Trace &from, RunTrace &to) {
  to.seconds = from.seconds;
  to.launches.clear();
  for (const runtime::TraceEvent &event : from.events)
    to.launches.push_back({event.launch, event.kernel, event.participant, event.begin, event.end});
}

} // namespace

StatusOr<std::shared_ptr<Executable::State>> Executable::State::create(CompiledProgram program, int threads) {
  auto state = std::make_shared<State>();
  state->report = std::move(program.report);
  state->code = std::move(program.code);
  state->plan = std::make_shared<const runtime::Plan>(std::move(program.plan));
  auto executor = runtime::Executor::create(state->plan, program.kernels, {threads, nullptr});
  if (!executor.ok())
    return executor.status();
  state->executor = *std::move(executor);
  state->inputs = describeValues(state->plan->inputs, *state->plan);
  state->outputs = describeValues(state->plan->outputs, *state->plan);
  return state;
}

std::span<const ValueInfo> Executable::inputs() const { return state->inputs; }

std::span<const ValueInfo> Executable::outputs() const { return state->outputs; }

StatusOr<std::vector<Tensor>> Executable::run(std::span<const Tensor> inputs,
                                              const RunOptions &options) const {
  std::vector<Tensor> outputs(state->outputs.size());
  if (Status status = runInto(inputs, outputs, options); !status.ok())
    return status;
  return outputs;
}

Status Executable::runInto(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                           const RunOptions &options, RunTrace *trace) const {
  if (outputs.size() != state->outputs.size())
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", state->outputs.size(), " outputs, got ", outputs.size()));
  auto provide = [&](size_t index, std::span<const int64_t> shape, int64_t bytes) -> StatusOr<void *> {
    const ValueInfo &info = state->outputs[index];
    if (!outputs[index]) {
      std::shared_ptr<void> memory = state->outputMemory.take(index, bytes);
      if (!memory)
        return absl::ResourceExhaustedError(
            absl::StrCat("output '", info.name, "': no memory for ", bytes, " bytes"));
      void *data = memory.get();
      StatusOr<Tensor> made =
          Tensor::adopt(info.dtype, {shape.begin(), shape.end()}, std::move(memory), data);
      if (!made.ok())
        return made.status();
      outputs[index] = *std::move(made);
    } else if (Status status = checkOutput(info, outputs[index], shape); !status.ok()) {
      return status;
    }
    return outputs[index].data();
  };
  runtime::Trace recorded;
  Status status = runWith(*state->executor, inputs, provide, options, trace ? &recorded : nullptr);
  if (trace)
    convertTrace(recorded, *trace);
  return status;
}

StatusOr<std::vector<Value>> Executable::runValues(std::span<const Value> inputs,
                                                   const RunOptions &options) const {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto *tensor = std::get_if<Tensor>(&inputs[i].is);
    if (!tensor)
      return absl::UnimplementedError(absl::StrCat(
          "input ",
          i < state->inputs.size() ? absl::StrCat("'", state->inputs[i].name, "'") : absl::StrCat(i),
          " is not a tensor; only tensors run"));
    tensors.push_back(*tensor);
  }
  StatusOr<std::vector<Tensor>> results = run(tensors, options);
  if (!results.ok())
    return results.status();
  std::vector<Value> values;
  for (Tensor &result : *results)
    values.push_back({std::move(result)});
  return values;
}

StatusOr<int64_t> Executable::arenaBytes(std::span<const Tensor> inputs) const {
  return state->executor->arenaBytes(viewsOf(inputs));
}

const CompileReport &Executable::report() const { return state->report; }

Counters Executable::counters() const {
  Counters counters;
  counters.compiles = 1;
  counters.kernels = static_cast<int64_t>(state->plan->kernels.size());
  counters.launches = state->executor->launchCount();
  counters.runs = state->executor->runCount();
  counters.inputCopies = state->executor->inputCopyCount();
  return counters;
}

std::string Executable::plan() const { return runtime::print(*state->plan); }

} // namespace delos
