// Kernels around a contraction as functions of the kernel ABI.
#pragma once

#include "lib/LoopOpt/ContractionPlan.h"
#include "lib/LoopOpt/WindowPlan.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <vector>

namespace delos::cpu {

/// What the plans need to know of a target.
loopopt::VectorTarget vectorTargetOf(const TargetDescription &target);

/// A kernel function and what its record says.
struct SeamKernel {
  mlir::func::FuncOp function;
  /// Entry k of the dim table.
  std::vector<DimExpr> symbols;
  DimExpr tiles, scratchBytes;
};

/// Emits the planned kernel into `module` as the ABI function `name`: buffers are the block's arguments
/// (packed constants in their packed form), then its outputs. The result is code for `lower-to-llvm`; its
/// record says what the plan says. Fails with a diagnostic.
mlir::FailureOr<SeamKernel> applyContraction(mlir::ModuleOp module, llvm::StringRef name,
                                             const loopopt::ContractionPlan &plan,
                                             const TargetDescription &target);

/// The same for a kernel around a convolution or pooling.
mlir::FailureOr<SeamKernel> applyWindow(mlir::ModuleOp module, llvm::StringRef name,
                                        const loopopt::WindowPlan &plan, const TargetDescription &target);

} // namespace delos::cpu
