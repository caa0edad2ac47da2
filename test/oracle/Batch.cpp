// What the tools of the oracle share.
#include "test/oracle/Batch.h"

#include "lib/Import/Import.h"
#include "lib/Open/OpenModule.h"
#include "lib/Pipelines/InitAll.h"
#include "lib/Reference/Interpreter.h"
#include "lib/Reference/Npy.h"
#include "runtime/abi/DType.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include <cstdio>
#include <fstream>

namespace delos::oracle {

std::unique_ptr<mlir::MLIRContext> createContext() {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  return std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
}

using ModuleRef = mlir::OwningOpRef<mlir::ModuleOp>;

static absl::StatusOr<ModuleRef> openFile(const std::string &path, mlir::MLIRContext &context) {
  if (!absl::EndsWith(path, ".onnx")) {
    ModuleRef module = mlir::parseSourceFile<mlir::ModuleOp>(path, &context);
    if (!module)
      return absl::InvalidArgumentError(absl::StrCat(path, " is no MLIR module that verifies"));
    return module;
  }
  absl::StatusOr<ModuleRef> module = importModelFile(path, {}, context);
  if (!module.ok())
    return module;
  if (absl::Status status = open::openModule(**module); !status.ok())
    return status;
  return module;
}

absl::StatusOr<ModuleRef> readModule(const std::string &path, const std::string &pipeline,
                                     mlir::MLIRContext &context) {
  absl::StatusOr<ModuleRef> module = openFile(path, context);
  if (!module.ok() || pipeline.empty())
    return module;
  registerAllPasses();
  mlir::PassManager passes(&context);
  std::string message;
  llvm::raw_string_ostream stream(message);
  if (mlir::failed(mlir::parsePassPipeline(pipeline, passes, stream)))
    return absl::InvalidArgumentError(
        absl::StrCat("the pipeline '", pipeline, "' does not parse: ", message));
  if (mlir::failed(passes.run(**module)))
    return absl::InternalError(absl::StrCat("the pipeline '", pipeline, "' failed"));
  return module;
}

static absl::StatusOr<std::vector<RefTensor>> readInputs(mlir::func::FuncOp function,
                                                         llvm::ArrayRef<std::string> files) {
  if (files.size() != function.getNumArguments())
    return absl::InvalidArgumentError(absl::StrCat("@", function.getName().str(), ": expected ",
                                                   function.getNumArguments(), " inputs, got ",
                                                   files.size()));
  std::vector<RefTensor> inputs;
  for (auto [type, file] : llvm::zip(function.getArgumentTypes(), files)) {
    auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
    auto input = reference::readNpy(file, tensor ? reference::dtypeOf(tensor.getElementType())
                                                 : DELOS_DTYPE_UNDEFINED);
    if (!input.ok())
      return input.status();
    inputs.push_back(*std::move(input));
  }
  return inputs;
}

absl::Status runOnFiles(mlir::func::FuncOp function, llvm::ArrayRef<std::string> inputs,
                        const std::string &outputPrefix, Run run) {
  auto tensors = readInputs(function, inputs);
  if (!tensors.ok())
    return tensors.status();
  auto outputs = run(function, *tensors);
  if (!outputs.ok())
    return outputs.status();
  for (size_t i = 0; i < outputs->size(); ++i) {
    const RefTensor &output = (*outputs)[i];
    std::string file = absl::StrCat(outputPrefix, i, ".npy");
    if (absl::Status status = reference::writeNpy(file, output); !status.ok())
      return status;
    std::printf("%s %s %s\n", file.c_str(), runtime::dtypeName(output.dtype()),
                reference::str(output.shape()).c_str());
  }
  return absl::OkStatus();
}

int runBatch(mlir::ModuleOp module, const std::string &directory, Run run) {
  int failures = 0;
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    std::string name = function.getName().str(), prefix = absl::StrCat(directory, "/", name, ".");
    std::vector<std::string> inputs;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      inputs.push_back(absl::StrCat(prefix, "in", i, ".npy"));
    absl::Status status = runOnFiles(function, inputs, absl::StrCat(prefix, "out"), run);
    if (status.ok())
      continue;
    ++failures;
    std::ofstream(absl::StrCat(prefix, "error")) << status.ToString() << "\n";
    std::fprintf(stderr, "%s: %s\n", name.c_str(), status.ToString().c_str());
  }
  return failures;
}

} // namespace delos::oracle
