// Shape arithmetic: what folds over symbolic sizes, and what must not.
#include "lib/Open/ShapeValue.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace delos;
using namespace delos::open;
using graph::ScalarFn;

static std::string evaluated(ScalarFn fn, const DimExpr &a, const DimExpr &b) {
  auto value = evaluateInteger(fn, {a, b});
  return value ? value->str() : "?";
}

TEST_CASE("division of sizes rounds down, division of numbers truncates") {
  DimExpr batch = DimExpr::symbol("b"), seq = DimExpr::symbol("s");
  CHECK(evaluated(ScalarFn::div, batch * seq * 64, seq * 16) == "4*b");
  CHECK(evaluated(ScalarFn::div, seq + 1, 2) == DimExpr::floorDiv(seq + 1, 2).str());
  CHECK(evaluated(ScalarFn::div, -7, 2) == "-3");
  // s - 3 may be negative, where the two roundings differ.
  CHECK(evaluated(ScalarFn::div, seq - 3, 2) == "?");
  CHECK(evaluated(ScalarFn::div, 1, 0) == "?");
  CHECK(evaluated(ScalarFn::div, std::numeric_limits<int64_t>::min(), -1) == "?");
}

TEST_CASE("remainders follow the sign of the divisor or of the dividend") {
  CHECK(evaluated(ScalarFn::rem_floor, -7, 3) == "2");
  CHECK(evaluated(ScalarFn::rem_trunc, -7, 3) == "-1");
  CHECK(evaluated(ScalarFn::rem_floor, 7, 0) == "0");
  CHECK(evaluated(ScalarFn::rem_floor, DimExpr::symbol("s") - 1, 4) == "?");
}

TEST_CASE("comparisons are decided where the symbols cannot matter") {
  DimExpr seq = DimExpr::symbol("s");
  CHECK(evaluated(ScalarFn::eq, seq, seq) == "1");
  CHECK(evaluated(ScalarFn::eq, seq, seq + 1) == "0");
  CHECK(evaluated(ScalarFn::eq, seq, -1) == "0");
  CHECK(evaluated(ScalarFn::eq, seq, 5) == "?");
  CHECK(evaluated(ScalarFn::ge, seq, 0) == "?");
  CHECK(evaluated(ScalarFn::lt, seq, seq + 2) == "1");
  CHECK(evaluated(ScalarFn::max, seq + 3, seq) == (seq + 3).str());
  CHECK(evaluated(ScalarFn::min, seq, 512) == DimExpr::min(seq, 512).str());
}

TEST_CASE("only what cannot be negative counts as such") {
  DimExpr seq = DimExpr::symbol("s");
  CHECK(isNonNegative(seq * 2 + 1));
  CHECK(isNonNegative(DimExpr::max(seq - 5, 0)));
  CHECK_FALSE(isNonNegative(seq - 1));
  CHECK_FALSE(isNonNegative(DimExpr::min(seq, -1)));
  CHECK_FALSE(isNonNegative(DimExpr::invalid()));
}
