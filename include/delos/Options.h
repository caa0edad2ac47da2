/// What callers can ask of compilation and of a run.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace delos {

class Cancellation;
class HostExecutor;

/// How far the planner may fuse. Each level includes those before it.
enum class FusionLevel {
  None,        ///< One kernel per primitive: for debugging and as the baseline of measurements.
  ElementWise, ///< Element-wise producers and consumers join their root.
  Full,        ///< Everything the planner knows.
};

/// Bounds on a model of unknown origin. Whoever exceeds one gets kResourceExhausted, naming the limit.
struct CompileLimits {
  int64_t modelBytes = int64_t{2} << 30;     ///< Of the model file, without external data.
  int64_t constantBytes = int64_t{64} << 30; ///< Of all constants together, external data included.
  int64_t tensorBytes = int64_t{1} << 40;    ///< Of one static tensor.
  int64_t nodes = 1'000'000;                 ///< After inlining of functions.
  int32_t nesting = 64;                      ///< Of functions and types; of subgraphs up to 24.
  int32_t rank = 32;
  int64_t foldedBytes = int64_t{256} << 20; ///< Of values made by constant folding.
  int64_t foldingSteps = int64_t{1} << 28;  ///< Scalar operations spent on constant folding.
};

/// Convolutions of 3x3 windows with fewer multiplications. F2 rounds no worse than the direct sum but not to
/// the same bits; F4 loses up to one decimal digit. Both turn an infinite input into NaN around it.
enum class WinogradLevel { None, F2, F4 };

/// Compilation is a pure function of the model and these options (threads included: they shape the tiles).
/// Not implemented, and refused with kUnimplemented when asked for: `deterministic`, `dims`, `targetFeatures`
/// and FusionLevel::ElementWise.
struct CompileOptions {
  std::string device = "cpu";
  int32_t threads = 0; ///< At most this many threads per run; 0 means all that the process may use.
  FusionLevel fusion = FusionLevel::Full;
  bool deterministic = false; ///< Same bits for any thread count and batch size.
  /// The largest tile of Winograd's algorithm that may be taken where it is faster.
  WinogradLevel allowWinograd = WinogradLevel::F2;
  /// Math functions of f32 within 1 ulp instead of the fast ones, at about half their speed.
  bool preciseMath = false;
  /// Assumed sizes of symbolic dims for cost estimates, by the model's name ("batch" -> 8). Any size runs.
  std::map<std::string, int64_t> dimHints;
  /// Sizes to fix symbolic dims at: the executable then accepts no others.
  std::map<std::string, int64_t> dims;
  std::string targetCPU;      ///< LLVM name of the processor; empty means this machine's.
  std::string targetFeatures; ///< LLVM features ("+avx2,-avx512f"), added to those of targetCPU.
  std::string untilAfter;     ///< Stop after this phase and return its IR (Engine::lower).
  /// Write here (the folder is made when it is missing) the IR after every phase and of each kernel its graph
  /// ops, assembly and object, in files named after the kernel. Empty means none.
  std::string dumpDirectory;
  /// Give the kernels' code DWARF line tables: the lines are those of NAME.mlir in dumpDirectory, which name
  /// the model's nodes. The code is the same.
  bool lineTables = false;
  bool perfMap = false; ///< Tell perf the names of the kernels, in /tmp/perf-PID.map.
  bool gdb = false;     ///< Register the kernels with a debugger (GDB's JIT interface).
  CompileLimits limits;
  /// Further switches by name, for passes under development. Unknown names are an error.
  std::map<std::string, std::string> extra;
};

/// Per run.
struct RunOptions {
  bool poison =
      false; ///< Fill arena and outputs with 0xFF bytes (NaN) first, so that unwritten elements show.
  bool trace = false; ///< Record launch times, see RunTrace.
  /// Seconds after which the run ends with kDeadlineExceeded; 0 means never. Looked at between tiles: what
  /// has started finishes.
  double timeoutSeconds = 0;
  /// Ends the run with kCancelled once it is set; null means never. Must live until the run returns.
  const Cancellation *cancellation = nullptr;
  /// Whose threads help, instead of Delos's own; null: Delos's.
  HostExecutor *executor = nullptr;
};

} // namespace delos
