/// The delos command: runs, measures and explains models.
#include "delos/Engine.h"

#include "tools/delos/Commands.h"
#include "tools/delos/ExitCodes.h"
#include "tools/delos/Progress.h"

#include "absl/strings/numbers.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace delos::tool {

StatusOr<Executable> compileShown(const std::string &model, const CompileOptions &options) {
  Progress progress("compiling " + model);
  return Engine().compile(ModelSource::file(model), options);
}

int fail(int exitCode, const std::string &text) {
  std::cerr << "delos: " << text << "\n";
  return exitCode;
}

std::FILE *humanStream(const std::string &jsonFile) { return jsonFile == "-" ? stderr : stdout; }

bool writeText(const std::string &path, const std::string &text) {
  if (path == "-") {
    std::cout << text << std::flush;
    return static_cast<bool>(std::cout);
  }
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file)
    std::cerr << "delos: cannot write '" << path << "'\n";
  return static_cast<bool>(file);
}

namespace {

constexpr const char *footer =
    "Exit codes: 0 success, 1 wrong usage, 2 the model cannot be read or is invalid, 3 the model needs what "
    "Delos\n"
    "lacks, 4 inputs are missing or do not fit, 5 results differ from the oracle's, 6 the oracle cannot "
    "run,\n"
    "7 a result cannot be written, 8 a bug of Delos. Progress is shown on a terminal only.";

void addModel(CLI::App &command, std::string &model, CompileOptions &options) {
  command.add_option("MODEL", model, "An ONNX file")->required();
  command.add_option("--threads", options.threads, "At most this many threads (0: all)")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--dump-dir", options.dumpDirectory,
                     "Write the IR of every phase and each kernel's ops, assembly and object there");
  command.add_flag("--line-tables", options.lineTables,
                   "Give kernels the lines of their files in --dump-dir");
  command.add_flag("--perf-map", options.perfMap, "Tell perf the kernels' names");
  command.add_flag("--gdb", options.gdb, "Register kernels with a debugger");
}

/// Raw text of the options that name something, to be split once parsing is over.
struct Assignments {
  std::vector<std::string> files, dims;

  void addDims(CLI::App &command) {
    command.add_option("--dim", dims, "NAME=SIZE of a symbolic dimension (default 1)")
        ->allow_extra_args(false);
  }
  void addFiles(CLI::App &command) {
    command.add_option("--input", files, "NAME=FILE.npy or NAME=FILE.pb; inputs without one are random")
        ->allow_extra_args(false);
  }

  Status apply(InputOptions &options) const {
    for (const std::string &text : files) {
      auto pair = splitAssignment(text);
      if (!pair.ok())
        return pair.status();
      options.files[pair->first] = pair->second;
    }
    for (const std::string &text : dims) {
      auto pair = splitAssignment(text);
      int64_t size = 0;
      if (!pair.ok())
        return pair.status();
      if (!absl::SimpleAtoi(pair->second, &size) || size < 0)
        return absl::InvalidArgumentError("expected a size of at least 0 in '" + text + "'");
      options.dims[pair->first] = size;
    }
    return absl::OkStatus();
  }
};

/// The command line: flags of all subcommands, and what they fill.
class CommandLine {
public:
  CommandLine() : app("Delos compiles ONNX models into fused kernels and runs them.", "delos") {
    app.set_version_flag("--version", Engine::version());
    app.footer(footer);
    app.require_subcommand(1);
    addRun();
    addBench();
    addExplain();
  }

  int dispatch(int argc, char **argv) {
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
      return app.exit(error) == 0 ? exitSuccess : exitUsage;
    }
    Status status = runValues.apply(run.inputs);
    if (status.ok())
      status = benchValues.apply(bench.inputs);
    if (!status.ok())
      return fail(exitUsage, std::string(status.message()));
    explain.asJson = format == "json";
    return runApp->parsed() ? run.run() : benchApp->parsed() ? bench.run() : explain.run();
  }

private:
  void addRun() {
    runApp = app.add_subcommand("run", "Run a model once");
    addModel(*runApp, run.model, run.compile);
    runValues.addFiles(*runApp);
    runValues.addDims(*runApp);
    runApp->add_option("--random", run.inputs.seed, "Seed of the inputs without a file (default 0)");
    runApp->add_option("--output-dir", run.outputDirectory, "Write each result there as NAME.npy");
    runApp->add_option("--check", run.check, "Compare the results with an oracle's")
        ->check(CLI::IsMember({"reference", "onnxruntime"}));
    runApp->add_option("--json", run.jsonFile, "Write what happened to this file (-: standard output)");
  }
  void addBench() {
    benchApp = app.add_subcommand("bench", "Measure a model on random inputs");
    addModel(*benchApp, bench.model, bench.compile);
    benchValues.addFiles(*benchApp);
    benchValues.addDims(*benchApp);
    benchApp->add_option("--seconds", bench.seconds, "How long to measure (default 3)")
        ->check(CLI::NonNegativeNumber);
    benchApp->add_option("--kernels", bench.kernels, "List so many of the slowest kernels (default 0)")
        ->check(CLI::NonNegativeNumber);
    benchApp->add_option("--json", bench.jsonFile, "Write the figures to this file (-: standard output)");
  }
  void addExplain() {
    CLI::App *explainApp = app.add_subcommand("explain", "Say what was fused and why");
    addModel(*explainApp, explain.model, explain.compile);
    explainApp->add_option("--format", format, "text or json")->check(CLI::IsMember({"text", "json"}));
  }

  CLI::App app;
  CLI::App *runApp = nullptr, *benchApp = nullptr;
  RunCommand run;
  BenchCommand bench;
  ExplainCommand explain;
  Assignments runValues, benchValues;
  std::string format = "text";
};

} // namespace
} // namespace delos::tool

int main(int argc, char **argv) {
  try {
    return delos::tool::CommandLine().dispatch(argc, argv);
  } catch (const std::exception &error) {
    return delos::tool::fail(delos::tool::exitInternal, error.what());
  }
}
