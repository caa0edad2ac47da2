// Placement of a convolution's operands and results.
#include "lib/LoopOpt/WindowGroup.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

/// Parameters per spatial dim, with a leading neutral one where there is only one dim.
static llvm::SmallVector<int64_t, 3> spatial(ArrayRef<int64_t> values, int64_t neutral) {
  llvm::SmallVector<int64_t, 3> result(values.begin(), values.end());
  if (result.size() == 1)
    result.insert(result.begin(), neutral);
  return result;
}

std::optional<Refusal> WindowGroup::placeInput(Value value, bool channelsLast) {
  int64_t rank = graph::dimsOf(value).size(), spatialDims = rank - 2;
  // Logical position of each dim of the operand: n = 0, spatial 1.., c = rank - 1.
  DimMap logical;
  for (int64_t d = 0; d < rank; ++d)
    logical.push_back(d == 0 ? 0 : channelsLast ? d : d == 1 ? rank - 1 : d - 1);
  while (auto transpose = value.getDefiningOp<graph::TransposeOp>()) {
    DimMap before(logical.size());
    for (auto [i, source] : llvm::enumerate(transpose.getPerm()))
      before[source] = logical[i];
    logical = before;
    value = transpose.getInput();
  }
  graph::Dims shape = graph::dimsOf(value);
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
    value = reshape.getInput();
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return Refusal{"the input of a window is computed in the kernel", anchor};
  input = argument.getArgNumber();
  unsigned total = extents.size();
  inputPerm.assign(total, 0);
  auto add = [&](unsigned coarse, const DimExpr &extent) {
    inputPerm[coarse] = inputShape.size();
    inputShape.push_back(extent);
  };
  for (auto [extent, at] : llvm::zip_equal(shape, logical)) {
    if (at == 0) {
      add(0, extent);
    } else if (at == rank - 1) {
      if (isGrouped())
        add(total - 2, groups);
      add(total - 1, isGrouped() ? DimExpr(inputChannels) : extent);
    } else {
      if (at == 1 && spatialDims == 1)
        add(1, 1);
      add(at + (spatialDims == 1 ? 1 : 0), extent);
    }
  }
  return std::nullopt;
}

/// Fine dims in the logical order n, spatial..., c, and the coarse space.
std::optional<Refusal> WindowGroup::placeResult(bool channelsLast) {
  graph::Dims shape = graph::dimsOf(product());
  int64_t rank = shape.size();
  auto atLogical = [&](int64_t position) {
    return position == 0 ? 0 : channelsLast ? position : position == rank - 1 ? 1 : position + 1;
  };
  DimMap result(rank, noDim);
  auto addCoarse = [&](const DimExpr &extent) {
    extents.push_back(extent);
    return static_cast<int>(extents.size()) - 1;
  };
  for (int64_t position = 0; position < rank; ++position) {
    const DimExpr &extent = shape[atLogical(position)];
    if (position == 1 && rank == 3)
      addCoarse(1);
    Role role = position == 0 ? Role::Batch : position == rank - 1 ? Role::N : Role::M;
    llvm::SmallVector<CoarseDim, 2> parts;
    if (role == Role::N && isGrouped())
      parts = {{addCoarse(groups), DimExpr(groups)}, {addCoarse(outputChannels), DimExpr(outputChannels)}};
    else
      parts = {{addCoarse(extent), extent}};
    if (extent.isConstant(1))
      continue;
    result[atLogical(position)] = fineDims.size();
    fineDims.push_back({extent, role});
    coarse.push_back(parts);
  }
  return placeBehind(result);
}

std::optional<Refusal> WindowGroup::placeConv(graph::ConvOp conv,
                                              llvm::function_ref<bool(unsigned)> isConstantInput) {
  kernel = spatial(conv.getStrides(), 1);
  graph::Dims window = graph::dimsOf(conv.getFilter());
  llvm::SmallVector<int64_t> sizes;
  for (const DimExpr &extent : window) {
    if (!extent.asConstant())
      return Refusal{"a filter of symbolic size", anchor};
    sizes.push_back(*extent.asConstant());
  }
  if (sizes.size() < 3 || sizes.size() > 5)
    return Refusal{"a convolution over more than three spatial dims", anchor};
  kernel = spatial(ArrayRef<int64_t>(sizes).drop_front(2), 1);
  strides = spatial(conv.getStrides(), 1);
  dilations = spatial(conv.getDilations(), 1);
  low = spatial(conv.getLow(), 0);
  int64_t g = conv.getGroups(), outputs = sizes[0];
  bool depthwise = g > 1 && sizes[1] == 1 && outputs == g;
  kind = depthwise ? fusion::WindowKind::depthwise : fusion::WindowKind::dense;
  groups = depthwise ? 1 : g;
  inputChannels = depthwise ? outputs : sizes[1];
  outputChannels = outputs / groups;
  Value source = conv.getFilter();
  while (auto reshape = source.getDefiningOp<graph::ReshapeOp>())
    source = reshape.getInput();
  auto argument = dyn_cast<BlockArgument>(source);
  if (!argument || !isConstantInput(argument.getArgNumber()))
    return Refusal{"a filter that is not a constant", anchor};
  filter = argument.getArgNumber();
  if (auto failed = placeResult(conv.getChannelsLast()))
    return failed;
  return placeInput(conv.getInput(), conv.getChannelsLast());
}

std::optional<Refusal> WindowGroup::placePool(graph::WindowReduceOp pool) {
  using graph::ReduceKind;
  switch (pool.getKind()) {
  case ReduceKind::max:
    kind = fusion::WindowKind::max;
    break;
  case ReduceKind::min:
    kind = fusion::WindowKind::min;
    break;
  case ReduceKind::sum:
    kind = fusion::WindowKind::sum;
    break;
  default:
    return Refusal{"a window of products or bits", anchor};
  }
  int64_t rank = pool.getWindow().size();
  auto isPlain = [&](int64_t d) {
    return pool.getWindow()[d] == 1 && pool.getStrides()[d] == 1 && pool.getLow()[d] == 0;
  };
  if (rank < 3 || rank > 5 || !isPlain(0))
    return Refusal{"a window over the batch or over more than three dims", anchor};
  bool channelsLast = isPlain(rank - 1) && !(isPlain(1) && rank == 3);
  if (!channelsLast && !isPlain(1))
    return Refusal{"a window over the channels", anchor};
  unsigned first = channelsLast ? 1 : 2;
  auto take = [&](ArrayRef<int64_t> values, int64_t neutral) {
    return spatial(values.slice(first, rank - 2), neutral);
  };
  kernel = take(pool.getWindow(), 1);
  strides = take(pool.getStrides(), 1);
  dilations = take(pool.getDilations(), 1);
  low = take(pool.getLow(), 0);
  auto channels = graph::dimsOf(pool.getInput())[channelsLast ? rank - 1 : 1].asConstant();
  if (!channels)
    return Refusal{"a symbolic number of channels", anchor};
  inputChannels = outputChannels = *channels;
  if (auto failed = placeResult(channelsLast))
    return failed;
  return placeInput(pool.getInput(), channelsLast);
}

std::variant<WindowGroup, Refusal> WindowGroup::analyze(Block &body,
                                                        llvm::function_ref<bool(unsigned)> isConstantInput) {
  WindowGroup group;
  group.block = &body;
  if (auto failed =
          group.findAnchor([](Operation *op) { return isa<graph::ConvOp, graph::WindowReduceOp>(op); }))
    return *failed;
  auto failed = isa<graph::ConvOp>(group.anchor)
                    ? group.placeConv(cast<graph::ConvOp>(group.anchor), isConstantInput)
                    : group.placePool(cast<graph::WindowReduceOp>(group.anchor));
  if (failed)
    return *failed;
  auto isEmpty = [](const DimExpr &extent) { return extent.isConstant(0); };
  if (group.inputChannels == 0 || llvm::any_of(group.extents, isEmpty) || llvm::is_contained(group.kernel, 0))
    return Refusal{"a window without elements", group.anchor};
  for (Operation &op : body.without_terminator())
    if (isa<graph::ReduceOp>(op) && group.isDependent(op.getResult(0)) && group.isGrouped())
      return Refusal{"a reduction over the channels of a grouped convolution", &op};
  if (auto refusal = group.visitOutputs())
    return *refusal;
  return group;
}
