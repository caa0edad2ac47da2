/// Formulas of symbols: values, overflow, checks of foreign programs.
#include "runtime/abi/Formula.h"

#include <catch2/catch.hpp>
#include <random>

using namespace delos::runtime;

namespace {

std::optional<int64_t> compute(FormulaOp op, int64_t lhs, int64_t rhs) {
  std::vector<int64_t> symbols = {lhs, rhs};
  return Formula::binary(op, Formula::symbol(0), Formula::symbol(1)).evaluate(symbols);
}

} // namespace

TEST_CASE("division rounds as its name says for every sign", "[abi]") {
  CHECK(compute(FormulaOp::FloorDiv, -7, 2) == -4);
  CHECK(compute(FormulaOp::FloorDiv, 7, -2) == -4);
  CHECK(compute(FormulaOp::CeilDiv, 7, 2) == 4);
  CHECK(compute(FormulaOp::CeilDiv, -7, 2) == -3);
  CHECK(compute(FormulaOp::Mod, -7, 3) == 2);
  CHECK(compute(FormulaOp::Mod, 6, 3) == 0);
}

TEST_CASE("overflow and division by zero have no value", "[abi]") {
  CHECK_FALSE(compute(FormulaOp::Add, INT64_MAX, 1));
  CHECK_FALSE(compute(FormulaOp::Sub, INT64_MIN, 1));
  CHECK_FALSE(compute(FormulaOp::Mul, INT64_MAX, 2));
  CHECK_FALSE(compute(FormulaOp::FloorDiv, 1, 0));
  CHECK_FALSE(compute(FormulaOp::CeilDiv, INT64_MIN, -1));
  CHECK_FALSE(compute(FormulaOp::Mod, 1, 0));
  CHECK(compute(FormulaOp::Mod, INT64_MIN, -1) == 0);
  CHECK_FALSE(Formula().evaluate({}));
}

TEST_CASE("building folds constants and neutral elements but not overflow", "[abi]") {
  Formula s = Formula::symbol(0);
  CHECK((s + Formula::constant(0)) == s);
  CHECK((Formula::constant(1) * s) == s);
  CHECK((Formula::constant(6) * Formula::constant(7)).constantValue() == 42);
  Formula huge = Formula::constant(INT64_MAX) * Formula::constant(2);
  CHECK(huge.check(0));
  CHECK_FALSE(huge.evaluate({}));
  CHECK(alignUp(Formula::constant(65), 64).constantValue() == 128);
}

TEST_CASE("ill-formed programs are refused and have no value", "[abi]") {
  auto op = [](FormulaOp o) { return static_cast<int64_t>(o); };
  std::vector<std::vector<int64_t>> bad = {{},
                                           {op(FormulaOp::Constant)},
                                           {op(FormulaOp::Symbol), 1},
                                           {op(FormulaOp::Symbol), -1},
                                           {op(FormulaOp::Constant), 1, op(FormulaOp::Add)},
                                           {op(FormulaOp::Constant), 1, op(FormulaOp::Constant), 1},
                                           {99},
                                           {-1, 0}};
  std::vector<int64_t> deep;
  for (int i = 0; i <= Formula::maxDepth; ++i)
    deep.insert(deep.end(), {op(FormulaOp::Constant), 1});
  for (int i = 0; i < Formula::maxDepth; ++i)
    deep.push_back(op(FormulaOp::Add));
  bad.push_back(deep);
  for (auto &words : bad) {
    Formula formula(words);
    CHECK_FALSE(formula.check(1));
    CHECK_FALSE(formula.evaluate(std::vector<int64_t>{5}));
    formula.print(); // must not read out of bounds
  }
}

TEST_CASE("random words never evaluate without passing the check", "[abi]") {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::vector<int64_t> words(random() % 8);
    for (int64_t &word : words)
      word = static_cast<int64_t>(random() % 13) - 1;
    Formula formula(words);
    std::vector<int64_t> symbols = {3, 5};
    if (formula.evaluate(symbols))
      REQUIRE(formula.check(2));
    formula.print();
  }
}

TEST_CASE("formulas print with the symbols' names", "[abi]") {
  std::vector<std::string> names = {"batch"};
  Formula formula = alignUp(Formula::symbol(0) * Formula::constant(4), 64) + Formula::symbol(1);
  CHECK(formula.print(names) == "((((batch * 4) ceildiv 64) * 64) + s1)");
}
