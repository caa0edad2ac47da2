// The tile of a window kernel: the window op on its slice, epilogue.
#include "lib/LoopOpt/WindowTensors.h"

#include "lib/LoopOpt/StageEmitter.h"
#include "lib/LoopOpt/TensorKernelBuilder.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

namespace {

class WindowEmitter : public TileContext {
public:
  WindowEmitter(ModuleOp module, StringRef name, const WindowPlan &plan, const ElementCode &code)
      : plan(plan), group(plan.group), code(code), kernel(module, plan.group.product().getLoc(), name),
        b(kernel.builder()), loc(kernel.location()) {}

  FailureOr<TensorKernel> run();
  TileTensor read(Value value, const Access &fineAccess) override {
    return readInput(kernel, group, code, value, fineAccess, offsets, sizes);
  }
  OpFoldResult tileSize(int dim) override { return sizes[dim]; }

private:
  void placeTile();
  bool writesDirectly() const;
  FailureOr<Value> emitWindow(Value whole);
  Value slice(Value tensor, ArrayRef<int> dims) { return sliceTile(kernel, tensor, dims, offsets, sizes); }

  const WindowPlan &plan;
  const WindowGroup &group;
  const ElementCode &code;
  TensorKernelBuilder kernel;
  OpBuilder &b;
  Location loc;
  llvm::SmallVector<OpFoldResult> offsets, sizes; // of the tile, per coarse dim
};

} // namespace

static Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

void WindowEmitter::placeTile() {
  const WindowSchedule &schedule = plan.schedule;
  unsigned row = group.spatialRank() - 1;
  DimExpr rows = DimExpr::ceilDiv(group.extents[row], schedule.rowTile);
  DimExpr channels = schedule.channelTile ? group.outputChannels / schedule.channelTile : 1;
  // Outer dims, groups, then rows and channels in the order of the schedule.
  llvm::SmallVector<DimExpr> counts;
  for (unsigned d = 0; d < row; ++d)
    counts.push_back(group.extents[d]);
  counts.push_back(group.groups);
  counts.push_back(schedule.rowsOutside ? rows : channels);
  counts.push_back(schedule.rowsOutside ? channels : rows);
  llvm::SmallVector<Value> indices = splitTileIndex(kernel, counts);
  auto add = [&](OpFoldResult offset, OpFoldResult size) {
    offsets.push_back(offset);
    sizes.push_back(size);
  };
  for (unsigned d = 0; d < row; ++d)
    add(getAsOpFoldResult(indices[d]), b.getIndexAttr(1));
  auto rowRange =
      blockRange(kernel, indices[row + (schedule.rowsOutside ? 1 : 2)], schedule.rowTile, group.extents[row]);
  add(rowRange.first, rowRange.second);
  add(b.getIndexAttr(0), kernel.extent(group.extents[row + 1]));
  if (group.isGrouped())
    add(getAsOpFoldResult(indices[row]), b.getIndexAttr(1));
  int64_t tile = schedule.channelTile ? schedule.channelTile : group.outputChannels;
  auto channelRange =
      blockRange(kernel, indices[row + (schedule.rowsOutside ? 2 : 1)], tile, group.outputChannels);
  add(channelRange.first, channelRange.second);
}

/// The window op on whole tensors, and from it the one on the tile: its tiling says what each slice is.
FailureOr<Value> WindowEmitter::emitWindow(Value whole) {
  Type element = elementOf(group.anchor->getOperand(0));
  Value x = kernel.tensor(group.input, group.inputShape, code.storageType(element));
  Value weights;
  if (group.filter) {
    llvm::SmallVector<DimExpr, 6> shape;
    if (group.isGrouped())
      shape.push_back(group.groups);
    if (group.kind == fusion::WindowKind::dense)
      shape.push_back(DimExpr::ceilDiv(group.outputChannels, plan.schedule.nr));
    for (int64_t extent : group.kernel)
      shape.push_back(extent + (plan.schedule.winograd ? plan.schedule.winograd - 1 : 0));
    if (group.kind == fusion::WindowKind::dense)
      shape.append({group.inputChannels, plan.schedule.nr});
    else
      shape.push_back(group.outputChannels);
    weights = kernel.tensor(*group.filter, shape, code.storageType(element));
  }
  llvm::SmallVector<Value> pads;
  for (int64_t low : group.low)
    pads.push_back(arith::ConstantIndexOp::create(b, loc, low));
  auto full = fusion::ConvOp::create(
      b, loc, TypeRange{whole.getType()}, fusion::WindowKindAttr::get(b.getContext(), group.kind), x, weights,
      pads, whole, b.getI64IntegerAttr(plan.schedule.mr), b.getI64IntegerAttr(plan.schedule.nr),
      b.getDenseI64ArrayAttr(group.kernel), b.getDenseI64ArrayAttr(group.strides),
      b.getDenseI64ArrayAttr(group.dilations), group.isGrouped() ? b.getUnitAttr() : UnitAttr(),
      b.getDenseI64ArrayAttr(group.inputPerm),
      plan.schedule.winograd ? b.getI64IntegerAttr(plan.schedule.winograd) : IntegerAttr());
  llvm::SmallVector<OpFoldResult> tileOffsets = offsets, tileSizes = sizes;
  for (const Range &range : ArrayRef(full.getIterationDomain(b)).drop_front(offsets.size())) {
    tileOffsets.push_back(range.offset);
    tileSizes.push_back(range.size);
  }
  FailureOr<TilingResult> tiled = full.getTiledImplementation(b, tileOffsets, tileSizes);
  if (failed(tiled))
    return failure();
  full.erase();
  return tiled->tiledValues[0];
}

/// True when the window's result is the only output, in its own order and form.
bool WindowEmitter::writesDirectly() const {
  if (group.outputs.size() != 1 || group.outputs[0].value != group.product())
    return false;
  Type element = elementOf(group.product());
  if (code.computeType(element) != code.storageType(element))
    return false;
  Access access = group.coarsen(group.outputs[0].access);
  if (access.dims.size() != group.extents.size())
    return false;
  for (auto [i, dim] : llvm::enumerate(access.dims))
    if (dim != static_cast<int>(i))
      return false;
  return true;
}

FailureOr<TensorKernel> WindowEmitter::run() {
  llvm::SmallVector<Value> outputs, tiles;
  for (auto [i, output] : llvm::enumerate(group.outputs))
    outputs.push_back(outputArgument(kernel, group, code, i));
  kernel.openTiles(outputs);
  placeTile();
  llvm::SmallVector<int, 6> space;
  llvm::SmallVector<OpFoldResult> whole;
  for (unsigned dim = 0; dim < group.extents.size(); ++dim) {
    space.push_back(dim);
    whole.push_back(kernel.extent(group.extents[dim]));
  }
  Value result = group.product();
  if (writesDirectly()) {
    FailureOr<Value> tile = emitWindow(kernel.carried(0));
    if (failed(tile))
      return failure();
    tiles.push_back(*tile);
  } else {
    Value empty = tensor::EmptyOp::create(b, loc, whole, code.computeType(elementOf(result)));
    FailureOr<Value> tile = emitWindow(empty);
    if (failed(tile))
      return failure();
    StageEmitter epilogue(group, code, *this, Role::N, space);
    epilogue.provide(result, {*tile, space, elementOf(result), /*inComputeForm=*/true});
    for (auto [i, output] : llvm::enumerate(group.outputs)) {
      Access access = group.coarsen(output.access);
      TileTensor target{slice(kernel.carried(i), access.dims), access.dims, elementOf(output.value), false};
      epilogue.request(output.value, group.dimsOf(output.value), target);
    }
    epilogue.emit(b, loc);
    for (size_t i = 0; i < group.outputs.size(); ++i)
      tiles.push_back(epilogue.written(i));
  }
  return kernel.close(insertTiles(kernel, group, tiles, offsets, sizes));
}

FailureOr<TensorKernel> delos::loopopt::emitWindowTensors(ModuleOp module, StringRef name,
                                                          const WindowPlan &plan, const ElementCode &code) {
  return WindowEmitter(module, name, plan, code).run();
}
