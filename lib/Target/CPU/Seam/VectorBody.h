// Bodies of element-wise ops on vectors.
#pragma once

#include "lib/Target/CPU/Seam/LoopCode.h"

#include "mlir/IR/Block.h"

namespace delos::cpu::seam {

/// Clones the scalar ops of `body` for vectors of `lanes` (scalars when 1): each op keeps its kind, each
/// result becomes a vector of its own element type, constants are splatted. `arguments` stand for the block's
/// arguments (null for unused ones). Returns what the terminator yields.
Values cloneAsVectors(Builder &b, mlir::Block &body, llvm::ArrayRef<mlir::Value> arguments, int64_t lanes);

} // namespace delos::cpu::seam
