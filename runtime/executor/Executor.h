/// Runs a plan, any number of times and from any number of threads at once.
#pragma once

#include "runtime/abi/KernelABI.h"
#include "runtime/abi/Plan.h"
#include "runtime/base/TensorView.h"
#include "runtime/executor/RunControl.h"
#include "runtime/threads/WorkerPool.h"
#include "runtime/trace/Trace.h"

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace delos::runtime {

/// Who runs the launches of an executor.
struct ExecutorOptions {
  int threads = 0;            ///< At most this many per run; 0: the pool's workers and the caller.
  WorkerPool *pool = nullptr; ///< Null: the process's pool.
};

/// What a caller may ask of one run.
struct RunSettings {
  bool poison = false;        ///< Fill arena and outputs with 0xFF bytes first.
  Trace *trace = nullptr;     ///< Receives the run's launch times.
  RunControl control = {};    ///< Ends the run with kCancelled or kDeadlineExceeded.
  WorkerPool *pool = nullptr; ///< Helps this run instead of the executor's pool.
};

/// Called once per output with its index, shape and bytes; answers the address to write to: that many bytes,
/// 64-byte aligned or aligned to the element, disjoint from inputs and other outputs.
using OutputFn = absl::FunctionRef<absl::StatusOr<void *>(size_t, std::span<const int64_t>, int64_t)>;

/// A plan made ready to run. `run` may be called from several threads at once: each run has memory of its
/// own.
class Executor {
public:
  /// Prepares a plan. `kernels` runs parallel to the plan's records; their code must outlive the executor.
  static absl::StatusOr<std::unique_ptr<Executor>> create(std::shared_ptr<const Plan> plan,
                                                          const std::vector<DelosKernelFn> &kernels,
                                                          const ExecutorOptions &options = {});
  ~Executor();
  Executor(const Executor &) = delete;
  Executor &operator=(const Executor &) = delete;

  /// Runs the plan. Dense inputs are read in place, others are packed first. Errors name the input, output or
  /// launch's nodes; kernel code DELOS_KERNEL_INDEX_OUT_OF_RANGE becomes kOutOfRange.
  absl::Status run(std::span<const TensorView> inputs, OutputFn output, const RunSettings &settings = {});

  /// Bytes of the arena for inputs of these shapes.
  absl::StatusOr<int64_t> arenaBytes(std::span<const TensorView> inputs) const;

  const Plan &plan() const;
  int launchCount() const;
  int64_t runCount() const;       ///< Runs that ended well.
  int64_t inputCopyCount() const; ///< Inputs packed, over all runs.

private:
  class Implementation;
  explicit Executor(std::unique_ptr<Implementation> implementation);

  std::unique_ptr<Implementation> implementation;
};

} // namespace delos::runtime
