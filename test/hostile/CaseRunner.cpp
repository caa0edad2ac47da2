// Runs mutations in child processes and counts what goes wrong.
#include "test/hostile/CaseRunner.h"

#include "test/hostile/Mutations.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace delos::hostile {
namespace {

using Number = unsigned long; // what %lu prints

struct Arguments {
  std::string folder;
  uint64_t first = 0, count = 300;
};

struct Verdict {
  uint64_t crashes = 0, hangs = 0;
  long peakKiB = 0;
};

std::vector<std::string> readSeeds(const std::string &folder) {
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".onnx")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const std::filesystem::path &file : files) {
    std::ifstream stream(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return seeds;
}

class Runner {
public:
  Runner(const Driver &driver, const Arguments &arguments, const std::vector<std::string> &seeds)
      : driver(driver), arguments(arguments), seeds(seeds) {
    void *shared = mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    tally = static_cast<Tally *>(shared);
    tally->next = arguments.first;
  }

  int run() {
    while (!isDone())
      runBatch();
    std::printf("%s: %lu mutations of %zu models: %lu accepted, %lu refused, %lu compared, %lu crashes, %lu "
                "hangs, %lu faulty, "
                "peak %ld MiB\n",
                driver.name, Number(tally->next - arguments.first), seeds.size(), Number(tally->accepted),
                Number(tally->refused), Number(tally->checked), Number(verdict.crashes),
                Number(verdict.hangs), Number(tally->faulty), verdict.peakKiB / 1024);
    return verdict.crashes + verdict.hangs + tally->faulty == 0 ? 0 : 1;
  }

private:
  bool isDone() const {
    return (driver.countsAccepted ? tally->accepted : tally->next - arguments.first) >= arguments.count;
  }

  void runBatch() {
    pid_t child = fork();
    if (child == 0)
      runChild();
    int status = 0;
    struct rusage usage;
    wait4(child, &status, 0, &usage);
    verdict.peakKiB = std::max(verdict.peakKiB, usage.ru_maxrss);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
      return;
    bool hung = WIFSIGNALED(status) && (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGPROF);
    ++(hung ? verdict.hangs : verdict.crashes);
    report(hung ? "hangs" : "crashes");
    ++tally->next;
  }

  /// Unhandled signals that end the process: after the processor time of a hang, and for one that sleeps
  /// after many times that, since a busy machine runs nothing for a while.
  void limitTime() const {
    constexpr unsigned patience = 20;
    struct itimerval work = {{0, 0}, {driver.timeout, 0}};
    setitimer(ITIMER_PROF, &work, nullptr);
    alarm(patience * driver.timeout);
  }

  [[noreturn]] void runChild() {
    for (uint64_t i = 0; i < driver.casesPerChild && !isDone(); ++i, ++tally->next) {
      limitTime();
      std::string wrong = driver.check(mutate(seeds, tally->next).bytes, arguments.folder, *tally);
      if (!wrong.empty()) {
        ++tally->faulty;
        report(wrong);
      }
    }
    _exit(0);
  }

  void report(const std::string &what) const {
    std::fprintf(stderr, "case %lu (%s): %s\n", Number(tally->next), mutate(seeds, tally->next).name.c_str(),
                 what.c_str());
  }

  const Driver &driver;
  const Arguments &arguments;
  const std::vector<std::string> &seeds;
  Tally *tally;
  Verdict verdict;
};

int writeCase(const std::vector<std::string> &seeds, uint64_t index, const char *path) {
  Mutation mutation = mutate(seeds, index);
  std::ofstream(path, std::ios::binary) << mutation.bytes;
  std::printf("case %lu: %s, %zu bytes\n", Number(index), mutation.name.c_str(), mutation.bytes.size());
  return 0;
}

} // namespace

int runDriver(int argc, char **argv, const Driver &driver) {
  constexpr int usage = 2;
  auto complain = [&](const char *what, const char *which) {
    std::fprintf(stderr, "%s: %s%s\n", driver.name, what, which);
    return usage;
  };
  if (argc < 2)
    return complain("usage: SEED_FOLDER [--first N] [--count N] [--write INDEX FILE]", "");
  Arguments arguments{.folder = argv[1]};
  std::vector<std::string> seeds = readSeeds(arguments.folder);
  if (seeds.empty())
    return complain("expected .onnx files in ", argv[1]);
  for (int i = 2; i + 1 < argc; i += 2) {
    std::string_view flag = argv[i];
    uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--write" && i + 2 < argc)
      return writeCase(seeds, value, argv[i + 2]);
    if (flag != "--first" && flag != "--count")
      return complain("unknown option ", argv[i]);
    (flag == "--first" ? arguments.first : arguments.count) = value;
  }
  return Runner(driver, arguments, seeds).run();
}

} // namespace delos::hostile
