// delos-translate: ONNX models to MLIR text.
//
// Exit codes: 0 done, 1 the model cannot be imported (message on stderr), 2 wrong usage or an output that
// cannot be written.
#include "lib/Import/Import.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Support/FileUtilities.h"

namespace cl = llvm::cl;

static cl::OptionCategory category("delos-translate options");
static cl::opt<std::string> importOnnx("import-onnx", cl::desc("ONNX model to import"),
                                       cl::value_desc("model.onnx"), cl::Required, cl::cat(category));
static cl::opt<std::string> output("o", cl::desc("Where to write (default: standard output)"),
                                   cl::value_desc("file"), cl::init("-"), cl::cat(category));
static cl::opt<bool> initializersAsInputs("initializers-as-inputs",
                                          cl::desc("Keep inputs that have an initializer as inputs"),
                                          cl::cat(category));
static cl::opt<bool> locations("locations", cl::desc("Print locations (the model's names)"),
                               cl::cat(category));
static cl::opt<int64_t> elideData("elide-data",
                                  cl::desc("Leave out resource data of more characters than this (-1: none)"),
                                  cl::init(-1), cl::cat(category));

static mlir::OpPrintingFlags printingFlags() {
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo(locations);
  if (elideData >= 0)
    flags.elideLargeResourceString(elideData);
  return flags;
}

int main(int argc, char **argv) {
  constexpr int importFailed = 1, usage = 2;
  cl::HideUnrelatedOptions(category);
  if (!cl::ParseCommandLineOptions(argc, argv, "Translates ONNX models to MLIR\n", &llvm::errs()))
    return usage;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  delos::ImportOptions options;
  options.initializersAsInputs = initializersAsInputs;
  auto module = delos::importModelFile(importOnnx, options, context);
  if (!module.ok()) {
    llvm::errs() << "delos-translate: " << importOnnx << ": " << std::string(module.status().message())
                 << "\n";
    return importFailed;
  }
  std::string error;
  std::unique_ptr<llvm::ToolOutputFile> file = mlir::openOutputFile(output, &error);
  if (!file) {
    llvm::errs() << "delos-translate: " << error << "\n";
    return usage;
  }
  (*module)->print(file->os(), printingFlags());
  file->os() << "\n";
  file->keep();
  return 0;
}
