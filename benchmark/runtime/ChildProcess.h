/// Work in child processes, which report numbers.
#pragma once

#include <functional>
#include <sys/types.h>
#include <vector>

namespace delos::benchmark {

/// A forked child that runs a function and reports what it returns. The function sees a process whose pool
/// has not been made yet.
class ChildProcess {
public:
  explicit ChildProcess(const std::function<std::vector<double>()> &function);
  /// Ends the child when its answer was not asked for.
  ~ChildProcess();
  ChildProcess(const ChildProcess &) = delete;
  ChildProcess &operator=(const ChildProcess &) = delete;

  /// Waits for the child; empty when it failed.
  std::vector<double> answer();
  void stop();

private:
  pid_t process = -1;
  int pipe = -1;
};

/// Binds the calling thread, and those it makes, to one processor: the number-th that it may use.
void bindToProcessor(int number);

/// Joins a fresh control group (version 1, controller cpu) with `processors` processors' worth of time. False
/// when that is not possible here. The group is removed by `leaveQuota`.
bool enterQuota(double processors);
void leaveQuota();

} // namespace delos::benchmark
