// One function as a compiled kernel over a block.
#pragma once

#include "lib/Target/CPU/TargetDescription.h"
#include "test/math/FunctionTable.h"

#include "absl/status/statusor.h"

#include <functional>

namespace delos::test {

/// y = f(x) or f(x, x2) over kBlock floats, thread-safe; the arrays are 64-byte aligned.
using JitFunction = std::function<void(const float *x, const float *x2, float *y)>;

absl::StatusOr<JitFunction> compileFunction(const MathFunction &function,
                                            const cpu::TargetDescription &target);

} // namespace delos::test
