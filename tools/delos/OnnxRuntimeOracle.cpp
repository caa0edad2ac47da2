/// ONNX Runtime in a child process.
#include "tools/delos/Oracles.h"
#include "tools/delos/TensorFiles.h"

#include "absl/strings/str_cat.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace delos::tool {
namespace {

namespace fs = std::filesystem;

/// Reads in0.npy ..., runs the model, writes out0.npy ...; names come one per line in `names`.
constexpr const char *script = R"(
import sys
import numpy as np
import onnxruntime as ort
model, folder = sys.argv[1:3]
options = ort.SessionOptions()
options.log_severity_level = 3
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
inputs, outputs = (open(f"{folder}/{kind}").read().splitlines() for kind in ("inputs", "outputs"))
feeds = {name: np.load(f"{folder}/in{i}.npy") for i, name in enumerate(inputs)}
for i, result in enumerate(session.run(outputs, feeds)):
    np.save(f"{folder}/out{i}.npy", result)
)";

/// A folder that is gone at the end of the scope.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "delos-check-XXXXXX").string();
    if (mkdtemp(pattern.data()))
      path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path.empty())
      fs::remove_all(path, ignored);
  }
  std::string path;
};

/// DELOS_PYTHON, the virtual environment above this program's build folder, or whatever python3 is.
std::string findPython() {
  if (const char *chosen = std::getenv("DELOS_PYTHON"))
    return chosen;
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (fs::exists(folder / ".venv/bin/python", error))
      return (folder / ".venv/bin/python").string();
  return "python3";
}

/// Runs a program to its end; its exit code, or -1.
int runProgram(std::vector<std::string> arguments) {
  std::vector<char *> argv;
  for (std::string &argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  int status = 0;
  if (posix_spawnp(&child, argv[0], nullptr, nullptr, argv.data(), environ) != 0 ||
      waitpid(child, &status, 0) != child || !WIFEXITED(status))
    return -1;
  return WEXITSTATUS(status);
}

Status writeNames(const std::string &path, std::span<const ValueInfo> values) {
  std::ofstream file(path);
  for (const ValueInfo &value : values)
    file << value.name << "\n";
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot write '", path, "'"));
}

} // namespace

StatusOr<std::vector<Tensor>> runOnnxRuntime(const std::string &model, const Executable &executable,
                                             std::span<const Tensor> inputs) {
  TemporaryFolder folder;
  if (folder.path.empty())
    return absl::UnavailableError("cannot make a temporary folder");
  for (auto [kind, values] : {std::pair("inputs", executable.inputs()), {"outputs", executable.outputs()}})
    if (Status status = writeNames(absl::StrCat(folder.path, "/", kind), values); !status.ok())
      return status;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (Status status = writeTensorFile(absl::StrCat(folder.path, "/in", i, ".npy"), inputs[i]); !status.ok())
      return status;
  std::string python = findPython();
  int code = runProgram({python, "-c", script, model, folder.path});
  if (code != 0)
    return absl::UnavailableError(absl::StrCat("ONNX Runtime in '", python, "' ended with code ", code));
  std::vector<Tensor> results;
  for (size_t i = 0; i < executable.outputs().size(); ++i) {
    StatusOr<Tensor> result =
        readTensorFile(absl::StrCat(folder.path, "/out", i, ".npy"), executable.outputs()[i].dtype);
    if (!result.ok())
      return result.status();
    results.push_back(*std::move(result));
  }
  return results;
}

} // namespace delos::tool
