/// A kernel case compiled by the engine, with random inputs, ready to run.
#pragma once

#include "benchmark/kernels/KernelCase.h"

#include "absl/status/statusor.h"

#include <memory>

namespace delos::bench {

/// Owns code and buffers. One thread runs the kernels one after the other with nothing between them; more
/// threads go through the executor, as an executable would. Not thread-safe.
class PreparedCase {
public:
  /// Compiles `kernel` through the engine for this machine and draws inputs and constants from `seed`.
  /// Fails with the engine's status.
  static absl::StatusOr<std::unique_ptr<PreparedCase>> create(const KernelCase &kernel, int threads,
                                                              unsigned seed = 1);
  ~PreparedCase();

  /// One run. Outputs go into the same buffers each time.
  absl::Status run();

  /// Runs once into outputs full of NaN and compares them with the reference interpreter: the largest
  /// difference over all outputs, each relative to its largest magnitude; infinite where a NaN or an
  /// infinity differs.
  absl::StatusOr<double> error();

  int64_t launches() const; ///< Kernel launches of a run.
  int64_t tiles() const;    ///< Of all launches together.
  double compileSeconds() const;

private:
  struct State;
  explicit PreparedCase(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace delos::bench
