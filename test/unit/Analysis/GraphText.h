// Blocks of graph ops from a few lines of text.
#pragma once

#include "dialects/Graph/GraphOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <memory>
#include <string>

namespace delos::test {

/// A parsed function `func.func @f(ARGUMENTS) -> RESULT { BODY }`; its block lives as long as this object.
struct GraphText {
  std::unique_ptr<mlir::MLIRContext> context = std::make_unique<mlir::MLIRContext>();
  mlir::OwningOpRef<mlir::ModuleOp> module;

  explicit GraphText(const std::string &function) {
    context->loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(function, context.get());
  }
  mlir::Block &block() { return (*module->getOps<mlir::func::FuncOp>().begin()).getBody().front(); }
  /// The n-th op of a kind.
  template <typename Op>
  Op find(int n = 0) {
    for (mlir::Operation &op : block())
      if (auto found = mlir::dyn_cast<Op>(op); found && n-- == 0)
        return found;
    return {};
  }
};

} // namespace delos::test
