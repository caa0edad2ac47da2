// Small pieces of loop and vector code that the seam's expansions are made of.
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace delos::cpu::seam {

using Builder = mlir::ImplicitLocOpBuilder;
using Values = llvm::SmallVector<mlir::Value>;

/// An index constant.
mlir::Value index(Builder &b, int64_t value);
/// `base * scale + offset`, folded.
mlir::Value scaled(Builder &b, mlir::Value base, int64_t scale, int64_t offset = 0);
/// `a + b`, `a - b`, folded.
mlir::Value plus(Builder &b, mlir::Value x, mlir::Value y);
mlir::Value minus(Builder &b, mlir::Value x, mlir::Value y);
/// The size of a memref's dim.
mlir::Value dimSize(Builder &b, mlir::Value memref, unsigned dim);

/// `for i = lower to upper step step` carrying `init`; a loop that runs exactly once is its body. Returns
/// what the last round gave.
Values forLoop(Builder &b, mlir::Value lower, mlir::Value upper, int64_t step, mlir::ValueRange init,
               llvm::function_ref<Values(mlir::Value, mlir::ValueRange)> body);
/// The same without carried values.
void forEach(Builder &b, mlir::Value lower, mlir::Value upper, int64_t step,
             llvm::function_ref<void(mlir::Value)> body);
/// `if (condition) then() else otherwise()`; decided at once when the condition is constant.
void branch(Builder &b, mlir::Value condition, llvm::function_ref<void()> then,
            llvm::function_ref<void()> otherwise = {});

/// A constant with every lane `value` (scalar when `type` is one).
mlir::Value splatConstant(Builder &b, mlir::Type type, mlir::TypedAttr value);
mlir::Value zeroOf(Builder &b, mlir::Type type);
/// Lanes [0, count) of a mask; null when `count` is constant and covers all lanes.
mlir::Value laneMask(Builder &b, int64_t lanes, mlir::Value count);

/// Transposes `rows` (as many vectors as each has lanes, a power of two) in log2(lanes) rounds of two-input
/// shuffles.
Values transposeSquare(Builder &b, Values rows);

/// The buffer behind zero-offset subviews of `value`, and true when it is an allocation of the kernel.
std::pair<mlir::Value, bool> localRoot(mlir::Value value);

} // namespace delos::cpu::seam
