/// oneDNN on the problems of kernel cases, where the build found it.
#pragma once

#include "benchmark/kernels/KernelCase.h"

#include <memory>
#include <string>

namespace delos::bench {

/// One primitive with its memory, in the layouts that the library prefers (reorders of constants happen at
/// creation). Not thread-safe.
class OneDnnPeer {
public:
  /// Null when the build has no oneDNN, the problem is none of the library's, or it refuses it.
  static std::unique_ptr<OneDnnPeer> create(const PeerProblem &problem, int threads);
  /// "oneDNN 2.6.3", or empty when the build has none.
  static std::string version();

  virtual ~OneDnnPeer() = default;
  virtual void run() = 0;
};

} // namespace delos::bench
