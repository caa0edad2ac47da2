// Messages about bad models: where, what was expected, what was found.
#pragma once

#include "llvm/Support/raw_ostream.h"

#include "absl/status/status.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace delos::importer {

/// The parts (texts, numbers) printed one after the other.
template <typename... Parts>
std::string concat(const Parts &...parts) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  (stream << ... << parts);
  return text;
}

/// Where in a model something is wrong; empty parts are not printed.
struct Place {
  std::string_view node = {};   ///< the node's name, or its first output
  std::string_view opType = {}; ///< its operator
  std::string_view tensor = {}; ///< a value, attribute or function
};

/// The text in quotes, shortened and with unprintable bytes escaped: names in a file can hold anything.
std::string quote(std::string_view text);

/// "node 'fc1' (Gemm): tensor 'w': " for what the place states.
std::string describe(const Place &place);

/// InvalidArgument: "<place>: expected <expected>, found <found>".
absl::Status invalidModel(const Place &place, std::string_view expected, std::string_view found);

/// ResourceExhausted: "<place>: expected at most <limit> <what>, found <found>" when found > limit; OK
/// otherwise.
absl::Status checkLimit(const Place &place, std::string_view what, int64_t found, int64_t limit);

} // namespace delos::importer

/// Returns the status from the enclosing function unless it is OK.
#define DELOS_RETURN_IF_ERROR(expression)                                                                    \
  do {                                                                                                       \
    if (absl::Status delosStatus = (expression); !delosStatus.ok())                                          \
      return delosStatus;                                                                                    \
  } while (false)
