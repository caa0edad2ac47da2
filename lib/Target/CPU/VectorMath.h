// Vector forms of the mathematical functions: polynomials on whole registers, the same bits on every target.
//
// f32 on scalars and 1-D vectors is computed in registers; 16-bit floats go through f32 and round once. Each
// function has two forms of f32: the fast one, and the precise one, which is the f64 form rounded once. f64
// itself uses the f64 form where that is good to its own last places, and libm per lane elsewhere (no kernel
// of the element-wise classes is bound by those), as do sine, cosine and tangent of arguments of 2^28 and
// more, whose reduction needs hundreds of bits of pi. docs/results/math.md has the errors. NaN, infinities,
// signed zeros and denormals are those of IEEE 754.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "mlir/IR/Operation.h"
#include "mlir/Support/LogicalResult.h"

namespace mlir {
class ImplicitLocOpBuilder;
} // namespace mlir

namespace delos::cpu {

/// Expands the math dialect's functions under `root` (a module: libm declarations are added to it); f32 ones
/// in their precise forms if asked.
mlir::LogicalResult expandVectorMath(mlir::Operation *root, bool isPrecise);

namespace math {

/// An expansion: operands of one f32 (or f64) type, scalar or vector, to the result.
using Expansion = mlir::Value (*)(mlir::ImplicitLocOpBuilder &, mlir::ValueRange);

mlir::Value exponential(mlir::ImplicitLocOpBuilder &b, mlir::Value x);
mlir::Value exponentialMinusOne(mlir::ImplicitLocOpBuilder &b, mlir::Value x);
mlir::Value logarithm(mlir::ImplicitLocOpBuilder &b, mlir::Value x);
mlir::Value logarithmPlusOne(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

mlir::Value rootReciprocal(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// The expansions of one math op.
struct ExpansionRow {
  llvm::StringLiteral name;
  Expansion fast;     ///< Of f32.
  Expansion wide;     ///< Of f64, good enough to round to f32; null where `fast` is within 1 ulp itself.
  bool wideServesF64; ///< Whether f64 tensors may use `wide` too.
};
llvm::ArrayRef<ExpansionRow> exponentialExpansions();
llvm::ArrayRef<ExpansionRow> logarithmicExpansions();
llvm::ArrayRef<ExpansionRow> trigonometricExpansions();

/// Marks an op that is meant to become a libm call.
inline constexpr llvm::StringLiteral kKeepAttribute = "delos.libm";

} // namespace math
} // namespace delos::cpu
