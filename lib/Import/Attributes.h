// Attributes of nodes: their content as a hash, and as MLIR attributes.
#pragma once

#include "lib/Import/ModelPlan.h"
#include "lib/Import/TypeReader.h"

#include "absl/status/statusor.h"

#include <vector>

namespace delos::importer {

/// Appends words that are equal exactly when name, type and content of the attribute are (up to hash
/// collisions).
void appendContent(const AttributePlan &attribute, std::vector<uint64_t> &words);

/// The attribute as dialects/Onnx/OnnxDialect.td says.
absl::StatusOr<mlir::Attribute> convertAttribute(const AttributePlan &attribute, TensorReader &tensors,
                                                 TypeReader &types, mlir::MLIRContext &context,
                                                 const Place &place);

} // namespace delos::importer
