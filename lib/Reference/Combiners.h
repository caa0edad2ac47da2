/// The combining functions of reductions, scans, windows and scatters.
#pragma once

#include "dialects/Graph/ScalarFunctions.h"
#include "lib/Reference/Elements.h"

namespace delos::reference {

/// How reductions accumulate: floats in double, integers in a 64-bit carrier whose low bits are the result.
template <typename C>
using Accumulator = std::conditional_t<std::is_floating_point_v<C>, double, C>;

/// The function that joins two partial results.
template <typename A>
struct Combiner {
  A (*combine)(const A *pair, unsigned width);
  A neutral;
};

/// The combiner of a reduction over elements of `dtype`. Null `combine` where the dialect does not define it.
template <typename A>
Combiner<A> combinerOf(graph::ReduceKind kind, DelosDType dtype);

} // namespace delos::reference
