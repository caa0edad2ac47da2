/// The whole compilation as one function: what stands between the public API and the compiler's parts.
#pragma once

#include "delos/Engine.h"
#include "delos/Options.h"
#include "delos/Report.h"

#include "runtime/abi/KernelABI.h"
#include "runtime/abi/Plan.h"

#include "absl/status/statusor.h"

#include <memory>
#include <string>
#include <vector>

namespace delos {

/// What a compile yields.
struct CompiledProgram {
  runtime::Plan plan;
  /// Entry points, one per `plan.kernels`, valid as long as `code` lives.
  std::vector<DelosKernelFn> kernels;
  /// Keeps the machine code alive.
  std::shared_ptr<void> code;
  /// `report.kernels` runs parallel to `plan.kernels`.
  CompileReport report;
  /// The IR after phase `options.untilAfter`; when that is set, plan, kernels and code stay empty.
  std::string ir;
};

/// Compiles `source` under `options`: import, opening, simplification, fusion, code generation, memory plan,
/// schedule. The plan is one that `runtime::verify` accepts. May be called from several threads at once.
absl::StatusOr<CompiledProgram> compileModel(const ModelSource &source, const CompileOptions &options);

} // namespace delos
