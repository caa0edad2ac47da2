// Emission of a resolved model as a module of the onnx dialect.
#pragma once

#include "lib/Import/ModelPlan.h"
#include "lib/Import/TypeReader.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "absl/status/statusor.h"

namespace delos::importer {

/// Builds `func.func @main` with the nodes in canonical order. Requires ids; the dialects func and onnx are
/// loaded.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> emitModule(const ModelPlan &plan,
                                                             const ::onnx::ModelProto &model,
                                                             TensorReader &tensors, TypeReader &types,
                                                             mlir::MLIRContext &context);

} // namespace delos::importer
