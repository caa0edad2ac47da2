/// ONNX's TensorProto files, as the standard's test data use them.
#pragma once

#include "delos/Status.h"
#include "delos/Tensor.h"

#include <string>
#include <string_view>

namespace delos::tool {

/// Decodes a serialised TensorProto without external data. kInvalidArgument says what is wrong with the
/// bytes; kUnimplemented for strings.
StatusOr<Tensor> parsePbTensor(std::string_view bytes);

} // namespace delos::tool
