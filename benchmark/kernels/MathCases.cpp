// Vector functions over an array that stays in L1, against the fastest vector library on the machine.
#include "benchmark/kernels/KernelCase.h"

#include "absl/strings/str_cat.h"

namespace delos::bench {

/// One function, of as many times the same operand; inputs between `low` and `high`.
static KernelCase elementwise(const char *function, int operands, double low, double high) {
  constexpr int64_t elements = 4096;
  std::string type = tensorType({elements});
  KernelCase kernel;
  kernel.name = absl::StrCat("math/", function);
  std::string values = operands == 2 ? " %x, %x" : " %x", types = operands == 2 ? type + ", " + type : type;
  kernel.text = absl::StrCat("func.func @f(%x: ", type, ") -> ", type, " {\n %0 = graph.map ", function,
                             values, " : (", types, ") -> ", type, "\n return %0 : ", type, "\n}");
  kernel.work.math = {{function, elements}};
  kernel.bound = Bound::VectorLibrary;
  kernel.low = low, kernel.high = high;
  return kernel;
}

static KernelCase unary(const char *function, double low, double high) {
  return elementwise(function, 1, low, high);
}

void addMath(KernelCases &cases) {
  cases.push_back(unary("exp", -10, 10));
  cases.push_back(unary("log", 0.01, 100));
  cases.push_back(unary("tanh", -4, 4));
  cases.push_back(unary("expm1", -10, 10));
  cases.push_back(unary("log1p", -0.9, 100));
  cases.push_back(unary("erf", -4, 4));
  cases.push_back(unary("sin", -30, 30));
  cases.push_back(unary("cos", -30, 30));
  cases.push_back(unary("tan", -30, 30));
  cases.push_back(unary("asin", -1, 1));
  cases.push_back(unary("acos", -1, 1));
  cases.push_back(unary("atan", -10, 10));
  cases.push_back(unary("sinh", -10, 10));
  cases.push_back(unary("cosh", -10, 10));
  cases.push_back(unary("asinh", -100, 100));
  cases.push_back(unary("acosh", 1, 100));
  cases.push_back(unary("atanh", -0.99, 0.99));
  cases.push_back(elementwise("pow", 2, 0.1, 10));
}

} // namespace delos::bench
