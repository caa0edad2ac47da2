// The simplification of graph IR, as one pipeline.
#pragma once

#include <cstdint>

namespace mlir {
class OpPassManager;
}

namespace delos {

/// What graph simplification may spend and change.
struct GraphSimplificationOptions {
  /// Element operations and bytes that each round of constant evaluation may take.
  int64_t foldSteps = int64_t(1) << 30;
  int64_t foldBytes = int64_t(256) << 20;
};

/// Appends the passes for a module of graph ops (onnx nodes may be left; they are not touched).
void populateGraphSimplificationPipeline(mlir::OpPassManager &pm,
                                         const GraphSimplificationOptions &options = {});

/// Registers the passes of passes/Graph and the pipeline `delos-simplify-graph`.
void registerGraphPipeline();

} // namespace delos
