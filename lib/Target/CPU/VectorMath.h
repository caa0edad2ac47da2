// Vector forms of the mathematical functions: polynomials on whole registers, the same bits on every target.
//
// f32 on scalars and 1-D vectors is computed in registers; 16-bit floats go through f32 and round once. f64
// has own exp and log; its other functions call libm per lane (no kernel of the element-wise classes is bound
// by them), as do sine, cosine and tangent of f32 arguments of 2^28 and more, whose reduction needs hundreds
// of bits of pi. Errors in units in the last place: exp 0.9, log 0.9, expm1, log1p 2, tanh, erf 4.5, sin,
// cos 1.1, tan 2, asin, acos, atan 2.5, sinh, cosh 2.5, asinh, acosh, atanh 4, pow 0.6. NaN, infinities,
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

/// Expands the math dialect's functions under `root` (a module: libm declarations are added to it).
mlir::LogicalResult expandVectorMath(mlir::Operation *root);

namespace math {

/// An expansion: operands of one f32 (or f64) type, scalar or vector, to the result.
using Expansion = mlir::Value (*)(mlir::ImplicitLocOpBuilder &, mlir::ValueRange);

mlir::Value exponential(mlir::ImplicitLocOpBuilder &b, mlir::Value x);
mlir::Value exponentialMinusOne(mlir::ImplicitLocOpBuilder &b, mlir::Value x);
mlir::Value logarithm(mlir::ImplicitLocOpBuilder &b, mlir::Value x);
mlir::Value logarithmPlusOne(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

mlir::Value rootReciprocal(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// The expansion of one math op, for f32 and where it says so for f64.
struct ExpansionRow {
  llvm::StringLiteral name;
  Expansion expand;
  bool alsoF64;
};
llvm::ArrayRef<ExpansionRow> exponentialExpansions();
llvm::ArrayRef<ExpansionRow> trigonometricExpansions();

/// Marks an op that is meant to become a libm call.
inline constexpr llvm::StringLiteral kKeepAttribute = "delos.libm";

} // namespace math
} // namespace delos::cpu
