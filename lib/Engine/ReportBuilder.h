// Fills the compile report from what the phases decided.
#pragma once

#include "delos/Report.h"

#include "lib/Engine/Compiler.h"
#include "lib/Fusion/GroupFormation.h"

#include "mlir/IR/BuiltinOps.h"

namespace delos {

/// The model's nodes, after import.
void countNodes(mlir::ModuleOp module, CompileReport &report);

/// Primitives, and the verdict on every edge of the partition.
void describePartition(const FusionRegion &region, const FusionPlan &plan, CompileReport &report);

/// One entry per task.kernel record, in order; `codeBytes` runs parallel.
void describeKernels(mlir::ModuleOp module, const std::vector<int64_t> &codeBytes, CompileReport &report);

/// What only the finished plan knows: launches per kernel, constant bytes, the arena's formula.
void finishReport(CompiledProgram &program);

} // namespace delos
