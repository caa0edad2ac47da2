// Evaluates graph primitives whose operands are constants.
#pragma once

#include "lib/Analysis/ConstantTensor.h"

#include "mlir/IR/Operation.h"

namespace delos {

/// What evaluation may still cost. Steps are element operations; bytes are those of newly allocated contents.
struct EvaluationBudget {
  int64_t steps;
  int64_t bytes;
  /// Something did not fit.
  bool isExhausted = false;

  /// Takes the amounts off and returns true, or leaves the budget as it is, marked exhausted.
  bool spend(int64_t stepCount, int64_t byteCount);
};

/// The value of the op's only result. Nothing when the op is not evaluated (random, sort, dynamic shapes), an
/// element type is not, an index is out of range (a run-time error stays one), or the budget does not reach.
/// Views cost nothing: they share the operand's storage.
std::optional<ConstantTensor> evaluateConstant(mlir::Operation *op, llvm::ArrayRef<ConstantTensor> operands,
                                               EvaluationBudget &budget);

} // namespace delos
