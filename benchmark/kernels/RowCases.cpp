// Memory-bound kernels: rows that are normalised, exponentiated, moved.
#include "benchmark/kernels/KernelCase.h"

#include "absl/strings/str_cat.h"

namespace delos::bench {

/// Softmax over the last dim.
static KernelCase softmax(int64_t rows, int64_t columns) {
  std::string x = tensorType({rows, columns}), r = tensorType({rows});
  auto broadcast = absl::StrCat(" dims [0] : ", r, " -> ", x, "\n");
  std::string binary = absl::StrCat(" : (", x, ", ", x, ") -> ", x, "\n");
  KernelCase kernel;
  kernel.name = absl::StrCat("rows/softmax/", rows, "x", columns);
  kernel.text =
      absl::StrCat("func.func @f(%x: ", x, ") -> ", x, " {\n", " %m = graph.reduce max %x dims [1] : ", x,
                   " -> ", r, "\n %mb = graph.broadcast %m", broadcast, " %d = graph.map sub %x, %mb", binary,
                   " %e = graph.map exp %d : (", x, ") -> ", x, "\n %s = graph.reduce sum %e dims [1] : ", x,
                   " -> ", r, "\n %sb = graph.broadcast %s", broadcast, " %y = graph.map div %e, %sb", binary,
                   " return %y : ", x, "\n}");
  double elements = static_cast<double>(rows * columns);
  kernel.work.bytesRead = kernel.work.bytesWritten = 4 * elements;
  kernel.work.math = {{"exp", elements}, {"horizontal_sum", 2.0 * rows}};
  kernel.low = -4, kernel.high = 4;
  kernel.peer.softmax = SoftmaxProblem{rows, columns};
  return kernel;
}

/// Layer normalisation over the last dim, with scale and shift.
static KernelCase layerNorm(int64_t rows, int64_t columns) {
  std::string x = tensorType({rows, columns}), r = tensorType({rows}), v = tensorType({columns});
  std::string binary = absl::StrCat(" : (", x, ", ", x, ") -> ", x, "\n");
  std::string rowBinary = absl::StrCat(" : (", r, ", ", r, ") -> ", r, "\n");
  std::string reduce = absl::StrCat(" dims [1] : ", x, " -> ", r, "\n");
  std::string byRow = absl::StrCat(" dims [0] : ", r, " -> ", x, "\n");
  std::string byColumn = absl::StrCat(" dims [1] : ", v, " -> ", x, "\n");
  KernelCase kernel;
  kernel.name = absl::StrCat("rows/layernorm/", rows, "x", columns);
  kernel.text = absl::StrCat("func.func @f(%x: ", x, ", %g: ", v, ", %b: ", v, ") -> ", x,
                             " {\n %n = graph.constant dense<", columns, ".0> : ", r,
                             "\n %eps = graph.constant dense<1.0e-5> : ", r, "\n %s = graph.reduce sum %x",
                             reduce, " %m = graph.map div %s, %n", rowBinary, " %mb = graph.broadcast %m",
                             byRow, " %d = graph.map sub %x, %mb", binary, " %q = graph.map mul %d, %d",
                             binary, " %t = graph.reduce sum %q", reduce, " %u = graph.map div %t, %n",
                             rowBinary, " %w = graph.map add %u, %eps", rowBinary,
                             " %z = graph.map rsqrt %w : (", r, ") -> ", r, "\n %zb = graph.broadcast %z",
                             byRow, " %k = graph.map mul %d, %zb", binary, " %gb = graph.broadcast %g",
                             byColumn, " %l = graph.map mul %k, %gb", binary, " %bb = graph.broadcast %b",
                             byColumn, " %y = graph.map add %l, %bb", binary, " return %y : ", x, "\n}");
  kernel.constants = {1, 2};
  double elements = static_cast<double>(rows * columns);
  kernel.work.bytesRead = kernel.work.bytesWritten = 4 * elements;
  kernel.work.math = {{"horizontal_sum", 2.0 * rows}};
  kernel.peer.layerNorm = LayerNormProblem{rows, columns};
  return kernel;
}

/// A matrix transposed.
static KernelCase transpose(int64_t rows, int64_t columns) {
  std::string x = tensorType({rows, columns}), y = tensorType({columns, rows});
  KernelCase kernel;
  kernel.name = absl::StrCat("rows/transpose/", rows, "x", columns);
  kernel.text =
      absl::StrCat("func.func @f(%x: ", x, ") -> ", y, " {\n %0 = graph.transpose %x perm [1, 0] : ", x,
                   " -> ", y, "\n return %0 : ", y, "\n}");
  kernel.work.bytesRead = kernel.work.bytesWritten = 4.0 * rows * columns;
  kernel.tolerance = 0;
  return kernel;
}

void addRows(KernelCases &cases) {
  for (int64_t rows : {64, 4096}) {
    cases.push_back(softmax(rows, 128));
    cases.push_back(softmax(rows, 1024));
    cases.push_back(layerNorm(rows, 768));
  }
  cases.push_back(transpose(1024, 1024));
}

} // namespace delos::bench
