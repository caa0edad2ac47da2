/// How far results are from an oracle's.
#pragma once

#include "delos/Status.h"
#include "delos/Tensor.h"

#include <string>
#include <vector>

namespace delos::tool {

/// One output, compared.
struct OutputComparison {
  std::string name;
  double maxError = 0;  ///< Largest absolute difference; infinity where NaN or infinity do not agree.
  double magnitude = 0; ///< Largest finite magnitude of the oracle's values.
  double tolerance = 0; ///< Allowed maxError / magnitude for this element type.
  bool agrees = false;
  std::string problem; ///< Type or shape that differs; empty otherwise.
};

/// Compares two dense tensors. Floats agree up to the type's tolerance (1e-4 of the largest magnitude for
/// float32 and float64, its rounding for narrower types), everything else exactly; NaN agrees with NaN.
OutputComparison compareOutput(const std::string &name, const Tensor &result, const Tensor &oracle);

/// The elements as doubles (complex numbers as two each).
std::vector<double> toDoubles(const Tensor &tensor);

} // namespace delos::tool
