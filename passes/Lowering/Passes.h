// Passes and the pipeline from kernel functions to the LLVM dialect.
#pragma once

#include "mlir/Pass/Pass.h"

#include <memory>

namespace mlir {
class OpPassManager;
}

namespace delos::lowering {

#define GEN_PASS_DECL
#include "passes/Lowering/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/Lowering/Passes.h.inc"

/// Kernel functions (scf, vector, memref, arith, math, affine, cf) -> LLVM dialect. Expands vector math
/// first (functions of f32 within 1 ulp if `preciseMath`); math ops it leaves become calls of the functions
/// in `hostSymbols()`.
void populateLowerToLLVMPipeline(mlir::OpPassManager &pm, bool preciseMath = false);

/// Registers the passes and the pipeline `lower-to-llvm`.
void registerLoweringPasses();

} // namespace delos::lowering
