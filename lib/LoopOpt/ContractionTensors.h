// A planned contraction kernel as a function on tensors: a loop over parallel tiles, in it linalg ops and one
// fusion.microkernel on the tile.
#pragma once

#include "lib/LoopOpt/ContractionPlan.h"
#include "lib/LoopOpt/ElementCode.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"

#include <vector>

namespace delos::loopopt {

/// What an argument of a tensor-level kernel stands for.
struct KernelArgument {
  enum class Kind { Begin, End, Extent, Tensor, Scratch };
  Kind kind;
  /// Extent: its value.
  DimExpr extent;
  /// Tensor: the buffer of the kernel ABI and the dense shape it is viewed with. Scratch: its shape, at byte
  /// `extent` of the scratch memory.
  unsigned buffer = 0;
  llvm::SmallVector<DimExpr, 6> shape;
  mlir::Type storageType;
};

/// A kernel as a function from its arguments to its output tensors (which are also arguments, their
/// destinations).
struct TensorKernel {
  mlir::func::FuncOp function;
  /// One per argument of the function.
  std::vector<KernelArgument> arguments;
};

/// Emits the kernel into `module`. The column loop is formed by tile-and-fuse (see ColumnFusion.h). Fails
/// with a diagnostic.
mlir::FailureOr<TensorKernel> emitContractionTensors(mlir::ModuleOp module, llvm::StringRef name,
                                                     const ContractionPlan &plan, const ElementCode &code);

} // namespace delos::loopopt
