// Kernel text in, object code out: the unit of work of the compile threads.
#pragma once

#include "lib/Support/DimExpr.h"
#include "lib/Target/CPU/ObjectEmitter.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "absl/status/statusor.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir {
class MLIRContext;
}

namespace delos {

/// Name of the function in every kernel's object.
inline constexpr const char *kKernelSymbol = "kernel_entry";

/// A compiled kernel and what its record says.
struct CompiledKernel {
  cpu::ObjectCode code;
  std::vector<DimExpr> dims;
  DimExpr tiles;
  DimExpr scratchBytes;
};

/// Compiles kernels one after the other in a context of its own: one per thread.
class KernelCompiler {
public:
  static absl::StatusOr<std::unique_ptr<KernelCompiler>> create(const cpu::TargetDescription &target);
  ~KernelCompiler();

  /// Plans, emits, lowers and encodes the kernel of `kernelText`. kInternal with the diagnostics when a step
  /// fails.
  absl::StatusOr<CompiledKernel> compile(const std::string &text);

private:
  KernelCompiler();
  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<cpu::ObjectEmitter> emitter;
};

/// Compiles all texts on `threads` threads. The order of the results is that of the texts, whatever the
/// threads did. The first error (by position) is returned.
absl::StatusOr<std::vector<CompiledKernel>> compileKernels(const std::vector<std::string> &texts,
                                                           const cpu::TargetDescription &target, int threads);

} // namespace delos
