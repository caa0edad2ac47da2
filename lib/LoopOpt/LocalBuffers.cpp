// Placement of a kernel's local buffers: bounded ones on the stack at the entry, the rest in scratch memory.
#include "lib/LoopOpt/LocalBuffers.h"

#include "llvm/Support/MathExtras.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

/// Alignment of local buffers: a cache line, and the widest vector.
static constexpr int64_t alignment = 64;

namespace {

/// Upper bounds of one allocation's dims, in numbers or in sizes of the kernel.
struct Bounds {
  llvm::SmallVector<DimExpr, 4> dims;
  DimExpr bytes = 0;
};

} // namespace

static std::optional<DimExpr> boundOf(Value size, const BufferKernel &kernel) {
  auto constant = ValueBoundsConstraintSet::computeConstantBound(
      presburger::BoundType::UB, ValueBoundsConstraintSet::Variable(size),
      /*stopCondition=*/nullptr, /*closedUB=*/true);
  if (succeeded(constant))
    return DimExpr(*constant);
  if (auto argument = dyn_cast<BlockArgument>(size))
    if (const KernelArgument &known = kernel.arguments[argument.getArgNumber()];
        argument.getOwner()->isEntryBlock() && known.kind == KernelArgument::Kind::Extent)
      return known.extent;
  return std::nullopt;
}

static FailureOr<Bounds> boundsOf(memref::AllocOp alloc, const BufferKernel &kernel) {
  MemRefType type = alloc.getType();
  Bounds bounds;
  bounds.bytes = std::max<int64_t>(1, type.getElementTypeBitWidth() / 8);
  unsigned dynamic = 0;
  for (int64_t size : type.getShape()) {
    if (!ShapedType::isDynamic(size)) {
      bounds.dims.push_back(size);
    } else {
      auto bound = boundOf(alloc.getDynamicSizes()[dynamic++], kernel);
      if (!bound)
        return alloc.emitOpError("a local buffer has a size without a bound: ")
               << alloc.getDynamicSizes()[dynamic - 1];
      bounds.dims.push_back(*bound);
    }
    bounds.bytes = bounds.bytes * bounds.dims.back();
  }
  return bounds;
}

/// Subviews of a buffer whose strides changed have types that follow.
static void retypeViews(Value value) {
  for (Operation *user : value.getUsers())
    if (auto view = dyn_cast<memref::SubViewOp>(user); view && view.getSource() == value) {
      auto source = cast<MemRefType>(value.getType());
      MemRefType full = memref::SubViewOp::inferResultType(source, view.getMixedOffsets(),
                                                           view.getMixedSizes(), view.getMixedStrides());
      if (full.getRank() != view.getType().getRank())
        full = memref::SubViewOp::inferRankReducedResultType(view.getType().getShape(), source,
                                                             view.getMixedOffsets(), view.getMixedSizes(),
                                                             view.getMixedStrides());
      view.getResult().setType(full);
      retypeViews(view.getResult());
    }
}

/// Replaces `alloc` by the leading part of `room`, whose extents are its bounds.
static void replaceByView(RewriterBase &rewriter, memref::AllocOp alloc, Value room) {
  for (Operation *user : llvm::make_early_inc_range(alloc->getUsers()))
    if (isa<memref::DeallocOp>(user))
      rewriter.eraseOp(user);
  if (room.getType() == alloc.getType()) {
    rewriter.replaceOp(alloc, room);
    return;
  }
  rewriter.setInsertionPoint(alloc);
  llvm::SmallVector<OpFoldResult> offsets(alloc.getType().getRank(), rewriter.getIndexAttr(0));
  llvm::SmallVector<OpFoldResult> strides(alloc.getType().getRank(), rewriter.getIndexAttr(1));
  auto view =
      memref::SubViewOp::create(rewriter, alloc.getLoc(), room, offsets, alloc.getMixedSizes(), strides);
  rewriter.replaceAllUsesWith(alloc.getResult(), view.getResult());
  rewriter.eraseOp(alloc);
  retypeViews(view);
}

static Value placeOnStack(RewriterBase &rewriter, memref::AllocOp alloc, ArrayRef<int64_t> shape,
                          Block &entry) {
  rewriter.setInsertionPointToStart(&entry);
  auto type = MemRefType::get(shape, alloc.getType().getElementType());
  return memref::AllocaOp::create(rewriter, alloc.getLoc(), type, ValueRange{},
                                  rewriter.getI64IntegerAttr(alignment));
}

static Value placeInScratch(memref::AllocOp alloc, const Bounds &bounds, BufferKernel &kernel) {
  llvm::SmallVector<int64_t> shape;
  for (const DimExpr &dim : bounds.dims)
    shape.push_back(dim.asConstant().value_or(ShapedType::kDynamic));
  Type element = alloc.getType().getElementType();
  return addScratchArgument(kernel, MemRefType::get(shape, element),
                            llvm::SmallVector<DimExpr, 6>(bounds.dims.begin(), bounds.dims.end()),
                            bounds.bytes);
}

Value loopopt::addScratchArgument(BufferKernel &kernel, MemRefType type, llvm::SmallVector<DimExpr, 6> shape,
                                  const DimExpr &bytes) {
  kernel.arguments.push_back(
      {KernelArgument::Kind::Scratch, kernel.scratchBytes, 0, std::move(shape), type.getElementType()});
  kernel.scratchBytes = kernel.scratchBytes + DimExpr::ceilDiv(bytes, alignment) * DimExpr(alignment);
  Builder builder(type.getContext());
  auto local = builder.getDictionaryAttr(builder.getNamedAttr(localArgument, builder.getUnitAttr()));
  unsigned position = kernel.function.getNumArguments();
  (void)kernel.function.insertArgument(position, type, local, kernel.function.getLoc());
  return kernel.function.getArgument(position);
}

LogicalResult loopopt::placeLocalBuffers(BufferKernel &kernel, const LocalLimits &limits) {
  IRRewriter rewriter(kernel.function.getContext());
  llvm::SmallVector<memref::AllocOp> allocs;
  kernel.function.walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });
  bool usesScratch = !limits.scratchBytes.isConstant(0);
  for (memref::AllocOp alloc : allocs) {
    FailureOr<Bounds> bounds = boundsOf(alloc, kernel);
    if (failed(bounds))
      return failure();
    auto bytes = bounds->bytes.asConstant();
    Value room;
    if (bytes && (!usesScratch || *bytes <= limits.narrowBytes)) {
      llvm::SmallVector<int64_t> shape;
      for (const DimExpr &dim : bounds->dims)
        shape.push_back(*dim.asConstant());
      room = placeOnStack(rewriter, alloc, shape, kernel.function.getBody().front());
    } else {
      room = placeInScratch(alloc, *bounds, kernel);
    }
    replaceByView(rewriter, alloc, room);
  }
  auto planned = limits.scratchBytes.asConstant(), needed = kernel.scratchBytes.asConstant();
  if (needed.value_or(1) > 0 && (!usesScratch || (planned && needed && *needed > *planned)))
    return kernel.function.emitOpError() << "local buffers need " << kernel.scratchBytes.str()
                                         << " bytes of scratch, the plan has " << limits.scratchBytes.str();
  return success();
}
