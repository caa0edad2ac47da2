/// Dependences, priorities and chains of launches.
#include "lib/Schedule/Schedule.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace delos;

TEST_CASE("reads wait for the writer, writes for the readers", "[schedule]") {
  ScheduleProblem problem{{{"w", 1, {}, {0}}, {"r1", 1, {0}, {1}}, {"r2", 1, {0}, {2}}, {"w2", 1, {}, {0}}}};
  Schedule schedule = planSchedule(problem);
  CHECK(schedule.predecessors == std::vector<std::vector<int32_t>>{{}, {0}, {0}, {1, 2}});
  CHECK(schedule.verify(problem).ok());
}

TEST_CASE("dependences that others imply are dropped", "[schedule]") {
  ScheduleProblem problem{{{"a", 1, {}, {0}}, {"b", 1, {0}, {1}}, {"c", 1, {0, 1}, {2}}}};
  CHECK(planSchedule(problem).predecessors[2] == std::vector<int32_t>{1});
}

TEST_CASE("a task that reads and writes one resource does not wait for itself", "[schedule]") {
  ScheduleProblem problem{{{"a", 1, {0}, {0}}, {"b", 1, {0}, {0}}}};
  CHECK(planSchedule(problem).predecessors == std::vector<std::vector<int32_t>>{{}, {0}});
}

TEST_CASE("priorities are the seconds of the longest way to the end", "[schedule]") {
  ScheduleProblem problem{
      {{"a", 1, {}, {0}}, {"short", 2, {0}, {1}}, {"long", 5, {0}, {2}}, {"end", 1, {1, 2}, {3}}}};
  Schedule schedule = planSchedule(problem);
  CHECK(schedule.priorities == std::vector<double>{7, 3, 6, 1});
  CHECK(schedule.criticalPathSeconds == 7);
  CHECK(schedule.totalSeconds == 9);
}

TEST_CASE("chains are maximal and end at forks and joins", "[schedule]") {
  ScheduleProblem problem{{{"a", 1, {}, {0}},
                           {"b", 1, {0}, {1}},
                           {"c", 1, {1}, {2}},
                           {"d", 1, {1}, {3}},
                           {"e", 1, {2, 3}, {4}},
                           {"f", 1, {4}, {5}}}};
  CHECK(planSchedule(problem).chains == std::vector<std::vector<int32_t>>{{0, 1}, {4, 5}});
}

TEST_CASE("impossible tasks are named", "[schedule]") {
  CHECK_FALSE(ScheduleProblem{{{"a", 1, {-1}, {}}}}.check().ok());
  CHECK_FALSE(ScheduleProblem{{{"a", NAN, {}, {}}}}.check().ok());
}

TEST_CASE("random programs are ordered soundly", "[schedule]") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    ScheduleProblem problem;
    for (int task = 0, count = random() % 30; task < count; ++task) {
      ScheduleTask entry{"t" + std::to_string(task), 1.0 * (random() % 9), {}, {}};
      for (int i = random() % 3; i > 0; --i)
        entry.reads.push_back(random() % 8);
      for (int i = random() % 2; i >= 0; --i)
        entry.writes.push_back(random() % 8);
      problem.tasks.push_back(entry);
    }
    REQUIRE(planSchedule(problem).verify(problem).ok());
  }
}
