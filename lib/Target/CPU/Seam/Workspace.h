// Scratch memory for expansions: buffers that a kernel needs beside its local tiles.
#pragma once

#include "lib/LoopOpt/GroupBufferization.h"

#include "mlir/IR/BuiltinTypes.h"

namespace delos::cpu::seam {

/// Hands out parts of a kernel's scratch memory, one behind the other. They live as long as the kernel runs
/// and belong to one worker.
class Workspace {
public:
  explicit Workspace(loopopt::BufferKernel &kernel) : kernel(kernel) {}

  /// A dense buffer of a static shape, aligned to a cache line: an argument of the kernel's function.
  mlir::Value allocate(llvm::ArrayRef<int64_t> shape, mlir::Type element);

private:
  loopopt::BufferKernel &kernel;
};

} // namespace delos::cpu::seam
