// Unification of dims into loops.
#include "lib/Analysis/IterationSpace.h"

#include "dialects/Graph/GraphOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallSet.h"

namespace delos {

using llvm::ArrayRef;
using llvm::SmallVector;
using mlir::OpOperand;
using mlir::Value;

static bool isUnit(const DimExpr &extent) { return extent.isConstant(1); }

//===-- Linear forms -------------------------------------------------------------------------------===//

DimExpr LinearForm::of(int loop) const {
  auto found = coefficients.find(loop);
  return found == coefficients.end() ? DimExpr(0) : found->second;
}

LinearForm LinearForm::plus(const LinearForm &other) const {
  LinearForm sum = *this;
  sum.offset = sum.offset + other.offset;
  for (const auto &[loop, coefficient] : other.coefficients) {
    DimExpr total = sum.of(loop) + coefficient;
    if (total.isConstant(0))
      sum.coefficients.erase(loop);
    else
      sum.coefficients[loop] = total;
  }
  return sum;
}

LinearForm LinearForm::times(const DimExpr &factor) const {
  LinearForm product;
  product.offset = offset * factor;
  for (const auto &[loop, coefficient] : coefficients)
    if (DimExpr scaled = coefficient * factor; !scaled.isConstant(0))
      product.coefficients[loop] = scaled;
  return product;
}

bool LinearForm::operator==(const LinearForm &other) const {
  return offset == other.offset && coefficients == other.coefficients;
}

/// The address of an element whose index along dim d is `indices[d]`.
static LinearForm linearize(ArrayRef<LinearForm> indices, ArrayRef<DimExpr> extents) {
  LinearForm address;
  for (auto [index, extent] : llvm::zip_equal(indices, extents))
    address = address.times(extent).plus(index);
  return address;
}

//===-- Axes ---------------------------------------------------------------------------------------===//

int IterationSpace::addAxis(const DimExpr &extent) {
  axes.push_back({extent});
  return static_cast<int>(axes.size()) - 1;
}

IterationSpace::Axes IterationSpace::addAxes(Value value) {
  Axes result;
  for (const DimExpr &extent : graph::dimsOf(value))
    result.push_back(isUnit(extent) ? -1 : addAxis(extent));
  return result;
}

static bool isSource(Value value) {
  mlir::Operation *op = value.getDefiningOp();
  return !op || mlir::isa<graph::ConstantOp, graph::IotaOp, graph::DimsValueOp>(op);
}

/// Element-wise ops and reductions that read an argument itself run over one set of loops.
static bool sharesLoops(OpOperand &use) {
  return mlir::isa<mlir::BlockArgument>(use.get()) &&
         mlir::isa<graph::MapOp, graph::CastOp, graph::BitcastOp, graph::ReduceOp>(use.getOwner());
}

const IterationSpace::Axes &IterationSpace::axesAt(OpOperand &use) {
  if (!isSource(use.get()))
    return resultAxes.find(use.get())->second;
  if (sharesLoops(use)) {
    auto found = resultAxes.find(use.get());
    return found != resultAxes.end() ? found->second
                                     : resultAxes.try_emplace(use.get(), addAxes(use.get())).first->second;
  }
  auto found = useAxes.find(&use);
  return found != useAxes.end() ? found->second : useAxes.try_emplace(&use, addAxes(use.get())).first->second;
}

int IterationSpace::rootOf(int axis) const {
  while (axes[axis].parent >= 0)
    axis = axes[axis].parent;
  return axis;
}

bool IterationSpace::unify(int a, int b) {
  if (a < 0 || b < 0)
    return true;
  a = rootOf(a);
  b = rootOf(b);
  if (a == b)
    return true;
  SmallVector<int, 2> parts = axes[b].parts;
  axes[b].parent = a;
  // Of two sizes that must be equal the static one.
  if (!axes[a].extent.asConstant())
    axes[a].extent = axes[b].extent;
  return parts.empty() || split(a, parts);
}

/// Makes `whole` the axis of `parts`, or unifies them with the parts that it has.
bool IterationSpace::split(int whole, ArrayRef<int> parts) {
  whole = rootOf(whole);
  if (axes[whole].parts.empty()) {
    axes[whole].parts.assign(parts.begin(), parts.end());
    return true;
  }
  SmallVector<int, 2> own = axes[whole].parts;
  if (own.size() != parts.size())
    return false;
  for (auto [mine, theirs] : llvm::zip_equal(own, parts))
    if (!graph::mayBeEqual(axes[rootOf(mine)].extent, axes[rootOf(theirs)].extent) || !unify(mine, theirs))
      return false;
  return true;
}

/// Pairs the shortest runs of source and target dims that hold equally many elements.
bool IterationSpace::visitReshape(const Axes &source, const Axes &target) {
  SmallVector<int, 6> from, to;
  llvm::copy_if(source, std::back_inserter(from), [](int axis) { return axis >= 0; });
  llvm::copy_if(target, std::back_inserter(to), [](int axis) { return axis >= 0; });
  size_t f = 0, t = 0;
  while (f < from.size() && t < to.size()) {
    size_t fEnd = f + 1, tEnd = t + 1;
    DimExpr left = axes[from[f]].extent, right = axes[to[t]].extent;
    while (left != right) {
      // Symbolic runs grow on the side that the other one is a multiple of.
      bool growLeft = right.divideExactly(left).has_value();
      if (!growLeft && !left.divideExactly(right))
        return false;
      if (growLeft ? fEnd == from.size() : tEnd == to.size())
        return false;
      (growLeft ? left : right) =
          growLeft ? left * axes[from[fEnd++]].extent : right * axes[to[tEnd++]].extent;
    }
    ArrayRef<int> sources = ArrayRef(from).slice(f, fEnd - f), targets = ArrayRef(to).slice(t, tEnd - t);
    bool paired = sources.size() == 1 && targets.size() == 1 ? unify(sources[0], targets[0])
                  : sources.size() == 1                      ? split(sources[0], targets)
                  : targets.size() == 1                      ? split(targets[0], sources)
                                                             : false;
    if (!paired)
      return false;
    f = fEnd;
    t = tEnd;
  }
  return f == from.size() && t == to.size();
}

bool IterationSpace::visitContract(mlir::Operation &op, const Axes &result) {
  auto contract = mlir::cast<graph::ContractOp>(op);
  Axes lhs = axesAt(op.getOpOperand(0)), rhs = axesAt(op.getOpOperand(1));
  size_t at = 0;
  bool ok = true;
  for (auto [left, right] : llvm::zip_equal(contract.getLhsBatch(), contract.getRhsBatch()))
    ok = ok && unify(result[at], lhs[left]) && unify(result[at++], rhs[right]);
  auto free = [&](const Axes &operand, ArrayRef<int64_t> batch, ArrayRef<int64_t> contracted) {
    for (int64_t d = 0, e = operand.size(); d < e; ++d)
      if (!llvm::is_contained(batch, d) && !llvm::is_contained(contracted, d))
        ok = ok && unify(result[at++], operand[d]);
  };
  free(lhs, contract.getLhsBatch(), contract.getLhsContract());
  free(rhs, contract.getRhsBatch(), contract.getRhsContract());
  for (auto [left, right] : llvm::zip_equal(contract.getLhsContract(), contract.getRhsContract()))
    ok = ok && unify(lhs[left], rhs[right]);
  return ok;
}

bool IterationSpace::visit(mlir::Operation &op) {
  if (op.getNumResults() != 1 || isSource(op.getResult(0)))
    return true;
  Axes result = addAxes(op.getResult(0));
  resultAxes[op.getResult(0)] = result;
  if (mlir::isa<graph::ContractOp>(op))
    return visitContract(op, result);
  if (mlir::isa<graph::MapOp, graph::CastOp, graph::BitcastOp>(op))
    return llvm::all_of(op.getOpOperands(), [&](OpOperand &operand) {
      Axes mine = axesAt(operand);
      return llvm::all_of(llvm::zip_equal(result, mine),
                          [&](auto pair) { return unify(std::get<0>(pair), std::get<1>(pair)); });
    });
  Axes source = op.getNumOperands() ? axesAt(op.getOpOperand(0)) : Axes();
  if (auto transpose = mlir::dyn_cast<graph::TransposeOp>(op))
    return llvm::all_of(llvm::enumerate(transpose.getPerm()),
                        [&](auto entry) { return unify(result[entry.index()], source[entry.value()]); });
  if (auto broadcast = mlir::dyn_cast<graph::BroadcastOp>(op))
    return llvm::all_of(llvm::enumerate(broadcast.getDims()),
                        [&](auto entry) { return unify(result[entry.value()], source[entry.index()]); });
  if (mlir::isa<graph::ReshapeOp>(op))
    return visitReshape(source, result);
  if (auto reduce = mlir::dyn_cast<graph::ReduceOp>(op)) {
    size_t at = 0;
    for (int64_t d = 0, e = source.size(); d < e; ++d)
      if (!llvm::is_contained(reduce.getDims(), d) && !unify(result[at++], source[d]))
        return false;
  }
  // Slices and everything else: the result has loops of its own.
  return true;
}

//===-- Loops --------------------------------------------------------------------------------------===//

void IterationSpace::flatten(int axis, Loops &loops) const {
  axis = rootOf(axis);
  if (axes[axis].parts.empty())
    return loops.push_back(axis);
  for (int part : axes[axis].parts)
    if (part >= 0)
      flatten(part, loops);
}

/// Fills the tables of loops; false where two dims of one value are the same loop.
bool IterationSpace::settle() {
  auto loopsOfAxes = [&](const Axes &list) {
    SmallVector<Loops, 6> loops(list.size());
    for (auto [axis, out] : llvm::zip_equal(list, loops))
      if (axis >= 0)
        flatten(axis, out);
    return loops;
  };
  auto isDistinct = [](ArrayRef<Loops> loops) {
    llvm::SmallSet<int, 8> seen;
    return llvm::all_of(loops, [&](const Loops &dim) {
      return llvm::all_of(dim, [&](int loop) { return seen.insert(loop).second; });
    });
  };
  bool distinct = true;
  for (auto &[value, list] : resultAxes)
    distinct &= isDistinct(results[value] = loopsOfAxes(list));
  for (auto &[use, list] : useAxes)
    distinct &= isDistinct(uses[use] = loopsOfAxes(list));
  return distinct;
}

std::variant<IterationSpace, IterationSpace::Conflict> IterationSpace::of(mlir::Block &block) {
  IterationSpace space;
  for (mlir::Operation &op : block.without_terminator())
    if (!space.visit(op))
      return Conflict{&op};
  for (OpOperand &use : block.getTerminator()->getOpOperands())
    space.axesAt(use);
  if (!space.settle())
    return Conflict{block.getTerminator()};
  return space;
}

ArrayRef<IterationSpace::Loops>
IterationSpace::known(const llvm::DenseMap<Value, SmallVector<Loops, 6>> &table, Value value) const {
  auto found = table.find(value);
  return found == table.end() ? ArrayRef<Loops>() : ArrayRef<Loops>(found->second);
}

ArrayRef<IterationSpace::Loops> IterationSpace::loopsAt(OpOperand &use) const {
  if (!isSource(use.get()) || sharesLoops(use))
    return loopsOf(use.get());
  auto found = uses.find(&use);
  return found == uses.end() ? ArrayRef<Loops>() : ArrayRef<Loops>(found->second);
}

SmallVector<int, 6> IterationSpace::flatLoopsOf(Value result) const {
  SmallVector<int, 6> flat;
  for (const Loops &dim : loopsOf(result))
    flat.append(dim.begin(), dim.end());
  return flat;
}

LinearForm IterationSpace::indexOf(const Loops &loops) const {
  LinearForm index;
  for (int loop : loops) {
    index = index.times(extent(loop));
    index.coefficients[loop] = DimExpr(1);
  }
  return index;
}

LinearForm IterationSpace::addressOf(Value result) const {
  SmallVector<LinearForm> indices;
  for (const Loops &dim : loopsOf(result))
    indices.push_back(indexOf(dim));
  return linearize(indices, graph::dimsOf(result));
}

//===-- Accesses -----------------------------------------------------------------------------------===//

/// The indices of a reshape's operand from those of its result; nullopt where a result dim is split.
static std::optional<SmallVector<LinearForm>> throughReshape(graph::ReshapeOp op,
                                                             ArrayRef<LinearForm> indices) {
  graph::Dims source = graph::dimsOf(op.getInput()), target = graph::dimsOf(op.getResult());
  SmallVector<LinearForm> result;
  size_t at = 0;
  for (const DimExpr &extent : source) {
    if (isUnit(extent)) {
      result.push_back({});
      continue;
    }
    LinearForm index;
    DimExpr covered = 1;
    while (at < target.size() && (covered != extent || isUnit(target[at]))) {
      index = index.times(target[at]).plus(indices[at]);
      covered = covered * target[at++];
    }
    if (covered != extent)
      return std::nullopt;
    result.push_back(index);
  }
  return result;
}

std::optional<StridedAccess> IterationSpace::accessAt(OpOperand &use) const {
  SmallVector<LinearForm> indices;
  for (const Loops &dim : loopsAt(use))
    indices.push_back(indexOf(dim));
  Value value = use.get();
  bool sliced = false;
  while (mlir::Operation *op = value.getDefiningOp()) {
    SmallVector<LinearForm> source;
    if (auto transpose = mlir::dyn_cast<graph::TransposeOp>(op)) {
      source.resize(indices.size());
      for (auto [i, from] : llvm::enumerate(transpose.getPerm()))
        source[from] = indices[i];
    } else if (auto broadcast = mlir::dyn_cast<graph::BroadcastOp>(op)) {
      for (auto [extent, to] : llvm::zip_equal(graph::dimsOf(broadcast.getInput()), broadcast.getDims()))
        source.push_back(isUnit(extent) ? LinearForm() : indices[to]);
    } else if (auto slice = mlir::dyn_cast<graph::SliceOp>(op)) {
      sliced = true;
      graph::Dims starts = graph::dimsOf(slice.getStarts());
      for (auto [index, start, stride] : llvm::zip_equal(indices, starts, slice.getStrides())) {
        source.push_back(index.times(DimExpr(stride)));
        source.back().offset = source.back().offset + start;
      }
    } else if (auto reshape = mlir::dyn_cast<graph::ReshapeOp>(op)) {
      // A merged dim is known by its loops; below a slice only the indices say what is read.
      if (!sliced) {
        for (const Loops &dim : loopsAt(op->getOpOperand(0)))
          source.push_back(indexOf(dim));
      } else if (auto through = throughReshape(reshape, indices)) {
        source = std::move(*through);
      } else {
        return std::nullopt;
      }
    } else {
      return std::nullopt;
    }
    indices = std::move(source);
    value = op->getOperand(0);
  }
  auto argument = mlir::dyn_cast<mlir::BlockArgument>(value);
  if (!argument)
    return std::nullopt;
  return StridedAccess{argument.getArgNumber(), linearize(indices, graph::dimsOf(value))};
}

} // namespace delos
