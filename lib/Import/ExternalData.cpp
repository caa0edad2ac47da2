// Files mapped into memory.
#include "lib/Import/ExternalData.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace delos::importer {
namespace {

namespace fs = std::filesystem;

/// A file descriptor that closes itself.
class Descriptor {
public:
  explicit Descriptor(int number) : number(number) {}
  ~Descriptor() {
    if (number >= 0)
      close(number);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int get() const { return number; }

private:
  int number;
};

/// True when `path` is below `folder`; both are absolute and free of symbolic links.
bool isInside(const fs::path &path, const fs::path &folder) {
  auto [rest, reached] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  (void)reached;
  return rest == folder.end();
}

} // namespace

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string &path,
                                                                   int64_t maxBytes) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0)
    return absl::ErrnoToStatus(errno, concat("cannot open ", quote(path)));
  struct stat info;
  if (fstat(file.get(), &info) != 0)
    return absl::ErrnoToStatus(errno, concat("cannot examine ", quote(path)));
  if (!S_ISREG(info.st_mode))
    return invalidModel({}, "a regular file", quote(path));
  DELOS_RETURN_IF_ERROR(checkLimit({}, concat("bytes in ", quote(path)), info.st_size, maxBytes));
  if (info.st_size == 0) // the kernel maps no empty ranges
    return std::shared_ptr<const MappedFile>(new MappedFile(nullptr, 0));
  void *data = mmap(nullptr, info.st_size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED)
    return absl::ErrnoToStatus(errno, concat("cannot map ", quote(path)));
  return std::shared_ptr<const MappedFile>(new MappedFile(static_cast<const char *>(data), info.st_size));
}

MappedFile::~MappedFile() {
  if (data)
    munmap(const_cast<char *>(data), size);
}

absl::StatusOr<std::shared_ptr<const MappedFile>> ExternalData::openInside(const Place &place,
                                                                           std::string_view location) {
  constexpr std::string_view expected = "external data at a relative path inside the model's folder";
  fs::path relative{std::string(location)};
  bool climbs = std::find(relative.begin(), relative.end(), "..") != relative.end();
  if (location.empty() || location.find('\0') != std::string_view::npos || relative.is_absolute() || climbs)
    return invalidModel(place, expected, quote(location));
  std::error_code error;
  fs::path root = fs::canonical(folder, error);
  fs::path resolved = error ? fs::path() : fs::canonical(root / relative, error);
  if (error)
    return invalidModel(place, "a readable external data file",
                        concat(quote(location), ": ", error.message()));
  if (!isInside(resolved, root))
    return invalidModel(place, expected, concat(quote(location), ", a link that leaves it"));
  absl::StatusOr<std::shared_ptr<const MappedFile>> file =
      MappedFile::open(resolved.string(), limits.externalBytes - mappedBytes);
  if (!file.ok())
    return absl::Status(file.status().code(), concat(describe(place), std::string(file.status().message())));
  mappedBytes += int64_t((*file)->bytes().size());
  return file;
}

absl::StatusOr<ExternalData::Span> ExternalData::map(const Place &place, std::string_view location,
                                                     int64_t offset, int64_t length) {
  if (folder.empty())
    return invalidModel(place, "data inside the model (it came as bytes, without a folder)",
                        concat("external data at ", quote(location)));
  auto [entry, isNew] = files.try_emplace(std::string(location));
  if (isNew) {
    absl::StatusOr<std::shared_ptr<const MappedFile>> file = openInside(place, location);
    if (!file.ok())
      return file.status();
    entry->second = *file;
  }
  std::string_view bytes = entry->second->bytes();
  if (offset < 0 || length < 0 || uint64_t(offset) > bytes.size() ||
      uint64_t(length) > bytes.size() - uint64_t(offset))
    return invalidModel(place, concat(length, " bytes at offset ", offset, " of ", quote(location)),
                        concat("a file of ", bytes.size(), " bytes"));
  return Span{bytes.substr(offset, length), entry->second};
}

} // namespace delos::importer
