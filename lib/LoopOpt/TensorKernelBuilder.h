// A tensor-level kernel under construction: arguments on demand, the loop over parallel tiles.
#pragma once

#include "lib/LoopOpt/ContractionTensors.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace delos::loopopt {

/// Owns the function while it is built. Arguments are added when first asked for; equal ones are shared.
class TensorKernelBuilder {
public:
  TensorKernelBuilder(mlir::ModuleOp module, mlir::Location loc, llvm::StringRef name);

  mlir::OpBuilder &builder() { return rewriter; }
  mlir::IRRewriter &irRewriter() { return rewriter; }
  mlir::Location location() const { return loc; }

  /// The tensor argument for `buffer` viewed with `shape`.
  mlir::Value tensor(unsigned buffer, llvm::ArrayRef<DimExpr> shape, mlir::Type storageType);
  /// The value of an expression of sizes: an attribute when constant, else an argument.
  mlir::OpFoldResult extent(const DimExpr &expr);
  mlir::Value extentValue(const DimExpr &expr);

  /// Opens the loop over the parallel tiles that carries `outputs`; `index` is its variable.
  /// The insertion point moves into it.
  void openTiles(llvm::ArrayRef<mlir::Value> outputs);
  mlir::Value tileIndex() { return loop.getInductionVar(); }
  mlir::Value carried(unsigned output) { return loop.getRegionIterArg(output); }
  /// Closes the loop with the new outputs and the function with the loop's results.
  TensorKernel close(mlir::ValueRange outputs);

private:
  mlir::Value addArgument(KernelArgument argument, mlir::Type type);

  mlir::IRRewriter rewriter;
  mlir::Location loc;
  TensorKernel kernel;
  mlir::scf::ForOp loop;
};

/// Splits the tile index into one index per count (outermost first; the last one runs fastest).
llvm::SmallVector<mlir::Value> splitTileIndex(TensorKernelBuilder &kernel, llvm::ArrayRef<DimExpr> counts);

/// Offset and size of block `index` of `block` elements out of `extent`; the size is static when it divides.
std::pair<mlir::OpFoldResult, mlir::OpFoldResult> blockRange(TensorKernelBuilder &kernel, mlir::Value index,
                                                             int64_t block, const DimExpr &extent);

} // namespace delos::loopopt
