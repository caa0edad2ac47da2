/// Forking, pipes, affinity and control groups.
#include "benchmark/runtime/ChildProcess.h"

#include <csignal>
#include <cstdint>
#include <fstream>
#include <sched.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace delos::benchmark {
namespace {

const std::string cpuController = "/sys/fs/cgroup/cpu";
std::string quotaGroup;

bool writeText(const std::string &path, const std::string &text) {
  std::ofstream file(path);
  return static_cast<bool>(file << text << std::flush);
}

} // namespace

ChildProcess::ChildProcess(const std::function<std::vector<double>()> &function) {
  int ends[2];
  if (::pipe(ends) != 0)
    return;
  process = fork();
  if (process == 0) {
    close(ends[0]);
    std::vector<double> values = function();
    auto count = static_cast<uint32_t>(values.size());
    bool written = write(ends[1], &count, sizeof count) == sizeof count &&
                   write(ends[1], values.data(), count * sizeof(double)) >= 0;
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  pipe = ends[0];
}

ChildProcess::~ChildProcess() {
  stop();
  if (pipe >= 0)
    close(pipe);
}

std::vector<double> ChildProcess::answer() {
  uint32_t count = 0;
  std::vector<double> values;
  if (read(pipe, &count, sizeof count) == sizeof count) {
    values.resize(count);
    if (read(pipe, values.data(), count * sizeof(double)) != static_cast<ssize_t>(count * sizeof(double)))
      values.clear();
  }
  waitpid(process, nullptr, 0);
  process = -1;
  return values;
}

void ChildProcess::stop() {
  if (process <= 0)
    return;
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  process = -1;
}

void bindToProcessor(int number) {
  cpu_set_t all, one;
  if (sched_getaffinity(0, sizeof all, &all) != 0)
    return;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &all) && number-- == 0)
      CPU_SET(cpu, &one);
  sched_setaffinity(0, sizeof one, &one);
}

bool enterQuota(double processors) {
  constexpr int period = 100000;
  quotaGroup = cpuController + "/delos-benchmark-" + std::to_string(getpid());
  return mkdir(quotaGroup.c_str(), 0755) == 0 &&
         writeText(quotaGroup + "/cpu.cfs_period_us", std::to_string(period)) &&
         writeText(quotaGroup + "/cpu.cfs_quota_us", std::to_string(static_cast<int>(processors * period))) &&
         writeText(quotaGroup + "/cgroup.procs", std::to_string(getpid()));
}

void leaveQuota() {
  writeText(cpuController + "/cgroup.procs", std::to_string(getpid()));
  rmdir(quotaGroup.c_str());
}

} // namespace delos::benchmark
