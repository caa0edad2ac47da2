/// The file in which perf looks up names of generated code.
#pragma once

#include <cstddef>
#include <string>

namespace delos::engine {

/// Bytes of the function `symbol` in an ELF object; 0 when it has none of that name.
size_t functionBytes(const char *object, size_t objectBytes, const std::string &symbol);

/// Appends a line to /tmp/perf-PID.map. False when the file cannot be written. Thread-safe.
bool addToPerfMap(const void *address, size_t bytes, const std::string &name);

} // namespace delos::engine
