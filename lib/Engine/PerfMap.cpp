// Lines of perf's map: start and size in hexadecimal, name.
#include "lib/Engine/PerfMap.h"

#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <cstdio>
#include <mutex>
#include <unistd.h>

namespace delos::engine {

size_t functionBytes(const char *object, size_t objectBytes, const std::string &symbol) {
  auto file = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(llvm::StringRef(object, objectBytes), "object"));
  if (!file) {
    llvm::consumeError(file.takeError());
    return 0;
  }
  for (const llvm::object::SymbolRef &candidate : (*file)->symbols()) {
    auto name = candidate.getName();
    if (!name)
      llvm::consumeError(name.takeError());
    else if (*name == symbol)
      return llvm::object::ELFSymbolRef(candidate).getSize();
  }
  return 0;
}

bool addToPerfMap(const void *address, size_t bytes, const std::string &name) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  std::string path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
  std::FILE *file = std::fopen(path.c_str(), "a");
  if (!file)
    return false;
  bool written =
      std::fprintf(file, "%zx %zx %s\n", reinterpret_cast<size_t>(address), bytes, name.c_str()) > 0;
  return std::fclose(file) == 0 && written;
}

} // namespace delos::engine
