// Bounds of slices over symbolic sizes.
#pragma once

#include "lib/Open/OpenBuilder.h"

namespace delos::open {

/// x[start:end:step] along one dim with Python's rules: negative bounds count from the end, bounds are
/// clamped. Where clamping depends on the value of a symbol, what the model evidently means is assumed and
/// noted as a requirement.
Tensor sliceByBounds(Tensor x, int64_t dim, const DimExpr &start, const DimExpr &end, int64_t step);

} // namespace delos::open
