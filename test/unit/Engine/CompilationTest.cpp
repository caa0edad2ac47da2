// The compilation as a whole: what it does when a code generator fails, and the limits that it keeps.
#include "delos/Executable.h"
#include "delos/Tensor.h"

#include "catch2/catch.hpp"
#include "lib/Engine/ExecutableState.h"
#include "lib/Engine/KernelCompiler.h"
#include "lib/Fusion/KernelText.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace delos;

namespace {

/// A file of graph IR that lives as long as this.
class GraphFile {
public:
  explicit GraphFile(const std::string &text) {
    path =
        std::filesystem::temp_directory_path() / ("delos-compilation-" + std::to_string(getpid()) + ".mlir");
    std::ofstream(path) << text;
  }
  ~GraphFile() { std::filesystem::remove(path); }
  ModelSource source() const { return ModelSource::file(path); }

private:
  std::filesystem::path path;
};

// The constant has too many elements to stand inside the kernel, so that the tiles pack it.
const char *const product = R"mlir(
func.func @main(%x: tensor<3x40xf32>) -> tensor<3x24xf32> {
  %positions = graph.iota 0 : tensor<40x24xf32>
  %w = graph.constant dense<0.5> : tensor<40x24xf32>
  %scaled = graph.map mul %positions, %w : (tensor<40x24xf32>, tensor<40x24xf32>) -> tensor<40x24xf32>
  %p = graph.contract %x, %scaled batch [] x [] contract [1] x [0] : (tensor<3x40xf32>, tensor<40x24xf32>) -> tensor<3x24xf32>
  return %p : tensor<3x24xf32>
}
)mlir";

/// Fails for every kernel around a product that is not for the rows yet.
CompiledKernels failOnTiles(const std::vector<KernelSource> &sources, const cpu::TargetDescription &target,
                            const KernelCodegenOptions &options, int threads) {
  CompiledKernels results = compileKernels(sources, target, options, threads);
  for (size_t i = 0; i < sources.size(); ++i)
    if (absl::StrContains(sources[i].text, "graph.contract") &&
        !absl::StrContains(sources[i].text, kFallbackAttr.str()))
      results[i] = absl::InternalError("a tile of 7 columns");
  return results;
}

std::vector<float> runOnOnes(CompiledProgram program) {
  auto state = Executable::State::create(std::move(program), 1);
  REQUIRE(state.ok());
  std::vector<float> ones(3 * 40, 1.0f);
  auto input = Tensor::borrow(DType::Float32, {3, 40}, ones.data());
  REQUIRE(input.ok());
  std::vector<Tensor> inputs = {*input};
  auto results = Executable(*state).run(inputs);
  REQUIRE(results.ok());
  const float *data = static_cast<const float *>(results->front().data());
  return {data, data + 3 * 24};
}

} // namespace

TEST_CASE(
    "a kernel whose tiles fail is computed by rows from the unpacked constant, and the report says so") {
  GraphFile file(product);
  auto tiles = compileModelWith(compileKernels, file.source(), {});
  REQUIRE(tiles.ok());
  REQUIRE(tiles->report.kernels.size() == 1);
  CHECK(absl::StrContains(tiles->report.kernels[0].schedule, "contraction"));
  auto rows = compileModelWith(failOnTiles, file.source(), {});
  INFO(rows.status());
  REQUIRE(rows.ok());
  REQUIRE(rows->report.kernels.size() == 1);
  CHECK(absl::StrContains(rows->report.kernels[0].schedule, "rows"));
  CHECK(absl::StrContains(rows->report.kernels[0].schedule, "a tile of 7 columns"));
  // 0.5 * (0 + 1 + ... + 39) in every column.
  CHECK(runOnOnes(*std::move(tiles)) == std::vector<float>(3 * 24, 390.0f));
  CHECK(runOnOnes(*std::move(rows)) == std::vector<float>(3 * 24, 390.0f));
}

TEST_CASE("a kernel that the rows cannot compile either is an error of the compile") {
  GraphFile file(product);
  auto failing = [](const std::vector<KernelSource> &sources, const cpu::TargetDescription &,
                    const KernelCodegenOptions &,
                    int) { return CompiledKernels(sources.size(), absl::InternalError("no code today")); };
  auto program = compileModelWith(failing, file.source(), {});
  CHECK(program.status().code() == absl::StatusCode::kInternal);
  CHECK(absl::StrContains(program.status().message(), "no code today"));
}

TEST_CASE("a tensor beyond limits.tensorBytes is refused by name") {
  GraphFile file(product);
  CompileOptions options;
  options.limits.tensorBytes = 40 * 24 * 4;
  CHECK(compileModelWith(compileKernels, file.source(), options).ok());
  options.limits.tensorBytes -= 1;
  auto program = compileModelWith(compileKernels, file.source(), options);
  CHECK(program.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(absl::StrContains(program.status().message(), "expected a tensor of at most 3839 bytes"));
}

namespace {

/// A folder that goes with the object.
struct TemporaryFolder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("delos-dump-" + std::to_string(getpid()));
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::string read(const std::string &name) const {
    std::ifstream file(path / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

} // namespace

TEST_CASE("the dump holds the IR of every phase and of each kernel its ops, assembly and object") {
  GraphFile file(product);
  TemporaryFolder folder;
  CompileOptions options;
  options.dumpDirectory = folder.path / "missing";
  auto program = compileModelWith(compileKernels, file.source(), options);
  REQUIRE(program.ok());
  folder.path /= "missing";
  std::string name = program->report.kernels.at(0).name;
  CHECK(absl::StrContains(folder.read("0-import.mlir"), "graph.contract"));
  CHECK(absl::StrContains(folder.read(name + ".mlir"), "graph.contract"));
  CHECK(absl::StrContains(folder.read(name + ".s"), std::string(kKernelSymbol) + ":"));
  CHECK(absl::StartsWith(folder.read(name + ".o"), "\x7f"
                                                   "ELF"));
  folder.path = folder.path.parent_path();
}

TEST_CASE("line tables name the lines of the kernel's file and leave the code as it is") {
  GraphFile file(product);
  TemporaryFolder folder;
  CompileOptions options;
  options.dumpDirectory = folder.path;
  auto plain = compileModelWith(compileKernels, file.source(), options);
  REQUIRE(plain.ok());
  std::string name = plain->report.kernels.at(0).name;
  auto instructions = [&] {
    std::vector<std::string> kept;
    for (const std::string &line : std::vector<std::string>(absl::StrSplit(folder.read(name + ".s"), "\n")))
      if (absl::StartsWith(line, "\tv")) // of the vector unit; labels and directives differ
        kept.push_back(line.substr(0, line.find("#")));
    return kept;
  };
  auto before = instructions();
  options.lineTables = true;
  REQUIRE(compileModelWith(compileKernels, file.source(), options).ok());
  CHECK(instructions() == before);
  std::string assembly = folder.read(name + ".s");
  CHECK(absl::StrContains(assembly, name + ".mlir"));
  CHECK(absl::StrContains(assembly, ".loc\t"));
}

TEST_CASE("perf learns the names and sizes of the kernels") {
  GraphFile file(product);
  CompileOptions options;
  options.perfMap = true;
  auto program = compileModelWith(compileKernels, file.source(), options);
  REQUIRE(program.ok());
  std::filesystem::path path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
  std::string map;
  {
    std::ifstream stream(path);
    map.assign(std::istreambuf_iterator<char>(stream), {});
  }
  std::filesystem::remove(path);
  std::string start = absl::StrCat(absl::Hex(reinterpret_cast<size_t>(program->kernels.at(0))));
  CHECK(absl::StartsWith(map, start + " "));
  CHECK(absl::StrContains(map, program->report.kernels.at(0).name));
  CHECK_FALSE(absl::StrContains(map, " 0 "));
}

TEST_CASE("a kernel that a debugger knows computes the same") {
  GraphFile file(product);
  CompileOptions options;
  options.gdb = options.lineTables = true;
  auto program = compileModelWith(compileKernels, file.source(), options);
  INFO(program.status());
  REQUIRE(program.ok());
  CHECK(runOnOnes(*std::move(program)) == std::vector<float>(3 * 24, 390.0f));
}
