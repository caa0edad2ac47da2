// What the tools of the oracle share: graph IR from files, functions run on .npy files, the batch protocol.
#pragma once

#include "lib/Reference/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include <string>
#include <vector>

namespace delos::oracle {

using reference::RefTensor;

/// A context with every dialect of Delos, single-threaded.
std::unique_ptr<mlir::MLIRContext> createContext();

/// Graph IR from a file: MLIR text, or an ONNX model (*.onnx), which is imported and opened. `pipeline`, when
/// not empty, is the text of a pass pipeline that runs on it.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
readModule(const std::string &path, const std::string &pipeline, mlir::MLIRContext &context);

/// Computes a function's results.
using Run =
    llvm::function_ref<absl::StatusOr<std::vector<RefTensor>>(mlir::func::FuncOp, llvm::ArrayRef<RefTensor>)>;

/// Runs a function on .npy files; result k goes to `outputPrefix` + k + ".npy" and is listed on standard
/// output.
absl::Status runOnFiles(mlir::func::FuncOp function, llvm::ArrayRef<std::string> inputs,
                        const std::string &outputPrefix, Run run);

/// The batch protocol: every function NAME of the module reads DIR/NAME.in0.npy, ... and writes
/// DIR/NAME.out0.npy, ... or DIR/NAME.error with a message. Gives the number of functions that failed.
int runBatch(mlir::ModuleOp module, const std::string &directory, Run run);

} // namespace delos::oracle
