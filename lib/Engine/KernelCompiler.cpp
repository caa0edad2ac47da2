// Compilation of kernels on several threads.
#include "lib/Engine/KernelCompiler.h"

#include "lib/Fusion/KernelText.h"
#include "lib/Pipelines/InitAll.h"
#include "lib/Target/CPU/KernelCodegen.h"
#include "lib/Target/CPU/LowerToLLVM.h"
#include "passes/Lowering/Passes.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include "absl/strings/str_cat.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

namespace delos {

namespace {

/// Collects diagnostics of a context while it lives.
class DiagnosticText {
public:
  explicit DiagnosticText(mlir::MLIRContext *context)
      : handler(context,
                [this](mlir::Diagnostic &diagnostic) { absl::StrAppend(&text, diagnostic.str(), "\n"); }) {}
  absl::Status failure(const char *what) const { return absl::InternalError(absl::StrCat(what, ": ", text)); }

private:
  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};

/// Seconds since the last look.
class Stopwatch {
public:
  double lap() {
    auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last, now)).count();
  }

private:
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
};

/// Puts the model's node before the line of each op, as its name.
void nameNodes(mlir::ModuleOp module, const std::vector<std::string> &nodes) {
  auto function = module.lookupSymbol<mlir::func::FuncOp>("kernel");
  size_t index = 0;
  for (mlir::Operation &op : function.getBody().front().without_terminator())
    if (index < nodes.size()) {
      auto name = mlir::StringAttr::get(module.getContext(), nodes[index++]);
      op.setLoc(mlir::NameLoc::get(name, op.getLoc()));
    }
}

/// Replaces the graph function by the ABI function; nothing where a diagnostic says why.
std::optional<cpu::EmittedKernel> emitCode(mlir::ModuleOp module, const cpu::TargetDescription &target) {
  auto function = module.lookupSymbol<mlir::func::FuncOp>("kernel");
  auto isConstant = [&](unsigned input) { return function.getArgAttr(input, kConstantInputAttr) != nullptr; };
  mlir::Block &body = function.getBody().front();
  cpu::KernelDecision decision = function->hasAttr(kFallbackAttr) ? cpu::planKernelWithRows(body, target)
                                                                  : cpu::planKernel(body, isConstant, target);
  if (!decision) {
    function.emitError() << "no code generator takes the kernel: " << decision.reason;
    return std::nullopt;
  }
  auto emitted = cpu::emitKernel(module, kKernelSymbol, body, *decision.plan, target);
  if (mlir::failed(emitted))
    return std::nullopt;
  function.erase();
  return *emitted;
}

} // namespace

KernelCompiler::KernelCompiler() = default;
KernelCompiler::~KernelCompiler() = default;

absl::StatusOr<std::unique_ptr<KernelCompiler>> KernelCompiler::create(const cpu::TargetDescription &target,
                                                                       const KernelCodegenOptions &options) {
  auto compiler = std::unique_ptr<KernelCompiler>(new KernelCompiler);
  compiler->options = options;
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  compiler->context = std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
  compiler->context->loadAllAvailableDialects();
  auto emitter = cpu::ObjectEmitter::create(target);
  if (!emitter.ok())
    return emitter.status();
  compiler->emitter = std::move(*emitter);
  return compiler;
}

absl::StatusOr<CompiledKernel> KernelCompiler::compile(const KernelSource &source) {
  KernelTimes times;
  Stopwatch watch;
  DiagnosticText diagnostics(context.get());
  std::string file = options.sourceFolder + "/" + source.name + ".mlir";
  auto module = mlir::parseSourceString<mlir::ModuleOp>(source.text, context.get(), file);
  if (!module)
    return diagnostics.failure("the kernel's text does not parse");
  nameNodes(*module, source.nodes);
  std::optional<cpu::EmittedKernel> emitted = emitCode(*module, emitter->target());
  if (!emitted)
    return diagnostics.failure("code generation failed");
  times.emit = watch.lap();
  mlir::PassManager passes(context.get());
  lowering::populateLowerToLLVMPipeline(passes, emitter->target().preciseMath);
  if (options.lineTables)
    passes.addPass(mlir::LLVM::createDIScopeForLLVMFuncOpPass());
  if (mlir::failed(passes.run(*module)))
    return diagnostics.failure("lowering failed");
  llvm::LLVMContext llvmContext;
  auto translated = cpu::translateToLLVMIR(*module, llvmContext, emitter->target());
  if (!translated.ok())
    return translated.status();
  times.lower = watch.lap();
  cpu::EmissionExtras extras;
  extras.assembly = options.assembly;
  auto code = emitter->emit(**translated, cpu::Optimization::Minimal, extras);
  if (!code.ok())
    return code.status();
  times.encode = watch.lap();
  return CompiledKernel{std::move(*code), std::move(emitted->dims), emitted->tiles, emitted->scratchBytes,
                        times};
}

CompiledKernels compileKernels(const std::vector<KernelSource> &sources, const cpu::TargetDescription &target,
                               const KernelCodegenOptions &options, int threads) {
  CompiledKernels results(sources.size(), absl::UnknownError("not compiled"));
  std::atomic<size_t> next = 0;
  auto work = [&] {
    auto compiler = KernelCompiler::create(target, options);
    for (size_t index; (index = next.fetch_add(1)) < sources.size();)
      results[index] = compiler.ok() ? (*compiler)->compile(sources[index]) : compiler.status();
  };
  std::vector<std::thread> workers;
  for (int i = 1; i < std::min<int>(threads, static_cast<int>(sources.size())); ++i)
    workers.emplace_back(work);
  work();
  for (std::thread &worker : workers)
    worker.join();
  return results;
}

} // namespace delos
