/// Dependences, critical-path priorities and serial chains of launches.
#include "lib/Schedule/Schedule.h"

#include "lib/Schedule/StepOrder.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace delos {
namespace {

/// Who touched a resource since it was last written.
struct ResourceState {
  int32_t writer = -1;
  std::vector<int32_t> readers;
};

using Predecessors = std::vector<std::vector<int32_t>>;

/// All direct dependences, those implied by others included.
Predecessors collectDependences(const ScheduleProblem &problem) {
  Predecessors result(problem.tasks.size());
  std::map<int32_t, ResourceState> resources;
  for (size_t task = 0; task < problem.tasks.size(); ++task) {
    std::set<int32_t> waits;
    for (int32_t read : problem.tasks[task].reads)
      waits.insert(resources[read].writer);
    for (int32_t write : problem.tasks[task].writes) {
      waits.insert(resources[write].writer);
      waits.insert(resources[write].readers.begin(), resources[write].readers.end());
    }
    waits.erase(-1);
    for (int32_t read : problem.tasks[task].reads)
      resources[read].readers.push_back(static_cast<int32_t>(task));
    for (int32_t write : problem.tasks[task].writes)
      resources[write] = {static_cast<int32_t>(task), {}};
    waits.erase(static_cast<int32_t>(task));
    result[task].assign(waits.begin(), waits.end());
  }
  return result;
}

/// Drops predecessors that another predecessor waits for anyway.
void dropImplied(Predecessors &predecessors) {
  std::vector<StepSet> after = stepsAfter(predecessors);
  for (auto &list : predecessors) {
    std::vector<int32_t> kept;
    for (int32_t candidate : list)
      if (std::none_of(list.begin(), list.end(),
                       [&](int32_t other) { return after[candidate].contains(other); }))
        kept.push_back(candidate);
    list = std::move(kept);
  }
}

std::vector<double> computePriorities(const ScheduleProblem &problem, const Predecessors &predecessors) {
  std::vector<double> priorities(problem.tasks.size(), 0);
  for (size_t task = problem.tasks.size(); task-- > 0;) {
    priorities[task] += problem.tasks[task].seconds;
    for (int32_t predecessor : predecessors[task])
      priorities[predecessor] = std::max(priorities[predecessor], priorities[task]);
  }
  return priorities;
}

std::vector<std::vector<int32_t>> findChains(const Predecessors &predecessors) {
  auto tasks = static_cast<int32_t>(predecessors.size());
  std::vector<int32_t> successorCount(predecessors.size(), 0), next(predecessors.size(), -1);
  for (int32_t task = 0; task < tasks; ++task)
    for (int32_t predecessor : predecessors[task])
      ++successorCount[predecessor];
  std::vector<bool> continues(predecessors.size(), false);
  for (int32_t task = 0; task < tasks; ++task)
    if (predecessors[task].size() == 1 && successorCount[predecessors[task][0]] == 1) {
      next[predecessors[task][0]] = task;
      continues[task] = true;
    }
  std::vector<std::vector<int32_t>> chains;
  for (int32_t task = 0; task < tasks; ++task)
    if (!continues[task] && next[task] >= 0) {
      chains.emplace_back();
      for (int32_t link = task; link >= 0; link = next[link])
        chains.back().push_back(link);
    }
  return chains;
}

bool contains(const std::vector<int32_t> &list, int32_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// True when the two tasks touch one resource and at least one writes it.
bool interfere(const ScheduleTask &a, const ScheduleTask &b) {
  for (int32_t write : a.writes)
    if (contains(b.reads, write) || contains(b.writes, write))
      return true;
  return std::any_of(b.writes.begin(), b.writes.end(),
                     [&](int32_t write) { return contains(a.reads, write); });
}

} // namespace

absl::Status ScheduleProblem::check() const {
  for (const ScheduleTask &task : tasks) {
    auto isNegative = [](int32_t resource) { return resource < 0; };
    if (std::any_of(task.reads.begin(), task.reads.end(), isNegative) ||
        std::any_of(task.writes.begin(), task.writes.end(), isNegative))
      return absl::InvalidArgumentError(
          absl::StrCat("schedule: '", task.name, "' touches a negative resource"));
    if (!std::isfinite(task.seconds) || task.seconds < 0)
      return absl::InvalidArgumentError(
          absl::StrCat("schedule: '", task.name, "' lasts ", task.seconds, " seconds"));
  }
  return absl::OkStatus();
}

Schedule planSchedule(const ScheduleProblem &problem) {
  Schedule schedule;
  schedule.predecessors = collectDependences(problem);
  dropImplied(schedule.predecessors);
  schedule.priorities = computePriorities(problem, schedule.predecessors);
  schedule.chains = findChains(schedule.predecessors);
  for (size_t task = 0; task < problem.tasks.size(); ++task) {
    schedule.totalSeconds += problem.tasks[task].seconds;
    schedule.criticalPathSeconds = std::max(schedule.criticalPathSeconds, schedule.priorities[task]);
  }
  return schedule;
}

absl::Status Schedule::verify(const ScheduleProblem &problem) const {
  std::vector<StepSet> after = stepsAfter(predecessors);
  for (size_t later = 0; later < problem.tasks.size(); ++later)
    for (size_t earlier = 0; earlier < later; ++earlier)
      if (interfere(problem.tasks[earlier], problem.tasks[later]) &&
          !after[earlier].contains(static_cast<int32_t>(later)))
        return absl::InternalError(absl::StrCat("schedule: '", problem.tasks[later].name,
                                                "' does not wait for '", problem.tasks[earlier].name, "'"));
  return absl::OkStatus();
}

std::string Schedule::print(const ScheduleProblem &problem) const {
  std::string text;
  for (size_t task = 0; task < problem.tasks.size(); ++task)
    absl::StrAppend(&text, task, " '", problem.tasks[task].name, "' after [",
                    absl::StrJoin(predecessors[task], ", "), "] priority ", priorities[task], "\n");
  for (const auto &chain : chains)
    absl::StrAppend(&text, "chain ", absl::StrJoin(chain, " "), "\n");
  return text;
}

} // namespace delos
