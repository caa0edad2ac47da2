// Algebraic rewrite rules of element-wise functions as a table: the same rows feed graph-algebra and the test
// that evaluates both sides of each on random values.
#pragma once

#include "dialects/Graph/GraphOps.h"

#include "llvm/ADT/StringMap.h"
#include "mlir/IR/PatternMatch.h"

#include <vector>

namespace delos::graph {

/// How far the two sides of a rule may differ.
enum class Exactness {
  Bits,       ///< equal bits (all NaNs count as one)
  SignOfZero, ///< equal up to the sign of a zero
  Rounding,   ///< the right side rounds fewer times, or elsewhere: a few units in the last place
};

/// What a rule's names stand for where it matches.
struct RuleMatch {
  llvm::StringMap<mlir::Value> values;        ///< x, y, z: any tensor
  llvm::StringMap<mlir::Attribute> constants; ///< c, d: a constant whose elements are all equal
};

/// `before` and `after` are expressions of functions of the table in ScalarFunctions.h: `mul(x, add(c, 1))`.
/// The operands of commutative functions match in both orders. On the right, functions of constants are
/// evaluated.
struct AlgebraRule {
  const char *before;
  const char *after;
  /// Element classes (ElementClass bits) of x for which the rule holds.
  unsigned classes;
  Exactness exactness = Exactness::Bits;
  /// A further condition on what matched; none when null.
  bool (*condition)(const RuleMatch &) = nullptr;
};

llvm::ArrayRef<AlgebraRule> algebraRules();

/// Provably no element of a float tensor is below zero (NaN aside), following signs through a few ops.
bool isNonNegative(mlir::Value value, int depth = 0);

/// One side of a rule.
struct RuleExpr {
  enum class Kind { Function, Value, Constant, Literal };
  Kind kind;
  ScalarFn fn{};
  std::string name;
  double literal = 0;
  std::vector<RuleExpr> operands;

  /// The expression of a text of the table, which must be well-formed (a test parses every row).
  static RuleExpr parse(llvm::StringRef text);
};

/// One pattern per rule, in the order of the table.
void populateAlgebraPatterns(mlir::RewritePatternSet &patterns, llvm::ArrayRef<AlgebraRule> rules);

} // namespace delos::graph
