// A C interface to the row emitter for tests in Python: graph IR text in, a callable kernel out.
#include "lib/Pipelines/InitAll.h"
#include "lib/Target/CPU/LowerToLLVM.h"
#include "lib/Target/CPU/ObjectEmitter.h"
#include "lib/Target/CPU/RowEmitter/RowEmitter.h"
#include "test/unit/Target/KernelHarness.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <chrono>
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace delos;

namespace {

struct RowKernel {
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> source;
  cpu::RowPlan plan;
  std::unique_ptr<test::CompiledModule> module;
  test::KernelFn function;
  std::string names, planText, irText;

  std::optional<int64_t> evaluate(const DimExpr &expr, const int64_t *dims) const {
    return expr.evaluate([&](std::string_view name) -> std::optional<int64_t> {
      for (size_t k = 0; k < plan.dims.size(); ++k)
        if (plan.dims[k].str() == name)
          return dims[k];
      return std::nullopt;
    });
  }
};

absl::StatusOr<std::unique_ptr<RowKernel>> compile(const char *text, const cpu::TargetDescription &target) {
  auto kernel = std::make_unique<RowKernel>();
  kernel->context = test::createContext();
  std::string messages;
  ScopedDiagnosticHandler handler(kernel->context.get(), [&](Diagnostic &diagnostic) {
    messages += diagnostic.str() + "\n";
    return success();
  });
  kernel->source = parseSourceString<ModuleOp>(text, kernel->context.get());
  if (!kernel->source)
    return absl::InvalidArgumentError("parse: " + messages);
  auto function = *kernel->source->getOps<func::FuncOp>().begin();
  cpu::RowDecision decision = cpu::planRows(function.getBody().front(), target);
  if (!decision)
    return absl::UnimplementedError("refused: " + decision.reason);
  kernel->plan = *decision.plan;
  llvm::raw_string_ostream(kernel->planText) << "";
  {
    llvm::raw_string_ostream os(kernel->planText);
    kernel->plan.print(os);
  }
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(kernel->context.get()));
  OpBuilder builder(kernel->context.get());
  builder.setInsertionPointToEnd(module->getBody());
  cpu::emitRows(builder, "kernel", function.getBody().front(), kernel->plan, target);
  {
    llvm::raw_string_ostream os(kernel->irText);
    module->print(os);
  }
  if (failed(verify(*module)))
    return absl::InternalError("verify: " + messages + kernel->irText);
  auto compiled = test::CompiledModule::compile(*module, target);
  if (!compiled.ok())
    return absl::InternalError(std::string(compiled.status().message()) + ": " + messages);
  kernel->module = std::make_unique<test::CompiledModule>(std::move(*compiled));
  auto address = kernel->module->find("kernel");
  if (!address.ok())
    return address.status();
  kernel->function = reinterpret_cast<test::KernelFn>(*address);
  for (const DimExpr &dim : kernel->plan.dims)
    kernel->names += dim.str() + ";";
  return kernel;
}

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

/// Returns a kernel, or null with the reason in `error`. An empty `cpu` is the host.
EXPORT void *delosRowsCompile(const char *text, const char *cpu, char *error, size_t errorSize) {
  cpu::TargetDescription target = cpu::TargetDescription::host();
  if (*cpu)
    target = *cpu::TargetDescription::named(cpu);
  auto kernel = compile(text, target);
  if (kernel.ok())
    return kernel->release();
  std::strncpy(error, std::string(kernel.status().message()).c_str(), errorSize - 1);
  return nullptr;
}
EXPORT const char *delosRowsDims(void *kernel) { return static_cast<RowKernel *>(kernel)->names.c_str(); }
EXPORT const char *delosRowsPlan(void *kernel) { return static_cast<RowKernel *>(kernel)->planText.c_str(); }
EXPORT const char *delosRowsIR(void *kernel) { return static_cast<RowKernel *>(kernel)->irText.c_str(); }
EXPORT int64_t delosRowsTiles(void *kernel, const int64_t *dims) {
  auto *k = static_cast<RowKernel *>(kernel);
  return k->evaluate(k->plan.tileCount, dims).value_or(-1);
}
EXPORT int64_t delosRowsScratch(void *kernel, const int64_t *dims) {
  auto *k = static_cast<RowKernel *>(kernel);
  return k->evaluate(k->plan.scratchBytes, dims).value_or(-1);
}
EXPORT int32_t delosRowsRun(void *kernel, void *const *buffers, const int64_t *dims, void *scratch,
                            int64_t begin, int64_t end) {
  return static_cast<RowKernel *>(kernel)->function(buffers, dims, scratch, begin, end);
}
/// Seconds of `repeats` runs of all tiles, one after the other.
EXPORT double delosRowsTime(void *kernel, void *const *buffers, const int64_t *dims, void *scratch,
                            int64_t repeats) {
  using Clock = std::chrono::steady_clock;
  int64_t tiles = delosRowsTiles(kernel, dims);
  Clock::time_point start = Clock::now();
  for (int64_t run = 0; run < repeats; ++run)
    delosRowsRun(kernel, buffers, dims, scratch, 0, tiles);
  return std::chrono::duration<double>(Clock::now() - start).count();
}
EXPORT void delosRowsFree(void *kernel) { delete static_cast<RowKernel *>(kernel); }
