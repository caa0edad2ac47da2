// The CPU target's code generators behind one door: which one takes a kernel, what it plans, and the code.
#pragma once

#include "lib/LoopOpt/ContractionPlan.h"
#include "lib/LoopOpt/OnePassPlan.h"
#include "lib/LoopOpt/WindowPlan.h"
#include "lib/Support/DimExpr.h"
#include "lib/Target/CPU/RowEmitter/RowEmitter.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace delos::cpu {

/// How a kernel will be computed. Holds references to the body's values: valid while the body is unchanged.
struct KernelPlan {
  std::variant<RowPlan, loopopt::ContractionPlan, loopopt::WindowPlan, loopopt::OnePassPlan> detail;
  DimExpr tiles;
  /// Per worker, as far as planning knows it; `EmittedKernel` has the final size.
  DimExpr scratchBytes;
  /// Vector loads and stores of one launch at nominal sizes, repeated work included; 0 where the generator is
  /// bound by arithmetic.
  double accesses = 0;
  /// Operations of one launch where the generator knows better than access rules (work per row done once,
  /// lanes without a row); 0 elsewhere.
  DimExpr flops = 0;
  /// Why a kernel of rows is not one of tiles, where a generator of tiles failed on it; else empty.
  std::string fallback = {};

  /// "rows", "contraction", "window" or "one_pass".
  llvm::StringRef generator() const;
  /// Constant inputs that the code expects repacked.
  llvm::ArrayRef<loopopt::PackedConstant> packedConstants() const;
  /// `#fusion.schedule`.
  mlir::Attribute schedule(mlir::MLIRContext *context) const;
};

/// A kernel in the form of the ABI, and what its record says.
struct EmittedKernel {
  mlir::func::FuncOp function;
  /// Entry k of the kernel's dim table.
  std::vector<DimExpr> dims;
  DimExpr tiles;
  DimExpr scratchBytes;
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

/// The same with the row emitter alone, which computes any body; `fallback` says why in the schedule when it
/// is not empty.
KernelDecision planKernelWithRows(mlir::Block &body, const TargetDescription &target,
                                  llvm::StringRef fallback = {});

/// Emits a planned body as the ABI function `name` at the end of `module`. Fails with a diagnostic.
mlir::FailureOr<EmittedKernel> emitKernel(mlir::ModuleOp module, llvm::StringRef name, mlir::Block &body,
                                          const KernelPlan &plan, const TargetDescription &target);

} // namespace delos::cpu
