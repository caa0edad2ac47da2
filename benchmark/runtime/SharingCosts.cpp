/// How the pool gets on with other processes, quotas and idle time.
#include "benchmark/runtime/BenchmarkPlans.h"
#include "benchmark/runtime/ChildProcess.h"
#include "benchmark/runtime/Figures.h"
#include "runtime/threads/CpuQuota.h"
#include "runtime/threads/ThreadPool.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

using namespace delos::runtime;

namespace delos::benchmark {
namespace {

/// Context switches of all threads of this process but the calling one.
int64_t switchesOfOthers() {
  int64_t sum = 0;
  for (const auto &entry : std::filesystem::directory_iterator("/proc/self/task")) {
    if (entry.path().filename() == std::to_string(gettid()))
      continue;
    std::ifstream file(entry.path() / "status");
    for (std::string key; file >> key;)
      if (int64_t count = 0; key.ends_with("voluntary_ctxt_switches:") && file >> count)
        sum += count;
  }
  return sum;
}

Figures measureIdle() {
  ThreadPool pool(std::max(affinityCount() - 1, 1));
  ChainRunner runner({workOf(1000)}, &pool);
  for (int i = 0; i < 20; ++i)
    runner.run();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  int64_t before = switchesOfOthers();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  return {{"wake-ups of an idle process", static_cast<double>(switchesOfOthers() - before) / 2, "per s", 0}};
}

/// Runs per second of a chain over about `seconds`.
double rateOf(ChainRunner &runner, double seconds) {
  runner.run();
  double start = now(), end = start;
  int count = 0;
  for (; end - start < seconds; end = now(), ++count)
    runner.run();
  return count / (end - start);
}

std::vector<double> spinForever() {
  for (;;)
    asm volatile("");
}

/// Two threads beside a process that keeps one processor busy: 1.5 processors are theirs by right.
Figures measureForeignLoad() {
  constexpr double fairShare = 0.75;
  ThreadPool pool(1);
  Figures figures;
  for (int64_t tiles : {1000, 5000, 20000}) {
    ChainRunner runner({workOf(tiles)}, &pool);
    std::vector<double> ratios;
    for (int round = 0; round < 3; ++round) {
      double quiet = rateOf(runner, 1);
      ChildProcess foreign([] {
        bindToProcessor(affinityCount() - 1);
        return spinForever();
      });
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      ratios.push_back(rateOf(runner, 2) / quiet / fairShare);
    }
    double bar = tiles >= 5000 ? 0.9 : std::numeric_limits<double>::quiet_NaN();
    figures.push_back({"kernels of " + std::to_string(tiles / 100) +
                           " ms of work beside a foreign process, of the fair bound",
                       median(ratios), "x", bar, true});
  }
  return figures;
}

/// Parallel launches with serial ones between them, 9 ms of work.
std::vector<Link> mixedChain() {
  std::vector<Link> links;
  for (int i = 0; i < 10; ++i) {
    links.push_back(workOf(80));
    links.push_back({work, 1, workTileSeconds});
  }
  return links;
}

std::vector<double> mixedRate() {
  ChainRunner runner(mixedChain());
  return {rateOf(runner, 2)};
}

Figures measureTwoProcesses() {
  std::vector<double> shares, sums;
  for (int round = 0; round < 3; ++round) {
    double alone = ChildProcess(mixedRate).answer().at(0);
    ChildProcess first(mixedRate), second(mixedRate);
    double a = first.answer().at(0), b = second.answer().at(0);
    shares.push_back(std::min(a, b) / (alone / 2));
    sums.push_back((a + b) / alone);
  }
  return {{"two processes of two threads: the slower one, of its fair share", median(shares), "x", 0.9, true},
          {"two processes of two threads: both together, of one alone", median(sums), "x"}};
}

Figures measureQuota() {
  std::vector<double> ratios;
  double threads = 0;
  for (int round = 0; round < 3; ++round) {
    std::vector<double> bound = ChildProcess([] {
                                  bindToProcessor(0);
                                  return mixedRate();
                                }).answer();
    std::vector<double> limited = ChildProcess([] {
                                    std::vector<double> result;
                                    if (enterQuota(1)) {
                                      result = mixedRate();
                                      result.push_back(ThreadPool::process().workers() + 1);
                                    }
                                    leaveQuota();
                                    return result;
                                  }).answer();
    if (limited.size() != 2)
      return {{"control groups of version 1 cannot be made here; figures", 0, ""}};
    ratios.push_back(limited[0] / bound.at(0));
    threads = limited[1];
  }
  return {{"threads under a quota of one processor (cgroup v1, live)", threads, "", 1},
          {"throughput under that quota, of one bound processor", median(ratios), "x", 0.95, true}};
}

} // namespace

std::vector<Measurement> sharingMeasurements() {
  return {{"idle", measureIdle},
          {"foreign", measureForeignLoad},
          {"processes", measureTwoProcesses},
          {"quota", measureQuota}};
}

} // namespace delos::benchmark
