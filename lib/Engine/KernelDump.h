/// Files that show what became of each kernel: its graph ops, assembly and object, named after the kernel.
#pragma once

#include "lib/Engine/KernelCompiler.h"

#include "absl/status/status.h"

#include <string>

namespace delos {

/// The kernel's text with the model's node behind each op as a comment; lines keep their numbers.
std::string annotatedText(const KernelSource &source);

/// Writes NAME.mlir (annotated text), NAME.s and NAME.o into `directory`. kUnavailable names the file that
/// cannot be written.
absl::Status dumpKernel(const std::string &directory, const KernelSource &source,
                        const CompiledKernel &kernel);

} // namespace delos
