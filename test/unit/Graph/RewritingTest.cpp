// How the two shapes of a reshape are matched.
#include "passes/Graph/Rewriting.h"

#include <catch2/catch.hpp>

using namespace delos;
using graph::commonRefinement;
using graph::Dims;
using graph::matchReshape;

namespace {

std::string textOf(llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<DimExpr> to) {
  std::string text;
  for (const graph::ReshapeRun &run : matchReshape(from, to)) {
    text += "(";
    for (unsigned dim = run.fromBegin; dim < run.fromEnd; ++dim)
      text += from[dim].str() + (dim + 1 < run.fromEnd ? " " : "");
    text += ":";
    for (unsigned dim = run.toBegin; dim < run.toEnd; ++dim)
      text += to[dim].str() + (dim + 1 < run.toEnd ? " " : "");
    text += ")";
  }
  return text;
}

const DimExpr b = DimExpr::symbol("b"), s = DimExpr::symbol("s");

} // namespace

TEST_CASE("a reshape is cut into its shortest runs") {
  CHECK(textOf({2, 3, 4}, {6, 4}) == "(2 3:6)(4:4)");
  CHECK(textOf({6, 4}, {2, 3, 4}) == "(6:2 3)(4:4)");
  CHECK(textOf({4, 6}, {8, 3}) == "(4 6:8 3)");
  CHECK(textOf({b, s, 768}, {b, s, 12, 64}) == "(b:b)(s:s)(768:12 64)");
  CHECK(textOf({b, s, 8}, {b * s, 8}) == "(b s:b*s)(8:8)");
  CHECK(textOf({}, {}).empty());
}

TEST_CASE("unit dims pair with unit dims, or are inserted and removed alone") {
  CHECK(textOf({1, 8}, {1, 8}) == "(1:1)(8:8)");
  CHECK(textOf({8}, {1, 8, 1}) == "(:1)(8:8)(:1)");
  CHECK(textOf({1, 8, 1}, {8}) == "(1:)(8:8)(1:)");
  CHECK(textOf({}, {1}) == "(:1)");
}

TEST_CASE("sizes that cannot be compared end in one run, and so do empty tensors") {
  CHECK(textOf({4, b, s}, {4, s, b}) == "(4:4)(b s:s b)");
  CHECK(textOf({0, 3}, {3, 0}) == "(0 3:3 0)");
}

TEST_CASE("the common refinement splits where one side splits and the other merges") {
  CHECK(*commonRefinement({2, 8, 3, 5}, {2, 4, 30}) == Dims{2, 4, 2, 3, 5});
  CHECK(*commonRefinement({6, 4}, {3, 8}) == Dims{3, 2, 4});
  CHECK(*commonRefinement({b, DimExpr(8) * s}, {b, 8, s}) == Dims{b, 8, s});
  CHECK_FALSE(commonRefinement({4, 6}, {6, 4}));
}
