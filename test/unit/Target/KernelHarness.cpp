// Pipeline, emitter and linker in one call.
#include "test/unit/Target/KernelHarness.h"

#include "lib/Pipelines/InitAll.h"
#include "lib/Target/CPU/LowerToLLVM.h"
#include "lib/Target/CPU/ObjectEmitter.h"
#include "passes/Lowering/Passes.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include "absl/status/status.h"

using namespace delos;
using namespace delos::test;

std::unique_ptr<mlir::MLIRContext> test::createContext() {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  auto context = std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

absl::StatusOr<CompiledModule> CompiledModule::compile(mlir::ModuleOp module,
                                                       const cpu::TargetDescription &target) {
  mlir::PassManager passes(module.getContext());
  lowering::populateLowerToLLVMPipeline(passes, target.preciseMath);
  if (mlir::failed(passes.run(module)))
    return absl::InternalError("lowering failed");
  llvm::LLVMContext context;
  auto translated = cpu::translateToLLVMIR(module, context, target);
  if (!translated.ok())
    return translated.status();
  auto emitter = cpu::ObjectEmitter::create(target);
  if (!emitter.ok())
    return emitter.status();
  auto code = (*emitter)->emit(**translated);
  if (!code.ok())
    return code.status();
  auto linker = engine::JitLinker::create();
  if (!linker.ok())
    return linker.status();
  CompiledModule result;
  result.linker = std::move(*linker);
  auto object = result.linker->load(code->bytes);
  if (!object.ok())
    return object.status();
  result.object = std::move(*object);
  return result;
}

absl::StatusOr<CompiledModule> CompiledModule::compileText(mlir::MLIRContext &context,
                                                           std::string_view text) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(llvm::StringRef(text.data(), text.size()), &context);
  if (!module)
    return absl::InvalidArgumentError("the test's IR does not parse");
  return compile(*module);
}
