/// What the evaluation of one op needs, and the table of evaluators.
#pragma once

#include "dialects/Graph/GraphOps.h"
#include "lib/Reference/Interpreter.h"

#include "llvm/ADT/StringMap.h"
#include "mlir/IR/Operation.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include <string>

namespace delos::reference {

using Tensors = std::vector<RefTensor>;

/// Sizes of symbolic dims, and the tensors of values.
class Evaluation {
public:
  explicit Evaluation(const InterpreterOptions &options) : options(options) {}

  /// Learns symbols from a tensor's shape and checks what is known. `what` names the tensor in messages.
  absl::Status bind(const std::string &what, mlir::Type type, const Shape &shape);

  /// The value of a size under the bound symbols; fails when one is not bound.
  absl::StatusOr<int64_t> valueOf(const DimExpr &size) const;
  absl::StatusOr<Shape> valuesOf(llvm::ArrayRef<DimExpr> sizes) const;
  absl::StatusOr<Shape> shapeOf(mlir::Value value) const;

  /// The dtype in which a value is held: its own, or float64 in that mode.
  DelosDType heldDType(mlir::Value value) const;
  /// A tensor of zeros for a value.
  absl::StatusOr<RefTensor> resultFor(mlir::Value value) const;
  /// The same with the dtype that the type says.
  absl::StatusOr<RefTensor> declaredResultFor(mlir::Value value) const;
  /// `tensor`, of the declared dtype, in the dtype in which values are held.
  absl::StatusOr<RefTensor> held(RefTensor tensor) const;

private:
  const InterpreterOptions &options;
  llvm::StringMap<int64_t> symbols;
};

/// Evaluates one op on the tensors of its operands.
using Evaluator = absl::StatusOr<Tensors> (*)(mlir::Operation *, llvm::ArrayRef<RefTensor>, Evaluation &);
/// Op name -> evaluator.
using EvaluatorTable = llvm::StringMap<Evaluator>;

/// Adds an evaluator written for one op class and one result.
template <typename Op, absl::StatusOr<RefTensor> (*fn)(Op, llvm::ArrayRef<RefTensor>, Evaluation &)>
void add(EvaluatorTable &table) {
  table[Op::getOperationName()] = [](mlir::Operation *op, llvm::ArrayRef<RefTensor> operands,
                                     Evaluation &evaluation) -> absl::StatusOr<Tensors> {
    absl::StatusOr<RefTensor> result = fn(mlir::cast<Op>(op), operands, evaluation);
    if (!result.ok())
      return result.status();
    return Tensors{*std::move(result)};
  };
}

void addSources(EvaluatorTable &table);
void addElementwise(EvaluatorTable &table);
void addViews(EvaluatorTable &table);
void addReductions(EvaluatorTable &table);
void addWindows(EvaluatorTable &table);
void addContractions(EvaluatorTable &table);
void addIndexing(EvaluatorTable &table);

/// kInvalidArgument "WHAT: expected EXPECTED, got GOT".
template <typename Expected, typename Got>
absl::Status disagreement(const std::string &what, const Expected &expected, const Got &got) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": expected ", expected, ", got ", got));
}

/// Fails unless the shapes are equal.
absl::Status expectShape(const std::string &what, const Shape &expected, const Shape &got);

} // namespace delos::reference

/// Leaves the enclosing function with the status when it is not OK.
#define DELOS_REF_RETURN(expression)                                                                         \
  do {                                                                                                       \
    if (absl::Status status = (expression); !status.ok())                                                    \
      return status;                                                                                         \
  } while (false)

/// Declares `variable` as the value of a StatusOr, or leaves the enclosing function with its status.
#define DELOS_REF_ASSIGN(variable, expression)                                                               \
  auto variable##OrStatus = (expression);                                                                    \
  if (!variable##OrStatus.ok())                                                                              \
    return variable##OrStatus.status();                                                                      \
  auto variable = *std::move(variable##OrStatus)
