/// The public front door over compileModel.
#include "delos/Engine.h"

#include "lib/Engine/Compiler.h"
#include "lib/Engine/ExecutableState.h"

#ifndef DELOS_VERSION
#error "the build defines DELOS_VERSION"
#endif

namespace delos {
namespace {

Status checkSource(const ModelSource &source) {
  if (source.path.empty() && source.bytes.empty())
    return absl::InvalidArgumentError("expected a path or the bytes of a model, got neither");
  if (!source.path.empty() && !source.bytes.empty())
    return absl::InvalidArgumentError("expected a path or the bytes of a model, got both");
  return absl::OkStatus();
}

Status checkOptions(const CompileOptions &options) {
  if (options.device != "cpu")
    return absl::InvalidArgumentError("expected device 'cpu', got '" + options.device + "'");
  if (options.threads < 0)
    return absl::InvalidArgumentError("expected 0 or more threads, got " + std::to_string(options.threads));
  return absl::OkStatus();
}

StatusOr<CompiledProgram> compileChecked(const ModelSource &source, const CompileOptions &options) {
  if (Status status = checkSource(source); !status.ok())
    return status;
  if (Status status = checkOptions(options); !status.ok())
    return status;
  return compileModel(source, options);
}

} // namespace

StatusOr<Executable> Engine::compile(const ModelSource &source, const CompileOptions &options) const {
  if (!options.untilAfter.empty())
    return absl::InvalidArgumentError("untilAfter stops before there is an executable; use lower");
  StatusOr<CompiledProgram> program = compileChecked(source, options);
  if (!program.ok())
    return program.status();
  StatusOr<std::shared_ptr<Executable::State>> state =
      Executable::State::create(*std::move(program), options.threads);
  if (!state.ok())
    return state.status();
  return Executable(*std::move(state));
}

StatusOr<std::string> Engine::lower(const ModelSource &source, const CompileOptions &options) const {
  if (options.untilAfter.empty())
    return absl::InvalidArgumentError("lower needs the phase to stop after, in untilAfter");
  StatusOr<CompiledProgram> program = compileChecked(source, options);
  if (!program.ok())
    return program.status();
  return std::move(program->ir);
}

const char *Engine::version() { return DELOS_VERSION; }

} // namespace delos
