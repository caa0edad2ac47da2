// Kernel text in, object code out: the unit of work of the compile threads.
#pragma once

#include "lib/Engine/Compiler.h"
#include "lib/Support/DimExpr.h"
#include "lib/Target/CPU/ObjectEmitter.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "absl/status/statusor.h"

#include <functional>
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

/// One result per text, in their order.
using CompiledKernels = std::vector<absl::StatusOr<CompiledKernel>>;

/// Compiles all texts on `threads` threads. The order of the results is that of the texts, whatever the
/// threads did.
CompiledKernels compileKernels(const std::vector<std::string> &texts, const cpu::TargetDescription &target,
                               int threads);

/// What stands for compileKernels in a compile: tests put failures there.
using KernelBackend =
    std::function<CompiledKernels(const std::vector<std::string> &, const cpu::TargetDescription &, int)>;

/// compileModel (Compiler.h) with another code generator. A kernel for which it fails is planned again with
/// rows and unpacked constants; the report's schedule then tells why.
absl::StatusOr<CompiledProgram> compileModelWith(const KernelBackend &backend, const ModelSource &source,
                                                 const CompileOptions &options);

} // namespace delos
