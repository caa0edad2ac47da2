// One graph function through the whole engine: simplification, fusion, code, memory plan, executor.
#pragma once

#include "delos/Options.h"

#include "lib/Reference/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "absl/status/statusor.h"

#include <vector>

namespace delos::oracle {

/// Compiles the function as a model and runs it twice, with arena and results poisoned; the second run must
/// give the bytes of the first. Status codes are the engine's; kInternal when the runs differ.
absl::StatusOr<std::vector<reference::RefTensor>> runInEngine(mlir::func::FuncOp function,
                                                              llvm::ArrayRef<reference::RefTensor> inputs,
                                                              const CompileOptions &options);

} // namespace delos::oracle
