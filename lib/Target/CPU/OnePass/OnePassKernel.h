// Kernels of two contractions with rescalable reductions between them, as functions of the kernel ABI.
#pragma once

#include "lib/LoopOpt/OnePassPlan.h"
#include "lib/Target/CPU/Seam/SeamKernel.h"

namespace delos::cpu {

/// Emits the planned kernel into `module` as the ABI function `name`: buffers are the block's arguments, then
/// its output. The result is code for `lower-to-llvm`. Fails with a diagnostic.
mlir::FailureOr<SeamKernel> applyOnePass(mlir::ModuleOp module, llvm::StringRef name,
                                         const loopopt::OnePassPlan &plan, const TargetDescription &target);

} // namespace delos::cpu
