// Values of small tensors that are known while opening: shape arithmetic over symbolic sizes.
//
// Integer and bool elements are size expressions, so that Shape -> Gather -> Concat -> Reshape folds for
// symbolic dims too; floating-point elements are numbers. Evaluation is eager, op by op, and never recursive:
// the values of an op's operands are looked up, not computed.
#pragma once

#include "dialects/Graph/GraphOps.h"

#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <vector>

namespace delos::open {

/// Elements of a static tensor in row-major order: `ints` for integer and bool element types, `reals` for
/// floats.
struct ShapeValue {
  llvm::SmallVector<int64_t> shape;
  std::vector<DimExpr> ints;
  std::vector<double> reals;

  bool isReal() const { return !reals.empty(); }
  size_t size() const { return ints.size() + reals.size(); }
  /// The elements as integers when all of them are known numbers.
  std::optional<llvm::SmallVector<int64_t>> asIntegers() const;
};

/// True when the expression cannot be negative whatever the symbols are (sizes are never negative).
bool isNonNegative(const DimExpr &value);

/// Integer and bool elements of a constant; nullopt for other element types and for more than `limit`
/// elements.
std::optional<std::vector<int64_t>> integersOf(mlir::ElementsAttr value, int64_t limit);
/// Floating-point elements of a constant, likewise.
std::optional<std::vector<double>> realsOf(mlir::ElementsAttr value, int64_t limit);

/// The known values of a function under construction.
class ShapeValues {
public:
  /// Tensors with more elements are never tracked: shapes, axes and index lists are far smaller.
  static constexpr int64_t kMaxElements = 1024;

  /// The elements of `value`; null when they are not known.
  const ShapeValue *lookup(mlir::Value value) const;
  void record(mlir::Value value, ShapeValue known) { values[value] = std::move(known); }
  void forget(mlir::Value value) { values.erase(value); }

  /// Evaluates a graph op of one result whose operands are known. Returns the value (not recorded), or
  /// nullopt when an operand is unknown, the op is not part of shape arithmetic, or an element leaves the
  /// element type's range.
  std::optional<ShapeValue> evaluate(mlir::Operation *op) const;

private:
  llvm::DenseMap<mlir::Value, ShapeValue> values;
};

/// `fn` of scalar elements, as graph.map defines it; nullopt when the answer depends on the symbols' values.
std::optional<DimExpr> evaluateInteger(graph::ScalarFn fn, llvm::ArrayRef<DimExpr> operands);
std::optional<double> evaluateReal(graph::ScalarFn fn, llvm::ArrayRef<double> operands);
/// Comparisons of real numbers; nullopt for functions that do not give a bool.
std::optional<bool> compareReals(graph::ScalarFn fn, llvm::ArrayRef<double> operands);

} // namespace delos::open
