/// What the handles of the C interface hold, and the way from Status to DelosStatus.
#pragma once

#include "delos-c/delos.h"
#include "delos/Engine.h"

#include <exception>
#include <new>
#include <string>
#include <vector>

struct DelosString {
  std::string text;
};

struct DelosOptions {
  delos::CompileOptions options;
};

struct DelosTensor {
  delos::Tensor tensor;
};

struct DelosCancellation {
  delos::Cancellation cancellation;
};

struct DelosExecutable {
  explicit DelosExecutable(delos::Executable made);

  delos::Executable executable;
  /// Per input and output its dims, as C sees them.
  std::vector<std::vector<DelosDim>> inputDims, outputDims;
};

namespace delos {

/// Remembers the text of a failure for this thread and gives its code.
DelosStatus report(const Status &status);

/// Runs `body` (which returns a Status) and reports its status; exceptions (memory, mostly) become statuses.
template <typename Body>
DelosStatus guarded(Body body) {
  try {
    return report(body());
  } catch (const std::bad_alloc &) {
    return report(absl::ResourceExhaustedError("out of memory"));
  } catch (const std::exception &error) {
    return report(absl::InternalError(error.what()));
  } catch (...) {
    return report(absl::InternalError("an exception of unknown type"));
  }
}

} // namespace delos
