// Scalar expressions of a one-pass form as vector code.
#pragma once

#include "lib/Target/CPU/OnePass/KernelFrame.h"

#include <functional>

namespace delos::cpu::onepass {

/// Where an expression is evaluated: one vector of rows at one position of the axis.
struct Point {
  LoopValues loops = {};
  /// Known values of leaves (products, reductions).
  std::map<const ScalarExpr *, mlir::Value> leaves = {};
  /// The value of an input leaf here, in its storage type (a scalar, or a vector over the lanes).
  std::function<mlir::Value(const ScalarExpr *)> load = {};
  /// Loops that vary along the lanes: how far each lane is (a vector of i64) from the loop's value in
  /// `loops`.
  LoopValues lanes = {};
};

/// The value of `expr`: a vector, or a scalar where it does not vary along the lanes. Values are remembered
/// in the point's leaves.
mlir::Value evaluate(KernelFrame &frame, const ScalarExpr *expr, Point &point);
/// The same as a vector.
mlir::Value evaluateVector(KernelFrame &frame, const ScalarExpr *expr, Point &point);
/// The product of factors as a vector, times `start` (null: one).
mlir::Value multiply(KernelFrame &frame, llvm::ArrayRef<ScalarFactor> factors, Point &point,
                     mlir::Value start);

/// What the lanes add to a form: a vector of i64, or null where it does not vary along them.
mlir::Value laneOffsets(KernelFrame &frame, const LinearForm &form, const LoopValues &lanes);

/// exp(score - bound) for score <= bound in f32: exactly 1 where they are equal, NaN where one is NaN, 0
/// where the result would not be a normal number.
mlir::Value exponentialOf(KernelFrame &frame, mlir::Value score, mlir::Value bound);

} // namespace delos::cpu::onepass
