// Placement of a kernel's values in the iteration space of its anchor.
#include "lib/LoopOpt/SeamGroup.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

/// Marks a dim of a broadcast result whose place only its users know.
static constexpr int openDim = -2;

static bool isUnit(const DimExpr &extent) { return extent.isConstant(1); }

//===-- Views --------------------------------------------------------------------------------------===//

/// The placement of the operand of a reshape that only adds or drops dims of size 1.
static std::optional<DimMap> throughUnitReshape(Value from, Value to, const DimMap &dims) {
  graph::Dims source = graph::dimsOf(from), target = graph::dimsOf(to);
  DimMap placed;
  size_t at = 0;
  auto skipUnits = [&] {
    while (at < target.size() && isUnit(target[at]))
      ++at;
  };
  for (const DimExpr &extent : source) {
    if (isUnit(extent)) {
      placed.push_back(noDim);
      continue;
    }
    skipUnits();
    if (at == target.size() || target[at] != extent)
      return std::nullopt;
    placed.push_back(dims[at++]);
  }
  skipUnits();
  return at == target.size() ? std::optional(placed) : std::nullopt;
}

std::optional<std::pair<Value, DimMap>> SeamGroup::throughView(Operation *op, const DimMap &dims) {
  if (auto transpose = dyn_cast<graph::TransposeOp>(op)) {
    DimMap placed(dims.size());
    for (auto [i, source] : llvm::enumerate(transpose.getPerm()))
      placed[source] = dims[i];
    return std::pair(transpose.getInput(), placed);
  }
  if (auto broadcast = dyn_cast<graph::BroadcastOp>(op)) {
    DimMap placed;
    graph::Dims source = graph::dimsOf(broadcast.getInput());
    for (auto [i, target] : llvm::enumerate(broadcast.getDims()))
      placed.push_back(isUnit(source[i]) ? noDim : dims[target]);
    return std::pair(broadcast.getInput(), placed);
  }
  if (auto reshape = dyn_cast<graph::ReshapeOp>(op))
    if (auto placed = throughUnitReshape(reshape.getInput(), reshape.getResult(), dims))
      return std::pair(reshape.getInput(), *placed);
  return std::nullopt;
}

/// Dims of `value` with the ones of size 1 left out.
static Access accessOf(Value value, const DimMap &dims) {
  Access access;
  for (auto [extent, dim] : llvm::zip_equal(graph::dimsOf(value), dims))
    if (!isUnit(extent)) {
      access.shape.push_back(extent);
      access.dims.push_back(dim);
    }
  return access;
}

std::optional<InputAccess> SeamGroup::asInput(Value value, const DimMap &dims) {
  Value source = value;
  while (auto reshape = source.getDefiningOp<graph::ReshapeOp>())
    source = reshape.getInput();
  auto argument = dyn_cast<BlockArgument>(source);
  if (!argument)
    return std::nullopt;
  return InputAccess{argument.getArgNumber(), accessOf(value, dims)};
}

std::optional<InputAccess> SeamGroup::asViewedInput(Value value, const DimMap &dims) {
  DimMap placed = dims;
  while (true) {
    if (auto input = asInput(value, placed))
      return input;
    auto view = value.getDefiningOp() ? throughView(value.getDefiningOp(), placed) : std::nullopt;
    if (!view)
      return std::nullopt;
    std::tie(value, placed) = *view;
  }
}

std::optional<DimMap> SeamGroup::throughReduce(graph::ReduceOp op, const DimMap &dims, Role role) const {
  llvm::SmallVector<int, 4> inner = withRole(role);
  graph::Dims extents = graph::dimsOf(op.getInput());
  DimMap placed;
  size_t kept = 0, reduced = 0;
  for (auto [i, extent] : llvm::enumerate(extents)) {
    if (!llvm::is_contained(op.getDims(), static_cast<int64_t>(i))) {
      placed.push_back(dims[kept++]);
    } else if (isUnit(extent)) {
      placed.push_back(noDim);
    } else {
      if (reduced == inner.size() || fineDims[inner[reduced]].extent != extent)
        return std::nullopt;
      placed.push_back(inner[reduced++]);
    }
  }
  return reduced == inner.size() ? std::optional(placed) : std::nullopt;
}

//===-- Queries ------------------------------------------------------------------------------------===//

llvm::SmallVector<int, 4> SeamGroup::withRole(Role role) const {
  llvm::SmallVector<int, 4> found;
  for (auto [i, dim] : llvm::enumerate(fineDims))
    if (dim.role == role)
      found.push_back(i);
  return found;
}

Access SeamGroup::coarsen(const Access &access) const {
  Access result;
  for (auto [extent, fine] : llvm::zip_equal(access.shape, access.dims)) {
    const auto &parts = coarse[fine];
    if (parts.size() == 1) {
      if (!result.dims.empty() && result.dims.back() == parts[0].dim) {
        result.shape.back() = result.shape.back() * extent;
        continue;
      }
      result.shape.push_back(extent);
      result.dims.push_back(parts[0].dim);
      continue;
    }
    for (const CoarseDim &part : parts) {
      result.shape.push_back(part.extent);
      result.dims.push_back(part.dim);
    }
  }
  return result;
}

//===-- Placement ----------------------------------------------------------------------------------===//

std::optional<Refusal> SeamGroup::findAnchor(llvm::function_ref<bool(Operation *)> isAnchor) {
  for (Operation &op : block->without_terminator())
    if (isAnchor(&op)) {
      if (anchor)
        return Refusal{"two anchors in one kernel", &op};
      anchor = &op;
    }
  if (!anchor)
    return Refusal{"no anchor in the kernel", nullptr};
  return std::nullopt;
}

std::optional<Refusal> SeamGroup::placeMap(Operation &op) {
  DimMap placed(graph::dimsOf(op.getResult(0)).size(), openDim);
  for (Value operand : op.getOperands()) {
    auto known = forward.find(operand);
    if (known == forward.end())
      continue;
    for (auto [mine, theirs] : llvm::zip_equal(placed, known->second)) {
      if (mine >= 0 && theirs >= 0 && mine != theirs)
        return Refusal{"operands lie differently in the anchor's space", &op};
      if (mine == openDim)
        mine = theirs;
    }
  }
  if (llvm::is_contained(placed, openDim))
    return Refusal{"a value of the anchor is broadcast along dims that it does not have", &op};
  forward[op.getResult(0)] = placed;
  return std::nullopt;
}

std::optional<Refusal> SeamGroup::placeReduce(graph::ReduceOp op) {
  const DimMap &from = forward[op.getInput()];
  DimMap kept, reduced;
  for (auto [i, dim] : llvm::enumerate(from))
    (llvm::is_contained(op.getDims(), static_cast<int64_t>(i)) ? reduced : kept).push_back(dim);
  llvm::erase(reduced, noDim);
  llvm::SmallVector<int, 4> inner = withRole(Role::N);
  if (reduced.empty() && !inner.empty())
    return Refusal{"a reduction over dims of size 1 only", op};
  if (reduced.size() != inner.size() || !std::is_permutation(reduced.begin(), reduced.end(), inner.begin()))
    return Refusal{"a reduction of the anchor's result over other dims than all of N", op};
  forward[op.getResult()] = kept;
  return std::nullopt;
}

std::optional<Refusal> SeamGroup::placeView(Operation &op) {
  const DimMap &from = forward[op.getOperand(0)];
  DimMap placed;
  if (auto transpose = dyn_cast<graph::TransposeOp>(op)) {
    for (int64_t source : transpose.getPerm())
      placed.push_back(from[source]);
  } else if (auto broadcast = dyn_cast<graph::BroadcastOp>(op)) {
    graph::Dims extents = graph::dimsOf(broadcast.getInput());
    for (const DimExpr &extent : graph::dimsOf(broadcast.getResult()))
      placed.push_back(isUnit(extent) ? noDim : openDim);
    for (auto [i, target] : llvm::enumerate(broadcast.getDims()))
      if (!isUnit(extents[i]))
        placed[target] = from[i];
  } else {
    auto reshape = cast<graph::ReshapeOp>(op);
    auto back = throughUnitReshape(reshape.getResult(), reshape.getInput(), from);
    if (back) {
      placed = *back;
    } else {
      // Reshapes behind the last value are part of the output's layout.
      bool leaves = llvm::all_of(op.getUsers(), [&](Operation *user) {
        return user == block->getTerminator() || isa<graph::ReshapeOp>(user);
      });
      if (!leaves)
        return Refusal{"a reshape between values of the anchor", &op};
      return std::nullopt;
    }
  }
  forward[op.getResult(0)] = placed;
  return std::nullopt;
}

std::optional<Refusal> SeamGroup::placeDependents() {
  for (Operation &op : block->without_terminator()) {
    if (&op == anchor ||
        llvm::none_of(op.getOperands(), [&](Value operand) { return forward.contains(operand); }))
      continue;
    Check failed = Refusal{"an op that is neither element-wise, a view nor a row reduction", &op};
    if (isa<graph::MapOp, graph::CastOp, graph::BitcastOp>(op))
      failed = placeMap(op);
    else if (auto reduce = dyn_cast<graph::ReduceOp>(op))
      failed = placeReduce(reduce);
    else if (isa<graph::TransposeOp, graph::BroadcastOp, graph::ReshapeOp>(op))
      failed = placeView(op);
    if (failed)
      return failed;
  }
  return std::nullopt;
}

std::optional<Refusal> SeamGroup::placeOutputs() {
  Operation *terminator = block->getTerminator();
  for (Value yielded : terminator->getOperands()) {
    Value value = yielded;
    while (!isDependent(value)) {
      auto reshape = value.getDefiningOp<graph::ReshapeOp>();
      if (!reshape)
        return Refusal{"an output that does not depend on the anchor", terminator};
      value = reshape.getInput();
    }
    const DimMap &dims = dimsOf(value);
    if (llvm::is_contained(dims, openDim))
      return Refusal{"an output that repeats a value along dims it does not have", value.getDefiningOp()};
    outputs.push_back({value, accessOf(value, dims)});
  }
  return std::nullopt;
}

//===-- Accesses -----------------------------------------------------------------------------------===//

std::optional<Refusal> SeamGroup::visit(Value value, const DimMap &dims, Operation *user, Role inner) {
  if (llvm::is_contained(dims, openDim))
    return Refusal{"a value that is broadcast along unknown dims", user};
  if (auto input = asInput(value, dims)) {
    accesses.push_back(input->access);
    return std::nullopt;
  }
  Operation *op = value.getDefiningOp();
  if (op == anchor)
    return std::nullopt;
  if (auto constant = dyn_cast<graph::ConstantOp>(op)) {
    accesses.push_back(accessOf(value, dims));
    return std::nullopt;
  }
  if (auto view = throughView(op, dims))
    return visit(view->first, view->second, op, inner);
  if (auto reduce = dyn_cast<graph::ReduceOp>(op)) {
    auto placed = throughReduce(reduce, dims, inner);
    if (!placed)
      return Refusal{"a reduction over other dims than the rows of the operand", op};
    return visit(reduce.getInput(), *placed, op, inner);
  }
  if (!isa<graph::MapOp, graph::CastOp, graph::BitcastOp>(op))
    return Refusal{"an operand that is neither an input, element-wise nor a row reduction", op};
  for (Value operand : op->getOperands())
    if (auto failed = visit(operand, dims, op, inner))
      return failed;
  return std::nullopt;
}

std::optional<Refusal> SeamGroup::visitOutputs() {
  for (const Output &output : outputs) {
    accesses.push_back(output.access);
    if (auto failed = visit(output.value, dimsOf(output.value), nullptr, Role::N))
      return failed;
  }
  return std::nullopt;
}

std::optional<Refusal> SeamGroup::placeBehind(const DimMap &result) {
  forward[product()] = result;
  if (auto failed = placeDependents())
    return failed;
  return placeOutputs();
}
