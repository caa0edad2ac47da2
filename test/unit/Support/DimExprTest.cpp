// DimExpr: canonical form, division, parsing and evaluation.
#include "lib/Support/DimExpr.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

using delos::DimExpr;

namespace {

DimExpr parsed(const char *text) {
  auto expr = DimExpr::parse(text);
  REQUIRE(expr.has_value());
  return *expr;
}

auto assignment(std::map<std::string, int64_t, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<int64_t> {
    auto it = values.find(name);
    return it == values.end() ? std::nullopt : std::optional<int64_t>(it->second);
  };
}

} // namespace

TEST_CASE("equal polynomials have equal text") {
  DimExpr b = DimExpr::symbol("batch"), s = DimExpr::symbol("seq");
  CHECK(((b + 1) * (s + 2)).str() == (s * b + b * 2 + s + 2).str());
  CHECK((b - b).isConstant(0));
  CHECK(((b + s) * 3).str() == "3*batch + 3*seq");
  CHECK((DimExpr(4) - b).str() == "-batch + 4");
}

TEST_CASE("exact division recovers a factor and refuses a remainder") {
  DimExpr b = DimExpr::symbol("batch"), s = DimExpr::symbol("seq");
  CHECK((b * s * 768).divideExactly(s * 768)->str() == "batch");
  CHECK((b * s * 768 + s * 768).divideExactly(b + 1)->str() == "768*seq");
  CHECK_FALSE((b * s + 1).divideExactly(s).has_value());
  CHECK_FALSE(b.divideExactly(DimExpr(0)).has_value());
  CHECK(DimExpr::floorDiv(b * 12, DimExpr(12)).str() == "batch");
  CHECK(DimExpr::floorDiv(b + 1, DimExpr(2)).str() == "floordiv(batch + 1, 2)");
}

TEST_CASE("printing and parsing agree") {
  for (const char *text :
       {"0", "12", "batch", "2*seq + 1", "floordiv(batch + 1, 2)*seq - 3", "min(a, b)", "-a + 7"})
    CHECK(parsed(text).str() == text);
  for (const char *text : {"", "2+", "a b", "f(a)", "floordiv(a)", "(a", "99999999999999999999", "a,b"})
    CHECK_FALSE(DimExpr::parse(text).has_value());
  CHECK_FALSE(DimExpr::parse(std::string(100000, '(')).has_value());
}

TEST_CASE("evaluation follows integer arithmetic and reports what it cannot do") {
  auto at = assignment({{"a", 7}, {"b", 3}, {"big", INT64_MAX}});
  CHECK(parsed("floordiv(a, b)").evaluate(at) == 2);
  CHECK(parsed("ceildiv(a, b)").evaluate(at) == 3);
  CHECK(parsed("mod(a, b)").evaluate(at) == 1);
  CHECK(parsed("max(a, b)*a - b").evaluate(at) == 46);
  CHECK(parsed("a*missing").evaluate(at) == std::nullopt);
  CHECK(parsed("2*big").evaluate(at) == std::nullopt);
  CHECK(parsed("floordiv(a, b - 3)").evaluate(at) == std::nullopt);
}

TEST_CASE("overflow is invalid and absorbs") {
  DimExpr huge = DimExpr(INT64_MAX) * DimExpr::symbol("n");
  CHECK_FALSE((huge * 2).isValid());
  CHECK_FALSE((huge * 2 - huge * 2).isValid());
  CHECK((huge * 2).asConstant() == std::nullopt);
}

TEST_CASE("random polynomials keep their value through canonicalisation and division") {
  std::mt19937 random(Catch::rngSeed() + 1);
  std::uniform_int_distribution<int> small(-4, 4), size(1, 9);
  for (int round = 0; round < 200; ++round) {
    DimExpr a = DimExpr::symbol("a"), b = DimExpr::symbol("b");
    DimExpr left = a * small(random) + b * small(random) + small(random), right = a * b + small(random);
    int64_t va = size(random), vb = size(random);
    auto at = assignment({{"a", va}, {"b", vb}});
    DimExpr product = left * right;
    CHECK(product.evaluate(at) == *left.evaluate(at) * *right.evaluate(at));
    CHECK(parsed(product.str().c_str()) == product);
    REQUIRE(product.divideExactly(right).has_value());
    CHECK(*product.divideExactly(right) == left);
  }
}
