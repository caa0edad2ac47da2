// Passes that turn a function of kernels into the program that the runtime runs.
#pragma once

#include "dialects/Task/TaskDialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace delos {

/// Discardable attribute of a fusion.kernel: the symbol of its task.kernel record.
inline constexpr llvm::StringLiteral kKernelRecordAttr = "task.kernel";

/// On a fusion.kernel and its task.launch: the model's nodes that it computes, where they are not those of
/// the record that it shares with a twin.
inline constexpr llvm::StringLiteral kLaunchMembersAttr = "task.members";

/// Discardable attribute of a function and of its program: pairs of sizes that were taken to be equal (set
/// when a model is opened).
inline constexpr llvm::StringLiteral kEqualDimsAttr = "graph.equal_dims";

namespace task {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Task/Passes.h.inc"

} // namespace task

} // namespace delos
