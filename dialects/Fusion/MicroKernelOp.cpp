// fusion.microkernel: verification, tiling over (batch..., m, n, k), bufferization.
#include "dialects/Fusion/FusionDialect.h"
#include "dialects/Fusion/SeamTiling.h"

#include "llvm/Support/MathExtras.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace delos::fusion;

/// (batch..., m, n, k) -> (batch..., first, second), where first and second name m = 0, n = 1, k = 2.
static AffineMap batchedMap(MLIRContext *context, unsigned batchRank, unsigned first, unsigned second) {
  SmallVector<AffineExpr> results;
  for (unsigned i = 0; i < batchRank; ++i)
    results.push_back(getAffineDimExpr(i, context));
  results.push_back(getAffineDimExpr(batchRank + first, context));
  results.push_back(getAffineDimExpr(batchRank + second, context));
  return AffineMap::get(batchRank + 3, 0, results, context);
}

unsigned MicroKernelOp::getBatchRank() { return cast<ShapedType>(getC().getType()).getRank() - 2; }

AffineMap MicroKernelOp::getAIndexing() {
  if (auto map = getAMap())
    return *map;
  return batchedMap(getContext(), getBatchRank(), 0, 2);
}

AffineMap MicroKernelOp::getBIndexing() {
  if (auto map = getBMap())
    return *map;
  return getPacked() ? batchedMap(getContext(), getBatchRank(), 1, 2)
                     : batchedMap(getContext(), getBatchRank(), 2, 1);
}

static bool hasDim(AffineMap map, unsigned dim) { return map.isFunctionOfDim(dim); }
static unsigned dimAt(AffineMap map, unsigned result) {
  return cast<AffineDimExpr>(map.getResult(result)).getPosition();
}

//===-- Verification
//---------------------------------------------------------------------------------------------------------------===//

static LogicalResult verifyMap(MicroKernelOp op, StringRef name, AffineMap map, int64_t rank, unsigned free,
                               unsigned foreign) {
  unsigned batch = op.getBatchRank();
  if (map.getNumDims() != batch + 3 || map.getNumSymbols() || !map.isProjectedPermutation())
    return op.emitOpError() << "expected " << name << " to be a projected permutation of " << batch + 3
                            << " dims, got " << AffineMapAttr::get(map);
  if (!hasDim(map, batch + free) || !hasDim(map, batch + 2) || hasDim(map, batch + foreign))
    return op.emitOpError() << "expected " << name << " to use k and " << (free ? "n" : "m") << " and not "
                            << (foreign ? "n" : "m") << ", got " << AffineMapAttr::get(map);
  if (static_cast<int64_t>(map.getNumResults()) != rank)
    return op.emitOpError() << "expected " << name << " with " << rank
                            << " results, one per dim of the operand, got " << AffineMapAttr::get(map);
  return success();
}

static LogicalResult verifyElementTypes(MicroKernelOp op) {
  Type a = getElementTypeOrSelf(op.getA()), b = getElementTypeOrSelf(op.getB()),
       c = getElementTypeOrSelf(op.getC());
  for (Type type : {a, b}) {
    bool sameClass =
        (isa<FloatType>(type) && isa<FloatType>(c)) || (type.isSignlessInteger() && c.isSignlessInteger());
    if (!sameClass || type.getIntOrFloatBitWidth() > c.getIntOrFloatBitWidth())
      return op.emitOpError()
             << "expected operands of C's class (float or signless integer) and not wider than it, got "
             << type << " for C of " << c;
  }
  if ((op.getAUnsigned() || op.getBUnsigned()) && !c.isInteger())
    return op.emitOpError("expected a_unsigned and b_unsigned only on integers");
  return success();
}

/// Extents that both operands of a dim give must agree where they are static.
static LogicalResult verifyExtents(MicroKernelOp op) {
  unsigned batch = op.getBatchRank();
  SmallVector<int64_t> extents(batch + 3, ShapedType::kDynamic);
  auto meet = [&](unsigned dim, int64_t size) {
    if (ShapedType::isDynamic(size))
      return true;
    if (!ShapedType::isDynamic(extents[dim]) && extents[dim] != size)
      return false;
    extents[dim] = size;
    return true;
  };
  auto c = cast<ShapedType>(op.getC().getType()), a = cast<ShapedType>(op.getA().getType()),
       b = cast<ShapedType>(op.getB().getType());
  for (unsigned d = 0; d < batch + 2; ++d)
    meet(d, c.getDimSize(d));
  auto mismatch = [&](StringRef name, unsigned dim, int64_t size) {
    return op.emitOpError() << "expected extent " << extents[dim] << " of iteration dim " << dim << ", got "
                            << size << " in " << name;
  };
  for (auto [i, expr] : llvm::enumerate(op.getAIndexing().getResults()))
    if (unsigned dim = cast<AffineDimExpr>(expr).getPosition(); !meet(dim, a.getDimSize(i)))
      return mismatch("A", dim, a.getDimSize(i));
  for (auto [i, expr] : llvm::enumerate(op.getBIndexing().getResults())) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    if (op.getPacked() && dim == batch + 1) {
      if (!ShapedType::isDynamic(extents[dim]) && !b.isDynamicDim(i) &&
          b.getDimSize(i) != llvm::divideCeilSigned(extents[dim], op.getNr()))
        return op.emitOpError() << "expected " << llvm::divideCeilSigned(extents[dim], op.getNr())
                                << " panels of B, got " << b.getDimSize(i);
    } else if (!meet(dim, b.getDimSize(i))) {
      return mismatch("B", dim, b.getDimSize(i));
    }
  }
  return success();
}

LogicalResult MicroKernelOp::verify() {
  auto a = cast<ShapedType>(getA().getType()), b = cast<ShapedType>(getB().getType()),
       c = cast<ShapedType>(getC().getType());
  if (!a.hasRank() || !b.hasRank() || !c.hasRank() || c.getRank() < 2)
    return emitOpError("expected ranked operands and C of rank 2 or more");
  if (getNumResults() != (isa<TensorType>(c) ? 1u : 0u) ||
      (getNumResults() && getOperation()->getResult(0).getType() != c))
    return emitOpError("expected one result of C's type on tensors and none on buffers");
  if (static_cast<int64_t>(getMr()) <= 0 || static_cast<int64_t>(getNr()) <= 0)
    return emitOpError() << "expected a positive register tile, got " << getMr() << " x " << getNr();
  int64_t bRank = b.getRank() - (getPacked() ? 1 : 0);
  if (failed(verifyMap(*this, "a_map", getAIndexing(), a.getRank(), 0, 1)) ||
      failed(verifyMap(*this, "b_map", getBIndexing(), bRank, 1, 0)))
    return failure();
  if (getPacked()) {
    AffineMap map = getBIndexing();
    unsigned n = getBatchRank() + 1, last = map.getNumResults() - 1;
    if (dimAt(map, last) != n + 1 || dimAt(map, last - 1) != n)
      return emitOpError() << "expected b_map of a packed B to end with n, k, got "
                           << AffineMapAttr::get(map);
    if (b.getDimSize(b.getRank() - 1) != static_cast<int64_t>(getNr()))
      return emitOpError() << "expected a packed B whose last extent is nr = " << getNr() << ", got " << b;
  }
  if (failed(verifyElementTypes(*this)))
    return failure();
  return verifyExtents(*this);
}

//===-- Memory
//---------------------------------------------------------------------------------------------------------------------===//

void MicroKernelOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  if (isa<TensorType>(getC().getType()))
    return;
  effects.emplace_back(MemoryEffects::Read::get(), &getAMutable());
  effects.emplace_back(MemoryEffects::Read::get(), &getBMutable());
  if (!getZeroInit())
    effects.emplace_back(MemoryEffects::Read::get(), &getCMutable());
  effects.emplace_back(MemoryEffects::Write::get(), &getCMutable());
}

bool MicroKernelOp::bufferizesToMemoryRead(OpOperand &operand, const bufferization::AnalysisState &) {
  return operand.get() != getC() || !getZeroInit();
}

bool MicroKernelOp::bufferizesToMemoryWrite(OpOperand &operand, const bufferization::AnalysisState &) {
  return operand.getOperandNumber() == getCMutable().getOperandNumber();
}

bufferization::AliasingValueList MicroKernelOp::getAliasingValues(OpOperand &operand,
                                                                  const bufferization::AnalysisState &) {
  if (operand.getOperandNumber() != getCMutable().getOperandNumber())
    return {};
  return {{getOperation()->getResult(0), bufferization::BufferRelation::Equivalent}};
}

LogicalResult MicroKernelOp::bufferize(RewriterBase &rewriter,
                                       const bufferization::BufferizationOptions &options,
                                       bufferization::BufferizationState &state) {
  auto operands = bufferizedOperands(*this, rewriter, options, state);
  if (failed(operands))
    return failure();
  MicroKernelOp::create(rewriter, getLoc(), TypeRange{}, *operands, (*this)->getAttrs());
  bufferization::replaceOpWithBufferizedValues(rewriter, *this, operands->back());
  return success();
}

LogicalResult MicroKernelOp::reifyResultShapes(OpBuilder &builder, ReifiedRankedShapedTypeDims &shapes) {
  auto &shape = shapes.emplace_back();
  for (int64_t d = 0, e = cast<ShapedType>(getC().getType()).getRank(); d < e; ++d)
    shape.push_back(sizeOf(builder, getLoc(), getC(), d));
  return success();
}

//===-- Tiling
//---------------------------------------------------------------------------------------------------------------------===//

SmallVector<utils::IteratorType> MicroKernelOp::getLoopIteratorTypes() {
  SmallVector<utils::IteratorType> types(getBatchRank() + 2, utils::IteratorType::parallel);
  types.push_back(utils::IteratorType::reduction);
  return types;
}

/// The extent of k, read off A.
static OpFoldResult depthOf(OpBuilder &builder, MicroKernelOp op) {
  AffineMap map = op.getAIndexing();
  unsigned k = *map.getResultPosition(getAffineDimExpr(op.getBatchRank() + 2, op.getContext()));
  return sizeOf(builder, op.getLoc(), op.getA(), k);
}

SmallVector<Range> MicroKernelOp::getIterationDomain(OpBuilder &builder) {
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  SmallVector<Range> domain;
  for (unsigned d = 0, e = getBatchRank() + 2; d < e; ++d)
    domain.push_back({zero, sizeOf(builder, getLoc(), getC(), d), one});
  domain.push_back({zero, depthOf(builder, *this), one});
  return domain;
}

/// Offsets and sizes of one operand's tile, given those of the iteration tile.
static void operandTile(AffineMap map, ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
                        SmallVectorImpl<OpFoldResult> &tileOffsets,
                        SmallVectorImpl<OpFoldResult> &tileSizes) {
  for (unsigned i = 0; i < map.getNumResults(); ++i) {
    tileOffsets.push_back(offsets[dimAt(map, i)]);
    tileSizes.push_back(sizes[dimAt(map, i)]);
  }
}

/// Turns the n entry (the last but one) of a packed operand's tile into panels and appends the lane dim.
static void toPanels(OpBuilder &builder, MicroKernelOp op, SmallVectorImpl<OpFoldResult> &offsets,
                     SmallVectorImpl<OpFoldResult> &sizes) {
  AffineExpr n = builder.getAffineDimExpr(0);
  OpFoldResult &offset = offsets[offsets.size() - 2], &size = sizes[sizes.size() - 2];
  offset = foldedApply(builder, op.getLoc(), n.floorDiv(op.getNr()), {offset});
  size = foldedApply(builder, op.getLoc(), n.ceilDiv(op.getNr()), {size});
  offsets.push_back(builder.getIndexAttr(0));
  sizes.push_back(builder.getIndexAttr(op.getNr()));
}

/// The op on one tile of its iteration space.
static FailureOr<TilingResult> tileOf(OpBuilder &builder, MicroKernelOp op, ArrayRef<OpFoldResult> offsets,
                                      ArrayRef<OpFoldResult> sizes) {
  unsigned n = op.getBatchRank() + 1;
  if (auto offset = getConstantIntValue(offsets[n]);
      op.getPacked() && offset && *offset % static_cast<int64_t>(op.getNr()))
    return op.emitOpError() << "expected a tile that starts at a multiple of nr = " << op.getNr() << ", got "
                            << *offset;
  SmallVector<OpFoldResult> aOffsets, aSizes, bOffsets, bSizes;
  operandTile(op.getAIndexing(), offsets, sizes, aOffsets, aSizes);
  operandTile(op.getBIndexing(), offsets, sizes, bOffsets, bSizes);
  if (op.getPacked())
    toPanels(builder, op, bOffsets, bSizes);
  SmallVector<Operation *> slices;
  Location loc = op.getLoc();
  Value a = extractTile(builder, loc, op.getA(), aOffsets, aSizes, slices);
  Value b = extractTile(builder, loc, op.getB(), bOffsets, bSizes, slices);
  Value c = extractTile(builder, loc, op.getC(), offsets.take_front(n + 1), sizes.take_front(n + 1), slices);
  auto tiled =
      MicroKernelOp::create(builder, loc, TypeRange{c.getType()}, ValueRange{a, b, c}, op->getAttrs());
  return TilingResult{{tiled}, SmallVector<Value>(tiled->getResults()), slices};
}

FailureOr<TilingResult> MicroKernelOp::getTiledImplementation(OpBuilder &builder,
                                                              ArrayRef<OpFoldResult> offsets,
                                                              ArrayRef<OpFoldResult> sizes) {
  if (getZeroInit() && !isEqualConstantIntOrValue(sizes[getBatchRank() + 2], depthOf(builder, *this)))
    return emitOpError("expected the whole of k in a tile with zero_init; materialise the init first");
  return tileOf(builder, *this, offsets, sizes);
}

LogicalResult MicroKernelOp::getResultTilePosition(OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,
                                                   ArrayRef<OpFoldResult> sizes,
                                                   SmallVector<OpFoldResult> &resultOffsets,
                                                   SmallVector<OpFoldResult> &resultSizes) {
  resultOffsets.assign(offsets.begin(), offsets.end() - 1);
  resultSizes.assign(sizes.begin(), sizes.end() - 1);
  return success();
}

LogicalResult MicroKernelOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
    SmallVectorImpl<OpFoldResult> &domainOffsets, SmallVectorImpl<OpFoldResult> &domainSizes) {
  domainOffsets.assign(offsets.begin(), offsets.end());
  domainSizes.assign(sizes.begin(), sizes.end());
  domainOffsets.push_back(builder.getIndexAttr(0));
  domainSizes.push_back(depthOf(builder, *this));
  return success();
}

FailureOr<TilingResult> MicroKernelOp::generateResultTileValue(OpBuilder &builder, unsigned result,
                                                               ArrayRef<OpFoldResult> offsets,
                                                               ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(
          getIterationDomainTileFromResultTile(builder, result, offsets, sizes, domainOffsets, domainSizes)))
    return failure();
  // The whole of k by construction, though a symbolic k is another value each time it is asked for.
  return tileOf(builder, *this, domainOffsets, domainSizes);
}

LogicalResult MicroKernelOp::getIterationDomainTileFromOperandTiles(
    OpBuilder &builder, ArrayRef<unsigned> operands, ArrayRef<SmallVector<OpFoldResult>> offsets,
    ArrayRef<SmallVector<OpFoldResult>> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  SmallVector<Range> domain = getIterationDomain(builder);
  unsigned n = getBatchRank() + 1;
  domainOffsets.assign(domain.size(), OpFoldResult());
  domainSizes.assign(domain.size(), OpFoldResult());
  auto meet = [&](unsigned dim, OpFoldResult offset, OpFoldResult size) {
    bool agrees = !domainOffsets[dim] || (domainOffsets[dim] == offset && domainSizes[dim] == size);
    domainOffsets[dim] = offset;
    domainSizes[dim] = size;
    return agrees;
  };
  auto fromPanels = [&](OpFoldResult panels) {
    return foldedApply(builder, getLoc(), builder.getAffineDimExpr(0) * static_cast<int64_t>(getNr()),
                       {panels});
  };
  for (auto [i, operand] : llvm::enumerate(operands)) {
    AffineMap map = operand == 0   ? getAIndexing()
                    : operand == 1 ? getBIndexing()
                                   : AffineMap::getMultiDimIdentityMap(n + 2, getContext()).dropResult(n + 1);
    for (unsigned r = 0; r < map.getNumResults(); ++r) {
      bool panels = operand == 1 && getPacked() && dimAt(map, r) == n;
      if (!meet(dimAt(map, r), panels ? fromPanels(offsets[i][r]) : offsets[i][r],
                panels ? fromPanels(sizes[i][r]) : sizes[i][r]))
        return failure();
    }
  }
  for (auto [d, range] : llvm::enumerate(domain))
    if (!domainOffsets[d]) {
      domainOffsets[d] = range.offset;
      domainSizes[d] = range.size;
    }
  return success();
}

FailureOr<TilingResult>
MicroKernelOp::getTiledImplementationFromOperandTiles(OpBuilder &builder, ArrayRef<unsigned> operands,
                                                      ArrayRef<SmallVector<OpFoldResult>> offsets,
                                                      ArrayRef<SmallVector<OpFoldResult>> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(getIterationDomainTileFromOperandTiles(builder, operands, offsets, sizes, domainOffsets,
                                                    domainSizes)))
    return failure();
  return getTiledImplementation(builder, domainOffsets, domainSizes);
}

#define GET_OP_CLASSES
#include "dialects/Fusion/MicroKernelOps.cpp.inc"
