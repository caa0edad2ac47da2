/// From the shapes of a run's inputs to the values of the plan's symbols.
#pragma once

#include "runtime/abi/Plan.h"
#include "runtime/base/TensorView.h"

#include "absl/status/status.h"

#include <span>
#include <string>
#include <vector>

namespace delos::runtime {

/// Checks count, types and shapes of `inputs` and sets `symbols` (as many as the plan has; those that
/// instructions set become 0). kInvalidArgument names the input: "input 'x': expected shape [batch, 128], got
/// [4, 64] ...".
absl::Status bindShapes(const Plan &plan, std::span<const TensorView> inputs, std::vector<int64_t> &symbols);

/// The value's shape as its owner wrote it: "[batch, 128]".
std::string printShape(const Plan &plan, const ValueInfo &value);

/// The shape of `value` for bound symbols, into `shape`. kInvalidArgument when an extent overflows or is
/// negative.
absl::Status evaluateShape(const ValueInfo &value, std::span<const int64_t> symbols,
                           std::vector<int64_t> &shape);

} // namespace delos::runtime
