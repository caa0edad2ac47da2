// Messages about bad models.
#include "lib/Import/ModelError.h"

#include "absl/strings/escaping.h"

namespace delos::importer {

std::string quote(std::string_view text) {
  constexpr size_t shown = 80; // keeps a message readable when a file's name is a kilobyte of noise
  return concat("'", absl::CHexEscape(std::string(text.substr(0, shown))), text.size() > shown ? "..." : "",
                "'");
}

std::string describe(const Place &place) {
  std::string text;
  if (!place.node.empty() || !place.opType.empty())
    text += "node " + quote(place.node);
  if (!place.opType.empty())
    text += concat(" (", quote(place.opType), ")");
  if (!text.empty())
    text += ": ";
  if (!place.tensor.empty())
    text += quote(place.tensor) + ": ";
  return text;
}

absl::Status invalidModel(const Place &place, std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError(concat(describe(place), "expected ", expected, ", found ", found));
}

absl::Status checkLimit(const Place &place, std::string_view what, int64_t found, int64_t limit) {
  if (found <= limit)
    return absl::OkStatus();
  return absl::ResourceExhaustedError(
      concat(describe(place), "expected at most ", limit, " ", what, ", found ", found));
}

} // namespace delos::importer
