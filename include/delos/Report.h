/// What a compile decided and what a run did, as plain data.
#pragma once

#include "delos/Export.h"

#include <cstdint>
#include <string>
#include <vector>

namespace delos {

/// One kernel of the executable.
struct KernelReport {
  std::string name;                 ///< Function name; launches of twins share it.
  std::string kind;                 ///< "elementwise", "reduction", "contraction", ...: what its root is.
  std::vector<std::string> members; ///< The model's nodes that it computes, in the model's order.
  std::string schedule;             ///< What the loop optimizer chose, as text.
  std::string tiles;                ///< Parallel tiles, a formula of the symbolic dims.
  int64_t launches = 0;             ///< Per run.
  double flops = 0;                 ///< Per launch, at the hinted sizes where dims are symbolic.
  double bytesRead = 0;
  double bytesWritten = 0;
  double seconds = 0; ///< Estimated, one thread.
  int64_t scratchBytes = 0;
  int64_t codeBytes = 0;
};

/// The verdict on one edge between two of the model's nodes.
struct EdgeReport {
  std::string producer; ///< Node names.
  std::string consumer;
  std::string value;       ///< Name of the tensor between them.
  bool fused = false;      ///< The value never reaches memory.
  std::string layer;       ///< Fused: "loop", "stitch" or "parallel". Otherwise empty.
  std::string reason;      ///< Why, or why not.
  double fusedSeconds = 0; ///< Estimated cost both ways; 0 when not asked.
  double separateSeconds = 0;
  std::string knob; ///< The option that forces the other choice, empty when there is none.
};

/// What one phase of the compile took.
struct PhaseReport {
  std::string name;   ///< "codegen/emit" is a part of "codegen".
  double seconds = 0; ///< Wall time; of a part, the seconds of all threads.
};

/// What a compile did: the partition, the reasons behind it and the time it took.
struct CompileReport {
  std::string model;
  std::string target; ///< Processor and features the code was made for.
  std::vector<KernelReport> kernels;
  std::vector<EdgeReport> edges;
  std::vector<PhaseReport> phases;
  int64_t nodes = 0;      ///< Of the model, functions inlined.
  int64_t primitives = 0; ///< After opening and simplification.
  int64_t constantBytes = 0;
  std::string arenaBytes; ///< A formula of the symbolic dims.
};

/// Totals since an executable was made.
struct Counters {
  int64_t compiles = 0;    ///< Code generations of this executable: 1, whatever sizes it ran with.
  int64_t interpreted = 0; ///< Nodes that no compiled kernel computes.
  int64_t kernels = 0;     ///< Distinct compiled functions.
  int64_t launches = 0;    ///< Kernel launches of one run.
  int64_t runs = 0;        ///< Finished without error.
  int64_t inputCopies = 0; ///< Inputs packed because they were not dense, over all runs.
};

/// One claim of tiles by one thread.
struct LaunchTime {
  int32_t launch = 0; ///< Position in the plan's order.
  int32_t kernel = 0; ///< Index into CompileReport::kernels.
  int32_t thread = 0; ///< 0 is the caller.
  double begin = 0;   ///< Seconds since the run began.
  double end = 0;
};

/// What a run with RunOptions::trace recorded.
struct RunTrace {
  double seconds = 0; ///< The whole run.
  std::vector<LaunchTime> launches;
};

/// The report as JSON: {"model", "target", "nodes", "primitives", "constant_bytes", "arena_bytes", "kernels":
/// [...], "edges": [...], "phases": [...]}, members in snake_case.
DELOS_API std::string toJson(const CompileReport &report);

} // namespace delos
