// Between IR and the planner: collects the problem from a function of graph ops and turns the plan into
// fusion.kernel ops.
#pragma once

#include "lib/Fusion/FusionProblem.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace delos {

/// A function's fusible ops and the problem they form. Node i is ops[i].
///
/// Not nodes: constants, iota and dims_value (cloned into every kernel that reads them, or kept as inputs
/// when large), and reshapes of whole values between kernels (two shapes of one buffer).
struct FusionRegion {
  FusionProblem problem;
  std::vector<mlir::Operation *> ops;
};

/// Constants of at most this many elements stand inside the kernels that read them; larger ones are buffers.
inline constexpr int64_t kMaxInlineConstantElements = 16;

/// True for sources that every kernel computes for itself.
bool isRematerialized(mlir::Operation *op);

/// Gives every view with several users one copy per user: views cost nothing, so each group can have its own.
/// Changes the IR.
void duplicateViews(mlir::func::FuncOp function);

FusionRegion collectFusionRegion(mlir::func::FuncOp function);

/// Clones `members` (in topological order) into a detached fusion.kernel with the inputs and outputs that the
/// uses around them ask for. The caller inserts or destroys it. Rematerialized sources are cloned in;
/// reshapes at the border stay outside. `inputs` receives the values that the kernel reads, `outputs` the
/// values of the original ops that it yields.
mlir::Operation *buildKernel(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Operation *> members,
                             llvm::StringRef name, llvm::SmallVectorImpl<mlir::Value> &outputs);

/// Replaces the members of every group by a fusion.kernel that carries the group's report and schedule.
void applyFusionPlan(mlir::func::FuncOp function, const FusionRegion &region, const FusionPlan &plan);

/// The model's name of an op from its location ("layer1/Add"), and of the node alone.
std::string nodeNameOf(mlir::Operation *op);

} // namespace delos
