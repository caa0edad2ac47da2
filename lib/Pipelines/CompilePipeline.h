// The compilation as a list of phases: from an imported module to a task program with placed buffers.
#pragma once

#include "lib/Cost/AnalyticCost.h"
#include "lib/Target/CPU/TargetDescription.h"
#include "passes/Fusion/Passes.h"

#include "mlir/Pass/PassManager.h"

#include <cstdint>
#include <string>
#include <vector>

namespace delos {

struct CompilePipelineOptions {
  /// Processor that the code is for.
  cpu::TargetDescription target;
  /// "off" or "full".
  std::string fusionLevel = "full";
  DimHints hints;
  int64_t foldBytes = int64_t{256} << 20;
  int64_t foldSteps = int64_t{1} << 28;
  /// Sees the partition before it is applied. May be null.
  FusionObserver observer;
};

/// One step with a name that `until-after` knows.
struct CompilePhase {
  std::string name;
  std::function<void(mlir::OpPassManager &, const CompilePipelineOptions &)> populate;
};

/// The phases in order: open, simplify, fuse, plan, program, schedule, memory.
const std::vector<CompilePhase> &compilePhases();

/// Appends the phases up to and including `untilAfter` (all when empty). False when there is no such phase.
bool populateCompilePipeline(mlir::OpPassManager &manager, const CompilePipelineOptions &options,
                             llvm::StringRef untilAfter = {});

/// Registers `delos-compile{until-after=<phase> cpu=<name> fusion=<level>}`.
void registerCompilePipeline();

} // namespace delos
