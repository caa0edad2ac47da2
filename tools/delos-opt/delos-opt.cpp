// delos-opt: runs passes and pipelines on IR files, as mlir-opt does.
#include "lib/Pipelines/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  delos::registerAllDialects(registry);
  delos::registerAllPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Delos optimizer driver\n", registry));
}
