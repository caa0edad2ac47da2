// Vector functions over an array that stays in L1, against the fastest vector library on the machine.
#include "benchmark/kernels/KernelCase.h"

#include "absl/strings/str_cat.h"

namespace delos::bench {

/// One unary function; inputs between `low` and `high`.
static KernelCase unary(const char *function, double low, double high) {
  constexpr int64_t elements = 4096;
  std::string type = tensorType({elements});
  KernelCase kernel;
  kernel.name = absl::StrCat("math/", function);
  kernel.text = absl::StrCat("func.func @f(%x: ", type, ") -> ", type, " {\n %0 = graph.map ", function,
                             " %x : (", type, ") -> ", type, "\n return %0 : ", type, "\n}");
  kernel.work.math = {{function, elements}};
  kernel.bound = Bound::VectorLibrary;
  kernel.low = low, kernel.high = high;
  return kernel;
}

void addMath(KernelCases &cases) {
  cases.push_back(unary("exp", -10, 10));
  cases.push_back(unary("log", 0.01, 100));
  cases.push_back(unary("tanh", -4, 4));
}

} // namespace delos::bench
