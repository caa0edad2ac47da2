// hostile-import: imports mutated models in child processes and counts crashes, hangs and wrong survivors.
//
//   hostile-import SEED_FOLDER [--first N] [--count N] [--timeout SECONDS] [--write INDEX FILE]
//
// A survivor must print to text that parses back to the same text, and give the same text when the nodes of
// its file are shuffled. The last line is the verdict; exit code 0 when nothing failed, 1 otherwise, 2 for
// wrong usage. --write stores one mutation to look at.
#include "dialects/Graph/GraphOps.h"
#include "dialects/Onnx/OnnxDialect.h"
#include "lib/Import/Import.h"
#include "lib/Import/onnx-ml.pb.h"
#include "test/hostile/Mutations.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

struct Options {
  std::string folder;
  uint64_t first = 0, count = 300;
  unsigned timeout = 30;
};

/// Shared with the children; a child that dies leaves the case it died in.
struct Progress {
  uint64_t next, imported, refused, faulty;
};

constexpr uint64_t casesPerChild = 500; // bounds what a leak could add up to, and what one crash costs

std::string textOf(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

/// Prints the module, parses that, prints it again.
bool roundTrips(const std::string &text) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::func::FuncDialect, delos::graph::GraphDialect, delos::onnx::OnnxDialect>();
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceString<mlir::ModuleOp>(text, mlir::ParserConfig(&context));
  return module && textOf(*module) == text;
}

/// The same text from the same graph with its nodes in another order.
bool ignoresOrder(const std::string &bytes, const std::string &text, const delos::ImportOptions &options) {
  ::onnx::ModelProto model;
  if (!model.ParseFromString(bytes))
    return false;
  auto *nodes = model.mutable_graph()->mutable_node();
  std::mt19937_64 random(bytes.size());
  for (int i = nodes->size() - 1; i > 0; --i)
    nodes->SwapElements(i, int(random() % uint64_t(i + 1)));
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = delos::importModel(model.SerializeAsString(), options, context);
  return module.ok() && textOf(**module) == text;
}

/// Imports one mutation; empty when all is well, else what is wrong.
std::string check(const std::string &bytes, const delos::ImportOptions &options, Progress &progress) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = delos::importModel(bytes, options, context);
  if (!module.ok()) {
    ++progress.refused;
    bool isFault = module.status().code() == absl::StatusCode::kInternal || module.status().message().empty();
    return isFault ? std::string(module.status().ToString()) : std::string();
  }
  ++progress.imported;
  std::string text = textOf(**module);
  if (!roundTrips(text))
    return "its text does not parse back to itself";
  return ignoresOrder(bytes, text, options) ? "" : "it depends on the order of its nodes";
}

[[noreturn]] void runChild(const std::vector<std::string> &seeds, const Options &options, uint64_t end,
                           Progress &progress) {
  delos::ImportOptions import;
  import.externalFolder = options.folder;
  for (; progress.next < end; ++progress.next) {
    alarm(options.timeout);
    delos::hostile::Mutation mutation = delos::hostile::mutate(seeds, progress.next);
    std::string wrong = check(mutation.bytes, import, progress);
    if (!wrong.empty()) {
      ++progress.faulty;
      std::fprintf(stderr, "case %lu (%s): %s\n", static_cast<unsigned long>(progress.next),
                   mutation.name.c_str(), wrong.c_str());
    }
  }
  _exit(0);
}

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

struct Verdict {
  uint64_t crashes = 0, hangs = 0;
  long peakKiB = 0;
};

void runAll(const std::vector<std::string> &seeds, const Options &options, Progress &progress,
            Verdict &verdict) {
  uint64_t end = options.first + options.count;
  progress.next = options.first;
  while (progress.next < end) {
    pid_t child = fork();
    if (child == 0)
      runChild(seeds, options, std::min(end, progress.next + casesPerChild), progress);
    int status = 0;
    struct rusage usage;
    wait4(child, &status, 0, &usage);
    verdict.peakKiB = std::max(verdict.peakKiB, usage.ru_maxrss);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
      continue;
    bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    ++(hung ? verdict.hangs : verdict.crashes);
    std::fprintf(stderr, "case %lu (%s): %s\n", static_cast<unsigned long>(progress.next),
                 delos::hostile::mutate(seeds, progress.next).name.c_str(), hung ? "hangs" : "crashes");
    ++progress.next;
  }
}

int writeCase(const std::vector<std::string> &seeds, uint64_t index, const char *path) {
  delos::hostile::Mutation mutation = delos::hostile::mutate(seeds, index);
  std::ofstream(path, std::ios::binary) << mutation.bytes;
  std::printf("case %lu: %s, %zu bytes\n", static_cast<unsigned long>(index), mutation.name.c_str(),
              mutation.bytes.size());
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  constexpr int failed = 1, usage = 2;
  if (argc < 2)
    return std::fprintf(stderr,
                        "usage: hostile-import SEED_FOLDER [--first N] [--count N] [--timeout SECONDS]\n"),
           usage;
  Options options{.folder = argv[1]};
  std::vector<std::string> seeds = readSeeds(options.folder);
  if (seeds.empty())
    return std::fprintf(stderr, "hostile-import: no .onnx file in %s\n", argv[1]), usage;
  for (int i = 2; i + 1 < argc; i += 2) {
    std::string_view flag = argv[i];
    if (flag == "--write" && i + 2 < argc)
      return writeCase(seeds, std::strtoull(argv[i + 1], nullptr, 10), argv[i + 2]);
    uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--first")
      options.first = value;
    else if (flag == "--count")
      options.count = value;
    else if (flag == "--timeout")
      options.timeout = unsigned(value);
    else
      return std::fprintf(stderr, "hostile-import: unknown option %s\n", argv[i]), usage;
  }
  auto *progress = static_cast<Progress *>(
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  Verdict verdict;
  runAll(seeds, options, *progress, verdict);
  std::printf("hostile-import: %lu mutations of %zu models: %lu imported, %lu refused, %lu crashes, %lu "
              "hangs, %lu faulty, peak %ld MiB\n",
              static_cast<unsigned long>(options.count), seeds.size(),
              static_cast<unsigned long>(progress->imported), static_cast<unsigned long>(progress->refused),
              static_cast<unsigned long>(verdict.crashes), static_cast<unsigned long>(verdict.hangs),
              static_cast<unsigned long>(progress->faulty), verdict.peakKiB / 1024);
  return verdict.crashes + verdict.hangs + progress->faulty == 0 ? 0 : failed;
}
