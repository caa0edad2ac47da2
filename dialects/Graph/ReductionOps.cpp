// Reductions, scans, windows, contractions and convolutions: verifiers, builders and access rules.
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

static AffineExpr dimExpr(mlir::MLIRContext *context, unsigned position) {
  return mlir::getAffineDimExpr(position, context);
}

/// The first `rank` of `loops` iteration dims; AffineMap's own prefix is null, not empty, for a scalar.
static AffineMap leadingDims(unsigned loops, unsigned rank, mlir::MLIRContext *context) {
  llvm::SmallVector<AffineExpr> dims;
  for (unsigned position = 0; position < rank; ++position)
    dims.push_back(dimExpr(context, position));
  return AffineMap::get(loops, 0, dims, context);
}

static bool combines(ReduceKind kind, mlir::Type elementType) {
  bool bits = kind == ReduceKind::bit_and || kind == ReduceKind::bit_or;
  return classOf(elementType) & (bits ? kInt | kBool : kFloat | kInt);
}

static LogicalResult expectCombiner(mlir::Operation *op, ReduceKind kind, mlir::Type elementType) {
  if (combines(kind, elementType))
    return success();
  return op->emitOpError() << stringifyReduceKind(kind) << " is not defined for element type " << elementType;
}

/// The dims of `dims` that are not in `removed`, in order.
static Dims without(llvm::ArrayRef<DimExpr> dims, llvm::ArrayRef<int64_t> removed) {
  Dims kept;
  for (auto [position, dim] : llvm::enumerate(dims))
    if (!llvm::is_contained(removed, static_cast<int64_t>(position)))
      kept.push_back(dim);
  return kept;
}

/// Rule of an op that iterates over its input and drops `reduced` dims from its result.
static AccessRule reducing(mlir::Value input, llvm::ArrayRef<int64_t> reduced, double flops) {
  AccessRule rule;
  rule.extents = dimsOf(input);
  llvm::SmallVector<AffineExpr> kept;
  for (size_t position = 0; position < rule.extents.size(); ++position) {
    bool isReduced = llvm::is_contained(reduced, static_cast<int64_t>(position));
    rule.kinds.push_back(isReduced ? IterationKind::Reduction : IterationKind::Parallel);
    if (!isReduced)
      kept.push_back(dimExpr(input.getContext(), position));
  }
  rule.operands.push_back({identityMap(input)});
  rule.results.push_back({AffineMap::get(rule.extents.size(), 0, kept, input.getContext())});
  rule.flopsPerPoint = flops;
  return rule;
}

//===-- reduce, arg_reduce, scan
//---------------------------------------------------------------------------------------------------===//

void ReduceOp::build(mlir::OpBuilder &builder, mlir::OperationState &state, ReduceKind kind,
                     mlir::Value input, llvm::ArrayRef<int64_t> dims) {
  build(builder, state, tensorType(without(dimsOf(input), dims), elementTypeOf(input)), kind, input, dims);
}

LogicalResult ReduceOp::verify() {
  if (failed(expectCombiner(*this, getKind(), elementTypeOf(getInput()))) ||
      failed(expectDims(*this, "dims", getDims(), rankOf(getInput()))))
    return failure();
  return expectType(*this, "result", getResult().getType(), without(dimsOf(getInput()), getDims()),
                    elementTypeOf(getInput()));
}

AccessRule ReduceOp::getAccessRule() { return reducing(getInput(), getDims(), 1); }

LogicalResult ArgReduceOp::verify() {
  if (getKind() != ReduceKind::max && getKind() != ReduceKind::min)
    return emitOpError() << "expected max or min, got " << stringifyReduceKind(getKind());
  if (failed(expectCombiner(*this, getKind(), elementTypeOf(getInput()))))
    return failure();
  int64_t dim = getDim();
  if (failed(expectDims(*this, "dim", dim, rankOf(getInput()))))
    return failure();
  return expectType(*this, "result", getResult().getType(), without(dimsOf(getInput()), dim),
                    mlir::IntegerType::get(getContext(), 64));
}

AccessRule ArgReduceOp::getAccessRule() {
  int64_t dim = getDim();
  return reducing(getInput(), dim, 3);
}

LogicalResult ScanOp::verify() {
  int64_t dim = getDim();
  if (failed(expectCombiner(*this, getKind(), elementTypeOf(getInput()))) ||
      failed(expectDims(*this, "dim", dim, rankOf(getInput()))))
    return failure();
  return expectType(*this, "result", getResult().getType(), dimsOf(getInput()), elementTypeOf(getInput()));
}

AccessRule ScanOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), 1);
  rule.kinds[getDim()] = IterationKind::Sequential;
  rule.operands.push_back({identityMap(getInput())});
  return rule;
}

//===-- window_reduce
//--------------------------------------------------------------------------------------------------------------===//

LogicalResult WindowReduceOp::verify() {
  int64_t rank = rankOf(getInput());
  if (failed(expectCombiner(*this, getKind(), elementTypeOf(getInput()))) ||
      failed(expectPerDim(*this, "window", getWindow(), rank, 1)) ||
      failed(expectPerDim(*this, "strides", getStrides(), rank, 1)) ||
      failed(expectPerDim(*this, "dilations", getDilations(), rank, 1)) ||
      failed(expectPerDim(*this, "low", getLow(), rank, 0)))
    return failure();
  Dims from = dimsOf(getInput()), to = dimsOf(getResult());
  if (from.size() != to.size())
    return emitOpError() << "expected a result of rank " << rank << ", got " << to.size();
  for (int64_t dim = 0; dim < rank; ++dim)
    if (getWindow()[dim] == 1 && getStrides()[dim] == 1 && getLow()[dim] == 0 &&
        !mayBeEqual(from[dim], to[dim]))
      return emitOpError() << "dim " << dim << " has no window: expected size " << from[dim].str() << ", got "
                           << to[dim].str();
  return expectType(*this, "result", getResult().getType(), to, elementTypeOf(getInput()));
}

AccessRule WindowReduceOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), 1);
  unsigned rank = rule.extents.size();
  llvm::SmallVector<AffineExpr> reads;
  for (unsigned dim = 0; dim < rank; ++dim) {
    AffineExpr position = dimExpr(getContext(), dim) * getStrides()[dim] - getLow()[dim];
    if (getWindow()[dim] > 1) {
      position = position + dimExpr(getContext(), rule.extents.size()) * getDilations()[dim];
      rule.extents.push_back(getWindow()[dim]);
      rule.kinds.push_back(IterationKind::Window);
    }
    reads.push_back(position);
  }
  unsigned loops = rule.extents.size();
  rule.operands.push_back(
      {AffineMap::get(loops, 0, reads, getContext()), /*dataDependent=*/false, /*mayExceed=*/true});
  rule.results[0].map = leadingDims(loops, rank, getContext());
  return rule;
}

//===-- contract
//-------------------------------------------------------------------------------------------------------------------===//

/// The dims of a tensor of this rank in neither list, in order.
static llvm::SmallVector<int64_t> freeDims(int64_t rank, llvm::ArrayRef<int64_t> batch,
                                           llvm::ArrayRef<int64_t> contract) {
  llvm::SmallVector<int64_t> dims;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (!llvm::is_contained(batch, dim) && !llvm::is_contained(contract, dim))
      dims.push_back(dim);
  return dims;
}

static Dims contractDims(mlir::Value lhs, mlir::Value rhs, llvm::ArrayRef<int64_t> lhsBatch,
                         llvm::ArrayRef<int64_t> rhsBatch, llvm::ArrayRef<int64_t> lhsContract,
                         llvm::ArrayRef<int64_t> rhsContract) {
  Dims left = dimsOf(lhs), right = dimsOf(rhs), result;
  for (int64_t dim : lhsBatch)
    result.push_back(left[dim]);
  for (int64_t dim : freeDims(left.size(), lhsBatch, lhsContract))
    result.push_back(left[dim]);
  for (int64_t dim : freeDims(right.size(), rhsBatch, rhsContract))
    result.push_back(right[dim]);
  return result;
}

void ContractOp::build(mlir::OpBuilder &builder, mlir::OperationState &state, mlir::Value lhs,
                       mlir::Value rhs, llvm::ArrayRef<int64_t> lhsBatch, llvm::ArrayRef<int64_t> rhsBatch,
                       llvm::ArrayRef<int64_t> lhsContract, llvm::ArrayRef<int64_t> rhsContract,
                       mlir::Type elementType) {
  Dims dims = contractDims(lhs, rhs, lhsBatch, rhsBatch, lhsContract, rhsContract);
  build(builder, state, tensorType(dims, elementType ? elementType : elementTypeOf(lhs)), lhs, rhs, lhsBatch,
        rhsBatch, lhsContract, rhsContract);
}

LogicalResult ContractOp::verify() {
  auto pairs = [&](llvm::StringRef what, llvm::ArrayRef<int64_t> left,
                   llvm::ArrayRef<int64_t> right) -> LogicalResult {
    if (left.size() != right.size())
      return emitOpError() << what << ": expected as many dims of the right operand as of the left ("
                           << left.size() << "), got " << right.size();
    if (failed(expectDims(*this, what, left, rankOf(getLhs()))) ||
        failed(expectDims(*this, what, right, rankOf(getRhs()))))
      return failure();
    Dims leftDims = dimsOf(getLhs()), rightDims = dimsOf(getRhs());
    for (auto [l, r] : llvm::zip(left, right))
      if (!mayBeEqual(leftDims[l], rightDims[r]))
        return emitOpError() << what << " dims differ: " << leftDims[l].str() << " and "
                             << rightDims[r].str();
    return success();
  };
  if (failed(pairs("batch", getLhsBatch(), getRhsBatch())) ||
      failed(pairs("contract", getLhsContract(), getRhsContract())))
    return failure();
  llvm::SmallVector<int64_t> left(getLhsBatch()), right(getRhsBatch());
  left.append(getLhsContract().begin(), getLhsContract().end());
  right.append(getRhsContract().begin(), getRhsContract().end());
  if (failed(expectDims(*this, "left dims", left, rankOf(getLhs()))) ||
      failed(expectDims(*this, "right dims", right, rankOf(getRhs()))))
    return failure();
  if (!combines(ReduceKind::sum, elementTypeOf(getLhs())) ||
      !combines(ReduceKind::sum, elementTypeOf(getRhs())))
    return emitOpError() << "expected numeric operands, got " << elementTypeOf(getLhs()) << " and "
                         << elementTypeOf(getRhs());
  return expectType(
      *this, "result", getResult().getType(),
      contractDims(getLhs(), getRhs(), getLhsBatch(), getRhsBatch(), getLhsContract(), getRhsContract()),
      elementTypeOf(getResult()));
}

AccessRule ContractOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), 2);
  unsigned rank = rule.extents.size(), batch = getLhsBatch().size();
  auto leftFree = freeDims(rankOf(getLhs()), getLhsBatch(), getLhsContract());
  auto rightFree = freeDims(rankOf(getRhs()), getRhsBatch(), getRhsContract());
  Dims left = dimsOf(getLhs());
  for (int64_t dim : getLhsContract()) {
    rule.extents.push_back(left[dim]);
    rule.kinds.push_back(IterationKind::Reduction);
  }
  unsigned loops = rule.extents.size();
  auto access = [&](int64_t operandRank, llvm::ArrayRef<int64_t> batchDims, llvm::ArrayRef<int64_t> freeList,
                    unsigned firstFree, llvm::ArrayRef<int64_t> contracted) {
    llvm::SmallVector<AffineExpr> exprs(operandRank);
    for (auto [position, dim] : llvm::enumerate(batchDims))
      exprs[dim] = dimExpr(getContext(), position);
    for (auto [position, dim] : llvm::enumerate(freeList))
      exprs[dim] = dimExpr(getContext(), firstFree + position);
    for (auto [position, dim] : llvm::enumerate(contracted))
      exprs[dim] = dimExpr(getContext(), rank + position);
    return Access{AffineMap::get(loops, 0, exprs, getContext())};
  };
  rule.operands.push_back(access(rankOf(getLhs()), getLhsBatch(), leftFree, batch, getLhsContract()));
  rule.operands.push_back(
      access(rankOf(getRhs()), getRhsBatch(), rightFree, batch + leftFree.size(), getRhsContract()));
  rule.results[0].map = leadingDims(loops, rank, getContext());
  return rule;
}

//===-- conv
//-----------------------------------------------------------------------------------------------------------------------===//

namespace {
/// Positions of a convolution's dims in its image tensors.
struct ConvLayout {
  int64_t spatialRank;
  bool channelsLast;
  int64_t channel() const { return channelsLast ? spatialRank + 1 : 1; }
  int64_t spatial(int64_t k) const { return channelsLast ? 1 + k : 2 + k; }
};
} // namespace

LogicalResult ConvOp::verify() {
  int64_t rank = rankOf(getInput()), spatial = rank - 2;
  if (spatial < 1 || rankOf(getFilter()) != rank || rankOf(getResult()) != rank)
    return emitOpError() << "expected input, filter and result of one rank of at least 3";
  if (failed(expectPerDim(*this, "strides", getStrides(), spatial, 1)) ||
      failed(expectPerDim(*this, "dilations", getDilations(), spatial, 1)) ||
      failed(expectPerDim(*this, "low", getLow(), spatial, 0)) ||
      failed(expectPerDim(*this, "high", getHigh(), spatial, 0)))
    return failure();
  ConvLayout layout{spatial, getChannelsLast()};
  Dims input = dimsOf(getInput()), filter = dimsOf(getFilter()), result = dimsOf(getResult());
  int64_t groups = getGroups();
  if (groups < 1 || !mayBeEqual(filter[1] * groups, input[layout.channel()]))
    return emitOpError() << "expected " << input[layout.channel()].str() << " input channels = filter's "
                         << filter[1].str() << " x groups " << groups;
  if (auto outputs = filter[0].asConstant(); outputs && *outputs % groups != 0)
    return emitOpError() << "expected output channels " << *outputs << " to be a multiple of groups "
                         << groups;
  Dims expected = result;
  expected[0] = input[0];
  expected[layout.channel()] = filter[0];
  for (int64_t k = 0; k < spatial; ++k) {
    DimExpr reach = (filter[2 + k] - 1) * getDilations()[k] + 1;
    DimExpr room = input[layout.spatial(k)] + getLow()[k] + getHigh()[k] - reach;
    expected[layout.spatial(k)] = DimExpr::floorDiv(room, DimExpr(getStrides()[k])) + 1;
  }
  return expectType(*this, "result", getResult().getType(), expected, elementTypeOf(getResult()));
}

AccessRule ConvOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), 2);
  int64_t rank = rule.extents.size(), spatial = rank - 2;
  ConvLayout layout{spatial, getChannelsLast()};
  Dims filter = dimsOf(getFilter());
  mlir::MLIRContext *context = getContext();
  AffineExpr inputChannel = dimExpr(context, rank);
  rule.extents.push_back(filter[1]);
  rule.kinds.push_back(IterationKind::Reduction);
  llvm::SmallVector<AffineExpr> reads(rank), weights(rank);
  AffineExpr outputChannel = dimExpr(context, layout.channel());
  weights[0] = outputChannel;
  weights[1] = inputChannel;
  reads[0] = dimExpr(context, 0);
  reads[layout.channel()] = inputChannel;
  // The channels of group g are read by the outputs of group g.
  if (int64_t groups = getGroups(); groups > 1)
    if (auto outputs = filter[0].asConstant(), inputs = filter[1].asConstant(); outputs && inputs)
      reads[layout.channel()] = outputChannel.floorDiv(*outputs / groups) * *inputs + inputChannel;
  for (int64_t k = 0; k < spatial; ++k) {
    weights[2 + k] = dimExpr(context, rule.extents.size());
    reads[layout.spatial(k)] = dimExpr(context, layout.spatial(k)) * getStrides()[k] +
                               weights[2 + k] * getDilations()[k] - getLow()[k];
    rule.extents.push_back(filter[2 + k]);
    rule.kinds.push_back(IterationKind::Window);
  }
  unsigned loops = rule.extents.size();
  rule.operands.push_back(
      {AffineMap::get(loops, 0, reads, context), /*dataDependent=*/false, /*mayExceed=*/true});
  rule.operands.push_back({AffineMap::get(loops, 0, weights, context)});
  rule.results[0].map = leadingDims(loops, rank, context);
  return rule;
}

} // namespace delos::graph
