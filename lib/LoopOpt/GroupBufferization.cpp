// One-shot bufferization of a tensor-level kernel.
#include "lib/LoopOpt/GroupBufferization.h"

#include "lib/LoopOpt/LocalBuffers.h"

#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

/// Sizes resolved from inits, slices of empties made empties, dead originals removed.
static LogicalResult simplify(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  tensor::populateFoldTensorEmptyPatterns(patterns);
  if (failed(applyPatternsGreedily(module, std::move(patterns))))
    return failure();
  PassManager passes(module.getContext());
  passes.addPass(memref::createResolveRankedShapeTypeResultDimsPass());
  passes.addPass(createCSEPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  return passes.run(module);
}

/// Gives every use of an empty tensor or a fill its own: equal ones that were merged would be copied.
static void unshareInits(func::FuncOp function) {
  OpBuilder builder(function.getContext());
  llvm::SmallVector<Operation *> inits;
  function.walk([&](Operation *op) {
    if (isa<tensor::EmptyOp, linalg::FillOp>(op))
      inits.push_back(op);
  });
  // Fills before the empties that they fill.
  for (Operation *init : llvm::reverse(inits)) {
    llvm::SmallVector<OpOperand *> uses;
    for (OpOperand &use : init->getUses())
      uses.push_back(&use);
    for (OpOperand *use : llvm::drop_begin(uses)) {
      builder.setInsertionPoint(init);
      use->set(builder.clone(*init)->getResult(0));
    }
  }
}

/// True when `value` is `start`, written to step by step.
static bool isWrittenFrom(Value value, Value start) {
  while (value != start) {
    auto result = dyn_cast<OpResult>(value);
    if (!result)
      return false;
    Operation *op = result.getOwner();
    if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
      value = destination.getTiedOpOperand(result)->get();
    else if (auto loop = dyn_cast<scf::ForOp>(op))
      value = loop.getTiedLoopInit(result)->get();
    else
      return false;
  }
  return true;
}

/// Loops write what they carry. Where an op folded away (an epilogue that gives back one of its inputs), the
/// input itself is yielded: a copy writes it.
static void copyForeignYields(func::FuncOp function) {
  function.walk([&](scf::ForOp loop) {
    auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
    OpBuilder builder(yield);
    for (auto [carried, yielded] : llvm::zip_equal(loop.getRegionIterArgs(), yield->getOpOperands()))
      if (isa<RankedTensorType>(carried.getType()) && !isWrittenFrom(yielded.get(), carried))
        yielded.set(
            linalg::CopyOp::create(builder, loop.getLoc(), yielded.get(), Value(carried)).getResult(0));
  });
}

static LogicalResult bufferize(ModuleOp module) {
  bufferization::OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(bufferization::LayoutMapOption::IdentityLayoutMap);
  bufferization::BufferizationState state;
  if (failed(bufferization::runOneShotModuleBufferize(module, options, state)))
    return failure();
  // Equal subviews become one first: a copy of a buffer onto itself is then recognised.
  PassManager passes(module.getContext());
  passes.addPass(createCSEPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  return passes.run(module);
}

/// The outputs are arguments: returning them says nothing.
static LogicalResult dropResults(func::FuncOp function) {
  auto terminator = cast<func::ReturnOp>(function.getBody().front().getTerminator());
  for (Value value : terminator.getOperands())
    if (!isa<BlockArgument>(value))
      return terminator.emitOpError("an output is not written in place");
  terminator->setOperands({});
  function.setFunctionType(FunctionType::get(function.getContext(), function.getArgumentTypes(), {}));
  return success();
}

FailureOr<BufferKernel> loopopt::bufferizeKernel(ModuleOp module, TensorKernel kernel,
                                                 const LocalLimits &limits) {
  if (failed(simplify(module)) || failed(verifyTensorKernel(kernel.function)))
    return failure();
  unshareInits(kernel.function);
  copyForeignYields(kernel.function);
  if (failed(bufferize(module)) || failed(dropResults(kernel.function)))
    return failure();
  BufferKernel result{kernel.function, std::move(kernel.arguments), DimExpr(0)};
  if (failed(placeLocalBuffers(result, limits)))
    return failure();
  return result;
}
