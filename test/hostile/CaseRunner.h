// Runs mutations in child processes and counts what goes wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace delos::hostile {

/// What the cases of a run came to. Lives in memory shared with the children: a child that dies leaves its
/// case number.
struct Tally {
  uint64_t next;     ///< the case under way
  uint64_t accepted; ///< went through
  uint64_t refused;  ///< gave an error
  uint64_t checked;  ///< gave results that were compared (where the driver compares)
  uint64_t faulty;   ///< went wrong without a crash
};

struct Driver {
  const char *name;
  /// Handles one mutated model and counts it as accepted or refused; the text of what is wrong, empty when
  /// nothing is.
  std::function<std::string(const std::string &bytes, const std::string &folder, Tally &tally)> check;
  bool countsAccepted;    ///< `--count` is of accepted cases; of all otherwise
  uint64_t casesPerChild; ///< bounds what a leak could add up to
  unsigned timeout;       ///< seconds of processor time per case
};

/// The main of a driver: NAME SEED_FOLDER [--first N] [--count N] [--write INDEX FILE]. The seeds are the
/// folder's .onnx files. Prints every failure to stderr and a verdict as the last line. 0 when nothing
/// failed, 1 otherwise, 2 for wrong usage.
int runDriver(int argc, char **argv, const Driver &driver);

} // namespace delos::hostile
