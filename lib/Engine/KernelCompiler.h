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

/// A kernel to compile.
struct KernelSource {
  std::string text;                    ///< See kernelText.
  std::string name = {};               ///< Of its record; for messages, files and line tables.
  std::vector<std::string> nodes = {}; ///< The model's node of each op of the text, in its order.
};

/// Seconds that the steps of one compilation took.
struct KernelTimes {
  double emit = 0;   ///< Parsing, planning and emission of loops.
  double lower = 0;  ///< MLIR passes and translation to LLVM IR.
  double encode = 0; ///< LLVM's passes and code generator.
};

/// How kernels are compiled.
struct KernelCodegenOptions {
  bool assembly = false;   ///< Give the code as text too.
  bool lineTables = false; ///< Attach lines of `sourceFolder`/NAME.mlir to the instructions.
  std::string sourceFolder;
};

/// A compiled kernel and what its record says.
struct CompiledKernel {
  cpu::ObjectCode code;
  std::vector<DimExpr> dims;
  DimExpr tiles;
  DimExpr scratchBytes;
  KernelTimes times = {};
};

/// Compiles kernels one after the other in a context of its own: one per thread.
class KernelCompiler {
public:
  static absl::StatusOr<std::unique_ptr<KernelCompiler>> create(const cpu::TargetDescription &target,
                                                                const KernelCodegenOptions &options);
  ~KernelCompiler();

  /// Plans, emits, lowers and encodes the kernel. kInternal with the diagnostics when a step fails.
  absl::StatusOr<CompiledKernel> compile(const KernelSource &source);

private:
  KernelCompiler();
  KernelCodegenOptions options;
  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<cpu::ObjectEmitter> emitter;
};

/// One result per source, in their order.
using CompiledKernels = std::vector<absl::StatusOr<CompiledKernel>>;

/// Compiles all sources on `threads` threads. The order of the results is that of the sources, whatever the
/// threads did.
CompiledKernels compileKernels(const std::vector<KernelSource> &sources, const cpu::TargetDescription &target,
                               const KernelCodegenOptions &options, int threads);

/// What stands for compileKernels in a compile: tests put failures there.
using KernelBackend = std::function<CompiledKernels(
    const std::vector<KernelSource> &, const cpu::TargetDescription &, const KernelCodegenOptions &, int)>;

/// compileModel (Compiler.h) with another code generator. A kernel for which it fails is planned again with
/// rows and unpacked constants; the report's schedule then tells why.
absl::StatusOr<CompiledProgram> compileModelWith(const KernelBackend &backend, const ModelSource &source,
                                                 const CompileOptions &options);

} // namespace delos
