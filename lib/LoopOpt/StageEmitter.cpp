// Levels, stages and bodies of element-wise trees over a tile.
#include "lib/LoopOpt/StageEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

static bool isUnit(const DimExpr &extent) { return extent.isConstant(1); }

static Access fineAccessOf(Value value, const DimMap &dims) {
  Access access;
  for (auto [extent, dim] : llvm::zip_equal(graph::dimsOf(value), dims))
    if (!isUnit(extent)) {
      access.shape.push_back(extent);
      access.dims.push_back(dim);
    }
  return access;
}

static Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

//===-- Levels -------------------------------------------------------------------------------------===//

/// True when the (placed) value varies along the inner dim.
bool StageEmitter::spansInner(Value value) const {
  llvm::SmallVector<int, 4> inner = group.withRole(innerRole);
  if (inner.empty())
    return !value.getDefiningOp<graph::ReduceOp>();
  const DimMap &dims = placed.find(value)->second;
  return llvm::any_of(dims, [&](int dim) { return llvm::is_contained(inner, dim); });
}

int StageEmitter::levelOf(Value value) {
  if (auto known = levels.find(value); known != levels.end())
    return known->second;
  int level = 0;
  Operation *op = value.getDefiningOp();
  if (op && op != group.anchor)
    for (Value operand : op->getOperands())
      level = std::max(level, levelOf(operand) + (isa<graph::ReduceOp>(op) ? 1 : 0));
  levels[value] = level;
  return level;
}

/// Registers what computing `value` inside the full-space op of `level` needs from earlier ops.
void StageEmitter::demand(Value value, const DimMap &dims, int level, bool inRow) {
  if (ready.contains(value) || SeamGroup::asInput(value, dims))
    return;
  Operation *op = value.getDefiningOp();
  if (isa<graph::ConstantOp>(op))
    return;
  if (auto view = SeamGroup::throughView(op, dims))
    return demand(view->first, view->second, level, inRow);
  placed.try_emplace(value, dims);
  int own = levelOf(value);
  bool reduces = isa<graph::ReduceOp>(op), row = !inRow && own > 0 && !spansInner(value);
  if (reduces || row || (own < level && isExpensive(value)))
    return require(value, dims);
  for (Value operand : op->getOperands())
    demand(operand, dims, level, inRow);
}

/// Puts `value` among the results of the op of its level.
void StageEmitter::require(Value value, const DimMap &dims) {
  placed.try_emplace(value, dims);
  int level = levelOf(value);
  Operation *op = value.getDefiningOp();
  if (fullStages.size() <= static_cast<size_t>(level)) {
    fullStages.resize(level + 1);
    rowStages.resize(level + 1);
  }
  if (auto reduce = dyn_cast<graph::ReduceOp>(op)) {
    if (!fullStages[level - 1].reductions.insert(value))
      return;
    DimMap operandDims = *group.throughReduce(reduce, dims, innerRole);
    return demand(reduce.getInput(), operandDims, level - 1, /*inRow=*/false);
  }
  bool full = spansInner(value);
  if (!(full ? fullStages : rowStages)[level].values.insert(value))
    return;
  if (auto view = SeamGroup::throughView(op, dims))
    return demand(view->first, view->second, level, !full);
  if (op != group.anchor)
    for (Value operand : op->getOperands())
      demand(operand, dims, level, !full);
}

void StageEmitter::request(Value value, const DimMap &dims, std::optional<TileTensor> destination) {
  placed.try_emplace(value, dims);
  bool writes = destination.has_value();
  requests.push_back({value, std::move(destination), {}});
  bool reduces = value.getDefiningOp<graph::ReduceOp>() != nullptr;
  require(value, dims);
  // A reduction leaves its op as an accumulator: where that is not the output's form, a row op writes it.
  if (reduces && writes && directRequest(value) < 0)
    rowStages[levelOf(value)].values.insert(value);
}

/// The first request that a reduction can accumulate into: its destination has the accumulator's type.
int StageEmitter::directRequest(Value value) const {
  Type element = elementOf(value);
  if (code.computeType(element) != code.storageType(element))
    return -1;
  for (auto [i, request] : llvm::enumerate(requests))
    if (request.value == value && request.destination)
      return i;
  return -1;
}

//===-- Operands -----------------------------------------------------------------------------------===//

std::optional<StageEmitter::Operand> StageEmitter::asOperand(Value value, const DimMap &dims) {
  if (auto known = ready.find(value); known != ready.end())
    return Operand{value, dims, known->second};
  if (auto input = SeamGroup::asInput(value, dims))
    return Operand{value, dims, tile.read(value, input->access)};
  auto constant = value.getDefiningOp<graph::ConstantOp>();
  if (constant && !isa<SplatElementsAttr>(constant.getValue()))
    return Operand{value, dims, tile.read(value, fineAccessOf(value, dims))};
  return std::nullopt;
}

void StageEmitter::collect(Value value, const DimMap &dims, llvm::SmallVectorImpl<Operand> &operands) {
  if (llvm::any_of(operands, [&](const Operand &o) { return o.value == value && o.dims == dims; }))
    return;
  if (auto operand = asOperand(value, dims)) {
    operands.push_back(std::move(*operand));
    return;
  }
  Operation *op = value.getDefiningOp();
  if (isa<graph::ConstantOp>(op))
    return;
  if (auto view = SeamGroup::throughView(op, dims))
    return collect(view->first, view->second, operands);
  for (Value operand : op->getOperands())
    collect(operand, dims, operands);
}

//===-- Bodies -------------------------------------------------------------------------------------===//

/// Scalar code of one op's body.
struct StageEmitter::Body {
  StageEmitter &stage;
  OpBuilder &builder;
  Location loc;
  ArrayRef<Operand> operands;
  ValueRange arguments;
  llvm::SmallVector<std::tuple<Value, DimMap, Value>> known;

  Value readOperand(unsigned index) {
    const TileTensor &tensor = operands[index].tensor;
    if (tensor.inComputeForm)
      return stage.code.round(builder, loc, arguments[index], tensor.elementType);
    return stage.code.fromStorage(builder, loc, arguments[index], tensor.elementType);
  }

  Value compute(Value value, const DimMap &dims) {
    for (auto &[v, d, result] : known)
      if (v == value && d == dims)
        return result;
    Value result = computeOnce(value, dims);
    known.emplace_back(value, dims, result);
    return result;
  }

  Value computeOnce(Value value, const DimMap &dims) {
    for (auto [i, operand] : llvm::enumerate(operands))
      if (operand.value == value && operand.dims == dims)
        return readOperand(i);
    Operation *op = value.getDefiningOp();
    if (auto constant = dyn_cast<graph::ConstantOp>(op)) {
      auto splat = cast<SplatElementsAttr>(constant.getValue()).getSplatValue<Attribute>();
      return arith::ConstantOp::create(builder, loc, stage.code.constant(splat, elementOf(value)));
    }
    if (auto view = SeamGroup::throughView(op, dims))
      return compute(view->first, view->second);
    llvm::SmallVector<Value> inputs;
    for (Value operand : op->getOperands())
      inputs.push_back(compute(operand, dims));
    return stage.code.emit(builder, loc, op, inputs);
  }
};

AffineMap StageEmitter::mapOf(ArrayRef<int> dims, ArrayRef<int> loops, MLIRContext *context) const {
  llvm::SmallVector<AffineExpr> results;
  for (int dim : dims)
    results.push_back(getAffineDimExpr(llvm::find(loops, dim) - loops.begin(), context));
  return AffineMap::get(loops.size(), 0, results, context);
}

/// The dims of a temporary: the whole space, or without inner.
llvm::SmallVector<int, 6> StageEmitter::dimsOfTensor(Value value) const {
  llvm::SmallVector<int, 6> dims = space;
  if (!spansInner(value))
    dims.pop_back();
  return dims;
}

TileTensor StageEmitter::makeTemporary(OpBuilder &builder, Location loc, Value value, ArrayRef<int> dims) {
  llvm::SmallVector<OpFoldResult> sizes;
  for (int dim : dims)
    sizes.push_back(tile.tileSize(dim));
  Type element = code.computeType(elementOf(value));
  bool computeForm = !element.isInteger(1);
  Value empty = tensor::EmptyOp::create(builder, loc, sizes,
                                        computeForm ? element : code.storageType(elementOf(value)));
  return {empty, llvm::SmallVector<int, 6>(dims), elementOf(value), computeForm};
}

//===-- Emission -----------------------------------------------------------------------------------===//

void StageEmitter::emitStage(OpBuilder &builder, Location loc, const Stage &stage, bool full) {
  struct Result {
    Value value;
    TileTensor destination;
    bool reduces;
    int request;
  };
  llvm::SmallVector<Operand> operands;
  llvm::SmallVector<Result> results;
  MLIRContext *context = builder.getContext();
  auto inputOf = [&](Value value) -> std::pair<Value, DimMap> {
    auto reduce = value.getDefiningOp<graph::ReduceOp>();
    return {reduce.getInput(), *group.throughReduce(reduce, placed[value], innerRole)};
  };
  for (Value value : stage.values) {
    collect(value, placed[value], operands);
    bool any = false;
    for (auto [i, request] : llvm::enumerate(requests))
      if (request.value == value && request.destination) {
        results.push_back({value, *request.destination, false, static_cast<int>(i)});
        any = true;
      }
    if (!any)
      results.push_back({value, makeTemporary(builder, loc, value, dimsOfTensor(value)), false, -1});
  }
  for (Value value : stage.reductions) {
    auto [input, dims] = inputOf(value);
    collect(input, dims, operands);
    int direct = directRequest(value);
    TileTensor accumulator = direct >= 0 ? *requests[direct].destination
                                         : makeTemporary(builder, loc, value, ArrayRef(space).drop_back());
    Value neutral = arith::ConstantOp::create(
        builder, loc, code.neutral(cast<graph::ReduceOp>(value.getDefiningOp()).getKind(), elementOf(value)));
    accumulator.tensor = linalg::FillOp::create(builder, loc, neutral, accumulator.tensor).getResult(0);
    results.push_back({value, accumulator, true, direct});
  }

  llvm::SmallVector<int, 6> loops = space;
  if (!full)
    loops.pop_back();
  // A dim of one element that no value of the stage has is no loop: its size would be unknown.
  auto isMentioned = [&](int dim) {
    auto has = [dim](const TileTensor &tensor) { return llvm::is_contained(tensor.dims, dim); };
    return (full && dim == space.back()) ||
           llvm::any_of(operands, [&](const Operand &operand) { return has(operand.tensor); }) ||
           llvm::any_of(results, [&](const Result &result) { return has(result.destination); });
  };
  llvm::erase_if(loops, [&](int dim) { return !isMentioned(dim); });
  llvm::SmallVector<AffineMap> maps;
  llvm::SmallVector<Value> inputs, destinations;
  llvm::SmallVector<Type> types;
  for (const Operand &operand : operands) {
    inputs.push_back(operand.tensor.tensor);
    maps.push_back(mapOf(operand.tensor.dims, loops, context));
  }
  for (const Result &result : results) {
    destinations.push_back(result.destination.tensor);
    types.push_back(result.destination.tensor.getType());
    maps.push_back(mapOf(result.destination.dims, loops, context));
  }
  llvm::SmallVector<utils::IteratorType> iterators(loops.size(), utils::IteratorType::parallel);
  if (!stage.reductions.empty())
    iterators.back() = utils::IteratorType::reduction;
  auto generic = linalg::GenericOp::create(
      builder, loc, types, inputs, destinations, maps, iterators,
      [&](OpBuilder &b, Location l, ValueRange arguments) {
        Body body{*this, b, l, operands, arguments, {}};
        llvm::SmallVector<Value> yields;
        for (auto [i, result] : llvm::enumerate(results)) {
          Type element = elementOf(result.value);
          if (result.reduces) {
            auto reduce = result.value.getDefiningOp<graph::ReduceOp>();
            auto [input, dims] = inputOf(result.value);
            Value value = body.compute(input, dims);
            yields.push_back(
                code.combine(b, l, reduce.getKind(), element, arguments[operands.size() + i], value));
          } else {
            Value value = body.compute(result.value, placed[result.value]);
            yields.push_back(result.destination.inComputeForm ? value : code.toStorage(b, l, value, element));
          }
        }
        linalg::YieldOp::create(b, l, yields);
      });
  llvm::SmallVector<Attribute> kinds;
  for (const Result &result : results) {
    llvm::SmallVector<Attribute> entry;
    if (result.reduces) {
      auto kind = static_cast<int64_t>(result.value.getDefiningOp<graph::ReduceOp>().getKind());
      entry = {builder.getI64IntegerAttr(kind), TypeAttr::get(elementOf(result.value))};
    }
    kinds.push_back(builder.getArrayAttr(entry));
  }
  if (!stage.reductions.empty())
    generic->setAttr(reductionsAttribute, builder.getArrayAttr(kinds));
  for (auto [i, result] : llvm::enumerate(results)) {
    TileTensor tensor = result.destination;
    tensor.tensor = generic.getResult(i);
    if (result.request >= 0)
      requests[result.request].written = tensor.tensor;
    // A later op may read an output back; an accumulator stays what it is.
    ready.try_emplace(result.value, tensor);
  }
  if (full && !columnsOp)
    columnsOp = generic;
}

void StageEmitter::emit(OpBuilder &builder, Location loc) {
  for (size_t level = 0; level < fullStages.size(); ++level) {
    if (!rowStages[level].values.empty())
      emitStage(builder, loc, rowStages[level], /*full=*/false);
    const Stage &stage = fullStages[level];
    if (!stage.values.empty() || !stage.reductions.empty())
      emitStage(builder, loc, stage, /*full=*/true);
  }
}
