/// The progress line.
#include "tools/delos/Progress.h"

#include <chrono>
#include <cstdio>
#include <unistd.h>

namespace delos::tool {

Progress::Progress(std::string what) : what(std::move(what)) {
  if (isatty(STDERR_FILENO))
    thread = std::thread([this] { show(); });
}

Progress::~Progress() {
  if (!thread.joinable())
    return;
  {
    std::lock_guard lock(mutex);
    done = true;
  }
  ended.notify_one();
  thread.join();
  std::fputs("\r\033[K", stderr);
}

void Progress::show() {
  auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex);
  while (!done) {
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "\r\033[K%s ... %.1f s", what.c_str(), elapsed.count());
    std::fflush(stderr);
    ended.wait_for(lock, std::chrono::milliseconds(100), [this] { return done; });
  }
}

} // namespace delos::tool
