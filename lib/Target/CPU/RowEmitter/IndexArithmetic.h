// Index expressions of kernels: polynomials over loop variables and sizes, simplified with what the loops
// bound.
#pragma once

#include "lib/Support/DimExpr.h"

#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/AffineMap.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace delos::cpu::rows {

using Coordinates = llvm::SmallVector<DimExpr>;

/// What is known of the variables of index expressions: variable `name` lies in [0, extent). Symbols that are
/// not listed are sizes of at least 1 where an index is formed.
class Ranges {
public:
  void bound(const std::string &name, const DimExpr &extent) { extents[name] = extent; }
  void forget(const std::string &name) { extents.erase(name); }
  const DimExpr *extentOf(const std::string &name) const;

  /// The largest value `expr` can take, as an expression of sizes; nullopt when it is not known to be
  /// monotone.
  std::optional<DimExpr> upperBound(const DimExpr &expr) const;
  /// True when `expr` is never negative.
  bool isNonNegative(const DimExpr &expr) const;
  /// True when 0 <= expr < bound always holds.
  bool isWithin(const DimExpr &expr, const DimExpr &bound) const;
  /// True when expr < 0 or expr >= bound always holds.
  bool isOutside(const DimExpr &expr, const DimExpr &bound) const;
  /// True when no variable occurs, only sizes.
  bool isUniform(const DimExpr &expr) const;
  /// True when every value `expr` can take is known to fit a signed 32-bit integer.
  bool fitsInt32(const DimExpr &expr) const;

  /// Quotient and remainder with the parts that divide exactly, or are known to be smaller, taken out.
  DimExpr floorDiv(const DimExpr &a, const DimExpr &b) const;
  DimExpr mod(const DimExpr &a, const DimExpr &b) const;

  /// The value of an affine expression whose dims and symbols are the given expressions.
  DimExpr evaluate(mlir::AffineExpr expr, llvm::ArrayRef<DimExpr> dims,
                   llvm::ArrayRef<DimExpr> symbols) const;
  Coordinates evaluate(mlir::AffineMap map, llvm::ArrayRef<DimExpr> dims,
                       llvm::ArrayRef<DimExpr> symbols) const;

private:
  std::map<std::string, DimExpr> extents;
};

/// A single variable as an expression.
DimExpr variable(const std::string &name);

/// True when `name` occurs anywhere in `expr`.
bool mentions(const DimExpr &expr, const std::string &name);

/// The coefficient of `name` when `expr` is linear in it and it occurs nowhere else: `coefficient * name +
/// rest`. nullopt when it hides in a quotient, remainder or power. 0 when it does not occur.
std::optional<DimExpr> linearCoefficient(const DimExpr &expr, const std::string &name);

/// Row-major strides of dims.
Coordinates stridesOf(llvm::ArrayRef<DimExpr> dims);

/// A point of a tensor: coordinates, the row-major offset, or both. The missing form is computed on demand.
class Position {
public:
  Position() = default;
  static Position atCoordinates(Coordinates coordinates);
  static Position atOffset(DimExpr offset);

  /// The offset in a dense row-major tensor of these dims.
  const DimExpr &offset(llvm::ArrayRef<DimExpr> dims) const;
  const Coordinates &coordinates(llvm::ArrayRef<DimExpr> dims, const Ranges &ranges) const;
  /// A text that is equal for equal positions of one tensor.
  const std::string &key() const;
  /// Every variable and size that occurs.
  std::vector<std::string> symbols() const;
  bool mentionsVariable(const std::string &name) const;
  /// The same point with `value` for the variable `name`.
  Position substitute(const std::string &name, const DimExpr &value) const;

private:
  /// Shared by copies: element-wise ops hand their position on, and each form is computed once.
  struct Forms {
    std::optional<Coordinates> coordinates;
    std::optional<DimExpr> offset;
    bool isOffset = false;
    std::string key;
  };
  std::shared_ptr<Forms> forms;
};

} // namespace delos::cpu::rows
