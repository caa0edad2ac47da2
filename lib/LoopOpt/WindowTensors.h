// A planned window kernel as a function on tensors.
#pragma once

#include "lib/LoopOpt/ContractionTensors.h"
#include "lib/LoopOpt/WindowPlan.h"

namespace delos::loopopt {

/// Emits the kernel into `module`: a loop over parallel tiles, in it one fusion.conv on the tile and the ops
/// behind it. Fails with a diagnostic.
mlir::FailureOr<TensorKernel> emitWindowTensors(mlir::ModuleOp module, llvm::StringRef name,
                                                const WindowPlan &plan, const ElementCode &code);

} // namespace delos::loopopt
