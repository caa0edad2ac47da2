// Passes that partition a graph into kernels.
#pragma once

#include "dialects/Fusion/FusionDialect.h"
#include "lib/Fusion/GroupFormation.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

#include <functional>
#include <memory>

namespace delos {

/// Makes the target's evaluator for one function's problem. The region outlives the evaluator.
using EvaluatorFactory = std::function<std::unique_ptr<GroupEvaluator>(const FusionRegion &)>;

/// Receives the problem and the plan before the IR changes (reports, printing). May be null.
using FusionObserver = std::function<void(const FusionRegion &, const FusionPlan &)>;

#define GEN_PASS_DECL
#include "passes/Fusion/Passes.h.inc"

/// The pass with a target's evaluator; without one it cannot run.
std::unique_ptr<mlir::Pass> createFormGroupsPass(EvaluatorFactory factory, FormGroupsPassOptions options = {},
                                                 FusionObserver observer = {});

#define GEN_PASS_REGISTRATION_DUPLICATEVIEWSPASS
#include "passes/Fusion/Passes.h.inc"

} // namespace delos
