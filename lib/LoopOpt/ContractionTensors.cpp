// The tile of a contraction kernel: prologue, microkernel, epilogue.
#include "lib/LoopOpt/ContractionTensors.h"

#include "dialects/Fusion/FusionDialect.h"
#include "lib/LoopOpt/ColumnFusion.h"
#include "lib/LoopOpt/StageEmitter.h"
#include "lib/LoopOpt/TensorKernelBuilder.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

namespace {

/// A contraction operand: the tensor and the coarse dim of each of its dims.
struct Operand {
  Value tensor;
  llvm::SmallVector<int, 6> dims;
};

/// Builds the function of one plan.
class ContractionEmitter : public TileContext {
public:
  ContractionEmitter(ModuleOp module, StringRef name, const ContractionPlan &plan, const ElementCode &code)
      : plan(plan), group(plan.group), code(code), kernel(module, plan.group.product().getLoc(), name),
        b(kernel.builder()), loc(kernel.location()) {}

  FailureOr<TensorKernel> run();
  TileTensor read(Value value, const Access &fineAccess) override {
    return readInput(kernel, group, code, value, fineAccess, offsets, sizes);
  }
  OpFoldResult tileSize(int dim) override { return sizes[dim]; }

private:
  void placeTile();
  Value slice(Value tensor, ArrayRef<int> dims) { return sliceTile(kernel, tensor, dims, offsets, sizes); }
  Operand inputOperand(const InputAccess &input, Type element, std::initializer_list<unsigned> required);
  Operand emitLhs();
  Operand emitRhs();
  Value emitMicroKernel(Value destination);
  AffineMap operandMap(ArrayRef<int> dims) const;
  bool writesDirectly() const;
  LogicalResult emitEpilogue(llvm::SmallVectorImpl<Value> &tiles);

  const ContractionPlan &plan;
  const ContractionGroup &group;
  const ElementCode &code;
  TensorKernelBuilder kernel;
  OpBuilder &b;
  Location loc;
  llvm::SmallVector<OpFoldResult> offsets, sizes; // of the tile, per coarse dim
};

} // namespace

static Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

//===-- Tile ---------------------------------------------------------------------------------------===//

void ContractionEmitter::placeTile() {
  const ContractionSchedule &schedule = plan.schedule;
  DimExpr rowBlocks = DimExpr::ceilDiv(group.m, schedule.rowBlock);
  DimExpr chunks = schedule.columnChunk ? DimExpr::ceilDiv(group.n, schedule.columnChunk) : DimExpr(1);
  llvm::SmallVector<DimExpr> counts(group.batch.begin(), group.batch.end());
  counts.push_back(schedule.rowsOutside ? rowBlocks : chunks);
  counts.push_back(schedule.rowsOutside ? chunks : rowBlocks);
  llvm::SmallVector<Value> indices = splitTileIndex(kernel, counts);
  for (size_t i = 0; i < group.batch.size(); ++i) {
    offsets.push_back(getAsOpFoldResult(indices[i]));
    sizes.push_back(b.getIndexAttr(1));
  }
  size_t m = group.batch.size() + (schedule.rowsOutside ? 0 : 1),
         n = group.batch.size() + (schedule.rowsOutside ? 1 : 0);
  auto add = [&](std::pair<OpFoldResult, OpFoldResult> range) {
    offsets.push_back(range.first);
    sizes.push_back(range.second);
  };
  add(blockRange(kernel, indices[m], schedule.rowBlock, group.m));
  if (schedule.columnChunk)
    add(blockRange(kernel, indices[n], schedule.columnChunk, group.n));
  else
    add({b.getIndexAttr(0), kernel.extent(group.n)});
  add({b.getIndexAttr(0), kernel.extent(group.k)});
}

//===-- Contraction --------------------------------------------------------------------------------===//

AffineMap ContractionEmitter::operandMap(ArrayRef<int> dims) const {
  llvm::SmallVector<AffineExpr> results;
  for (int dim : dims)
    results.push_back(getAffineDimExpr(dim, b.getContext()));
  return AffineMap::get(group.batch.size() + 3, 0, results, b.getContext());
}

/// The tile of an operand that is read in place, with a dim of size 1 for every required one that it lacks.
Operand ContractionEmitter::inputOperand(const InputAccess &input, Type element,
                                         std::initializer_list<unsigned> required) {
  Access access = group.coarsen(input.access);
  for (unsigned dim : required)
    if (!llvm::is_contained(access.dims, static_cast<int>(dim))) {
      access.shape.insert(access.shape.begin(), DimExpr(1));
      access.dims.insert(access.dims.begin(), static_cast<int>(dim));
    }
  Value whole = kernel.tensor(input.input, access.shape, code.storageType(element));
  return {slice(whole, access.dims), access.dims};
}

Operand ContractionEmitter::emitLhs() {
  Value lhs = group.lhs();
  DimMap placed = group.lhsDims;
  if (auto input = SeamGroup::asViewedInput(lhs, placed))
    return inputOperand(*input, elementOf(lhs), {group.mDim(), group.kDim()});
  while (auto view = SeamGroup::throughView(lhs.getDefiningOp(), placed))
    std::tie(lhs, placed) = *view;
  llvm::SmallVector<int, 6> space;
  for (unsigned dim = 0; dim < group.batch.size(); ++dim)
    if (llvm::any_of(placed,
                     [&](int fine) { return fine >= 0 && group.coarseOf(fine) == static_cast<int>(dim); }))
      space.push_back(dim);
  space.push_back(group.mDim());
  space.push_back(group.kDim());
  StageEmitter prologue(group, code, *this, Role::K, space);
  prologue.request(lhs, placed);
  prologue.emit(b, loc);
  const TileTensor &tile = prologue.result(lhs);
  return {tile.tensor, tile.dims};
}

Operand ContractionEmitter::emitRhs() {
  Value rhs = group.rhs();
  auto input = SeamGroup::asViewedInput(rhs, group.rhsDims);
  if (!group.packsConstant)
    return inputOperand(*input, elementOf(rhs), {group.nDim(), group.kDim()});
  llvm::SmallVector<DimExpr> shape;
  llvm::SmallVector<int, 6> dims;
  llvm::SmallVector<OpFoldResult> o, s;
  for (unsigned dim = 0; dim < group.batch.size(); ++dim)
    if (llvm::any_of(input->access.dims,
                     [&](int fine) { return group.coarseOf(fine) == static_cast<int>(dim); })) {
      shape.push_back(group.batch[dim]);
      dims.push_back(dim);
      o.push_back(offsets[dim]);
      s.push_back(sizes[dim]);
    }
  int64_t nr = plan.schedule.nr;
  shape.append({DimExpr::ceilDiv(group.n, nr), group.k, DimExpr(nr)});
  dims.append({static_cast<int>(group.nDim()), static_cast<int>(group.kDim())});
  AffineExpr d0 = b.getAffineDimExpr(0);
  auto panels = [&](AffineExpr expr, OpFoldResult of) {
    return affine::makeComposedFoldedAffineApply(b, loc, AffineMap::get(1, 0, expr), {of});
  };
  o.append({panels(d0.floorDiv(nr), offsets[group.nDim()]), b.getIndexAttr(0), b.getIndexAttr(0)});
  s.append({panels(d0.ceilDiv(nr), sizes[group.nDim()]), sizes[group.kDim()], b.getIndexAttr(nr)});
  Value whole = kernel.tensor(input->input, shape, code.storageType(elementOf(rhs)));
  llvm::SmallVector<OpFoldResult> strides(o.size(), b.getIndexAttr(1));
  return {tensor::ExtractSliceOp::create(b, loc, whole, o, s, strides), dims};
}

Value ContractionEmitter::emitMicroKernel(Value destination) {
  Operand lhs = emitLhs(), rhs = emitRhs();
  const ContractionSchedule &schedule = plan.schedule;
  bool integers = isa<IntegerType>(cast<ShapedType>(destination.getType()).getElementType());
  auto flag = [&](bool set) { return set ? b.getUnitAttr() : UnitAttr(); };
  auto op = fusion::MicroKernelOp::create(
      b, loc, TypeRange{destination.getType()}, lhs.tensor, rhs.tensor, destination,
      b.getI64IntegerAttr(schedule.mr), b.getI64IntegerAttr(schedule.nr), flag(group.packsConstant),
      flag(true), AffineMapAttr::get(operandMap(lhs.dims)), AffineMapAttr::get(operandMap(rhs.dims)),
      flag(integers && elementOf(group.lhs()).isUnsignedInteger()),
      flag(integers && elementOf(group.rhs()).isUnsignedInteger()));
  return op->getResult(0);
}

//===-- Epilogue -----------------------------------------------------------------------------------===//

/// True when the contraction's result is the only output, in its own order and form: no epilogue at all.
bool ContractionEmitter::writesDirectly() const {
  if (group.outputs.size() != 1 || group.outputs[0].value != group.product())
    return false;
  Type element = elementOf(group.product());
  if (code.computeType(element) != code.storageType(element))
    return false;
  llvm::SmallVector<int, 6> all;
  for (unsigned dim = 0; dim <= group.nDim(); ++dim)
    all.push_back(dim);
  return group.coarsen(group.outputs[0].access).dims == DimMap(all);
}

LogicalResult ContractionEmitter::emitEpilogue(llvm::SmallVectorImpl<Value> &tiles) {
  llvm::SmallVector<int, 6> space;
  llvm::SmallVector<OpFoldResult> shape;
  for (unsigned dim = 0; dim <= group.nDim(); ++dim) {
    space.push_back(dim);
    shape.push_back(sizes[dim]);
  }
  if (writesDirectly()) {
    tiles.push_back(emitMicroKernel(slice(kernel.carried(0), space)));
    return success();
  }
  Value result = group.product();
  Value destination = tensor::EmptyOp::create(b, loc, shape, code.computeType(elementOf(result)));
  StageEmitter epilogue(group, code, *this, Role::N, space);
  epilogue.provide(result, {emitMicroKernel(destination), space, elementOf(result), /*inComputeForm=*/true});
  for (auto [i, output] : llvm::enumerate(group.outputs)) {
    Access access = group.coarsen(output.access);
    TileTensor target{slice(kernel.carried(i), access.dims), access.dims, elementOf(output.value), false};
    epilogue.request(output.value, group.dimsOf(output.value), target);
  }
  epilogue.emit(b, loc);
  for (size_t i = 0; i < group.outputs.size(); ++i)
    tiles.push_back(epilogue.written(i));
  if (linalg::GenericOp columns = epilogue.fullStage())
    return fuseColumns(kernel.irRewriter(), columns, plan.schedule.columnTile, tiles);
  return success();
}

FailureOr<TensorKernel> ContractionEmitter::run() {
  llvm::SmallVector<Value> outputs, tiles;
  for (size_t i = 0; i < group.outputs.size(); ++i)
    outputs.push_back(outputArgument(kernel, group, code, i));
  kernel.openTiles(outputs);
  placeTile();
  if (failed(emitEpilogue(tiles)))
    return failure();
  return kernel.close(insertTiles(kernel, group, tiles, offsets, sizes));
}

FailureOr<TensorKernel> delos::loopopt::emitContractionTensors(ModuleOp module, StringRef name,
                                                               const ContractionPlan &plan,
                                                               const ElementCode &code) {
  return ContractionEmitter(module, name, plan, code).run();
}
