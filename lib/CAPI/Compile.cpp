/// Compilation through the C interface.
#include "lib/CAPI/Handles.h"

using namespace delos;

namespace {

const CompileOptions &optionsOf(const DelosOptions *options) {
  static const CompileOptions defaults;
  return options ? options->options : defaults;
}

ModelSource memory(const void *bytes, size_t size, const char *directory) {
  return ModelSource::memory({static_cast<const std::byte *>(bytes), size}, directory ? directory : "");
}

Status compile(const ModelSource &source, const DelosOptions *options, DelosExecutable **executable) {
  StatusOr<Executable> made = Engine().compile(source, optionsOf(options));
  if (made.ok())
    *executable = new DelosExecutable(*std::move(made));
  return made.status();
}

Status lower(const ModelSource &source, const DelosOptions *options, DelosString **text) {
  StatusOr<std::string> made = Engine().lower(source, optionsOf(options));
  if (made.ok())
    *text = new DelosString{*std::move(made)};
  return made.status();
}

} // namespace

DelosStatus delosCompileFile(const char *path, const DelosOptions *options, DelosExecutable **executable) {
  return guarded([&] { return compile(ModelSource::file(path), options, executable); });
}

DelosStatus delosCompileBytes(const void *bytes, size_t size, const char *directory,
                              const DelosOptions *options, DelosExecutable **executable) {
  return guarded([&] { return compile(memory(bytes, size, directory), options, executable); });
}

DelosStatus delosLowerFile(const char *path, const DelosOptions *options, DelosString **text) {
  return guarded([&] { return lower(ModelSource::file(path), options, text); });
}

DelosStatus delosLowerBytes(const void *bytes, size_t size, const char *directory,
                            const DelosOptions *options, DelosString **text) {
  return guarded([&] { return lower(memory(bytes, size, directory), options, text); });
}
