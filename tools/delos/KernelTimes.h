/// Where the time of a run goes, kernel by kernel.
#pragma once

#include "delos/Executable.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

namespace delos::tool {

/// Medians over several traced runs, for one kernel of the report.
struct KernelTime {
  int32_t kernel = 0;    ///< Index into the report's kernels.
  double seconds = 0;    ///< Of all its launches in a run, summed over the threads.
  double idleBefore = 0; ///< Of the run during which no thread worked, before launches of this kernel began.
};

/// Traces `runs` runs after a warm-up. The kernels come slowest first.
StatusOr<std::vector<KernelTime>> traceKernels(const Executable &executable, std::span<const Tensor> inputs,
                                               int runs);

/// One line per kernel, at most `count`: time, share, rates, tiles, generator, the model's nodes.
void printKernelTimes(std::FILE *out, const CompileReport &report, std::span<const KernelTime> times,
                      size_t count);

/// The same as JSON, all of them.
nlohmann::ordered_json toJson(const CompileReport &report, std::span<const KernelTime> times);

} // namespace delos::tool
