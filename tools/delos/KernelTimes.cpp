/// Sums the events of traced runs by kernel.
#include "tools/delos/KernelTimes.h"

#include "absl/strings/str_cat.h"

#include <algorithm>
#include <functional>

namespace delos::tool {
namespace {

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

/// What one run adds to each kernel.
void addRun(RunTrace &trace, std::vector<KernelTime> &times) {
  std::ranges::sort(trace.launches, {}, &LaunchTime::begin);
  double worked = 0; // until then, some thread had work
  for (const LaunchTime &event : trace.launches) {
    times[event.kernel].seconds += event.end - event.begin;
    times[event.kernel].idleBefore += std::max(0.0, event.begin - worked);
    worked = std::max(worked, event.end);
  }
}

/// The first nodes, and how many more there are.
std::string membersOf(const KernelReport &kernel) {
  constexpr size_t shown = 4;
  std::string text;
  for (size_t i = 0; i < std::min(shown, kernel.members.size()); ++i)
    absl::StrAppend(&text, i ? " " : "", kernel.members[i]);
  if (kernel.members.size() > shown)
    absl::StrAppend(&text, " +", kernel.members.size() - shown);
  return text;
}

/// Work per second over all launches.
double rate(double perLaunch, const KernelReport &kernel, const KernelTime &time) {
  return time.seconds > 0 ? perLaunch * static_cast<double>(kernel.launches) / time.seconds : 0;
}

} // namespace

StatusOr<std::vector<KernelTime>> traceKernels(const Executable &executable, std::span<const Tensor> inputs,
                                               int runs) {
  std::vector<Tensor> outputs(executable.outputs().size());
  size_t kernels = executable.report().kernels.size();
  std::vector<std::vector<double>> seconds(kernels), idle(kernels);
  RunOptions options;
  options.trace = true;
  for (int run = 0; run <= runs; ++run) {
    RunTrace trace;
    if (Status status = executable.runInto(inputs, outputs, options, &trace); !status.ok())
      return status;
    std::vector<KernelTime> times(kernels);
    addRun(trace, times);
    for (size_t kernel = 0; run > 0 && kernel < kernels; ++kernel) {
      seconds[kernel].push_back(times[kernel].seconds);
      idle[kernel].push_back(times[kernel].idleBefore);
    }
  }
  std::vector<KernelTime> medians;
  for (size_t kernel = 0; kernel < kernels; ++kernel)
    medians.push_back({static_cast<int32_t>(kernel), median(seconds[kernel]), median(idle[kernel])});
  std::ranges::sort(medians, std::greater(), &KernelTime::seconds);
  return medians;
}

void printKernelTimes(std::FILE *out, const CompileReport &report, std::span<const KernelTime> times,
                      size_t count) {
  double total = 0, idle = 0;
  for (const KernelTime &time : times) {
    total += time.seconds;
    idle += time.idleBefore;
  }
  std::fprintf(out, "kernels %.4f ms of thread time, %.4f ms in which no thread worked\n", 1e3 * total,
               1e3 * idle);
  for (const KernelTime &time : times.first(std::min(count, times.size()))) {
    const KernelReport &kernel = report.kernels[time.kernel];
    std::fprintf(out, "  %9.4f ms %5.1f %%  %3lld x  %7.1f GF/s %6.1f GB/s  tiles %-6s %-11s %s\n",
                 1e3 * time.seconds, 100 * time.seconds / std::max(total, 1e-12),
                 static_cast<long long>(kernel.launches), 1e-9 * rate(kernel.flops, kernel, time),
                 1e-9 * rate(kernel.bytesRead + kernel.bytesWritten, kernel, time), kernel.tiles.c_str(),
                 kernel.kind.c_str(), membersOf(kernel).c_str());
  }
}

nlohmann::ordered_json toJson(const CompileReport &report, std::span<const KernelTime> times) {
  auto json = nlohmann::ordered_json::array();
  for (const KernelTime &time : times) {
    const KernelReport &kernel = report.kernels[time.kernel];
    json.push_back({{"name", kernel.name},
                    {"kind", kernel.kind},
                    {"seconds", time.seconds},
                    {"idle_before_seconds", time.idleBefore},
                    {"launches", kernel.launches},
                    {"flops", kernel.flops},
                    {"bytes", kernel.bytesRead + kernel.bytesWritten},
                    {"tiles", kernel.tiles},
                    {"schedule", kernel.schedule},
                    {"members", kernel.members}});
  }
  return json;
}

} // namespace delos::tool
