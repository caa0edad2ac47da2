// The CPU target's code generators behind one door: which one takes a kernel, what it plans, and the code.
#pragma once

#include "lib/Support/DimExpr.h"
#include "lib/Target/CPU/RowEmitter/RowEmitter.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Builders.h"

#include <optional>
#include <string>
#include <vector>

namespace delos::cpu {

/// How a kernel will be computed. Holds references to the body's values: valid while the body is unchanged.
struct KernelPlan {
  RowPlan rows;
  /// Entry k of the kernel's dim table.
  std::vector<DimExpr> dims;
  DimExpr tiles;
  /// Per worker.
  DimExpr scratchBytes;

  /// Vector loads and stores of one launch at nominal sizes, repeated work included.
  double accesses = 0;

  /// "rows".
  llvm::StringRef generator() const { return "rows"; }
};

/// A plan, or why no generator takes the body: the op that blocks and the value whose edge to cut.
struct KernelDecision {
  std::optional<KernelPlan> plan;
  std::string reason;
  mlir::Operation *blockingOp = nullptr;
  mlir::Value blockingValue;

  explicit operator bool() const { return plan.has_value(); }
};

/// Plans a body of graph ops (block arguments are inputs, the terminator's operands are outputs). Pure;
/// `isConstantInput` tells which inputs are known at compile time.
KernelDecision planKernel(mlir::Block &body, llvm::function_ref<bool(unsigned)> isConstantInput,
                          const TargetDescription &target);

/// Emits a planned body as the ABI function `name` at the builder's position in a module.
mlir::func::FuncOp emitKernel(mlir::OpBuilder &builder, llvm::StringRef name, mlir::Block &body,
                              const KernelPlan &plan, const TargetDescription &target);

} // namespace delos::cpu
