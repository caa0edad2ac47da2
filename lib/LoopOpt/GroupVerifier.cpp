// What must not reach bufferization.
#include "dialects/Fusion/FusionDialect.h"
#include "lib/LoopOpt/GroupBufferization.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace delos;

/// The value that a chain of slices starts from.
static Value unsliced(Value value) {
  while (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
    value = slice.getSource();
  return value;
}

/// True when a loop around `op` and inside the one that carries the tile varies a dim that `op` reduces: the
/// accumulator must then come from that loop, not from a fill inside it.
static LogicalResult verifyReduction(linalg::GenericOp op) {
  if (op.getNumReductionLoops() == 0)
    return success();
  auto loop = op->getParentOfType<scf::ForOp>();
  if (!loop)
    return success();
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    bool reduces = llvm::any_of(llvm::enumerate(op.getIteratorTypesArray()), [&](auto dim) {
      return dim.value() == utils::IteratorType::reduction && !map.isFunctionOfDim(dim.index());
    });
    Value source = unsliced(init.get());
    auto fill = source.getDefiningOp<linalg::FillOp>();
    if (!reduces || !fill || fill->getParentOp() != loop)
      continue;
    // An input that the loop slices along a reduced dim makes the loop one over the reduction.
    for (OpOperand *input : op.getDpsInputOperands()) {
      auto slice = input->get().getDefiningOp<tensor::ExtractSliceOp>();
      AffineMap inputMap = op.getMatchingIndexingMap(input);
      if (!slice)
        continue;
      for (auto [i, offset] : llvm::enumerate(slice.getMixedOffsets())) {
        auto expr =
            dyn_cast<AffineDimExpr>(inputMap.getResult(std::min<size_t>(i, inputMap.getNumResults() - 1)));
        bool reducedDim =
            expr && op.getIteratorTypesArray()[expr.getPosition()] == utils::IteratorType::reduction;
        if (reducedDim && dyn_cast<Value>(offset) == loop.getInductionVar())
          return op.emitOpError("reduction is initialised inside the loop over its reduced dim");
      }
    }
  }
  return success();
}

static LogicalResult verifyMicroKernel(fusion::MicroKernelOp op) {
  auto slice = op.getA().getDefiningOp<tensor::ExtractSliceOp>();
  auto loop = op->getParentOfType<scf::ForOp>();
  if (!slice || !loop || !op.getZeroInit())
    return success();
  unsigned k = *op.getAIndexing().getResultPosition(getAffineDimExpr(op.getBatchRank() + 2, op.getContext()));
  if (dyn_cast<Value>(slice.getMixedOffsets()[k]) == loop.getInductionVar())
    return op.emitOpError("a microkernel with zero_init stands inside a loop over k");
  return success();
}

LogicalResult loopopt::verifyTensorKernel(func::FuncOp function) {
  WalkResult result = function.walk([](Operation *op) {
    LogicalResult ok = success();
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      ok = verifyReduction(generic);
    else if (auto kernel = dyn_cast<fusion::MicroKernelOp>(op))
      ok = verifyMicroKernel(kernel);
    return failed(ok) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
