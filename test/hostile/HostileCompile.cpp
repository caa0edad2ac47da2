// hostile-compile: mutated models that import go through the whole compile; what compiles is run and compared
// with the reference.
#include "delos/Engine.h"

#include "lib/Import/Import.h"
#include "test/hostile/CaseRunner.h"
#include "tools/delos/Comparison.h"
#include "tools/delos/Inputs.h"
#include "tools/delos/Oracles.h"

#include "mlir/IR/MLIRContext.h"

#include <filesystem>
#include <fstream>
#include <span>
#include <unistd.h>

namespace {

using namespace delos;

// Larger ones are compiled only: the reference takes its time.
constexpr int64_t mostElements = int64_t(1) << 20;
constexpr int64_t mostArenaBytes = int64_t(64) << 20;
constexpr int64_t symbolicSize = 3;

/// Elements of the values together, symbolic dims at `symbolicSize`; `mostElements + 1` when they are more
/// than that.
int64_t elementCount(std::span<const ValueInfo> values) {
  int64_t total = 0;
  for (const ValueInfo &value : values) {
    int64_t elements = 1;
    for (const Dim &dim : value.shape) {
      int64_t size = dim.size == Dim::dynamic ? symbolicSize : dim.size;
      if (__builtin_mul_overflow(elements, size, &elements) || elements > mostElements)
        return mostElements + 1;
    }
    total += elements;
  }
  return std::min(total, mostElements + 1);
}

tool::InputOptions inputOptions(const Executable &executable) {
  tool::InputOptions options;
  for (const ValueInfo &input : executable.inputs())
    for (const Dim &dim : input.shape)
      if (dim.size == Dim::dynamic && !dim.name.empty())
        options.dims[dim.name] = symbolicSize;
  return options;
}

/// The reference's results for the model; it reads files, beside the seeds so that external data is found.
StatusOr<std::vector<Tensor>> reference(const std::string &bytes, const std::string &folder,
                                        std::span<const Tensor> inputs) {
  std::string path = folder + "/case-" + std::to_string(getpid());
  std::ofstream(path, std::ios::binary) << bytes;
  StatusOr<std::vector<Tensor>> results = tool::runReference(path, inputs);
  std::filesystem::remove(path);
  return results;
}

std::string describe(const char *what, const Status &status) {
  return what + std::string(": ") + status.ToString();
}

std::string compare(const Executable &executable, const std::vector<Tensor> &results,
                    const std::vector<Tensor> &expected) {
  for (size_t i = 0; i < results.size(); ++i) {
    tool::OutputComparison output =
        tool::compareOutput(executable.outputs()[i].name, results[i], expected[i]);
    if (!output.agrees)
      return "output '" + output.name + "' differs from the reference by " + std::to_string(output.maxError) +
             " of " + std::to_string(output.magnitude) + " " + output.problem;
  }
  return "";
}

std::string runAndCompare(const Executable &executable, const std::string &bytes, const std::string &folder,
                          hostile::Tally &tally) {
  if (elementCount(executable.inputs()) > mostElements || elementCount(executable.outputs()) > mostElements)
    return "";
  StatusOr<std::vector<Tensor>> inputs = tool::makeInputs(executable, inputOptions(executable));
  if (!inputs.ok())
    return ""; // a kind of input that the tools cannot make
  StatusOr<int64_t> arena = executable.arenaBytes(*inputs);
  if (!arena.ok() || *arena > mostArenaBytes)
    return "";
  StatusOr<std::vector<Tensor>> results = executable.run(*inputs, {.poison = true});
  if (!results.ok())
    return results.status().code() == absl::StatusCode::kInternal ? describe("run", results.status()) : "";
  StatusOr<std::vector<Tensor>> expected = reference(bytes, folder, *inputs);
  if (!expected.ok())
    return describe("the reference refuses what ran", expected.status());
  ++tally.checked;
  return compare(executable, *results, *expected);
}

bool imports(const std::string &bytes, const std::string &folder) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ImportOptions options;
  options.externalFolder = folder;
  return importModel(bytes, options, context).ok();
}

std::string check(const std::string &bytes, const std::string &folder, hostile::Tally &tally) {
  if (!imports(bytes, folder)) {
    ++tally.refused;
    return "";
  }
  ++tally.accepted; // by the importer: this is a case of the compile
  auto data = std::as_bytes(std::span(bytes.data(), bytes.size()));
  CompileOptions options;
  options.threads = 1;
  StatusOr<Executable> executable = Engine().compile(ModelSource::memory(data, folder), options);
  if (executable.ok())
    return runAndCompare(*executable, bytes, folder, tally);
  return executable.status().code() == absl::StatusCode::kInternal ? describe("compile", executable.status())
                                                                   : "";
}

} // namespace

int main(int argc, char **argv) {
  return hostile::runDriver(argc, argv,
                            {.name = "hostile-compile",
                             .check = check,
                             .countsAccepted = true,
                             .casesPerChild = 50,
                             .timeout = 120});
}
