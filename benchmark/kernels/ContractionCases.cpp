// Matrix products: the grid of sizes, with constant and dynamic right operands, and skinny ones.
#include "benchmark/kernels/KernelCase.h"

#include "absl/strings/str_cat.h"

namespace delos::bench {

/// One product of M x K and K x N.
static KernelCase matmul(int64_t m, int64_t n, int64_t k, bool isConstant) {
  std::string a = tensorType({m, k}), b = tensorType({k, n}), c = tensorType({m, n});
  KernelCase kernel;
  kernel.name = absl::StrCat("gemm/", m, "x", n, "x", k, isConstant ? "/constant" : "/dynamic");
  kernel.text = absl::StrCat("func.func @f(%a: ", a, ", %b: ", b, ") -> ", c,
                             " {\n %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (", a, ", ",
                             b, ") -> ", c, "\n return %0 : ", c, "\n}");
  if (isConstant)
    kernel.constants = {1};
  kernel.work.flops = 2.0 * m * n * k;
  kernel.work.bytesRead = 4.0 * (m * k + k * n);
  kernel.work.bytesWritten = 4.0 * m * n;
  kernel.peer.matmul = MatmulProblem{m, n, k};
  return kernel;
}

/// Large products run at the multiply-adds' peak.
static KernelCase dense(int64_t m, int64_t n, int64_t k, bool isConstant) {
  KernelCase kernel = matmul(m, n, k, isConstant);
  kernel.bound = Bound::Arithmetic;
  return kernel;
}

/// A product of a few rows reads its weights once and does little with them.
static KernelCase skinny(int64_t m, int64_t n, int64_t k) {
  KernelCase kernel = matmul(m, n, k, true);
  kernel.bound = Bound::Memory;
  return kernel;
}

void addContractions(KernelCases &cases) {
  constexpr int64_t sizes[] = {64, 768, 1000, 2304, 3072};
  for (bool isConstant : {true, false})
    for (int64_t m : {16, 64, 128, 197, 512, 1024})
      for (int64_t n : sizes)
        for (int64_t k : sizes)
          cases.push_back(dense(m, n, k, isConstant));
  for (int64_t m : {1, 2, 4})
    for (int64_t n : sizes)
      for (int64_t k : sizes)
        cases.push_back(skinny(m, n, k));
}

} // namespace delos::bench
