// The list of all cases, and texts that several families write.
#include "benchmark/kernels/KernelCase.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace delos::bench {

KernelCases allCases() {
  KernelCases cases;
  for (auto *add : {addContractions, addConvolutions, addRows, addRowGraphs, addMath})
    add(cases);
  return cases;
}

std::string tensorType(const std::vector<int64_t> &shape, const std::string &element) {
  return absl::StrCat("tensor<", absl::StrJoin(shape, "x"), shape.empty() ? "" : "x", element, ">");
}

} // namespace delos::bench
