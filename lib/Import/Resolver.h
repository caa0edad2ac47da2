// Resolution of a model: names to values, functions inlined, attributes checked.
#pragma once

#include "lib/Import/ModelPlan.h"

namespace delos::importer {

/// Fills `plan` from `model`, whose tensors move into `tensors`. Scopes nest as the standard says: a body
/// sees the values around it, a function only its parameters. Calls of model-local functions are replaced by
/// the functions' nodes. `plan` refers to messages of `model`, which must outlive it. Nodes may stand in any
/// order; cycles are found later (CanonicalOrder.h).
absl::Status resolveModel(::onnx::ModelProto &model, const ImportOptions &options, TensorReader &tensors,
                          ModelPlan &plan);

/// "" for "ai.onnx", the default domain's other name.
std::string_view normalizedDomain(std::string_view domain);

} // namespace delos::importer
