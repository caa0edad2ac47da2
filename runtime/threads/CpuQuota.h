/// How many threads a process may usefully run: affinity and control-group quota.
#pragma once

#include <optional>
#include <string>

namespace delos::runtime {

/// Processors' worth of time that the process's control groups (v1 or v2, the group itself and all its
/// ancestors) grant; nothing when unlimited or unreadable. `root` is prepended to /proc and /sys, so that
/// tests can bring a tree of their own.
std::optional<double> cgroupQuota(const std::string &root = "");

/// Processors that the calling thread may run on; at least 1.
int affinityCount();

/// The smaller of affinity and quota (rounded to the nearest whole processor), at least 1.
int usableThreads(int affinity, std::optional<double> quota);

} // namespace delos::runtime
