// One place that knows every dialect and pass: the tools and the engine register through it.
#pragma once

namespace mlir {
class DialectRegistry;
}

namespace delos {

/// Adds Delos's dialects and the upstream ones that its passes create, with their external interface models.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Registers every pass and named pipeline for textual use (delos-opt, tests). Idempotent.
void registerAllPasses();

} // namespace delos
