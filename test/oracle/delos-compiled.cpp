// delos-compiled: runs graph IR as compiled code, by the batch protocol of delos-reference.
//
//   delos-compiled MODEL.mlir --batch DIR [--engine none|full] [--threads N] [--cpu NAME]
//
// Every function becomes one kernel (KernelRunner.h says what the call checks), or with --engine a model that
// the whole engine compiles at that level of fusion and runs. Exit codes: 0, 1 (a function failed), 2
// (usage).
#include "test/oracle/Batch.h"
#include "test/oracle/EngineRunner.h"
#include "test/oracle/KernelRunner.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>

using namespace delos;
using reference::RefTensor;

namespace {

struct Arguments {
  std::string model, batch, pipeline, engine;
  CompileOptions options;
};

void declare(CLI::App &app, Arguments &arguments) {
  app.add_option("model", arguments.model, "Graph IR (*.mlir)")->required();
  app.add_option("--batch", arguments.batch, "Run every function on the files of this directory")->required();
  app.add_option("--pipeline", arguments.pipeline, "Passes to run first, as text");
  app.add_option("--engine", arguments.engine, "Compile with the whole engine at this level of fusion")
      ->check(CLI::IsMember({"none", "full"}));
  app.add_option("--threads", arguments.options.threads, "Threads of the engine (default: all)");
  app.add_option("--cpu", arguments.options.targetCPU, "LLVM's name of the processor (default: this one)");
}

absl::StatusOr<std::vector<RefTensor>> compute(const Arguments &arguments, mlir::func::FuncOp function,
                                               llvm::ArrayRef<RefTensor> inputs) {
  if (arguments.engine.empty())
    return oracle::runAsKernel(function, inputs, arguments.options.targetCPU);
  CompileOptions options = arguments.options;
  options.fusion = arguments.engine == "none" ? FusionLevel::None : FusionLevel::Full;
  return oracle::runInEngine(function, inputs, options);
}

} // namespace

int main(int argc, char **argv) {
  constexpr int failed = 1, usage = 2;
  Arguments arguments;
  CLI::App app("Runs graph IR as compiled code");
  declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : usage;
  }
  auto context = oracle::createContext();
  context->loadAllAvailableDialects();
  auto module = oracle::readModule(arguments.model, arguments.pipeline, *context);
  if (!module.ok()) {
    std::fprintf(stderr, "delos-compiled: %s\n", module.status().ToString().c_str());
    return failed;
  }
  auto run = [&](mlir::func::FuncOp function, llvm::ArrayRef<RefTensor> inputs) {
    return compute(arguments, function, inputs);
  };
  return oracle::runBatch(**module, arguments.batch, run) == 0 ? 0 : failed;
}
