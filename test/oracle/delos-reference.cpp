// delos-reference: runs graph IR in the reference interpreter, for tests that compare with other
// implementations.
//
//   delos-reference MODEL [--function NAME] --input A.npy --input B.npy --output-dir DIR [--float64]
//   delos-reference MODEL --batch DIR [--float64]
//
// MODEL is graph IR (*.mlir) or an ONNX model (*.onnx). The first form runs one function (default: main, or
// the only one) and writes DIR/0.npy, DIR/1.npy, ... The second runs every function NAME on DIR/NAME.in0.npy,
// ... and writes DIR/NAME.out0.npy, ..., or DIR/NAME.error with the message. --pipeline runs passes on the IR
// first. Each output is listed on standard output: file, dtype, shape. Exit codes: 0, 1 (a run failed), 2
// (usage).
#include "lib/Reference/Interpreter.h"
#include "test/oracle/Batch.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

using namespace delos;

namespace {

struct Arguments {
  std::string model, function, outputDir, batch, pipeline;
  std::vector<std::string> inputs;
  bool float64 = false;
};

mlir::func::FuncOp selectFunction(mlir::ModuleOp module, const std::string &name) {
  if (auto function = module.lookupSymbol<mlir::func::FuncOp>(name.empty() ? "main" : name))
    return function;
  auto functions = module.getOps<mlir::func::FuncOp>();
  return name.empty() && llvm::hasSingleElement(functions) ? *functions.begin() : mlir::func::FuncOp();
}

absl::Status runOne(mlir::ModuleOp module, const Arguments &arguments, oracle::Run run) {
  mlir::func::FuncOp function = selectFunction(module, arguments.function);
  if (!function)
    return absl::NotFoundError("no function '" + arguments.function + "' in " + arguments.model);
  return oracle::runOnFiles(function, arguments.inputs, arguments.outputDir + "/", run);
}

absl::Status runModel(const Arguments &arguments) {
  auto context = oracle::createContext();
  auto module = oracle::readModule(arguments.model, arguments.pipeline, *context);
  if (!module.ok())
    return module.status();
  auto run = [&](mlir::func::FuncOp function, llvm::ArrayRef<reference::RefTensor> inputs) {
    reference::InterpreterOptions options;
    options.float64 = arguments.float64;
    return reference::interpret(function, inputs, options);
  };
  if (arguments.batch.empty())
    return runOne(**module, arguments, run);
  int failures = oracle::runBatch(**module, arguments.batch, run);
  return failures == 0 ? absl::OkStatus()
                       : absl::UnknownError(std::to_string(failures) + " functions failed");
}

} // namespace

int main(int argc, char **argv) {
  constexpr int failed = 1, usage = 2;
  Arguments arguments;
  CLI::App app("Runs graph IR in the reference interpreter");
  app.add_option("model", arguments.model, "Graph IR (*.mlir) or an ONNX model (*.onnx)")->required();
  app.add_option("--function", arguments.function, "Function to run (default: main, or the only one)");
  app.add_option("--input", arguments.inputs, "One .npy file per input, in order");
  app.add_option("--pipeline", arguments.pipeline, "Passes to run first, as text");
  auto *target = app.add_option_group("target")->require_option(1);
  target->add_option("--output-dir", arguments.outputDir, "Existing directory for the outputs");
  target->add_option("--batch", arguments.batch, "Run every function on the files of this directory");
  app.add_flag("--float64", arguments.float64, "Evaluate floats in double");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : usage;
  }
  absl::Status status = runModel(arguments);
  if (!status.ok())
    std::fprintf(stderr, "delos-reference: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : failed;
}
