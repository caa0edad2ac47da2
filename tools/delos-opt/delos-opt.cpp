// delos-opt: runs passes and pipelines on IR files, as mlir-opt does.
//
// Beyond mlir-opt: --until-after=PHASE runs the compilation up to and including a phase (open, simplify,
// fuse, plan, program, schedule, memory) on an imported module; it stands for
// --delos-compile=until-after=PHASE.
#include "lib/Pipelines/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include <string>
#include <string_view>
#include <vector>

/// The arguments with --until-after spelled out as the pipeline it stands for.
static std::vector<std::string> expandArguments(int argc, char **argv) {
  constexpr std::string_view kShort = "until-after=";
  std::vector<std::string> arguments(argv, argv + argc);
  for (std::string &argument : arguments) {
    size_t dashes = argument.find_first_not_of('-');
    if (dashes > 0 && dashes <= 2 && argument.compare(dashes, kShort.size(), kShort) == 0)
      argument = "--delos-compile=" + argument.substr(dashes);
  }
  return arguments;
}

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  delos::registerAllDialects(registry);
  delos::registerAllPasses();
  std::vector<std::string> arguments = expandArguments(argc, argv);
  std::vector<char *> pointers;
  for (std::string &argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, pointers.data(), "Delos optimizer driver\n", registry));
}
