// The control function and the driver of the column loop.
#include "lib/LoopOpt/ColumnFusion.h"

#include "dialects/Fusion/FusionDialect.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace delos;

using Answer = std::optional<scf::SCFTileAndFuseOptions::ControlFnResult>;

/// True when the slice is operand A of a contraction or the input of a window op.
static bool feedsFirstOperand(tensor::ExtractSliceOp slice) {
  return llvm::any_of(slice->getUses(), [](OpOperand &use) {
    return isa<fusion::MicroKernelOp, fusion::ConvOp>(use.getOwner()) && use.getOperandNumber() == 0;
  });
}

/// What may join the column loop: the contraction itself, and destinations of it.
static Answer joinsColumns(tensor::ExtractSliceOp slice, OpResult producer, Operation *root,
                           llvm::SmallPtrSetImpl<Operation *> &fused) {
  Operation *owner = producer.getOwner();
  if (!isa<fusion::MicroKernelOp, fusion::ConvOp, tensor::EmptyOp>(owner) || feedsFirstOperand(slice))
    return std::nullopt;
  if (owner->getNumResults() > 1 && !fused.insert(owner).second)
    return std::nullopt;
  bool usedElsewhere = llvm::any_of(owner->getUsers(), [&](Operation *user) {
    return user != root && !isa<tensor::DimOp, tensor::ExtractSliceOp>(user);
  });
  return scf::SCFTileAndFuseOptions::ControlFnResult{usedElsewhere && !isa<tensor::EmptyOp>(owner)};
}

LogicalResult loopopt::fuseColumns(RewriterBase &rewriter, linalg::GenericOp root, int64_t columnTile,
                                   MutableArrayRef<Value> live) {
  llvm::SmallVector<int64_t> ranges = root.getStaticLoopRanges();
  if (!ShapedType::isDynamic(ranges.back()) && ranges.back() <= columnTile)
    return success();
  llvm::SmallVector<OpFoldResult> tileSizes(ranges.size(), rewriter.getIndexAttr(0));
  tileSizes.back() = rewriter.getIndexAttr(columnTile);
  scf::SCFTilingOptions tiling;
  tiling.setTileSizes(tileSizes);
  scf::SCFTileAndFuseOptions options;
  options.setTilingOptions(tiling);
  llvm::SmallPtrSet<Operation *, 4> fused;
  options.setFusionControlFn([&](tensor::ExtractSliceOp slice, OpResult producer, bool) {
    return joinsColumns(slice, producer, root, fused);
  });
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(root);
  FailureOr<scf::SCFTileAndFuseResult> result = scf::tileConsumerAndFuseProducersUsingSCF(
      rewriter, cast<TilingInterface>(root.getOperation()), options);
  if (failed(result))
    return root.emitOpError("cannot be tiled over columns");
  for (auto [from, to] : result->replacements) {
    for (Value &value : live)
      if (value == from)
        value = to;
    // Sizes of replaced values are resolved from their inits, above the loop.
    rewriter.replaceUsesWithIf(from, to, [](OpOperand &use) { return !isa<tensor::DimOp>(use.getOwner()); });
  }
  return success();
}
