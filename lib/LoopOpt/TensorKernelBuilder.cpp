// Arguments and tile loop of tensor-level kernels.
#include "lib/LoopOpt/TensorKernelBuilder.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <array>

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

TensorKernelBuilder::TensorKernelBuilder(ModuleOp module, Location loc, StringRef name)
    : rewriter(module.getContext()), loc(loc) {
  rewriter.setInsertionPointToEnd(module.getBody());
  kernel.function = func::FuncOp::create(rewriter, loc, name, rewriter.getFunctionType({}, {}));
  rewriter.setInsertionPointToStart(kernel.function.addEntryBlock());
  addArgument({KernelArgument::Kind::Begin, {}, 0, {}, {}}, rewriter.getIndexType());
  addArgument({KernelArgument::Kind::End, {}, 0, {}, {}}, rewriter.getIndexType());
}

Value TensorKernelBuilder::addArgument(KernelArgument argument, Type type) {
  kernel.arguments.push_back(std::move(argument));
  return kernel.function.getBody().front().addArgument(type, loc);
}

Value TensorKernelBuilder::tensor(unsigned buffer, ArrayRef<DimExpr> shape, Type storageType) {
  llvm::SmallVector<DimExpr, 6> wanted(shape);
  for (auto [i, known] : llvm::enumerate(kernel.arguments))
    if (known.kind == KernelArgument::Kind::Tensor && known.buffer == buffer && known.shape == wanted)
      return kernel.function.getArgument(i);
  llvm::SmallVector<int64_t> sizes;
  for (const DimExpr &dim : shape)
    sizes.push_back(dim.asConstant().value_or(ShapedType::kDynamic));
  return addArgument({KernelArgument::Kind::Tensor, {}, buffer, wanted, storageType},
                     RankedTensorType::get(sizes, storageType));
}

OpFoldResult TensorKernelBuilder::extent(const DimExpr &expr) {
  if (auto constant = expr.asConstant())
    return rewriter.getIndexAttr(*constant);
  for (auto [i, known] : llvm::enumerate(kernel.arguments))
    if (known.kind == KernelArgument::Kind::Extent && known.extent == expr)
      return kernel.function.getArgument(i);
  return addArgument({KernelArgument::Kind::Extent, expr, 0, {}, {}}, rewriter.getIndexType());
}

Value TensorKernelBuilder::extentValue(const DimExpr &expr) {
  return getValueOrCreateConstantIndexOp(rewriter, loc, extent(expr));
}

void TensorKernelBuilder::openTiles(ArrayRef<Value> outputs) {
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  loop = scf::ForOp::create(rewriter, loc, kernel.function.getArgument(0), kernel.function.getArgument(1),
                            one, outputs);
  rewriter.setInsertionPointToStart(loop.getBody());
}

TensorKernel TensorKernelBuilder::close(ValueRange outputs) {
  scf::YieldOp::create(rewriter, loc, outputs);
  rewriter.setInsertionPointAfter(loop);
  func::ReturnOp::create(rewriter, loc, loop.getResults());
  Block &entry = kernel.function.getBody().front();
  kernel.function.setFunctionType(rewriter.getFunctionType(entry.getArgumentTypes(), loop.getResultTypes()));
  return kernel;
}

llvm::SmallVector<Value> delos::loopopt::splitTileIndex(TensorKernelBuilder &kernel,
                                                        ArrayRef<DimExpr> counts) {
  OpBuilder &b = kernel.builder();
  Location loc = kernel.location();
  llvm::SmallVector<Value> indices(counts.size());
  Value rest = kernel.tileIndex();
  for (size_t i = counts.size(); i-- > 0;) {
    if (counts[i].isConstant(1)) {
      indices[i] = arith::ConstantIndexOp::create(b, loc, 0);
    } else if (llvm::all_of(counts.take_front(i), [](const DimExpr &count) { return count.isConstant(1); })) {
      indices[i] = rest;
      rest = arith::ConstantIndexOp::create(b, loc, 0);
    } else {
      Value count = kernel.extentValue(counts[i]);
      indices[i] = arith::RemUIOp::create(b, loc, rest, count);
      rest = arith::DivUIOp::create(b, loc, rest, count);
    }
  }
  return indices;
}

std::pair<OpFoldResult, OpFoldResult> delos::loopopt::blockRange(TensorKernelBuilder &kernel, Value index,
                                                                 int64_t block, const DimExpr &extent) {
  OpBuilder &b = kernel.builder();
  Location loc = kernel.location();
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  OpFoldResult offset = affine::makeComposedFoldedAffineApply(b, loc, AffineMap::get(1, 0, d0 * block),
                                                              {getAsOpFoldResult(index)});
  auto constant = extent.asConstant();
  if (constant && *constant <= block)
    return {b.getIndexAttr(0), b.getIndexAttr(*constant)};
  if (constant && *constant % block == 0)
    return {offset, b.getIndexAttr(block)};
  AffineMap rest = AffineMap::get(2, 0, {b.getAffineConstantExpr(block), d1 - d0}, b.getContext());
  OpFoldResult size = affine::makeComposedFoldedAffineMin(b, loc, rest, {offset, kernel.extent(extent)});
  return {offset, size};
}

//===-- Tiles of arguments -------------------------------------------------------------------------===//

static Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

/// Offsets, sizes and unit strides of a tile along `dims`.
static std::array<llvm::SmallVector<OpFoldResult>, 3>
sliceOf(OpBuilder &b, ArrayRef<int> dims, ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes) {
  std::array<llvm::SmallVector<OpFoldResult>, 3> slice;
  for (int dim : dims) {
    slice[0].push_back(offsets[dim]);
    slice[1].push_back(sizes[dim]);
    slice[2].push_back(b.getIndexAttr(1));
  }
  return slice;
}

Value delos::loopopt::sliceTile(TensorKernelBuilder &kernel, Value tensor, ArrayRef<int> dims,
                                ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes) {
  auto [o, s, strides] = sliceOf(kernel.builder(), dims, offsets, sizes);
  return tensor::ExtractSliceOp::create(kernel.builder(), kernel.location(), tensor, o, s, strides);
}

/// An inline constant as a tensor of this shape; its elements keep their bits.
static Value constantTensor(OpBuilder &b, Location loc, graph::ConstantOp constant, ArrayRef<DimExpr> shape,
                            Type storage) {
  llvm::SmallVector<int64_t> sizes;
  for (const DimExpr &dim : shape)
    sizes.push_back(*dim.asConstant());
  auto dense = cast<DenseElementsAttr>(constant.getValue());
  auto type = RankedTensorType::get(sizes, storage);
  return arith::ConstantOp::create(b, loc, DenseElementsAttr::getFromRawBuffer(type, dense.getRawData()));
}

TileTensor delos::loopopt::readInput(TensorKernelBuilder &kernel, const SeamGroup &group,
                                     const ElementCode &code, Value value, const Access &fineAccess,
                                     ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes) {
  Access access = group.coarsen(fineAccess);
  Type element = elementOf(value), storage = code.storageType(element);
  Value whole;
  if (auto constant = value.getDefiningOp<graph::ConstantOp>()) {
    whole = constantTensor(kernel.builder(), kernel.location(), constant, access.shape, storage);
  } else {
    while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
      value = reshape.getInput();
    whole = kernel.tensor(cast<BlockArgument>(value).getArgNumber(), access.shape, storage);
  }
  return {sliceTile(kernel, whole, access.dims, offsets, sizes), access.dims, element,
          /*inComputeForm=*/false};
}

Value delos::loopopt::outputArgument(TensorKernelBuilder &kernel, const SeamGroup &group,
                                     const ElementCode &code, unsigned output) {
  const SeamGroup::Output &out = group.outputs[output];
  unsigned buffer = group.block->getNumArguments() + output;
  return kernel.tensor(buffer, group.coarsen(out.access).shape, code.storageType(elementOf(out.value)));
}

llvm::SmallVector<Value> delos::loopopt::insertTiles(TensorKernelBuilder &kernel, const SeamGroup &group,
                                                     ArrayRef<Value> tiles, ArrayRef<OpFoldResult> offsets,
                                                     ArrayRef<OpFoldResult> sizes) {
  llvm::SmallVector<Value> next;
  for (auto [i, tile] : llvm::enumerate(tiles)) {
    auto [o, s, strides] =
        sliceOf(kernel.builder(), group.coarsen(group.outputs[i].access).dims, offsets, sizes);
    next.push_back(tensor::InsertSliceOp::create(kernel.builder(), kernel.location(), tile, kernel.carried(i),
                                                 o, s, strides));
  }
  return next;
}
