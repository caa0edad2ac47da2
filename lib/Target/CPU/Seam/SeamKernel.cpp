// Tensor form, bufferization, expansion, ABI frame.
#include "lib/Target/CPU/Seam/SeamKernel.h"

#include "lib/LoopOpt/ContractionTensors.h"
#include "lib/LoopOpt/GroupBufferization.h"
#include "lib/LoopOpt/WindowTensors.h"
#include "lib/Target/CPU/KernelFunction.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/Seam/GenericExpansion.h"
#include "lib/Target/CPU/Seam/MicroKernelExpansion.h"
#include "lib/Target/CPU/Seam/SizeTable.h"
#include "lib/Target/CPU/Seam/WindowExpansion.h"
#include "lib/Target/CPU/Seam/WinogradExpansion.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <algorithm>

using namespace mlir;
using namespace delos;
using namespace delos::cpu;

loopopt::VectorTarget cpu::vectorTargetOf(const TargetDescription &target) {
  loopopt::VectorTarget result;
  result.vectorBits = target.vectorBits;
  result.vectorRegisters = target.vectorRegisters;
  result.l1Bytes = target.l1Bytes;
  result.l2Bytes = target.l2Bytes;
  result.l3Bytes = target.l3Bytes;
  result.cores = target.cores;
  result.winograd = target.winograd;
  return result;
}

namespace {

/// The row emitter's element semantics.
class RowElementCode : public loopopt::ElementCode {
public:
  Type computeType(Type elementType) const override { return rows::computeType(elementType); }
  Type storageType(Type elementType) const override { return cpu::storageType(elementType); }
  bool isSupported(Type elementType) const override { return rows::isSupported(elementType); }
  Value emit(OpBuilder &builder, Location loc, Operation *op, ValueRange operands) const override {
    ImplicitLocOpBuilder b(loc, builder);
    auto element = [](Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); };
    Type from = element(op->getOperands().back());
    if (auto map = dyn_cast<graph::MapOp>(op))
      return rows::roundTo(b, rows::emitFunction(b, map.getFn(), from, llvm::to_vector(operands)),
                           element(map.getResult()));
    if (auto convert = dyn_cast<graph::CastOp>(op))
      return rows::emitCast(b, operands[0], from, element(convert.getResult()), convert.getMode());
    return rows::emitBitcast(b, operands[0], from, element(op->getResult(0)));
  }
  Value fromStorage(OpBuilder &builder, Location loc, Value stored, Type elementType) const override {
    ImplicitLocOpBuilder b(loc, builder);
    return rows::fromStorage(b, stored, elementType);
  }
  Value toStorage(OpBuilder &builder, Location loc, Value value, Type elementType) const override {
    ImplicitLocOpBuilder b(loc, builder);
    return rows::toStorage(b, value, elementType);
  }
  Value round(OpBuilder &builder, Location loc, Value value, Type elementType) const override {
    ImplicitLocOpBuilder b(loc, builder);
    return rows::roundTo(b, value, elementType);
  }
  Value combine(OpBuilder &builder, Location loc, graph::ReduceKind kind, Type elementType, Value accumulator,
                Value value) const override {
    ImplicitLocOpBuilder b(loc, builder);
    return rows::emitCombine(b, kind, elementType, accumulator, value);
  }
  TypedAttr neutral(graph::ReduceKind kind, Type elementType) const override {
    return rows::neutralElement(kind, elementType);
  }
  TypedAttr constant(Attribute element, Type elementType) const override {
    return rows::constantElement(element, elementType);
  }
};

} // namespace

//===-- Frame --------------------------------------------------------------------------------------===//

/// Dense shapes of the ABI's buffers: that of the first argument which views a buffer; other views of the
/// same one are taken from a second entry of the frame's table with the same address.
static FailureOr<func::FuncOp> frame(OpBuilder &builder, StringRef name, loopopt::BufferKernel &kernel,
                                     const SizeTable &symbols, unsigned bufferCount) {
  Location loc = kernel.function.getLoc();
  auto affineShape = [&](ArrayRef<DimExpr> shape) {
    SmallVector<AffineExpr> result;
    for (const DimExpr &dim : shape)
      result.push_back(symbols.affine(dim));
    return result;
  };
  std::vector<KernelBuffer> buffers(bufferCount,
                                    KernelBuffer{builder.getI8Type(), {builder.getAffineConstantExpr(1)}});
  std::vector<int> firstView(bufferCount, -1);
  for (auto [i, argument] : llvm::enumerate(kernel.arguments))
    if (argument.kind == loopopt::KernelArgument::Kind::Tensor && firstView[argument.buffer] < 0) {
      firstView[argument.buffer] = i;
      buffers[argument.buffer] = {argument.storageType, affineShape(argument.shape)};
    }
  for (const KernelBuffer &buffer : buffers)
    if (llvm::is_contained(buffer.shape, AffineExpr()))
      return kernel.function.emitOpError("a size has no affine form");
  KernelFunction abi(builder, loc, name, buffers, symbols.size());
  IRMapping mapping;
  using Kind = loopopt::KernelArgument::Kind;
  for (auto [i, argument] : llvm::enumerate(kernel.arguments)) {
    Value value;
    if (argument.kind == Kind::Begin)
      value = abi.begin();
    else if (argument.kind == Kind::End)
      value = abi.end();
    else if (argument.kind == Kind::Extent)
      value = abi.evaluateIndex(symbols.affine(argument.extent));
    else if (argument.kind == Kind::Scratch)
      value = abi.scratch(argument.storageType, symbols.affine(argument.extent), affineShape(argument.shape));
    else if (firstView[argument.buffer] == static_cast<int>(i))
      value = abi.buffer(argument.buffer);
    else
      value = abi.viewBuffer(argument.buffer, argument.storageType, affineShape(argument.shape));
    mapping.map(kernel.function.getArgument(i), value);
  }
  for (Operation &op : kernel.function.getBody().front().without_terminator())
    builder.clone(op, mapping);
  abi.finish();
  return abi.function();
}

//===-- Expansion ----------------------------------------------------------------------------------===//

/// What bufferization left as a copy becomes an element-wise op.
static void copiesToGenerics(RewriterBase &rewriter, func::FuncOp function) {
  SmallVector<memref::CopyOp> copies;
  function.walk([&](memref::CopyOp copy) { copies.push_back(copy); });
  for (memref::CopyOp copy : copies) {
    rewriter.setInsertionPoint(copy);
    linalg::CopyOp::create(rewriter, copy.getLoc(), copy.getSource(), copy.getTarget());
    rewriter.eraseOp(copy);
  }
}

/// How the ops of a kernel are expanded.
struct ExpansionOptions {
  seam::MicroKernelOptions contraction;
  seam::WindowOptions window;
  int64_t unroll = 4;
};

static LogicalResult expand(loopopt::BufferKernel &kernel, const ExpansionOptions &options,
                            const TargetDescription &target) {
  func::FuncOp function = kernel.function;
  IRRewriter rewriter(function.getContext());
  seam::Workspace workspace(kernel);
  copiesToGenerics(rewriter, function);
  SmallVector<fusion::ConvOp> windows;
  function.walk([&](fusion::ConvOp op) { windows.push_back(op); });
  for (fusion::ConvOp op : windows) {
    auto expandOne = op.getWinograd() ? seam::expandWinograd : seam::expandWindow;
    if (failed(expandOne(rewriter, op, target, options.window, workspace)))
      return failure();
  }
  // Windows may leave products.
  SmallVector<fusion::MicroKernelOp> contractions;
  function.walk([&](fusion::MicroKernelOp op) { contractions.push_back(op); });
  for (fusion::MicroKernelOp op : contractions)
    if (failed(seam::expandMicroKernel(rewriter, op, target, options.contraction)))
      return failure();
  // A sunk epilogue is gone by now.
  SmallVector<linalg::LinalgOp> tiles;
  function.walk([&](linalg::LinalgOp op) { tiles.push_back(op); });
  for (linalg::LinalgOp op : tiles)
    if (failed(seam::expandGeneric(rewriter, op, target, options.unroll)))
      return failure();
  return success();
}

/// Constants of the kernel's body go into the module of the kernel, under names of its own.
static void moveGlobals(ModuleOp workspace, OpBuilder &builder, StringRef name) {
  for (auto global : llvm::make_early_inc_range(workspace.getOps<memref::GlobalOp>())) {
    std::string own = (name + global.getSymName()).str();
    workspace.walk([&](memref::GetGlobalOp use) {
      if (use.getName() == global.getSymName())
        use.setName(own);
    });
    auto copy = cast<memref::GlobalOp>(builder.clone(*global));
    copy.setSymName(own);
  }
}

/// From the tensor form in `workspace` to the ABI function in `module`.
template <typename Plan>
static FailureOr<SeamKernel> finish(ModuleOp module, ModuleOp workspace, StringRef name, const Plan &plan,
                                    FailureOr<loopopt::TensorKernel> tensors, const ExpansionOptions &options,
                                    const TargetDescription &target) {
  if (failed(tensors))
    return failure();
  FailureOr<loopopt::BufferKernel> buffers =
      loopopt::bufferizeKernel(workspace, *tensors, loopopt::LocalLimits{plan.scratchBytes});
  if (failed(buffers) || failed(expand(*buffers, options, target)))
    return failure();
  auto needed = buffers->scratchBytes.asConstant(), planned = plan.scratchBytes.asConstant();
  if (needed && planned && *needed > *planned)
    return buffers->function.emitOpError()
           << "needs " << *needed << " bytes of scratch, the plan has " << *planned;
  PassManager passes(module.getContext());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  if (failed(passes.run(workspace)))
    return failure();
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  moveGlobals(workspace, builder, name);
  unsigned bufferCount = plan.group.block->getNumArguments() + plan.group.outputs.size();
  SizeTable sizes(module.getContext(), plan.symbols);
  FailureOr<func::FuncOp> function = frame(builder, name, *buffers, sizes, bufferCount);
  if (failed(function))
    return failure();
  return SeamKernel{*function, plan.symbols, plan.tiles, plan.scratchBytes};
}

FailureOr<SeamKernel> cpu::applyContraction(ModuleOp module, StringRef name,
                                            const loopopt::ContractionPlan &plan,
                                            const TargetDescription &target) {
  OwningOpRef<ModuleOp> workspace = ModuleOp::create(plan.group.product().getLoc());
  auto tensors = loopopt::emitContractionTensors(*workspace, name, plan, RowElementCode());
  const loopopt::ContractionSchedule &schedule = plan.schedule;
  ExpansionOptions options{
      {schedule.kBlock, schedule.tail == loopopt::TailPolicy::Narrow}, {}, schedule.unroll};
  return finish(module, *workspace, name, plan, tensors, options, target);
}

FailureOr<SeamKernel> cpu::applyWindow(ModuleOp module, StringRef name, const loopopt::WindowPlan &plan,
                                       const TargetDescription &target) {
  OwningOpRef<ModuleOp> workspace = ModuleOp::create(plan.group.product().getLoc());
  auto tensors = loopopt::emitWindowTensors(*workspace, name, plan, RowElementCode());
  ExpansionOptions options{{}, {plan.schedule.sink, plan.halo, plan.schedule.rowTile}, plan.schedule.unroll};
  return finish(module, *workspace, name, plan, tensors, options, target);
}
