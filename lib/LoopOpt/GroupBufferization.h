// Tensor-level kernels to loops over buffers: no copies, local buffers bounded and placed once per kernel.
#pragma once

#include "lib/LoopOpt/ContractionTensors.h"

namespace delos::loopopt {

/// Marks the arguments of a kernel over buffers that are local buffers in scratch memory.
inline constexpr llvm::StringLiteral localArgument = "fusion.local";

/// A kernel over buffers.
struct BufferKernel {
  /// Arguments as in the tensor form (memrefs for tensors), no results.
  mlir::func::FuncOp function;
  std::vector<KernelArgument> arguments;
  /// Local buffers that are too large (or not bounded) for the stack become arguments of kind Scratch: their
  /// sizes per dim.
  DimExpr scratchBytes;
};

/// Appends a buffer of `type` behind the scratch memory that `kernel` has: a new argument, marked as local.
/// `shape` and `bytes` are its extents and size in sizes of the kernel.
mlir::Value addScratchArgument(BufferKernel &kernel, mlir::MemRefType type,
                               llvm::SmallVector<DimExpr, 6> shape, const DimExpr &bytes);

/// Where local buffers go.
struct LocalLimits {
  /// Wide buffers (more than `narrowBytes`, or of symbolic size) go to scratch memory, of which the plan has
  /// this much; 0 keeps everything on the stack.
  DimExpr scratchBytes;
  int64_t narrowBytes = 8 << 10;
};

/// Bufferizes the kernel in place: `module` holds only its function. Equal fills and empties are made
/// distinct first, so that nothing is copied; every local buffer becomes one aligned allocation in the entry
/// block, or scratch memory. Fails with a diagnostic, also on what the verifier rejects: a reduction
/// initialised inside its own loop, and local buffers without a bound that the sizes of the kernel express.
mlir::FailureOr<BufferKernel> bufferizeKernel(mlir::ModuleOp module, TensorKernel kernel,
                                              const LocalLimits &limits);

/// Rejects tensor-level kernels that would be compiled silently wrong: a reduction whose init stands inside
/// the loop that it is carried by, a register tile with beta = 0 under a loop over k. Emits a diagnostic.
mlir::LogicalResult verifyTensorKernel(mlir::func::FuncOp function);

} // namespace delos::loopopt
