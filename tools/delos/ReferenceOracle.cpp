/// The reference interpreter as an oracle: import, open, interpret.
#include "lib/Import/Import.h"
#include "lib/Pipelines/CompilePipeline.h"
#include "lib/Pipelines/InitAll.h"
#include "lib/Reference/Interpreter.h"
#include "tools/delos/Oracles.h"
#include "tools/delos/RefTensors.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"

#include "absl/strings/str_cat.h"

namespace delos::tool {
namespace {

/// Opens the nodes of an imported model; diagnostics become the status.
Status openModel(mlir::ModuleOp module) {
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(module.getContext(), [&](mlir::Diagnostic &diagnostic) {
    absl::StrAppend(&messages, messages.empty() ? "" : "; ", diagnostic.str());
    return mlir::success();
  });
  mlir::PassManager manager(module.getContext());
  if (!populateCompilePipeline(manager, {}, "open"))
    return absl::InternalError("there is no phase 'open'");
  if (mlir::failed(manager.run(module)))
    return absl::UnavailableError(messages);
  return absl::OkStatus();
}

} // namespace

StatusOr<std::vector<Tensor>> runReference(const std::string &model, std::span<const Tensor> inputs) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = importModelFile(model, {}, context);
  if (!module.ok())
    return module.status();
  if (Status status = openModel(**module); !status.ok())
    return status;
  auto main = (*module)->lookupSymbol<mlir::func::FuncOp>("main");
  if (!main)
    return absl::InternalError("the imported model has no function 'main'");
  std::vector<reference::RefTensor> arguments;
  for (const Tensor &input : inputs) {
    StatusOr<reference::RefTensor> converted = toReference(input);
    if (!converted.ok())
      return converted.status();
    arguments.push_back(*std::move(converted));
  }
  auto results = reference::interpret(main, arguments);
  if (!results.ok())
    return results.status();
  std::vector<Tensor> tensors;
  for (const reference::RefTensor &result : *results) {
    StatusOr<Tensor> converted = fromReference(result);
    if (!converted.ok())
      return converted.status();
    tensors.push_back(*std::move(converted));
  }
  return tensors;
}

} // namespace delos::tool
