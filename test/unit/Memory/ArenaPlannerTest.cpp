/// The arena planner: sharing, overlap, symbolic sizes, random problems.
#include "lib/Memory/ArenaPlanner.h"

#include <catch2/catch.hpp>
#include <random>

using namespace delos;
using runtime::Formula;

namespace {

Formula bytes(int64_t value) { return Formula::constant(value); }

/// Value i is written by step i and read by step i + 1; the last is written only.
ArenaProblem makeChain(const std::vector<Formula> &sizes) {
  ArenaProblem problem;
  for (size_t i = 0; i < sizes.size(); ++i) {
    auto step = static_cast<int32_t>(i);
    problem.predecessors.push_back(i ? std::vector<int32_t>{step - 1} : std::vector<int32_t>{});
    problem.values.push_back({"v" + std::to_string(i), sizes[i], step, {}});
    if (i)
      problem.values[i - 1].uses = {step};
  }
  return problem;
}

ArenaProblem makeRandom(std::mt19937 &random, bool symbolic) {
  ArenaProblem problem;
  int32_t steps = 2 + random() % 40;
  for (int32_t step = 0; step < steps; ++step) {
    problem.predecessors.emplace_back();
    ArenaValue value{"v" + std::to_string(step), bytes(random() % 5000), step, {}};
    if (symbolic && random() % 3)
      value.bytes = value.bytes * Formula::symbol(random() % 2) * Formula::symbol(random() % 2);
    for (int32_t from = 0; from < step; ++from)
      if (random() % 6 == 0) {
        problem.predecessors.back().push_back(from);
        problem.values[from].uses.push_back(step);
      }
    problem.values.push_back(value);
  }
  return problem;
}

} // namespace

TEST_CASE("a chain needs room for two neighbours only", "[memory]") {
  ArenaProblem problem = makeChain({bytes(640), bytes(640), bytes(640), bytes(640), bytes(640)});
  auto plan = planArena(problem);
  REQUIRE(plan.ok());
  CHECK(plan->bytes.constantValue() == 1280);
  CHECK(plan->verify(problem, {}).ok());
}

TEST_CASE("values of steps that may overlap never share bytes", "[memory]") {
  ArenaProblem problem; // two independent chains of two
  problem.predecessors = {{}, {0}, {}, {2}};
  problem.values = {{"a", bytes(64), 0, {1}}, {"b", bytes(64), 2, {3}}};
  auto plan = planArena(problem);
  REQUIRE(plan.ok());
  CHECK(plan->bytes.constantValue() == 128);
}

TEST_CASE("an input dies with its last reader, not with its first", "[memory]") {
  ArenaProblem problem; // a is read by 1 and 2, which are not ordered; b is written by 2, c by 3 after both
  problem.predecessors = {{}, {0}, {0}, {1, 2}};
  problem.values = {{"a", bytes(64), 0, {1, 2}}, {"b", bytes(64), 2, {3}}, {"c", bytes(64), 3, {}}};
  auto plan = planArena(problem);
  REQUIRE(plan.ok());
  CHECK(plan->offsets[0] != plan->offsets[1]);
  CHECK(plan->offsets[0] == plan->offsets[2]);
  CHECK(plan->verify(problem, {}).ok());
}

TEST_CASE("sizes with one symbolic factor are packed together", "[memory]") {
  Formula n = Formula::symbol(0);
  ArenaProblem problem =
      makeChain({n * bytes(4096), bytes(4) * n * bytes(1024), n * bytes(2048), bytes(100)});
  auto plan = planArena(problem);
  REQUIRE(plan.ok());
  CHECK(plan->bytes.evaluate(std::vector<int64_t>{10}) == 10 * 8192 + 128);
  for (int64_t size : {0, 1, 7, 1000})
    CHECK(plan->verify(problem, std::vector<int64_t>{size}).ok());
}

TEST_CASE("a symbol whose index equals an operation's code is a factor like any other", "[memory]") {
  ArenaProblem problem = makeChain({Formula::symbol(4), Formula::symbol(4) * Formula::symbol(4)});
  auto plan = planArena(problem);
  REQUIRE(plan.ok());
  CHECK(plan->verify(problem, std::vector<int64_t>{1, 1, 1, 1, 9}).ok());
}

TEST_CASE("empty values take no room", "[memory]") {
  ArenaProblem problem = makeChain({bytes(0), bytes(0)});
  CHECK(planArena(problem)->bytes.constantValue() == 0);
  CHECK(planArena(ArenaProblem())->bytes.constantValue() == 0);
}

TEST_CASE("broken problems are named", "[memory]") {
  ArenaProblem problem = makeChain({bytes(64), bytes(64)});
  problem.values[1].uses = {0};
  CHECK_FALSE(planArena(problem).ok());
  problem = makeChain({bytes(64), bytes(-1)});
  CHECK_FALSE(planArena(problem).ok());
  problem = makeChain({bytes(64)});
  problem.predecessors[0] = {0};
  CHECK_FALSE(planArena(problem).ok());
  problem = makeChain({bytes(INT64_MAX), bytes(INT64_MAX)});
  CHECK(planArena(problem).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("the verifier finds shared bytes", "[memory]") {
  ArenaProblem problem = makeChain({bytes(64), bytes(64)});
  auto plan = planArena(problem);
  plan->offsets[1] = plan->offsets[0];
  CHECK_FALSE(plan->verify(problem, {}).ok());
}

TEST_CASE("random problems are placed soundly for every size", "[memory]") {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    ArenaProblem problem = makeRandom(random, round % 2);
    auto plan = planArena(problem);
    REQUIRE(plan.ok());
    for (int sample = 0; sample < 4; ++sample) {
      std::vector<int64_t> symbols = {static_cast<int64_t>(random() % 50),
                                      static_cast<int64_t>(random() % 50)};
      REQUIRE(plan->verify(problem, symbols).ok());
    }
    auto again = planArena(problem);
    REQUIRE(again->offsets == plan->offsets);
  }
}
