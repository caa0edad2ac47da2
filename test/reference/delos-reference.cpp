// delos-reference: runs graph IR in the reference interpreter, for tests that compare with other
// implementations.
//
//   delos-reference FILE.mlir [--function NAME] --input A.npy --input B.npy --output-dir DIR [--float64]
//   delos-reference FILE.mlir --batch DIR [--float64]
//
// The first form runs one function (default: main, or the only one) and writes DIR/0.npy, DIR/1.npy, ... The
// second runs every function NAME on DIR/NAME.in0.npy, ... and writes DIR/NAME.out0.npy, ..., or
// DIR/NAME.error with the message. Each output is listed on standard output: file, dtype, shape. Exit codes:
// 0, 1 (a run failed), 2 (usage).
#include "lib/Pipelines/InitAll.h"
#include "lib/Reference/Interpreter.h"
#include "lib/Reference/Npy.h"
#include "runtime/abi/DType.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

using namespace delos;
using reference::RefTensor;

namespace {

struct Arguments {
  std::string model, function, outputDir, batch;
  std::vector<std::string> inputs;
  bool float64 = false;
};

/// Runs a function on files; output k goes to `outputPrefix` + k + ".npy".
absl::Status runFunction(mlir::func::FuncOp function, const std::vector<std::string> &inputFiles,
                         const std::string &outputPrefix, bool float64) {
  if (inputFiles.size() != function.getNumArguments())
    return absl::InvalidArgumentError(absl::StrCat("@", function.getName().str(), ": expected ",
                                                   function.getNumArguments(), " inputs, got ",
                                                   inputFiles.size()));
  std::vector<RefTensor> inputs;
  for (auto [type, file] : llvm::zip(function.getArgumentTypes(), inputFiles)) {
    auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
    auto input = reference::readNpy(file, tensor ? reference::dtypeOf(tensor.getElementType())
                                                 : DELOS_DTYPE_UNDEFINED);
    if (!input.ok())
      return input.status();
    inputs.push_back(*std::move(input));
  }
  reference::InterpreterOptions options;
  options.float64 = float64;
  auto outputs = reference::interpret(function, inputs, options);
  if (!outputs.ok())
    return outputs.status();
  for (size_t i = 0; i < outputs->size(); ++i) {
    std::string file = absl::StrCat(outputPrefix, i, ".npy");
    if (absl::Status status = reference::writeNpy(file, (*outputs)[i]); !status.ok())
      return status;
    std::printf("%s %s %s\n", file.c_str(), runtime::dtypeName((*outputs)[i].dtype()),
                reference::str((*outputs)[i].shape()).c_str());
  }
  return absl::OkStatus();
}

int runBatch(mlir::ModuleOp module, const Arguments &arguments) {
  int failures = 0;
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    std::string prefix = absl::StrCat(arguments.batch, "/", function.getName().str(), ".");
    std::vector<std::string> inputs;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      inputs.push_back(absl::StrCat(prefix, "in", i, ".npy"));
    absl::Status status = runFunction(function, inputs, absl::StrCat(prefix, "out"), arguments.float64);
    if (status.ok())
      continue;
    ++failures;
    std::ofstream(absl::StrCat(prefix, "error")) << status.ToString() << "\n";
    std::fprintf(stderr, "%s: %s\n", function.getName().str().c_str(), status.ToString().c_str());
  }
  return failures != 0;
}

mlir::func::FuncOp selectFunction(mlir::ModuleOp module, const std::string &name) {
  if (auto function = module.lookupSymbol<mlir::func::FuncOp>(name.empty() ? "main" : name))
    return function;
  auto functions = module.getOps<mlir::func::FuncOp>();
  return name.empty() && llvm::hasSingleElement(functions) ? *functions.begin() : mlir::func::FuncOp();
}

int runOne(mlir::ModuleOp module, const Arguments &arguments) {
  mlir::func::FuncOp function = selectFunction(module, arguments.function);
  if (!function) {
    std::fprintf(stderr, "delos-reference: no function %s in %s\n", arguments.function.c_str(),
                 arguments.model.c_str());
    return 1;
  }
  absl::Status status =
      runFunction(function, arguments.inputs, absl::StrCat(arguments.outputDir, "/"), arguments.float64);
  if (!status.ok())
    std::fprintf(stderr, "delos-reference: %s\n", status.ToString().c_str());
  return !status.ok();
}

} // namespace

int main(int argc, char **argv) {
  Arguments arguments;
  CLI::App app("Runs graph IR in the reference interpreter");
  app.add_option("model", arguments.model, "File of graph IR")->required();
  app.add_option("--function", arguments.function, "Function to run (default: main, or the only one)");
  app.add_option("--input", arguments.inputs, "One .npy file per input, in order");
  auto *outputDir = app.add_option("--output-dir", arguments.outputDir, "Existing directory for the outputs");
  auto *batch =
      app.add_option("--batch", arguments.batch, "Run every function on the files of this directory");
  outputDir->excludes(batch);
  app.add_flag("--float64", arguments.float64, "Evaluate floats in double");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (arguments.batch.empty() && arguments.outputDir.empty()) {
    std::fprintf(stderr, "delos-reference: expected --output-dir or --batch\n");
    return 2;
  }
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(arguments.model, &context);
  if (!module)
    return 1;
  return arguments.batch.empty() ? runOne(*module, arguments) : runBatch(*module, arguments);
}
