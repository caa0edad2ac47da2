// Prints kernels as stand-alone functions.
#include "lib/Fusion/KernelText.h"

#include "dialects/Graph/GraphOps.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace delos {

std::string kernelText(fusion::KernelOp kernel) {
  mlir::OpBuilder builder(kernel.getContext());
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToEnd(module->getBody());
  auto type = builder.getFunctionType(kernel.getInputs().getTypes(), kernel.getResultTypes());
  auto function = mlir::func::FuncOp::create(builder, builder.getUnknownLoc(), "kernel", type);
  mlir::IRMapping mapping;
  kernel.getBody().cloneInto(&function.getBody(), mapping);
  mlir::Operation *yield = function.getBody().front().getTerminator();
  builder.setInsertionPoint(yield);
  mlir::func::ReturnOp::create(builder, builder.getUnknownLoc(), yield->getOperands());
  yield->erase();
  for (auto [index, input] : llvm::enumerate(kernel.getInputs()))
    if (input.getDefiningOp<graph::ConstantOp>())
      function.setArgAttr(index, kConstantInputAttr, builder.getUnitAttr());
  if (kernel->hasAttr(kFallbackAttr))
    function->setAttr(kFallbackAttr, builder.getUnitAttr());
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream);
  return text;
}

} // namespace delos
