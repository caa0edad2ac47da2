// hostile-import: imports mutated models; none may crash or hang, and what is accepted must be whole.
//
// An accepted model must print to text that parses back to the same text, and give the same text when the
// nodes of its file are shuffled.
#include "dialects/Graph/GraphOps.h"
#include "dialects/Onnx/OnnxDialect.h"
#include "lib/Import/Import.h"
#include "lib/Import/onnx-ml.pb.h"
#include "test/hostile/CaseRunner.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <random>

namespace {

std::string textOf(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

bool roundTrips(const std::string &text) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::func::FuncDialect, delos::graph::GraphDialect, delos::onnx::OnnxDialect>();
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceString<mlir::ModuleOp>(text, mlir::ParserConfig(&context));
  return module && textOf(*module) == text;
}

/// The same text from the same graph with its nodes in another order.
bool ignoresOrder(const std::string &bytes, const std::string &text, const delos::ImportOptions &options) {
  ::onnx::ModelProto model;
  if (!model.ParseFromString(bytes))
    return false;
  auto *nodes = model.mutable_graph()->mutable_node();
  std::mt19937_64 random(bytes.size());
  for (int i = nodes->size() - 1; i > 0; --i)
    nodes->SwapElements(i, int(random() % uint64_t(i + 1)));
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = delos::importModel(model.SerializeAsString(), options, context);
  return module.ok() && textOf(**module) == text;
}

std::string check(const std::string &bytes, const std::string &folder, delos::hostile::Tally &tally) {
  delos::ImportOptions options;
  options.externalFolder = folder;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = delos::importModel(bytes, options, context);
  if (!module.ok()) {
    ++tally.refused;
    bool isFault = module.status().code() == absl::StatusCode::kInternal || module.status().message().empty();
    return isFault ? std::string(module.status().ToString()) : std::string();
  }
  ++tally.accepted;
  std::string text = textOf(**module);
  if (!roundTrips(text))
    return "its text does not parse back to itself";
  if (!ignoresOrder(bytes, text, options))
    return "it depends on the order of its nodes";
  ++tally.checked;
  return "";
}

} // namespace

int main(int argc, char **argv) {
  return delos::hostile::runDriver(argc, argv,
                                   {.name = "hostile-import",
                                    .check = check,
                                    .countsAccepted = false,
                                    .casesPerChild = 500,
                                    .timeout = 30});
}
