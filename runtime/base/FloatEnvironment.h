/// The floating-point environment that kernels run in.
#pragma once

#include <cfenv>

namespace delos::runtime {

/// Round to nearest, denormals kept, no traps: every thread that runs kernels computes the same bits.
inline void setKernelFloatEnvironment() { std::fesetenv(FE_DFL_ENV); }

/// Sets that environment and gives the caller its own back at the end of the scope.
class KernelFloatScope {
public:
  KernelFloatScope() {
    std::fegetenv(&saved);
    setKernelFloatEnvironment();
  }
  ~KernelFloatScope() { std::fesetenv(&saved); }
  KernelFloatScope(const KernelFloatScope &) = delete;
  KernelFloatScope &operator=(const KernelFloatScope &) = delete;

private:
  std::fenv_t saved;
};

} // namespace delos::runtime
