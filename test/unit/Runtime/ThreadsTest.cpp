/// Quotas, the event count and the thread pool.
#include "runtime/base/FloatEnvironment.h"
#include "runtime/threads/CpuQuota.h"
#include "runtime/threads/HostWorkers.h"
#include "runtime/threads/ThreadPool.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cstdlib>
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
  explicit CountingJob(int units) : left(units) {}

  void participate(int participant) override {
    seen.fetch_or(1 << participant);
    while (left.load() > 0)
      if (left.fetch_sub(1) > 0)
        done.fetch_add(1);
  }
  bool hasReadyWork() const override { return left.load() > 0; }

  std::atomic<int> left, done{0}, seen{0};
};

struct Releaser {
  void operator()(PoolJob *job) const { job->release(); }
};
using JobPointer = std::unique_ptr<CountingJob, Releaser>;

JobPointer makeJob(int units) { return JobPointer(new CountingJob(units)); }

/// Runs all units, with up to `helpers` workers, and returns how many were done.
int runJob(WorkerPool &pool, CountingJob &job, int helpers = 64) {
  int ticket = pool.reserve(job, helpers);
  if (ticket >= 0)
    pool.offer(ticket);
  job.participate(0);
  if (ticket >= 0)
    pool.withdraw(ticket);
  // Units that a worker has taken may not be counted yet.
  while (job.left.load() > 0)
    std::this_thread::yield();
  return job.done;
}

/// A host whose tasks run when the test says so, on a thread of their own or not at all for now.
class ManualHost : public TaskHost {
public:
  int workers() const override { return 2; }
  void schedule(void (*task)(void *), void *argument) override { tasks.emplace_back(task, argument); }
  void runAll() {
    auto taken = std::move(tasks);
    tasks.clear();
    for (auto [task, argument] : taken)
      task(argument);
  }

  std::vector<std::pair<void (*)(void *), void *>> tasks;
};

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
      JobPointer job = makeJob(100);
      runJob(pool, *job);
      while (!job->isUnshared())
        std::this_thread::yield();
      REQUIRE(job->done == 100);
    }
  }
}

TEST_CASE("a job is helped by no more workers than it asks for", "[threads]") {
  ThreadPool pool(4);
  JobPointer alone = makeJob(20000), helped = makeJob(2000000);
  runJob(pool, *alone, 0);
  CHECK(alone->seen == 1);
  runJob(pool, *helped, 1);
  CHECK(std::popcount(static_cast<unsigned>(helped->seen.load())) <= 2);
}

TEST_CASE("callers and helpers are never more threads than the pool was sized for", "[threads]") {
  ThreadPool pool(1);
  JobPointer first = makeJob(1 << 30), second = makeJob(1 << 30);
  int tickets[] = {pool.reserve(*first, 1), pool.reserve(*second, 1)};
  pool.offer(tickets[0]);
  while (first->seen == 0)
    std::this_thread::yield();
  first->left = 0;
  second->left = 0;
  pool.offer(tickets[1]);
  // Two jobs are on offer, each with its caller: the pool of two threads has none to spare.
  second->left = 1 << 20;
  usleep(2000);
  CHECK(second->seen == 0);
  pool.withdraw(tickets[0]);
  while (second->seen == 0)
    std::this_thread::yield();
  second->left = 0;
  pool.withdraw(tickets[1]);
}

TEST_CASE("jobs beyond the pool's room run on their caller alone", "[threads]") {
  ThreadPool pool(1);
  std::vector<JobPointer> jobs;
  std::vector<int> tickets;
  for (int i = 0; i <= ThreadPool::maxJobs; ++i) {
    jobs.push_back(makeJob(0));
    tickets.push_back(pool.reserve(*jobs.back(), 1));
    if (tickets.back() >= 0)
      pool.offer(tickets.back());
  }
  CHECK(tickets.back() == -1);
  tickets.pop_back();
  for (int ticket : tickets)
    pool.withdraw(ticket);
}

TEST_CASE("a withdrawn job is kept as long as a worker is inside", "[threads]") {
  struct SlowJob : PoolJob {
    void participate(int) override {
      inside = true;
      while (!leave.load())
        std::this_thread::yield();
    }
    bool hasReadyWork() const override { return false; }
    std::atomic<bool> inside{false}, leave{false};
  };
  ThreadPool pool(1);
  std::unique_ptr<SlowJob, Releaser> job(new SlowJob);
  int ticket = pool.reserve(*job, 1);
  pool.offer(ticket);
  while (!job->inside.load())
    std::this_thread::yield();
  pool.withdraw(ticket);
  CHECK_FALSE(job->isUnshared());
  job->leave = true;
  while (!job->isUnshared())
    std::this_thread::yield();
}

TEST_CASE("a host's tasks help, again after they ended, and may come too late", "[threads]") {
  ManualHost host;
  JobPointer job = makeJob(10);
  auto workers = std::make_unique<HostWorkers>(host);
  CHECK(workers->workers() == 2);
  int ticket = workers->reserve(*job, 2);
  REQUIRE(ticket >= 0);
  workers->offer(ticket);
  CHECK(host.tasks.size() == 2);
  workers->summon(ticket);
  CHECK(host.tasks.size() == 2);
  host.runAll();
  CHECK(job->done == 10);
  CHECK(job->seen == 0b110);
  workers->summon(ticket);
  CHECK(host.tasks.size() == 2);
  workers->withdraw(ticket);
  workers.reset();
  CHECK_FALSE(job->isUnshared());
  job->seen = 0;
  host.runAll();
  CHECK(job->seen == 0);
  CHECK(job->isUnshared());
}

TEST_CASE("an idle pool burns no processor time", "[threads]") {
  ThreadPool pool(2);
  JobPointer job = makeJob(1000);
  runJob(pool, *job);
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
  JobPointer warm = makeJob(1000);
  runJob(ThreadPool::process(), *warm);
  pid_t child = fork();
  if (child == 0) {
    JobPointer job = makeJob(100000);
    runJob(ThreadPool::process(), *job);
    while (!job->isUnshared())
      std::this_thread::yield();
    _exit(job->done == 100000 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a process ends while the pool works", "[threads]") {
  pid_t child = fork();
  if (child == 0) {
    // Leaked on purpose: workers are inside when the process ends.
    auto *pool = new ThreadPool(2);
    auto *job = new CountingJob(1 << 30);
    pool->offer(pool->reserve(*job, 2));
    while (job->seen == 0)
      std::this_thread::yield();
    std::exit(7);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}
#endif
