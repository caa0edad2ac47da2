// Matrix products: the grid of sizes, with constant and dynamic right operands, and skinny ones.
#include "benchmark/kernels/KernelCase.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include <array>

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

/// RMSNorm -> product -> bias, GELU (tanh form), residual -> row sum and row sum of squares, as one kernel.
/// The bound is that of the bare product.
static KernelCase proof(int64_t m, int64_t n, int64_t k) {
  KernelCase kernel = dense(m, n, k, true);
  std::string a = tensorType({m, k}), b = tensorType({k, n}), c = tensorType({m, n}), row = tensorType({m});
  std::string text =
      absl::StrCat("func.func @f(%x: ", a, ", %g: ", tensorType({k}), ", %w: ", b,
                   ", %bias: ", tensorType({n}), ", %r: ", c, ") -> (", c, ", ", row, ", ", row, ") {\n");
  auto map = [&](const char *name, const char *fn, const std::vector<const char *> &operands,
                 const std::string &type) {
    std::string list, types;
    for (const char *operand : operands) {
      absl::StrAppend(&list, list.empty() ? "" : ", ", operand);
      absl::StrAppend(&types, types.empty() ? "" : ", ", type);
    }
    absl::StrAppend(&text, " ", name, " = graph.map ", fn, " ", list, " : (", types, ") -> ", type, "\n");
  };
  auto constant = [&](const char *name, double value, const std::string &type) {
    absl::StrAppend(&text, absl::StrFormat(" %s = graph.constant dense<%.10e> : %s\n", name, value, type));
  };
  auto sum = [&](const char *name, const char *of, const std::string &type) {
    absl::StrAppend(&text, " ", name, " = graph.reduce sum ", of, " dims [1] : ", type, " -> ", row, "\n");
  };
  auto broadcast = [&](const char *name, const char *of, int dim, const std::string &from,
                       const std::string &to) {
    absl::StrAppend(&text, " ", name, " = graph.broadcast ", of, " dims [", dim, "] : ", from, " -> ", to,
                    "\n");
  };
  map("%xx", "mul", {"%x", "%x"}, a);
  sum("%ss", "%xx", a);
  constant("%ik", 1.0 / static_cast<double>(k), row);
  constant("%eps", 1e-5, row);
  map("%ms", "fma", {"%ss", "%ik", "%eps"}, row);
  map("%rs", "rsqrt", {"%ms"}, row);
  broadcast("%rb", "%rs", 0, row, a);
  broadcast("%gb", "%g", 1, tensorType({k}), a);
  map("%xn", "mul", {"%x", "%rb"}, a);
  map("%an", "mul", {"%xn", "%gb"}, a);
  absl::StrAppend(&text, " %c = graph.contract %an, %w batch [] x [] contract [1] x [0] : (", a, ", ", b,
                  ") -> ", c, "\n");
  broadcast("%bb", "%bias", 1, tensorType({n}), c);
  constant("%h", 0.5, c);
  constant("%k1", 0.044715, c);
  constant("%k2", 0.7978845608, c);
  constant("%one", 1.0, c);
  map("%x0", "add", {"%c", "%bb"}, c);
  map("%x2", "mul", {"%x0", "%x0"}, c);
  map("%x3", "mul", {"%x2", "%x0"}, c);
  map("%t1", "fma", {"%x3", "%k1", "%x0"}, c);
  map("%t2", "mul", {"%t1", "%k2"}, c);
  map("%t3", "tanh", {"%t2"}, c);
  map("%t4", "add", {"%t3", "%one"}, c);
  map("%t5", "mul", {"%x0", "%h"}, c);
  map("%y", "fma", {"%t4", "%t5", "%r"}, c);
  sum("%s", "%y", c);
  map("%yy", "mul", {"%y", "%y"}, c);
  sum("%q", "%yy", c);
  absl::StrAppend(&text, " return %y, %s, %q : ", c, ", ", row, ", ", row, "\n}");
  kernel.name = absl::StrCat("gemm/proof/", m, "x", n, "x", k);
  kernel.text = text;
  kernel.constants = {2};
  kernel.work.bytesRead += 4.0 * (k + n + m * n);
  kernel.work.bytesWritten += 8.0 * m;
  kernel.peer = {};
  return kernel;
}

/// Products of activations: scores of attention heads (both operands as they lie, or one transposed) and
/// their use.
static KernelCase batched(int64_t heads, int64_t m, int64_t n, int64_t k, bool transposed) {
  KernelCase kernel = dense(m, n, k, false);
  std::string a = tensorType({heads, m, k}), c = tensorType({heads, m, n});
  std::string b = transposed ? tensorType({heads, n, k}) : tensorType({heads, k, n});
  kernel.name = absl::StrCat("gemm/batched/", heads, "x", m, "x", n, "x", k, transposed ? "/nk" : "/kn");
  kernel.text =
      absl::StrCat("func.func @f(%a: ", a, ", %b: ", b, ") -> ", c,
                   " {\n %0 = graph.contract %a, %b batch [0] x [0] contract [2] x [", transposed ? 2 : 1,
                   "] : (", a, ", ", b, ") -> ", c, "\n return %0 : ", c, "\n}");
  for (double *work : {&kernel.work.flops, &kernel.work.bytesRead, &kernel.work.bytesWritten})
    *work *= static_cast<double>(heads);
  kernel.peer = {};
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
  for (auto [m, n, k] :
       {std::array<int64_t, 3>{128, 3072, 768}, {127, 3000, 770}, {1024, 3072, 768}, {512, 768, 768}})
    cases.push_back(proof(m, n, k));
  cases.push_back(dense(127, 3000, 770, true));
  for (bool transposed : {true, false}) {
    cases.push_back(batched(12, 768, transposed ? 768 : 64, transposed ? 64 : 768, transposed));
    cases.push_back(batched(12, 197, transposed ? 197 : 64, transposed ? 64 : 197, transposed));
    cases.push_back(batched(1, 1024, 768, 3072, transposed));
  }
}

} // namespace delos::bench
