/// Element-wise functions on carriers.
#pragma once

#include "dialects/Graph/ScalarFunctions.h"

#include <cstdint>

namespace delos::reference {

/// A function of `describe(fn).arity` arguments. `width` is the number of bits of an integer element. The
/// result of a comparison, and the condition of select, are 0 or 1 in the carrier.
template <typename C>
using ScalarFunctionOf = C (*)(const C *arguments, unsigned width);

/// The function for a carrier; null where the dialect's table does not define it for the carrier's element
/// class. float carriers round once, to float, from a computation in double.
template <typename C>
ScalarFunctionOf<C> scalarFunction(graph::ScalarFn fn);

} // namespace delos::reference
