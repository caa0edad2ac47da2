// View primitives: verifiers, folders and access rules.
#include "dialects/Graph/GraphOps.h"
#include "dialects/Graph/Verification.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"

namespace delos::graph {

using mlir::AffineExpr;
using mlir::AffineMap;
using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

namespace {

/// Builds index expressions in which sizes that are not constants become symbols of the rule.
class IndexBuilder {
public:
  IndexBuilder(AccessRule &rule, mlir::MLIRContext *context) : rule(rule), context(context) {}

  AffineExpr dim(unsigned position) const { return mlir::getAffineDimExpr(position, context); }
  AffineExpr size(const DimExpr &value) {
    if (auto constant = value.asConstant())
      return mlir::getAffineConstantExpr(*constant, context);
    auto it = llvm::find(rule.symbols, value);
    unsigned position = it - rule.symbols.begin();
    if (it == rule.symbols.end())
      rule.symbols.push_back(value);
    return mlir::getAffineSymbolExpr(position, context);
  }
  AffineMap map(llvm::ArrayRef<AffineExpr> results) const {
    return AffineMap::get(rule.extents.size(), rule.symbols.size(), results, context);
  }

private:
  AccessRule &rule;
  mlir::MLIRContext *context;
};

AccessRule viewOf(mlir::Value result,
                  llvm::function_ref<void(IndexBuilder &, llvm::SmallVectorImpl<AffineExpr> &)> index) {
  AccessRule rule = parallelOver(result, 0);
  IndexBuilder builder(rule, result.getContext());
  llvm::SmallVector<AffineExpr> exprs;
  index(builder, exprs);
  rule.operands.push_back({builder.map(exprs)});
  return rule;
}

bool isIdentity(llvm::ArrayRef<int64_t> values) {
  return llvm::all_of(llvm::enumerate(values),
                      [](auto it) { return static_cast<int64_t>(it.index()) == it.value(); });
}

} // namespace

//===-- broadcast
//------------------------------------------------------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  int64_t rank = rankOf(getResult());
  if (static_cast<int64_t>(getDims().size()) != rankOf(getInput()))
    return emitOpError() << "expected " << rankOf(getInput()) << " dims, got " << getDims().size();
  if (failed(expectDims(*this, "dims", getDims(), rank)))
    return failure();
  if (!llvm::is_sorted(getDims()))
    return emitOpError() << "expected increasing dims";
  Dims from = dimsOf(getInput()), to = dimsOf(getResult());
  for (auto [position, dim] : llvm::enumerate(getDims()))
    if (!from[position].isConstant(1) && !mayBeEqual(from[position], to[dim]))
      return emitOpError() << "input dim " << position << " of size " << from[position].str()
                           << " cannot become size " << to[dim].str();
  return expectType(*this, "result", getResult().getType(), to, elementTypeOf(getInput()));
}

AccessRule BroadcastOp::getAccessRule() {
  Dims from = dimsOf(getInput());
  return viewOf(getResult(), [&](IndexBuilder &b, auto &exprs) {
    for (auto [position, dim] : llvm::enumerate(getDims()))
      exprs.push_back(from[position].isConstant(1) ? b.size(0) : b.dim(dim));
  });
}

mlir::OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  return getInput().getType() == getResult().getType() && isIdentity(getDims()) ? getInput() : mlir::Value();
}

//===-- reshape
//--------------------------------------------------------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  DimExpr from = elementCount(dimsOf(getInput())), to = elementCount(dimsOf(getResult()));
  if (!mayBeEqual(from, to))
    return emitOpError() << "expected " << from.str() << " elements, got " << to.str();
  if (elementTypeOf(getInput()) != elementTypeOf(getResult()))
    return emitOpError() << "expected element type " << elementTypeOf(getInput()) << ", got "
                         << elementTypeOf(getResult());
  return success();
}

/// The end of the first run of dims, from the back, with equal products on both sides; both positions move in
/// front of the run.
static std::pair<size_t, size_t> matchRun(llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<DimExpr> to) {
  size_t i = from.size(), j = to.size();
  DimExpr left(1), right(1);
  while (i > 0 || j > 0) {
    auto l = left.asConstant(), r = right.asConstant();
    bool growLeft = j == 0 || (i > 0 && (l && r ? *l <= *r : i >= j));
    if (growLeft)
      left = left * from[--i];
    else
      right = right * to[--j];
    if (left == right && i < from.size() && j < to.size())
      break;
  }
  return {i, j};
}

AccessRule ReshapeOp::getAccessRule() {
  Dims from = dimsOf(getInput()), to = dimsOf(getResult());
  return viewOf(getResult(), [&](IndexBuilder &b, auto &exprs) {
    exprs.resize(from.size(), b.size(0));
    llvm::ArrayRef<DimExpr> left(from), right(to);
    // Dims are matched in runs of equal products, so that [B, S, 12*64] -> [B, S, 12, 64] only splits the
    // last one.
    while (!left.empty()) {
      auto [i, j] = matchRun(left, right);
      AffineExpr linear = b.size(0);
      for (size_t k = j; k < right.size(); ++k)
        linear = linear * b.size(right[k]) + b.dim(k);
      for (size_t k = left.size(); k-- > i;) {
        bool outermost = k == i;
        exprs[k] = outermost ? linear : linear % b.size(left[k]);
        linear = outermost ? linear : linear.floorDiv(b.size(left[k]));
      }
      left = left.take_front(i);
      right = right.take_front(j);
    }
  });
}

mlir::OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getResult().getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

//===-- transpose
//------------------------------------------------------------------------------------------------------------------===//

void TransposeOp::build(mlir::OpBuilder &builder, mlir::OperationState &state, mlir::Value input,
                        llvm::ArrayRef<int64_t> perm) {
  Dims from = dimsOf(input), to;
  for (int64_t dim : perm)
    to.push_back(from[dim]);
  build(builder, state, tensorType(to, elementTypeOf(input)), input, perm);
}

LogicalResult TransposeOp::verify() {
  int64_t rank = rankOf(getInput());
  if (static_cast<int64_t>(getPerm().size()) != rank)
    return emitOpError() << "expected a permutation of " << rank << " dims, got " << getPerm().size()
                         << " entries";
  if (failed(expectDims(*this, "perm", getPerm(), rank)))
    return failure();
  Dims from = dimsOf(getInput()), to;
  for (int64_t dim : getPerm())
    to.push_back(from[dim]);
  return expectType(*this, "result", getResult().getType(), to, elementTypeOf(getInput()));
}

AccessRule TransposeOp::getAccessRule() {
  return viewOf(getResult(), [&](IndexBuilder &b, auto &exprs) {
    exprs.resize(getPerm().size());
    for (auto [position, dim] : llvm::enumerate(getPerm()))
      exprs[dim] = b.dim(position);
  });
}

mlir::OpFoldResult TransposeOp::fold(FoldAdaptor) {
  return isIdentity(getPerm()) ? getInput() : mlir::Value();
}

//===-- slice
//----------------------------------------------------------------------------------------------------------------------===//

LogicalResult SliceOp::verify() {
  int64_t rank = rankOf(getInput());
  if (static_cast<int64_t>(getStarts().getDims().size()) != rank)
    return emitOpError() << "expected " << rank << " starts, got " << getStarts().getDims().size();
  if (failed(expectPerDim(*this, "strides", getStrides(), rank, 1)))
    return failure();
  Dims from = dimsOf(getInput()), to = dimsOf(getResult()), starts = dimsOf(getStarts());
  if (to.size() != from.size())
    return emitOpError() << "expected a result of rank " << from.size() << ", got " << to.size();
  for (int64_t dim = 0; dim < rank; ++dim) {
    // The last element read must exist; only constant excess can be refused here.
    DimExpr excess = starts[dim] + (to[dim] - 1) * getStrides()[dim] + 1 - from[dim];
    bool startBelow = starts[dim].asConstant().value_or(0) < 0;
    if (startBelow || (!to[dim].isConstant(0) && excess.asConstant().value_or(0) > 0))
      return emitOpError() << "dim " << dim << ": start " << starts[dim].str() << ", size " << to[dim].str()
                           << ", stride " << getStrides()[dim] << " leave an input of size "
                           << from[dim].str();
  }
  return expectType(*this, "result", getResult().getType(), to, elementTypeOf(getInput()));
}

AccessRule SliceOp::getAccessRule() {
  Dims starts = dimsOf(getStarts());
  return viewOf(getResult(), [&](IndexBuilder &b, auto &exprs) {
    for (auto [position, stride] : llvm::enumerate(getStrides()))
      exprs.push_back(b.dim(position) * stride + b.size(starts[position]));
  });
}

mlir::OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool whole = getInput().getType() == getResult().getType() &&
               llvm::all_of(dimsOf(getStarts()), [](const DimExpr &start) { return start.isConstant(0); }) &&
               llvm::all_of(getStrides(), [](int64_t stride) { return stride == 1; });
  return whole ? getInput() : mlir::Value();
}

//===-- reverse
//--------------------------------------------------------------------------------------------------------------------===//

LogicalResult ReverseOp::verify() { return expectDims(*this, "dims", getDims(), rankOf(getInput())); }

AccessRule ReverseOp::getAccessRule() {
  Dims sizes = dimsOf(getResult());
  return viewOf(getResult(), [&](IndexBuilder &b, auto &exprs) {
    for (auto [position, size] : llvm::enumerate(sizes)) {
      bool reversed = llvm::is_contained(getDims(), static_cast<int64_t>(position));
      exprs.push_back(reversed ? b.size(size - 1) - b.dim(position) : b.dim(position));
    }
  });
}

mlir::OpFoldResult ReverseOp::fold(FoldAdaptor) {
  Dims sizes = dimsOf(getResult());
  bool trivial = llvm::all_of(getDims(), [&](int64_t dim) { return sizes[dim].isConstant(1); });
  return trivial ? getInput() : mlir::Value();
}

//===-- concat
//---------------------------------------------------------------------------------------------------------------------===//

LogicalResult ConcatOp::verify() {
  if (getInputs().empty())
    return emitOpError() << "expected at least one operand";
  int64_t dim = getDim();
  if (failed(expectDims(*this, "dim", dim, rankOf(getResult()))))
    return failure();
  Dims dims = dimsOf(getResult());
  DimExpr total(0);
  for (mlir::Value input : getInputs()) {
    if (rankOf(input) != rankOf(getResult()))
      return emitOpError() << "expected operands of rank " << rankOf(getResult()) << ", got "
                           << rankOf(input);
    Dims expected = dims;
    expected[dim] = dimsOf(input)[dim];
    total = total + expected[dim];
    if (failed(expectType(*this, "operand", input.getType(), expected, elementTypeOf(getResult()))))
      return failure();
  }
  if (!mayBeEqual(total, dims[dim]))
    return emitOpError() << "expected size " << total.str() << " along dim " << dim << ", got "
                         << dims[dim].str();
  return success();
}

AccessRule ConcatOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), 0);
  IndexBuilder builder(rule, getContext());
  DimExpr offset(0);
  llvm::SmallVector<llvm::SmallVector<AffineExpr>> reads;
  for (mlir::Value input : getInputs()) {
    auto &exprs = reads.emplace_back();
    for (int64_t position = 0; position < rankOf(getResult()); ++position)
      exprs.push_back(builder.dim(position));
    exprs[getDim()] = exprs[getDim()] - builder.size(offset);
    offset = offset + dimsOf(input)[getDim()];
  }
  for (auto &exprs : reads)
    rule.operands.push_back({builder.map(exprs), /*dataDependent=*/false, /*mayExceed=*/true});
  return rule;
}

mlir::OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 && getInputs()[0].getType() == getResult().getType() ? getInputs()[0]
                                                                                      : mlir::Value();
}

//===-- pad
//------------------------------------------------------------------------------------------------------------------------===//

LogicalResult PadOp::verify() {
  int64_t rank = rankOf(getInput());
  auto interior = getInterior();
  if (interior && failed(expectPerDim(*this, "interior", *interior, rank, 0)))
    return failure();
  if (failed(expectType(*this, "value", getValue().getType(), {}, elementTypeOf(getInput()))))
    return failure();
  Dims low = dimsOf(getLow()), high = dimsOf(getHigh()), from = dimsOf(getInput()), to = dimsOf(getResult());
  if (low.size() != from.size() || high.size() != from.size() || to.size() != from.size())
    return emitOpError() << "expected low, high and result of rank " << rank;
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (low[dim].asConstant().value_or(0) < 0 || high[dim].asConstant().value_or(0) < 0)
      return emitOpError() << "dim " << dim << ": expected padding of at least 0, got " << low[dim].str()
                           << " and " << high[dim].str();
    DimExpr between = interior ? DimExpr::max(from[dim] - 1, DimExpr(0)) * (*interior)[dim] : DimExpr(0);
    DimExpr expected = low[dim] + from[dim] + between + high[dim];
    if (!mayBeEqual(expected, to[dim]))
      return emitOpError() << "dim " << dim << ": expected size " << expected.str() << ", got "
                           << to[dim].str();
  }
  return expectType(*this, "result", getResult().getType(), to, elementTypeOf(getInput()));
}

AccessRule PadOp::getAccessRule() {
  Dims low = dimsOf(getLow());
  auto interior = getInterior();
  AccessRule rule = viewOf(getResult(), [&](IndexBuilder &b, auto &exprs) {
    for (size_t position = 0; position < low.size(); ++position) {
      AffineExpr shifted = b.dim(position) - b.size(low[position]);
      exprs.push_back(interior && (*interior)[position] ? shifted.floorDiv((*interior)[position] + 1)
                                                        : shifted);
    }
  });
  rule.operands[0].mayExceed = true;
  IndexBuilder builder(rule, getContext());
  rule.operands.push_back({builder.map({})});
  return rule;
}

mlir::OpFoldResult PadOp::fold(FoldAdaptor) {
  return getInput().getType() == getResult().getType() ? getInput() : mlir::Value();
}

} // namespace delos::graph
