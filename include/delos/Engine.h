/// The compiler's front door: ONNX in, executable out.
#pragma once

#include "delos/Executable.h"
#include "delos/Export.h"
#include "delos/Options.h"
#include "delos/Status.h"

#include <memory>
#include <span>
#include <string>

namespace delos {

/// Where a model comes from.
struct ModelSource {
  /// Path of an ONNX file, or of graph IR as text when it ends in ".mlir" (a module with func.func @main; for
  /// tests of the stages behind the import, not for files of unknown origin). Empty when `bytes` holds the
  /// model.
  std::string path;
  /// A serialised ModelProto. Read during the compile only.
  std::span<const std::byte> bytes;
  /// Folder that external data of `bytes` may be read from; empty forbids external data.
  std::string directory;

  static ModelSource file(std::string path) { return {std::move(path), {}, {}}; }
  static ModelSource memory(std::span<const std::byte> bytes, std::string directory = {}) {
    return {{}, bytes, std::move(directory)};
  }
};

/// Compiles models. Stateless to the caller; all members may be called from several threads at once.
///
///     auto executable = delos::Engine().compile(delos::ModelSource::file("model.onnx"));
///     if (!executable.ok()) return executable.status();
///     auto results = executable->run(inputs);
class DELOS_API Engine {
public:
  StatusOr<Executable> compile(const ModelSource &source, const CompileOptions &options = {}) const;

  /// The IR after phase `options.untilAfter`, as text. Unknown phases are kInvalidArgument, listing those
  /// known.
  StatusOr<std::string> lower(const ModelSource &source, const CompileOptions &options) const;

  /// Delos's version, "major.minor.patch".
  static const char *version();
};

} // namespace delos
