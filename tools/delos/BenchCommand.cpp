/// delos bench: how long a run takes, and the compile by phase.
#include "tools/delos/Commands.h"
#include "tools/delos/ExitCodes.h"
#include "tools/delos/KernelTimes.h"
#include "tools/delos/Progress.h"

#include "absl/strings/str_cat.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace delos::tool {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

/// Runs before the clock counts: pages are touched and threads awake.
constexpr int warmUpRuns = 3;
/// Runs at least, however long one takes.
constexpr size_t minRuns = 5;
/// Traced runs: the median of each kernel's time counts.
constexpr int tracedRuns = 9;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Seconds per run, sorted. Results go into the same tensors each time, as a serving loop would have it.
StatusOr<std::vector<double>> measure(const Executable &executable, std::span<const Tensor> inputs,
                                      double budget) {
  std::vector<Tensor> outputs(executable.outputs().size());
  for (int i = 0; i < warmUpRuns; ++i)
    if (Status status = executable.runInto(inputs, outputs); !status.ok())
      return status;
  std::vector<double> times;
  for (auto start = Clock::now(); times.size() < minRuns || secondsSince(start) < budget;) {
    auto begin = Clock::now();
    if (Status status = executable.runInto(inputs, outputs); !status.ok())
      return status;
    times.push_back(secondsSince(begin));
  }
  std::sort(times.begin(), times.end());
  return times;
}

double quantile(const std::vector<double> &sorted, double fraction) {
  double position = fraction * static_cast<double>(sorted.size() - 1);
  auto below = static_cast<size_t>(position);
  size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

} // namespace

int BenchCommand::run() const {
  auto start = Clock::now();
  StatusOr<Executable> executable = compileShown(model, compile);
  double compileSeconds = secondsSince(start);
  if (!executable.ok())
    return fail(exitOfCompile(executable.status()), std::string(executable.status().message()));
  StatusOr<std::vector<Tensor>> tensors = makeInputs(*executable, inputs);
  if (!tensors.ok())
    return fail(exitBadInput, std::string(tensors.status().message()));
  StatusOr<std::vector<double>> times = [&] {
    Progress progress("measuring");
    return measure(*executable, *tensors, seconds);
  }();
  if (!times.ok())
    return fail(exitOfRun(times.status()), std::string(times.status().message()));

  Json phases = Json::array();
  std::FILE *out = humanStream(jsonFile);
  std::fprintf(out, "compile %.3f s\n", compileSeconds);
  for (const PhaseReport &phase : executable->report().phases) {
    std::fprintf(out, "  %-20s %.3f s\n", phase.name.c_str(), phase.seconds);
    phases.push_back({{"name", phase.name}, {"seconds", phase.seconds}});
  }
  double median = quantile(*times, 0.5), p10 = quantile(*times, 0.1), p90 = quantile(*times, 0.9);
  std::fprintf(out, "run     median %.4f ms, p10 %.4f ms, p90 %.4f ms over %zu runs\n", 1e3 * median,
               1e3 * p10, 1e3 * p90, times->size());
  Counters counters = executable->counters();
  Json json = {{"model", model},
               {"threads", compile.threads},
               {"runs", times->size()},
               {"median_seconds", median},
               {"p10_seconds", p10},
               {"p90_seconds", p90},
               {"kernels", counters.kernels},
               {"launches", counters.launches},
               {"compile_seconds", compileSeconds},
               {"phases", phases}};
  if (kernels > 0) {
    StatusOr<std::vector<KernelTime>> kernelTimes = traceKernels(*executable, *tensors, tracedRuns);
    if (!kernelTimes.ok())
      return fail(exitOfRun(kernelTimes.status()), std::string(kernelTimes.status().message()));
    printKernelTimes(out, executable->report(), *kernelTimes, static_cast<size_t>(kernels));
    json["kernel_times"] = toJson(executable->report(), *kernelTimes);
  }
  if (!jsonFile.empty() &&
      !writeText(jsonFile, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"))
    return exitOutput;
  return exitSuccess;
}

} // namespace delos::tool
