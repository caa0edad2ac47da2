/// The closed sum of values that a model can take and give.
#pragma once

#include "delos/Tensor.h"

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace delos {

struct Value;

/// Strings have no kernels: they live in host memory, dense and row-major.
struct StringTensor {
  std::vector<int64_t> shape;
  std::vector<std::string> elements;
};

/// Values of one kind, in order.
struct Sequence {
  std::vector<Value> elements;
};

/// A value or its absence.
struct Optional {
  std::shared_ptr<const Value> value; ///< Null when absent.
};

/// ONNX maps have integer or string keys.
struct Map {
  std::variant<std::map<int64_t, Value>, std::map<std::string, Value>> entries;
};

/// Any value at the engine's border. Only tensors run; the others are refused with kUnimplemented.
struct Value {
  std::variant<Tensor, Sequence, Optional, Map, StringTensor> is;
};

} // namespace delos
