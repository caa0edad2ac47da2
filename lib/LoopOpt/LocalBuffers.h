// Placement of a kernel's local buffers.
#pragma once

#include "lib/LoopOpt/GroupBufferization.h"

namespace delos::loopopt {

/// Turns every `memref.alloc` of the kernel into one aligned allocation in the entry block, or into a scratch
/// argument where the stack's limit is reached or the bound is symbolic; parts of a buffer that are in use
/// are subviews from its origin. Fails with a diagnostic when a size has no bound.
mlir::LogicalResult placeLocalBuffers(BufferKernel &kernel, const LocalLimits &limits);

} // namespace delos::loopopt
