/// Who says what a model's results should be.
#pragma once

#include "delos/Executable.h"
#include "delos/Status.h"
#include "delos/Tensor.h"

#include <span>
#include <string>
#include <vector>

namespace delos::tool {

/// The reference interpreter on the opened model: every primitive in the precision of its types.
StatusOr<std::vector<Tensor>> runReference(const std::string &model, std::span<const Tensor> inputs);

/// ONNX Runtime in the project's virtual environment (or DELOS_PYTHON's interpreter), as a child process that
/// exchanges .npy files. kUnavailable when it cannot run the model.
StatusOr<std::vector<Tensor>> runOnnxRuntime(const std::string &model, const Executable &executable,
                                             std::span<const Tensor> inputs);

} // namespace delos::tool
