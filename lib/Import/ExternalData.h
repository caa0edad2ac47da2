// Files mapped into memory: the model itself and the tensors it keeps beside it.
#pragma once

#include "lib/Import/Import.h"
#include "lib/Import/ModelError.h"

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include <memory>
#include <string>
#include <string_view>

namespace delos::importer {

/// A read-only mapping of a regular file; unmapped with the last reference. Reading after another process
/// shrank the file is undefined (the kernel signals the process), as for every mapping.
class MappedFile {
public:
  /// NotFound, PermissionDenied, InvalidArgument (not a regular file) or ResourceExhausted (larger than
  /// `maxBytes`). Never blocks on pipes or devices.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> open(const std::string &path, int64_t maxBytes);
  ~MappedFile();
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;

  std::string_view bytes() const { return {data, size}; }

private:
  MappedFile(const char *data, size_t size) : data(data), size(size) {}
  const char *data;
  size_t size;
};

/// The files of a model's folder, each mapped once.
class ExternalData {
public:
  /// An empty folder refuses every request.
  ExternalData(std::string folder, const ImportLimits &limits) : folder(std::move(folder)), limits(limits) {}

  struct Span {
    std::string_view bytes;
    std::shared_ptr<const MappedFile> owner;
  };
  /// `length` bytes from `offset` of the file at `location`, a relative path that must stay inside the folder
  /// (no "..", no symbolic link that leads out).
  absl::StatusOr<Span> map(const Place &place, std::string_view location, int64_t offset, int64_t length);

private:
  absl::StatusOr<std::shared_ptr<const MappedFile>> openInside(const Place &place, std::string_view location);

  std::string folder;
  const ImportLimits &limits;
  absl::flat_hash_map<std::string, std::shared_ptr<const MappedFile>> files;
  int64_t mappedBytes = 0;
};

} // namespace delos::importer
