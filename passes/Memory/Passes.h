// Passes that place buffers.
#pragma once

#include "dialects/Task/TaskDialect.h"

#include "mlir/Pass/Pass.h"

#include <memory>

namespace delos::memory {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Memory/Passes.h.inc"

} // namespace delos::memory
