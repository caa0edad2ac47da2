// The text of a kernel: its identity, and the form in which it travels to the threads that compile it.
#pragma once

#include "dialects/Fusion/FusionDialect.h"

#include <string>

namespace delos {

/// Unit attribute of an argument of the kernel's function: the input is known at compile time.
inline constexpr llvm::StringLiteral kConstantInputAttr = "fusion.constant";

/// A module with the body as `func.func @kernel`, without names and locations: two kernels with equal texts
/// share their code.
std::string kernelText(fusion::KernelOp kernel);

} // namespace delos
