// Best-first merging (see the header).
#include "lib/Fusion/FusionPlanner.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include <algorithm>
#include <queue>
#include <set>

namespace delos {

namespace {

struct Group {
  std::vector<int32_t> nodes; ///< sorted
  GroupReport report;
  std::set<int32_t> successors, predecessors; ///< live groups
  int32_t version = 0;                        ///< grows with every merge; outdates candidates
  bool alive = true;
};

/// A merge that would gain, as it looked when it was computed.
struct Candidate {
  double gain;
  int32_t producer, consumer;
  int32_t producerVersion, consumerVersion;
  std::string tie; ///< stable ids of both groups
  GroupReport merged;

  bool operator<(const Candidate &other) const {
    if (gain != other.gain)
      return gain < other.gain;
    return tie > other.tie;
  }
};

class Planner {
public:
  Planner(const FusionProblem &problem, GroupEvaluator &evaluator, const FusionPlannerOptions &options)
      : problem(problem), evaluator(evaluator), options(options) {}

  absl::StatusOr<FusionPlan> run() {
    if (absl::Status status = createGroups(); !status.ok())
      return status;
    if (options.merge)
      mergeWhileGaining();
    FusionPlan plan = collectPlan();
    if (absl::Status status = plan.verify(problem); !status.ok())
      return status;
    return plan;
  }

private:
  absl::Status createGroups() {
    groups.resize(problem.nodes.size());
    groupOf.resize(problem.nodes.size());
    for (int32_t node = 0; node < static_cast<int32_t>(groups.size()); ++node) {
      groups[node].nodes = {node};
      groupOf[node] = node;
      groups[node].report = evaluator.evaluate(groups[node].nodes);
      if (!groups[node].report.ok)
        return absl::UnimplementedError(
            absl::StrCat("node '", problem.nodes[node].name,
                         "': no code generator takes it: ", groups[node].report.reason));
    }
    for (const FusionEdge &edge : problem.edges) {
      groups[edge.producer].successors.insert(edge.consumer);
      groups[edge.consumer].predecessors.insert(edge.producer);
    }
    budget = options.evaluationBudget ? options.evaluationBudget
                                      : 64 + 32 * static_cast<int64_t>(problem.edges.size());
    return absl::OkStatus();
  }

  void mergeWhileGaining() {
    for (const FusionEdge &edge : problem.edges)
      propose(edge.producer, edge.consumer);
    while (!queue.empty()) {
      Candidate best = queue.top();
      queue.pop();
      Group &producer = groups[best.producer], &consumer = groups[best.consumer];
      bool current = producer.alive && consumer.alive && producer.version == best.producerVersion &&
                     consumer.version == best.consumerVersion;
      // A merge elsewhere may have closed a path between the two since.
      if (current && isLegal(best.producer, best.consumer))
        merge(best);
    }
  }

  /// Asks for the merge of two groups and queues it when it gains; records why not otherwise.
  void propose(int32_t producer, int32_t consumer) {
    EdgeVerdict &verdict = verdicts[{producer, consumer}];
    if (!isLegal(producer, consumer)) {
      verdict.reason = absl::StrCat("would close a cycle through ", nameOf(pathThrough));
      return;
    }
    if (budget-- <= 0) {
      verdict.reason = "the planner's evaluation budget is spent";
      return;
    }
    Candidate candidate;
    std::vector<int32_t> nodes = unionOf(producer, consumer);
    candidate.merged = evaluator.evaluate(nodes);
    if (!candidate.merged.ok) {
      verdict.reason = candidate.merged.reason;
      return;
    }
    verdict.fusedSeconds = candidate.merged.estimate.seconds;
    verdict.separateSeconds =
        groups[producer].report.estimate.seconds + groups[consumer].report.estimate.seconds;
    candidate.gain = verdict.separateSeconds - verdict.fusedSeconds;
    // A group that costs nothing only renames a value: it joins its neighbours so that they can meet through
    // it.
    bool renames =
        groups[producer].report.estimate.seconds == 0 || groups[consumer].report.estimate.seconds == 0;
    if (candidate.gain < 0 || (candidate.gain == 0 && !renames)) {
      verdict.reason = "estimated slower when fused";
      return;
    }
    candidate.producer = producer;
    candidate.consumer = consumer;
    candidate.producerVersion = groups[producer].version;
    candidate.consumerVersion = groups[consumer].version;
    candidate.tie = absl::StrCat(problem.nodes[nodes.front()].stableId, "|",
                                 problem.nodes[nodes.back()].stableId, "|", nodes.size());
    queue.push(std::move(candidate));
  }

  /// True when no path leads from `producer` to `consumer` through a third group. Groups that start behind
  /// the end of the consumer cannot lie on one, so the search stays local.
  bool isLegal(int32_t producer, int32_t consumer) {
    int32_t last = groups[consumer].nodes.back();
    std::vector<int32_t> stack;
    std::set<int32_t> seen;
    for (int32_t next : groups[producer].successors)
      if (next != consumer)
        stack.push_back(next);
    while (!stack.empty()) {
      int32_t group = stack.back();
      stack.pop_back();
      if (groups[group].nodes.front() > last || !seen.insert(group).second)
        continue;
      for (int32_t next : groups[group].successors) {
        if (next == consumer) {
          pathThrough = group;
          return false;
        }
        stack.push_back(next);
      }
    }
    return true;
  }

  std::vector<int32_t> unionOf(int32_t a, int32_t b) const {
    std::vector<int32_t> nodes;
    std::merge(groups[a].nodes.begin(), groups[a].nodes.end(), groups[b].nodes.begin(), groups[b].nodes.end(),
               std::back_inserter(nodes));
    return nodes;
  }

  void merge(const Candidate &candidate) {
    int32_t into = candidate.producer, from = candidate.consumer;
    groups[into].nodes = unionOf(into, from);
    groups[into].report = candidate.merged;
    groups[into].version++;
    groups[from].alive = false;
    for (int32_t node : groups[from].nodes)
      groupOf[node] = into;
    redirect(from, into);
    for (int32_t next : std::vector<int32_t>(groups[into].successors.begin(), groups[into].successors.end()))
      propose(into, next);
    for (int32_t previous :
         std::vector<int32_t>(groups[into].predecessors.begin(), groups[into].predecessors.end()))
      propose(previous, into);
  }

  /// Gives the neighbours of `from` to `into`.
  void redirect(int32_t from, int32_t into) {
    for (int32_t next : groups[from].successors) {
      groups[next].predecessors.erase(from);
      if (next != into) {
        groups[next].predecessors.insert(into);
        groups[into].successors.insert(next);
      }
    }
    for (int32_t previous : groups[from].predecessors) {
      groups[previous].successors.erase(from);
      if (previous != into) {
        groups[previous].successors.insert(into);
        groups[into].predecessors.insert(previous);
      }
    }
  }

  const std::string &nameOf(int32_t group) const { return problem.nodes[groups[group].nodes.front()].name; }

  /// Live groups in an order of execution: Kahn's algorithm, smallest first node first.
  std::vector<int32_t> executionOrder() const {
    auto later = [&](int32_t a, int32_t b) { return groups[a].nodes.front() > groups[b].nodes.front(); };
    std::priority_queue<int32_t, std::vector<int32_t>, decltype(later)> ready(later);
    std::vector<size_t> waiting(groups.size());
    for (int32_t group = 0; group < static_cast<int32_t>(groups.size()); ++group) {
      waiting[group] = groups[group].predecessors.size();
      if (groups[group].alive && waiting[group] == 0)
        ready.push(group);
    }
    std::vector<int32_t> order;
    while (!ready.empty()) {
      int32_t group = ready.top();
      ready.pop();
      order.push_back(group);
      for (int32_t next : groups[group].successors)
        if (--waiting[next] == 0)
          ready.push(next);
    }
    return order;
  }

  FusionPlan collectPlan() {
    FusionPlan plan;
    for (int32_t group : executionOrder()) {
      plan.groups.push_back(groups[group].nodes);
      plan.reports.push_back(groups[group].report);
    }
    for (const FusionEdge &edge : problem.edges)
      plan.verdicts.push_back(verdictOf(edge));
    return plan;
  }

  EdgeVerdict verdictOf(const FusionEdge &edge) {
    int32_t producer = groupOf[edge.producer], consumer = groupOf[edge.consumer];
    if (producer != consumer) {
      EdgeVerdict verdict = verdicts[{producer, consumer}];
      if (verdict.reason.empty())
        verdict.reason = options.merge ? "another merge was better" : "fusion is off";
      return verdict;
    }
    EdgeVerdict verdict;
    verdict.fused = true;
    verdict.layer = problem.nodes[edge.producer].reduces ? "stitch" : "loop";
    verdict.reason = "estimated faster when fused";
    verdict.fusedSeconds = groups[producer].report.estimate.seconds;
    return verdict;
  }

  const FusionProblem &problem;
  GroupEvaluator &evaluator;
  const FusionPlannerOptions &options;
  std::vector<Group> groups;
  std::vector<int32_t> groupOf;
  std::priority_queue<Candidate> queue;
  absl::flat_hash_map<std::pair<int32_t, int32_t>, EdgeVerdict> verdicts;
  int32_t pathThrough = 0; ///< set by isLegal when it says no
  int64_t budget = 0;
};

} // namespace

absl::StatusOr<FusionPlan> planFusion(const FusionProblem &problem, GroupEvaluator &evaluator,
                                      const FusionPlannerOptions &options) {
  if (absl::Status status = problem.check(); !status.ok())
    return status;
  return Planner(problem, evaluator, options).run();
}

} // namespace delos
