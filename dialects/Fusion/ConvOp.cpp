// fusion.conv: verification, tiling over (n, o..., [g,] oc, k..., ic), bufferization.
#include "dialects/Fusion/FusionDialect.h"
#include "dialects/Fusion/SeamTiling.h"

#include "llvm/Support/MathExtras.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace delos::fusion;

static bool hasWeights(ConvOp op) {
  return op.getKind() == WindowKind::dense || op.getKind() == WindowKind::depthwise;
}
/// Number of dims of the result: n, o..., [g,] oc.
static unsigned parallelRank(ConvOp op) { return op.getSpatialRank() + 2 + (op.getGrouped() ? 1 : 0); }

//===-- Verification
//---------------------------------------------------------------------------------------------------------------===//

static LogicalResult verifyAttributes(ConvOp op) {
  size_t spatial = op.getSpatialRank();
  if (spatial < 1 || spatial > 3)
    return op.emitOpError() << "expected 1 to 3 spatial dims, got " << spatial;
  if (op.getStrides().size() != spatial || op.getDilations().size() != spatial ||
      op.getPads().size() != spatial)
    return op.emitOpError() << "expected " << spatial << " strides, dilations and pads";
  for (ArrayRef<int64_t> values : {op.getKernel(), op.getStrides(), op.getDilations()})
    if (llvm::any_of(values, [](int64_t value) { return value <= 0; }))
      return op.emitOpError("expected positive kernel, strides and dilations");
  if (op.getGrouped() && op.getKind() != WindowKind::dense)
    return op.emitOpError("expected 'grouped' only on a dense convolution");
  if (static_cast<int64_t>(op.getMr()) <= 0 || static_cast<int64_t>(op.getNr()) <= 0)
    return op.emitOpError() << "expected a positive register tile, got " << op.getMr() << " x " << op.getNr();
  bool plain = op.getKind() == WindowKind::dense && !op.getGrouped() &&
               op.getKernel() == ArrayRef<int64_t>{3, 3} && op.getStrides() == ArrayRef<int64_t>{1, 1} &&
               op.getDilations() == ArrayRef<int64_t>{1, 1};
  if (op.getWinograd() && !plain)
    return op.emitOpError("expected 'winograd' only on a dense 3x3 convolution of stride 1");
  if (auto perm = op.getXPerm())
    if (SmallVector<int64_t> copy(*perm); copy.size() != parallelRank(op) || !isPermutationVector(copy))
      return op.emitOpError() << "expected x_perm to be a permutation of " << parallelRank(op) << " dims";
  return success();
}

/// The shape that the weights must have; dynamic where C or x are.
static SmallVector<int64_t> expectedWeights(ConvOp op, int64_t channels) {
  auto x = cast<ShapedType>(op.getX().getType()), c = cast<ShapedType>(op.getC().getType());
  SmallVector<int64_t> shape;
  if (op.getGrouped())
    shape.push_back(c.getDimSize(parallelRank(op) - 2));
  if (op.getKind() == WindowKind::dense)
    shape.push_back(ShapedType::isDynamic(channels) ? channels
                                                    : llvm::divideCeilSigned(channels, op.getNr()));
  // Transformed filters are m - 1 larger than the windows.
  for (int64_t extent : op.getKernel())
    shape.push_back(extent + (op.getWinograd() ? *op.getWinograd() - 1 : 0));
  if (op.getKind() == WindowKind::dense)
    shape.append({x.getDimSize(op.getXDim(parallelRank(op) - 1)), static_cast<int64_t>(op.getNr())});
  else
    shape.push_back(channels);
  return shape;
}

LogicalResult ConvOp::verify() {
  if (failed(verifyAttributes(*this)))
    return failure();
  auto x = cast<ShapedType>(getX().getType()), c = cast<ShapedType>(getC().getType());
  int64_t rank = parallelRank(*this);
  if (!x.hasRank() || !c.hasRank() || x.getRank() != rank || c.getRank() != rank)
    return emitOpError() << "expected x and C of rank " << rank;
  if (getNumResults() != (isa<TensorType>(c) ? 1u : 0u) ||
      (getNumResults() && getOperation()->getResult(0).getType() != c))
    return emitOpError("expected one result of C's type on tensors and none on buffers");
  Type element = c.getElementType();
  if (hasWeights(*this) != static_cast<bool>(getW()))
    return emitOpError() << "expected weights exactly for dense and depthwise, kind is "
                         << stringifyWindowKind(getKind());
  bool widens = isa<FloatType>(element) && isa<FloatType>(x.getElementType()) &&
                x.getElementTypeBitWidth() < c.getElementTypeBitWidth();
  if (x.getElementType() != element && !widens)
    return emitOpError() << "expected x of C's element type or a narrower float, got " << x.getElementType()
                         << " for " << element;
  if (!getW())
    return success();
  auto w = cast<ShapedType>(getW().getType());
  SmallVector<int64_t> expected = expectedWeights(*this, c.getDimSize(rank - 1));
  if (!w.hasRank() || failed(verifyCompatibleShape(w.getShape(), expected)))
    return emitOpError() << "expected weights of shape [" << expected << "], got " << w;
  if (w.getElementType() != x.getElementType() && w.getElementType() != element)
    return emitOpError() << "expected weights of x's or C's element type, got " << w.getElementType();
  return success();
}

//===-- Memory
//---------------------------------------------------------------------------------------------------------------------===//

void ConvOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  if (isa<TensorType>(getC().getType()))
    return;
  effects.emplace_back(MemoryEffects::Read::get(), &getXMutable());
  for (OpOperand &weights : getWMutable())
    effects.emplace_back(MemoryEffects::Read::get(), &weights);
  effects.emplace_back(MemoryEffects::Write::get(), &getCMutable());
}

bool ConvOp::bufferizesToMemoryRead(OpOperand &operand, const bufferization::AnalysisState &) {
  return operand.getOperandNumber() != getCMutable().getOperandNumber();
}

bool ConvOp::bufferizesToMemoryWrite(OpOperand &operand, const bufferization::AnalysisState &) {
  return operand.getOperandNumber() == getCMutable().getOperandNumber();
}

bufferization::AliasingValueList ConvOp::getAliasingValues(OpOperand &operand,
                                                           const bufferization::AnalysisState &) {
  if (operand.getOperandNumber() != getCMutable().getOperandNumber())
    return {};
  return {{getOperation()->getResult(0), bufferization::BufferRelation::Equivalent}};
}

LogicalResult ConvOp::bufferize(RewriterBase &rewriter, const bufferization::BufferizationOptions &options,
                                bufferization::BufferizationState &state) {
  auto operands = bufferizedOperands(*this, rewriter, options, state);
  if (failed(operands))
    return failure();
  ConvOp::create(rewriter, getLoc(), TypeRange{}, *operands, (*this)->getAttrs());
  bufferization::replaceOpWithBufferizedValues(rewriter, *this, operands->back());
  return success();
}

LogicalResult ConvOp::reifyResultShapes(OpBuilder &builder, ReifiedRankedShapedTypeDims &shapes) {
  auto &shape = shapes.emplace_back();
  for (unsigned d = 0; d < parallelRank(*this); ++d)
    shape.push_back(sizeOf(builder, getLoc(), getC(), d));
  return success();
}

//===-- Tiling
//---------------------------------------------------------------------------------------------------------------------===//

SmallVector<utils::IteratorType> ConvOp::getLoopIteratorTypes() {
  SmallVector<utils::IteratorType> types(parallelRank(*this), utils::IteratorType::parallel);
  types.append(getSpatialRank() + 1, utils::IteratorType::reduction);
  return types;
}

SmallVector<Range> ConvOp::getIterationDomain(OpBuilder &builder) {
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  SmallVector<Range> domain;
  for (unsigned d = 0; d < parallelRank(*this); ++d)
    domain.push_back({zero, sizeOf(builder, getLoc(), getC(), d), one});
  for (int64_t extent : getKernel())
    domain.push_back({zero, builder.getIndexAttr(extent), one});
  OpFoldResult depth = one;
  if (getKind() == WindowKind::dense)
    depth = sizeOf(builder, getLoc(), getX(), getXDim(parallelRank(*this) - 1));
  domain.push_back({zero, depth, one});
  return domain;
}

/// The clipped slice of each spatial dim of x, in the order of the spatial dims.
static SmallVector<WindowSlice> clipWindows(OpBuilder &builder, ConvOp op, ArrayRef<Range> domain,
                                            ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes) {
  SmallVector<WindowSlice> clipped;
  for (unsigned s = 0; s < op.getSpatialRank(); ++s) {
    OpFoldResult inputSize = sizeOf(builder, op.getLoc(), op.getX(), op.getXDim(s + 1));
    clipped.push_back(clipWindow(builder, op.getLoc(),
                                 {op.getKernel()[s], op.getStrides()[s], op.getDilations()[s],
                                  getAsOpFoldResult(op.getPads()[s]), inputSize, domain[s + 1].size,
                                  offsets[s + 1], sizes[s + 1]}));
  }
  return clipped;
}

static Value sliceWeights(OpBuilder &builder, ConvOp op, ArrayRef<OpFoldResult> offsets,
                          ArrayRef<OpFoldResult> sizes, SmallVectorImpl<Operation *> &slices) {
  auto type = cast<ShapedType>(op.getW().getType());
  unsigned channel = parallelRank(op) - 1;
  SmallVector<OpFoldResult> wOffsets(type.getRank(), builder.getIndexAttr(0)), wSizes;
  for (int64_t d = 0; d < type.getRank(); ++d)
    wSizes.push_back(sizeOf(builder, op.getLoc(), op.getW(), d));
  if (op.getKind() == WindowKind::depthwise) {
    wOffsets.back() = offsets[channel];
    wSizes.back() = sizes[channel];
    return extractTile(builder, op.getLoc(), op.getW(), wOffsets, wSizes, slices);
  }
  unsigned panel = op.getGrouped() ? 1 : 0;
  AffineExpr oc = builder.getAffineDimExpr(0);
  wOffsets[panel] = foldedApply(builder, op.getLoc(), oc.floorDiv(op.getNr()), {offsets[channel]});
  wSizes[panel] = foldedApply(builder, op.getLoc(), oc.ceilDiv(op.getNr()), {sizes[channel]});
  if (op.getGrouped()) {
    wOffsets[0] = offsets[channel - 1];
    wSizes[0] = sizes[channel - 1];
  }
  return extractTile(builder, op.getLoc(), op.getW(), wOffsets, wSizes, slices);
}

/// The slice of x: its batch entries, the clipped windows, the groups, and the channels of the tile.
static Value sliceInput(OpBuilder &builder, ConvOp op, ArrayRef<WindowSlice> windows,
                        ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
                        SmallVectorImpl<Operation *> &slices) {
  unsigned channel = parallelRank(op) - 1;
  SmallVector<OpFoldResult> xOffsets(channel + 1), xSizes(channel + 1);
  auto place = [&](unsigned logical, OpFoldResult offset, OpFoldResult size) {
    xOffsets[op.getXDim(logical)] = offset;
    xSizes[op.getXDim(logical)] = size;
  };
  place(0, offsets[0], sizes[0]);
  for (auto [s, window] : llvm::enumerate(windows))
    place(s + 1, window.offset, window.size);
  if (op.getGrouped())
    place(channel - 1, offsets[channel - 1], sizes[channel - 1]);
  if (op.getKind() == WindowKind::dense)
    place(channel, builder.getIndexAttr(0), sizeOf(builder, op.getLoc(), op.getX(), op.getXDim(channel)));
  else
    place(channel, offsets[channel], sizes[channel]);
  return extractTile(builder, op.getLoc(), op.getX(), xOffsets, xSizes, slices);
}

FailureOr<TilingResult> ConvOp::getTiledImplementation(OpBuilder &builder, ArrayRef<OpFoldResult> offsets,
                                                       ArrayRef<OpFoldResult> sizes) {
  SmallVector<Range> domain = getIterationDomain(builder);
  unsigned rank = parallelRank(*this);
  for (unsigned d = rank; d < domain.size(); ++d)
    if (!isEqualConstantIntOrValue(sizes[d], domain[d].size))
      return emitOpError("expected the whole window and all input channels in a tile");
  if (auto offset = getConstantIntValue(offsets[rank - 1]);
      getKind() == WindowKind::dense && offset && *offset % static_cast<int64_t>(getNr()))
    return emitOpError() << "expected a tile that starts at a multiple of nr = " << getNr()
                         << " channels, got " << *offset;
  SmallVector<Operation *> slices;
  SmallVector<WindowSlice> windows = clipWindows(builder, *this, domain, offsets, sizes);
  SmallVector<Value> operands{sliceInput(builder, *this, windows, offsets, sizes, slices)};
  if (getW())
    operands.push_back(sliceWeights(builder, *this, offsets, sizes, slices));
  for (const WindowSlice &window : windows)
    operands.push_back(getValueOrCreateConstantIndexOp(builder, getLoc(), window.pad));
  operands.push_back(
      extractTile(builder, getLoc(), getC(), offsets.take_front(rank), sizes.take_front(rank), slices));
  auto tiled =
      ConvOp::create(builder, getLoc(), TypeRange{operands.back().getType()}, operands, (*this)->getAttrs());
  return TilingResult{{tiled}, SmallVector<Value>(tiled->getResults()), slices};
}

LogicalResult ConvOp::getResultTilePosition(OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,
                                            ArrayRef<OpFoldResult> sizes,
                                            SmallVector<OpFoldResult> &resultOffsets,
                                            SmallVector<OpFoldResult> &resultSizes) {
  resultOffsets.assign(offsets.begin(), offsets.begin() + parallelRank(*this));
  resultSizes.assign(sizes.begin(), sizes.begin() + parallelRank(*this));
  return success();
}

LogicalResult ConvOp::getIterationDomainTileFromResultTile(OpBuilder &builder, unsigned,
                                                           ArrayRef<OpFoldResult> offsets,
                                                           ArrayRef<OpFoldResult> sizes,
                                                           SmallVectorImpl<OpFoldResult> &domainOffsets,
                                                           SmallVectorImpl<OpFoldResult> &domainSizes) {
  SmallVector<Range> domain = getIterationDomain(builder);
  domainOffsets.assign(offsets.begin(), offsets.end());
  domainSizes.assign(sizes.begin(), sizes.end());
  for (const Range &range : ArrayRef(domain).drop_front(parallelRank(*this))) {
    domainOffsets.push_back(range.offset);
    domainSizes.push_back(range.size);
  }
  return success();
}

FailureOr<TilingResult> ConvOp::generateResultTileValue(OpBuilder &builder, unsigned result,
                                                        ArrayRef<OpFoldResult> offsets,
                                                        ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(
          getIterationDomainTileFromResultTile(builder, result, offsets, sizes, domainOffsets, domainSizes)))
    return failure();
  return getTiledImplementation(builder, domainOffsets, domainSizes);
}
