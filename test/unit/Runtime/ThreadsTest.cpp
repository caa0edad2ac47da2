/// Quotas, the event count and the thread pool.
#include "runtime/base/FloatEnvironment.h"
#include "runtime/threads/CpuQuota.h"
#include "runtime/threads/ThreadPool.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
#define DELOS_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DELOS_THREAD_SANITIZER
#endif
#endif

using namespace delos::runtime;

namespace {

/// A fake file tree that is gone at the end of the scope.
class FakeTree {
public:
  FakeTree() {
    std::string pattern = (std::filesystem::temp_directory_path() / "delos-cgroup-XXXXXX").string();
    root = mkdtemp(pattern.data());
  }
  ~FakeTree() { std::filesystem::remove_all(root); }

  void write(const std::string &path, const std::string &text) const {
    std::filesystem::create_directories(std::filesystem::path(root + path).parent_path());
    std::ofstream(root + path) << text;
  }

  std::string root;
};

/// Counts down a number of units, shared by caller and workers.
class CountingJob : public PoolJob {
public:
  explicit CountingJob(int units, int helpers = 64) : helpers(helpers), left(units) {}

  void participate(int participant) override {
    seen.fetch_or(1 << participant);
    while (left.load() > 0)
      if (left.fetch_sub(1) > 0)
        done.fetch_add(1);
  }
  int maxHelpers() const override { return helpers; }

  const int helpers;
  std::atomic<int> left, done{0}, seen{0};
};

void runJob(ThreadPool &pool, CountingJob &job) {
  int ticket = pool.attach(job);
  job.participate(0);
  if (ticket >= 0)
    pool.detach(ticket);
}

double processSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

} // namespace

TEST_CASE("a version 2 quota is the tightest of the group and its ancestors", "[threads]") {
  FakeTree tree;
  tree.write("/proc/self/cgroup", "0::/slice/unit\n");
  CHECK_FALSE(cgroupQuota(tree.root));
  tree.write("/sys/fs/cgroup/slice/unit/cpu.max", "max 100000\n");
  CHECK_FALSE(cgroupQuota(tree.root));
  tree.write("/sys/fs/cgroup/slice/cpu.max", "250000 100000\n");
  CHECK(cgroupQuota(tree.root) == 2.5);
  tree.write("/sys/fs/cgroup/slice/unit/cpu.max", "50000 100000\n");
  CHECK(cgroupQuota(tree.root) == 0.5);
}

TEST_CASE("inside a container the mount itself is the group", "[threads]") {
  FakeTree tree;
  tree.write("/proc/self/cgroup", "0::/not/visible/here\n");
  tree.write("/sys/fs/cgroup/cpu.max", "300000 100000\n");
  CHECK(cgroupQuota(tree.root) == 3.0);
}

TEST_CASE("a version 1 quota is read from the cpu controller", "[threads]") {
  FakeTree tree;
  tree.write("/proc/self/cgroup", "9:memory:/m\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/x\n");
  tree.write("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "-1\n");
  tree.write("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
  CHECK_FALSE(cgroupQuota(tree.root));
  tree.write("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "150000\n");
  CHECK(cgroupQuota(tree.root) == 1.5);
}

TEST_CASE("nonsense in the control files is no quota", "[threads]") {
  FakeTree tree;
  CHECK_FALSE(cgroupQuota(tree.root));
  tree.write("/proc/self/cgroup", "::::\nfoo\n0:\n0::/a\n");
  tree.write("/sys/fs/cgroup/a/cpu.max", "abc def\n");
  tree.write("/sys/fs/cgroup/cpu.max", "100000 0\n");
  CHECK_FALSE(cgroupQuota(tree.root));
}

TEST_CASE("threads are bounded by affinity and quota and never less than one", "[threads]") {
  CHECK(usableThreads(8, std::nullopt) == 8);
  CHECK(usableThreads(8, 2.5) == 3);
  CHECK(usableThreads(2, 64.0) == 2);
  CHECK(usableThreads(8, 0.1) == 1);
  CHECK(affinityCount() >= 1);
}

TEST_CASE("an event between the look and the sleep is not missed", "[threads]") {
  EventCount events;
  std::atomic<int> turn{0};
  constexpr int rounds = 2000;
  auto play = [&](int me) {
    for (int round = 0; round < rounds; ++round) {
      for (;;) {
        uint32_t key = events.current();
        if (turn.load() % 2 == me)
          break;
        events.wait(key);
      }
      turn.fetch_add(1);
      events.notify();
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  CHECK(turn == 2 * rounds);
}

TEST_CASE("every unit of every job is done once", "[threads]") {
  for (int workers : {0, 1, 4}) {
    ThreadPool pool(workers);
    for (int round = 0; round < 200; ++round) {
      CountingJob job(100);
      runJob(pool, job);
      REQUIRE(job.done == 100);
    }
  }
}

TEST_CASE("a job is helped by no more workers than it allows", "[threads]") {
  ThreadPool pool(4);
  CountingJob job(20000, /*helpers=*/0);
  runJob(pool, job);
  CHECK(job.seen == 1);
}

TEST_CASE("jobs beyond the pool's room run on their caller alone", "[threads]") {
  ThreadPool pool(1);
  std::vector<std::unique_ptr<CountingJob>> jobs;
  std::vector<int> tickets;
  for (int i = 0; i <= ThreadPool::maxJobs; ++i) {
    jobs.push_back(std::make_unique<CountingJob>(0));
    tickets.push_back(pool.attach(*jobs.back()));
  }
  CHECK(tickets.back() == -1);
  tickets.pop_back();
  for (int ticket : tickets)
    pool.detach(ticket);
}

TEST_CASE("an idle pool burns no processor time", "[threads]") {
  ThreadPool pool(2);
  CountingJob job(1000);
  runJob(pool, job);
  usleep(20000);
  double before = processSeconds();
  usleep(200000);
  // Spinning workers would burn 0.4 s; sleeping ones nothing but noise.
  CHECK(processSeconds() - before < 0.1);
}

TEST_CASE("kernels run in the default floating-point environment and the caller's comes back", "[threads]") {
  REQUIRE(std::fesetround(FE_UPWARD) == 0);
  {
    KernelFloatScope scope;
    CHECK(std::fegetround() == FE_TONEAREST);
  }
  CHECK(std::fegetround() == FE_UPWARD);
  std::fesetround(FE_TONEAREST);
}

#ifndef DELOS_THREAD_SANITIZER
// ThreadSanitizer does not support threads made after a fork of a process with threads.
TEST_CASE("a forked child gets a pool of its own", "[threads]") {
  CountingJob warm(1000);
  runJob(ThreadPool::process(), warm);
  pid_t child = fork();
  if (child == 0) {
    CountingJob job(100000);
    runJob(ThreadPool::process(), job);
    _exit(job.done == 100000 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif
