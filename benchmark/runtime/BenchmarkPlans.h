/// Executors around hand-written kernels of known cost.
#pragma once

#include "runtime/executor/Executor.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace delos::benchmark {

/// One launch of a chain: `tiles` tiles that take `seconds` together, which the plan also says.
struct Link {
  DelosKernelFn kernel;
  int64_t tiles = 1;
  double seconds = 0;
};

/// Copies nothing and computes nothing worth naming: a launch alone.
int32_t touch(void *const *buf, const int64_t *dim, void *scratch, int64_t begin, int64_t end);

/// Works for `workTileSeconds` per tile, in registers.
int32_t work(void *const *buf, const int64_t *dim, void *scratch, int64_t begin, int64_t end);
inline constexpr double workTileSeconds = 10e-6;
/// `count` tiles of work.
Link workOf(int64_t count);

/// Finds out how many multiplications `workTileSeconds` are; call it once, before anything is measured.
void calibrate();

/// An executor of one chain on one small input and output, and what it runs on.
class ChainRunner {
public:
  /// `pool`: null for the process's. `threads` as in ExecutorOptions.
  ChainRunner(const std::vector<Link> &links, runtime::WorkerPool *pool = nullptr, int threads = 0);

  /// One run; ends the process with a message when it fails.
  void run();
  /// Median seconds of a run over `count` runs.
  double medianSeconds(int count);

private:
  std::unique_ptr<runtime::Executor> executor;
  std::vector<float> input, output;
  std::vector<int64_t> shape;
  std::vector<runtime::TensorView> views;
};

} // namespace delos::benchmark
