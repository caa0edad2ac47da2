/// The reference interpreter of graph IR: each primitive once, written to be read. The oracle of all other
/// tests.
#pragma once

#include "lib/Reference/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "mlir/IR/Value.h"

#include "absl/status/statusor.h"

#include <functional>
#include <vector>

namespace mlir::func {
class FuncOp;
}

namespace delos::reference {

struct InterpreterOptions {
  /// Evaluate every float16, bfloat16, float32 and float64 value in double: inputs and constants are widened,
  /// nothing rounds on the way, results are float64 tensors. Narrower floats still round, since they quantise
  /// on purpose.
  bool float64 = false;
  /// Bound on one tensor.
  int64_t maxTensorBytes = int64_t{1} << 36;
  /// Sees every operand of the function and every result of an op, once, in the order of evaluation.
  std::function<void(mlir::Value, const RefTensor &)> observe;
};

/// The dtype of a tensor's element type; DELOS_DTYPE_UNDEFINED for types without tensors.
DelosDType dtypeOf(mlir::Type elementType);

/// Runs a function of graph ops on inputs that match its operands in dtype and shape. Symbolic dims take
/// their values from the inputs' shapes and are checked against all of them. Kernels and groups of the fusion
/// dialect run as the ops they hold.
///
/// Fails with kInvalidArgument when inputs do not match or sizes disagree at run time, kOutOfRange when an
/// index leaves its tensor, kUnimplemented for an op that is no primitive; the message names op and location.
/// Thread-safe for one function as long as nobody changes it.
absl::StatusOr<std::vector<RefTensor>> interpret(mlir::func::FuncOp function,
                                                 llvm::ArrayRef<RefTensor> inputs,
                                                 const InterpreterOptions &options = {});

} // namespace delos::reference
