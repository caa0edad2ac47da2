/// A line on the terminal that says what is going on; nothing in a pipe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace delos::tool {

/// Shows "what ... 3 s" on standard error while it lives, when that is a terminal, and wipes the line at the
/// end.
class Progress {
public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

private:
  void show();

  std::string what;
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  std::thread thread;
};

} // namespace delos::tool
