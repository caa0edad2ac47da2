// The text of a kernel: its identity, and the form in which it travels to the threads that compile it.
#pragma once

#include "dialects/Fusion/FusionDialect.h"

#include <string>

namespace delos {

/// Unit attribute of an argument of the kernel's function: the input is known at compile time.
inline constexpr llvm::StringLiteral kConstantInputAttr = "fusion.constant";

/// Attribute of a fusion.kernel that the rows have to compute because a generator of tiles failed on it: the
/// reason, a string. The kernel's function carries it without the reason, a unit.
inline constexpr llvm::StringLiteral kFallbackAttr = "fusion.fallback";

/// A module with the body as `func.func @kernel`, without names and locations: two kernels with equal texts
/// share their code.
std::string kernelText(fusion::KernelOp kernel);

} // namespace delos
