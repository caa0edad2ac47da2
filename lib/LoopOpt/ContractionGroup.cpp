// Placement of a contraction's operands, and the coarse dims of its code.
#include "lib/LoopOpt/ContractionGroup.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

/// Fine dims in the order of the result, then the contracted ones; places both operands and the result.
std::optional<Refusal> ContractionGroup::placeContract() {
  auto contract = cast<graph::ContractOp>(anchor);
  graph::Dims lhs = graph::dimsOf(contract.getLhs()), rhs = graph::dimsOf(contract.getRhs());
  lhsDims.assign(lhs.size(), noDim);
  rhsDims.assign(rhs.size(), noDim);
  DimMap result;
  auto add = [&](const DimExpr &extent, Role role) {
    if (extent.isConstant(1))
      return noDim;
    fineDims.push_back({extent, role});
    return static_cast<int>(fineDims.size()) - 1;
  };
  // Of two sizes that must be equal the static one: a packed constant is laid out by it.
  auto shared = [](const DimExpr &left, const DimExpr &right) { return right.asConstant() ? right : left; };
  for (auto [left, right] : llvm::zip_equal(contract.getLhsBatch(), contract.getRhsBatch())) {
    lhsDims[left] = rhsDims[right] = add(shared(lhs[left], rhs[right]), Role::Batch);
    result.push_back(lhsDims[left]);
  }
  auto addFree = [&](const graph::Dims &extents, ArrayRef<int64_t> batchList, ArrayRef<int64_t> contracted,
                     DimMap &place, Role role) {
    for (int64_t d = 0, e = extents.size(); d < e; ++d)
      if (!llvm::is_contained(batchList, d) && !llvm::is_contained(contracted, d)) {
        place[d] = add(extents[d], role);
        result.push_back(place[d]);
      }
  };
  addFree(lhs, contract.getLhsBatch(), contract.getLhsContract(), lhsDims, Role::M);
  addFree(rhs, contract.getRhsBatch(), contract.getRhsContract(), rhsDims, Role::N);
  for (auto [left, right] : llvm::zip_equal(contract.getLhsContract(), contract.getRhsContract()))
    lhsDims[left] = rhsDims[right] = add(shared(lhs[left], rhs[right]), Role::K);
  return placeBehind(result);
}

std::optional<Refusal> ContractionGroup::visitAll() {
  for (const IterationDim &dim : fineDims)
    if (dim.extent.isConstant(0))
      return Refusal{"a product without elements", anchor};
  if (auto failed = visitOutputs())
    return failed;
  size_t behind = accesses.size();
  if (auto failed = visit(lhs(), lhsDims, anchor, Role::K))
    return failed;
  auto right = asViewedInput(rhs(), rhsDims);
  if (!right)
    return Refusal{"a right-hand side that is computed in the kernel", anchor};
  // A product of repeated rows, columns or steps has nothing to tile along them: the tiles read dims that the
  // operands lack.
  auto left = llvm::ArrayRef(accesses).drop_front(behind);
  if (lackRole(left, Role::M) || lackRole(left, Role::K))
    return Refusal{"a left-hand side that is broadcast along the rows or the contracted dim", anchor};
  if (lackRole(right->access, Role::N) || lackRole(right->access, Role::K))
    return Refusal{"a right-hand side that is broadcast along the columns or the contracted dim", anchor};
  // Panels of a packed constant have one leading dim: all batch dims or none.
  auto hasBatch = llvm::any_of(withRole(Role::Batch),
                               [&](int dim) { return llvm::is_contained(right->access.dims, dim); });
  if (packsConstant && hasBatch && lackRole(right->access, Role::Batch))
    return Refusal{"a constant right-hand side that is broadcast along some batch dims", anchor};
  if (!packsConstant)
    accesses.push_back(right->access);
  return std::nullopt;
}

/// True when there are dims of this role and one of them is in none of the accesses.
bool ContractionGroup::lackRole(llvm::ArrayRef<Access> operand, Role role) const {
  return llvm::any_of(withRole(role), [&](int dim) {
    return llvm::none_of(operand, [&](const Access &access) { return llvm::is_contained(access.dims, dim); });
  });
}

//===-- Coarse dims --------------------------------------------------------------------------------===//

/// True when every access holds the fine dims `first` and `first + 1` side by side in this order, or none of
/// them.
bool ContractionGroup::staysTogether(int first) const {
  return llvm::all_of(accesses, [&](const Access &access) {
    auto a = llvm::find(access.dims, first), b = llvm::find(access.dims, first + 1);
    if (a == access.dims.end() || b == access.dims.end())
      return a == b;
    return b == a + 1;
  });
}

std::optional<Refusal> ContractionGroup::mergeDims() {
  struct Merged {
    DimExpr extent;
    Role role;
    llvm::SmallVector<int, 4> fine;
  };
  llvm::SmallVector<Merged> merged;
  for (auto [i, dim] : llvm::enumerate(fineDims)) {
    if (i > 0 && fineDims[i - 1].role == dim.role && staysTogether(i - 1)) {
      merged.back().extent = merged.back().extent * dim.extent;
      merged.back().fine.push_back(i);
    } else {
      merged.push_back({dim.extent, dim.role, {static_cast<int>(i)}});
    }
  }
  coarse.assign(fineDims.size(), {});
  auto last = [&](Role role) {
    int found = -1;
    for (auto [i, dim] : llvm::enumerate(merged))
      if (dim.role == role)
        found = i;
    return found;
  };
  int mLast = last(Role::M), nLast = last(Role::N), kLast = last(Role::K);
  if (llvm::count_if(merged, [](const Merged &dim) { return dim.role == Role::K; }) > 1)
    return Refusal{"several contracted dims that lie apart in an operand", anchor};
  for (auto [i, dim] : llvm::enumerate(merged))
    if (static_cast<int>(i) != mLast && static_cast<int>(i) != nLast && static_cast<int>(i) != kLast) {
      for (int fine : dim.fine)
        coarse[fine] = {{static_cast<int>(batch.size()), fineDims[fine].extent}};
      batch.push_back(dim.extent);
    }
  auto place = [&](int index, DimExpr &extent, unsigned dim) {
    if (index < 0)
      return;
    extent = merged[index].extent;
    for (int fine : merged[index].fine)
      coarse[fine] = {{static_cast<int>(dim), fineDims[fine].extent}};
  };
  place(mLast, m, mDim());
  place(nLast, n, nDim());
  place(kLast, k, kDim());
  return std::nullopt;
}

std::variant<ContractionGroup, Refusal>
ContractionGroup::analyze(Block &body, llvm::function_ref<bool(unsigned)> isConstantInput) {
  ContractionGroup group;
  group.block = &body;
  if (auto failed = group.findAnchor([](Operation *op) { return isa<graph::ContractOp>(op); }))
    return *failed;
  if (auto failed = group.placeContract())
    return *failed;
  auto right = asViewedInput(group.rhs(), group.rhsDims);
  group.packsConstant = right && isConstantInput(right->input);
  if (auto failed = group.visitAll())
    return *failed;
  if (auto failed = group.mergeDims())
    return *failed;
  return group;
}
