// One graph function as one compiled kernel, called with everything a kernel must not rely on.
#pragma once

#include "lib/Reference/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "absl/status/statusor.h"

#include <string>
#include <vector>

namespace delos::oracle {

/// Compiles the function as a single kernel for `cpu` (LLVM's name; empty: this machine) and runs it.
///
/// Inputs and outputs lie at addresses that are aligned to their element only; outputs and scratch are
/// poisoned before the call and stand between guard bytes that are checked after it; tiles run in several
/// calls, last ones first.
///
/// Fails with kUnimplemented when no generator takes the function, kOutOfRange when the kernel reports an
/// index outside its tensor, kInternal with the reason for anything else that is wrong.
absl::StatusOr<std::vector<reference::RefTensor>> runAsKernel(mlir::func::FuncOp function,
                                                              llvm::ArrayRef<reference::RefTensor> inputs,
                                                              const std::string &cpu = "");

} // namespace delos::oracle
