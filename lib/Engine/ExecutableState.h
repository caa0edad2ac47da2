/// What stands behind an Executable.
#pragma once

#include "delos/Executable.h"

#include "lib/Engine/Compiler.h"
#include "lib/Engine/OutputMemory.h"
#include "runtime/executor/Executor.h"

#include <memory>
#include <vector>

namespace delos {

/// Everything of a compiled model. Immutable but for the executor and the output
/// memory, which synchronise themselves. Members are
/// destroyed in reverse order: the executor goes before the code that it calls.
class DELOS_LOCAL Executable::State {
public:
  /// Prepares a compiled program for running on at most `threads` threads (0: all). kInternal when the plan
  /// does not verify, kUnimplemented when it holds instructions that cannot run yet.
  static StatusOr<std::shared_ptr<State>> create(CompiledProgram program, int threads);

  CompileReport report;
  std::shared_ptr<void> code;
  std::shared_ptr<const runtime::Plan> plan;
  std::vector<ValueInfo> inputs, outputs;
  std::unique_ptr<runtime::Executor> executor;
  OutputMemory outputMemory;
};

} // namespace delos
