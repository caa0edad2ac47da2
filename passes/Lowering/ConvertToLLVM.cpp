// lowering-convert-to-llvm and the pipeline around it.
#include "lib/Target/CPU/LowerToLLVM.h"
#include "passes/Lowering/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace delos::lowering {
#define GEN_PASS_DEF_CONVERTTOLLVMPASS
#include "passes/Lowering/Passes.h.inc"
} // namespace delos::lowering

namespace {
struct ConvertToLLVMPass : delos::lowering::impl::ConvertToLLVMPassBase<ConvertToLLVMPass> {
  void runOnOperation() override {
    if (failed(delos::cpu::convertToLLVMDialect(getOperation())))
      signalPassFailure();
  }
};
} // namespace

void delos::lowering::populateLowerToLLVMPipeline(mlir::OpPassManager &pm, bool preciseMath) {
  pm.addPass(createExpandVectorMathPass({preciseMath}));
  pm.addPass(createPrepareVectorsPass());
  pm.addPass(mlir::createConvertVectorToSCFPass(mlir::VectorTransferToSCFOptions().enableFullUnroll()));
  pm.addPass(mlir::createLowerAffinePass());
  pm.addPass(mlir::arith::createArithExpandOpsPass());
  pm.addPass(mlir::createLoopInvariantCodeMotionPass());
  pm.addPass(mlir::createSCFToControlFlowPass());
  pm.addPass(mlir::memref::createExpandStridedMetadataPass());
  pm.addPass(mlir::createLowerAffinePass());
  pm.addPass(mlir::createCanonicalizerPass());
  pm.addPass(mlir::createCSEPass());
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(mlir::createReconcileUnrealizedCastsPass());
}

void delos::lowering::registerLoweringPasses() {
  registerLoweringPassesPasses();
  mlir::PassPipelineRegistration<> pipeline("lower-to-llvm", "Kernel functions to the LLVM dialect",
                                            [](mlir::OpPassManager &pm) { populateLowerToLLVMPipeline(pm); });
}
