/// Affinity and control-group quotas, from /proc/self/cgroup and /sys/fs/cgroup.
#include "runtime/threads/CpuQuota.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <vector>

namespace delos::runtime {
namespace {

/// Longest path of a control group that is followed; a guard against nonsense in /proc.
constexpr size_t maxGroupPath = 4096;

std::optional<double> divide(double quota, double period) {
  if (!(quota > 0) || !(period > 0))
    return std::nullopt;
  return quota / period;
}

/// cpu.max of version 2: "max 100000" or "150000 100000".
std::optional<double> readV2(const std::string &folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0, value = 0;
  if (!(file >> quota >> period) || !(std::istringstream(quota) >> value))
    return std::nullopt;
  return divide(value, period);
}

/// cpu.cfs_quota_us and cpu.cfs_period_us of version 1; a quota of -1 is none.
std::optional<double> readV1(const std::string &folder) {
  std::ifstream quotaFile(folder + "/cpu.cfs_quota_us"), periodFile(folder + "/cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (!(quotaFile >> quota) || !(periodFile >> period))
    return std::nullopt;
  return divide(quota, period);
}

using Reader = std::optional<double> (*)(const std::string &);

/// The tightest quota of the group `path` below `mount` and of its ancestors. Inside a container the path
/// often does not exist below the mount; the mount itself is then the group.
std::optional<double> tightest(const std::string &mount, std::string path, Reader read) {
  std::optional<double> result;
  for (;;) {
    if (auto quota = read(mount + path))
      result = std::min(result.value_or(*quota), *quota);
    size_t slash = path.rfind('/');
    if (path.empty() || slash == std::string::npos)
      return result;
    path.resize(slash);
  }
}

/// True when a comma-separated list of controllers holds "cpu".
bool hasCpuController(const std::string &controllers) {
  std::istringstream list(controllers);
  for (std::string name; std::getline(list, name, ',');)
    if (name == "cpu")
      return true;
  return false;
}

} // namespace

std::optional<double> cgroupQuota(const std::string &root) {
  std::ifstream groups(root + "/proc/self/cgroup");
  std::string mount = root + "/sys/fs/cgroup";
  std::optional<double> result;
  auto tighten = [&](std::optional<double> quota) {
    if (quota)
      result = std::min(result.value_or(*quota), *quota);
  };
  // Lines are "number:controllers:path"; version 2 is number 0 without controllers.
  for (std::string line; std::getline(groups, line);) {
    size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos || line.size() > maxGroupPath)
      continue;
    std::string controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    if (controllers.empty()) {
      tighten(tightest(mount, path, readV2));
      tighten(tightest(mount + "/unified", path, readV2));
    } else if (hasCpuController(controllers)) {
      tighten(tightest(mount + "/" + controllers, path, readV1));
      tighten(tightest(mount + "/cpu", path, readV1));
    }
  }
  return result;
}

int affinityCount() {
  // Machines with more processors than a cpu_set_t holds need a larger set; ask with growing ones.
  for (int processors = CPU_SETSIZE; processors <= (1 << 20); processors *= 4) {
    cpu_set_t *set = CPU_ALLOC(processors);
    if (!set)
      return 1;
    size_t bytes = CPU_ALLOC_SIZE(processors);
    int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0)
      return count;
  }
  return 1;
}

int usableThreads(int affinity, std::optional<double> quota) {
  int threads = affinity;
  if (quota && *quota < affinity)
    threads = static_cast<int>(std::lround(*quota));
  return std::max(threads, 1);
}

} // namespace delos::runtime
