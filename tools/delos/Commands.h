/// The subcommands of delos, each from its parsed flags to an exit code. Results go to standard output,
/// problems to standard error.
#pragma once

#include "tools/delos/Inputs.h"

#include <cstdint>
#include <cstdio>
#include <string>

namespace delos::tool {

struct RunCommand {
  std::string model;
  InputOptions inputs;
  std::string outputDirectory; ///< Results as NAME.npy; empty writes none.
  std::string check;           ///< "reference", "onnxruntime" or empty.
  CompileOptions compile;
  std::string jsonFile; ///< "-" is standard output; empty writes none.

  int run() const;
};

struct BenchCommand {
  std::string model;
  InputOptions inputs;
  CompileOptions compile;
  double seconds = 3;
  int kernels = 0; ///< So many of the slowest kernels are listed.
  std::string jsonFile;

  int run() const;
};

struct ExplainCommand {
  std::string model;
  bool asJson = false;
  CompileOptions compile;

  int run() const;
};

/// Compiles, showing progress on a terminal.
StatusOr<Executable> compileShown(const std::string &model, const CompileOptions &options);

/// "delos: " and the text, on standard error; gives the code back.
int fail(int exitCode, const std::string &text);

/// Where text for people goes: standard output, or standard error when JSON takes that ("-").
std::FILE *humanStream(const std::string &jsonFile);

/// Writes text to a file, or to standard output for "-". False (after saying so) when that fails.
bool writeText(const std::string &path, const std::string &text);

} // namespace delos::tool
