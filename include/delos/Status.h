/// How Delos reports errors: a code and a text, never an exception, never an abort.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace delos {

/// Codes that callers may rely on: kInvalidArgument (the caller's or the model's mistake: "expected A, got
/// B"), kNotFound (no such file), kUnimplemented (an operator, type or feature that Delos lacks, named),
/// kResourceExhausted (a limit or memory), kOutOfRange (a kernel met an index outside its tensor), kCancelled
/// and kDeadlineExceeded (a run was stopped, see RunOptions), kInternal (a bug of Delos).
using Status = absl::Status;

/// A value, or the reason why there is none.
template <typename T>
using StatusOr = absl::StatusOr<T>;

} // namespace delos
