// A tensor-level kernel under construction: arguments on demand, the loop over parallel tiles.
#pragma once

#include "lib/LoopOpt/ContractionTensors.h"
#include "lib/LoopOpt/StageEmitter.h"

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

/// The part of a whole tensor that lies in the tile, given the tile's offset and size in every coarse dim.
mlir::Value sliceTile(TensorKernelBuilder &kernel, mlir::Value tensor, llvm::ArrayRef<int> dims,
                      llvm::ArrayRef<mlir::OpFoldResult> offsets, llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// The part of a kernel input (or of a constant inside the kernel) that the tile reads.
TileTensor readInput(TensorKernelBuilder &kernel, const SeamGroup &group, const ElementCode &code,
                     mlir::Value value, const Access &fineAccess, llvm::ArrayRef<mlir::OpFoldResult> offsets,
                     llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// The argument that output `output` of the group is written to.
mlir::Value outputArgument(TensorKernelBuilder &kernel, const SeamGroup &group, const ElementCode &code,
                           unsigned output);

/// The carried outputs with the tile's part of each replaced.
llvm::SmallVector<mlir::Value> insertTiles(TensorKernelBuilder &kernel, const SeamGroup &group,
                                           llvm::ArrayRef<mlir::Value> tiles,
                                           llvm::ArrayRef<mlir::OpFoldResult> offsets,
                                           llvm::ArrayRef<mlir::OpFoldResult> sizes);

} // namespace delos::loopopt
