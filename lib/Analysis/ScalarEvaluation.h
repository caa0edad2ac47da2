// Values of the element-wise functions and casts on runs of constant elements.
#pragma once

#include "dialects/Graph/GraphOps.h"
#include "lib/Analysis/ConstantTensor.h"

namespace delos {

/// Applies `fn` to `count` elements. `kind` is the element kind of the data operands (of select: its arms).
/// f32 results are those of f64 arithmetic before rounding, which is exact for + - * / sqrt. False when the
/// function is not defined for the kind.
bool evaluateScalars(graph::ScalarFn fn, ElementKind kind, llvm::ArrayRef<Lanes> operands, int64_t count,
                     Lanes &result);

/// Converts `count` elements as `graph.cast` does; storing them as `to` afterwards rounds or drops high bits.
void castScalars(const Lanes &from, ElementKind fromKind, ElementKind to, graph::CastMode mode, int64_t count,
                 Lanes &result);

} // namespace delos
