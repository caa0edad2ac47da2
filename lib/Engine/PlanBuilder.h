// From a task program to the runtime's plan.
#pragma once

#include "runtime/abi/Plan.h"

#include "mlir/IR/BuiltinOps.h"

#include "absl/status/statusor.h"

#include <memory>

namespace delos {

/// Translates the task.program and the task.kernel records of `module`, one to one. Constants keep pointing
/// into the IR where their bytes are aligned; `keepAlive` (the context) is held by each of them.
/// kUnimplemented when a symbolic dim cannot be read off an input's shape.
absl::StatusOr<runtime::Plan> buildPlan(mlir::ModuleOp module, std::string modelName,
                                        std::shared_ptr<void> keepAlive);

} // namespace delos
