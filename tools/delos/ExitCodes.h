/// Exit codes of the delos command, as its help documents them.
#pragma once

#include "delos/Status.h"

namespace delos::tool {

enum ExitCode {
  exitSuccess = 0,
  exitUsage = 1,       ///< Wrong flags.
  exitBadModel = 2,    ///< The model cannot be read or is not valid.
  exitUnsupported = 3, ///< The model needs what Delos lacks.
  exitBadInput = 4,    ///< Inputs are missing, unreadable or do not fit; or the run failed on their values.
  exitMismatch = 5,    ///< The results differ from the oracle's.
  exitNoOracle = 6,    ///< The oracle of --check cannot run.
  exitOutput = 7,      ///< A result file cannot be written.
  exitInternal = 8,    ///< A bug of Delos.
};

/// The exit code of a failed compile.
inline int exitOfCompile(const Status &status) {
  switch (status.code()) {
  case absl::StatusCode::kUnimplemented:
    return exitUnsupported;
  case absl::StatusCode::kInternal:
  case absl::StatusCode::kUnknown:
    return exitInternal;
  default:
    return exitBadModel;
  }
}

/// The exit code of a failed run.
inline int exitOfRun(const Status &status) {
  return status.code() == absl::StatusCode::kInternal ? exitInternal : exitBadInput;
}

} // namespace delos::tool
