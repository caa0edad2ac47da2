// The planner on plain problems with a scripted evaluator.
#include "lib/Fusion/FusionPlanner.h"

#include <catch2/catch.hpp>
#include <functional>
#include <numeric>

using namespace delos;

namespace {

/// Costs by a function of the node set; refuses where the function says so.
class ScriptedEvaluator : public GroupEvaluator {
public:
  using Answer = std::function<GroupReport(llvm::ArrayRef<int32_t>)>;
  explicit ScriptedEvaluator(Answer answer) : answer(std::move(answer)) {}
  GroupReport evaluate(llvm::ArrayRef<int32_t> nodes) override {
    ++calls;
    return answer(nodes);
  }
  int calls = 0;

private:
  Answer answer;
};

GroupReport costing(double seconds) {
  Estimate estimate;
  estimate.seconds = seconds;
  return GroupReport::accepted(estimate, Fidelity::Analytic);
}

/// Every launch costs one second: any legal merge gains.
GroupReport oneSecond(llvm::ArrayRef<int32_t>) { return costing(1); }

FusionProblem graph(int32_t nodes, std::vector<std::pair<int32_t, int32_t>> edges) {
  FusionProblem problem;
  for (int32_t node = 0; node < nodes; ++node)
    problem.nodes.push_back({"n" + std::to_string(node), std::string(1, static_cast<char>('a' + node))});
  for (auto [producer, consumer] : edges)
    problem.edges.push_back({producer, consumer, ""});
  return problem;
}

FusionPlan planned(const FusionProblem &problem, GroupEvaluator &evaluator,
                   FusionPlannerOptions options = {}) {
  auto plan = planFusion(problem, evaluator, options);
  REQUIRE(plan.ok());
  CHECK(plan->verify(problem).ok());
  return *plan;
}

using Groups = std::vector<std::vector<int32_t>>;

} // namespace

TEST_CASE("a chain that gains becomes one group") {
  ScriptedEvaluator evaluator(oneSecond);
  FusionProblem problem = graph(4, {{0, 1}, {1, 2}, {2, 3}});
  CHECK(planned(problem, evaluator).groups == Groups{{0, 1, 2, 3}});
}

TEST_CASE("an edge behind a reduction is stitched, any other is a loop") {
  ScriptedEvaluator evaluator(oneSecond);
  FusionProblem problem = graph(3, {{0, 1}, {1, 2}});
  problem.nodes[1].reduces = true;
  FusionPlan plan = planned(problem, evaluator);
  CHECK(plan.verdicts[0].layer == "loop");
  CHECK(plan.verdicts[1].layer == "stitch");
}

TEST_CASE("level off keeps every node apart and says so") {
  ScriptedEvaluator evaluator(oneSecond);
  FusionPlan plan = planned(graph(2, {{0, 1}}), evaluator, {.merge = false});
  CHECK(plan.groups == Groups{{0}, {1}});
  CHECK(plan.verdicts[0].reason == "fusion is off");
}

TEST_CASE("a merge that would close a cycle is refused by name") {
  // 0 -> 1 -> 2 and 0 -> 2, where 1 joins nobody: {0, 2} would wait for 1, which waits for {0, 2}.
  ScriptedEvaluator evaluator([](llvm::ArrayRef<int32_t> nodes) {
    return nodes.size() > 1 && llvm::is_contained(nodes, 1) ? GroupReport::refused("n1 stays alone")
                                                            : costing(1);
  });
  FusionPlan plan = planned(graph(3, {{0, 1}, {1, 2}, {0, 2}}), evaluator);
  CHECK(plan.groups == Groups{{0}, {1}, {2}});
  CHECK(plan.verdicts[0].reason == "n1 stays alone");
  CHECK(plan.verdicts[2].reason == "would close a cycle through n1");
}

TEST_CASE("the greatest gain is taken first") {
  // 1 can join 0 (gain 0.1) or 2 (gain 0.5), not both.
  ScriptedEvaluator evaluator([](llvm::ArrayRef<int32_t> nodes) {
    if (nodes.size() == 3)
      return GroupReport::refused("too many");
    if (nodes.size() == 1)
      return costing(1);
    return costing(llvm::is_contained(nodes, 2) ? 1.5 : 1.9);
  });
  FusionPlan plan = planned(graph(3, {{0, 1}, {1, 2}}), evaluator);
  CHECK(plan.groups == Groups{{0}, {1, 2}});
  CHECK(plan.verdicts[0].reason == "too many");
  CHECK(plan.verdicts[1].fused);
}

TEST_CASE("a merge without gain is refused with both costs") {
  ScriptedEvaluator evaluator(
      [](llvm::ArrayRef<int32_t> nodes) { return costing(nodes.size() == 1 ? 1 : 5); });
  FusionPlan plan = planned(graph(2, {{0, 1}}), evaluator);
  CHECK(plan.groups.size() == 2);
  CHECK(plan.verdicts[0].reason == "estimated slower when fused");
  CHECK(plan.verdicts[0].fusedSeconds == 5);
  CHECK(plan.verdicts[0].separateSeconds == 2);
}

TEST_CASE("a free rename joins, so that its neighbours can meet through it") {
  ScriptedEvaluator evaluator(
      [](llvm::ArrayRef<int32_t> nodes) { return costing(nodes == llvm::ArrayRef<int32_t>(1) ? 0 : 1); });
  CHECK(planned(graph(3, {{0, 1}, {1, 2}}), evaluator).groups == Groups{{0, 1, 2}});
}

TEST_CASE("a node that no generator takes is an error naming it") {
  ScriptedEvaluator evaluator(
      [](llvm::ArrayRef<int32_t>) { return GroupReport::refused("complex numbers"); });
  auto plan = planFusion(graph(1, {}), evaluator);
  REQUIRE_FALSE(plan.ok());
  CHECK(std::string(plan.status().message()).find("'n0'") != std::string::npos);
}

TEST_CASE("malformed problems are refused") {
  ScriptedEvaluator evaluator(oneSecond);
  CHECK_FALSE(planFusion(graph(2, {{1, 0}}), evaluator).ok());
  CHECK_FALSE(planFusion(graph(2, {{0, 2}}), evaluator).ok());
}

TEST_CASE("the evaluation budget bounds the work and shows in the verdicts") {
  ScriptedEvaluator evaluator(oneSecond);
  FusionPlan plan =
      planned(graph(4, {{0, 1}, {1, 2}, {2, 3}}), evaluator, {.merge = true, .evaluationBudget = 1});
  CHECK(evaluator.calls == 5);
  CHECK(plan.groups.size() == 3);
  CHECK(plan.verdicts[2].reason == "the planner's evaluation budget is spent");
}
