// Data-dependent accesses: verifiers and access rules.
#include "dialects/Graph/GraphOps.h"
#include "dialects/Graph/Verification.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/Builders.h"

namespace delos::graph {

using mlir::AffineMap;
using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

static std::string textOf(AffineMap map) {
  std::string text;
  llvm::raw_string_ostream(text) << map;
  return text;
}

/// Fails when a coordinate that does not come from an index lies outside `tensor` for some point. Only
/// constant sizes can be refused here.
static LogicalResult expectInside(mlir::Operation *op, AffineMap map, mlir::Value tensor, mlir::Value points,
                                  llvm::ArrayRef<int64_t> indexed) {
  Dims sizes = dimsOf(tensor), extents = dimsOf(points);
  if (llvm::any_of(extents, [](const DimExpr &extent) { return extent.isConstant(0); }))
    return success();
  for (auto [position, expr] : llvm::enumerate(map.getResults())) {
    std::optional<int64_t> last, size = sizes[position].asConstant();
    if (auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr))
      last = (extents[dim.getPosition()] - 1).asConstant();
    else if (auto constant = mlir::dyn_cast<mlir::AffineConstantExpr>(expr))
      last = constant.getValue();
    bool isIndexed = llvm::is_contained(indexed, static_cast<int64_t>(position));
    if (!isIndexed && last && size && *last >= *size)
      return op->emitOpError() << "coordinate " << position << " reaches " << *last << " of a dim of size "
                               << *size;
  }
  return success();
}

/// What gather and scatter have in common: coordinates of `tensor` given by maps of the points, some replaced
/// by indices.
static LogicalResult expectIndexing(mlir::Operation *op, mlir::Value tensor, mlir::ValueRange indices,
                                    llvm::ArrayRef<int64_t> dims, AffineMap tensorMap,
                                    mlir::ArrayAttr indexMaps, mlir::Value points) {
  unsigned pointRank = rankOf(points);
  if (failed(expectDims(op, "dims", dims, rankOf(tensor))))
    return failure();
  if (dims.size() != indices.size() || indexMaps.size() != indices.size())
    return op->emitOpError() << "expected one dim and one index map per index tensor (" << indices.size()
                             << "), got " << dims.size() << " and " << indexMaps.size();
  auto fits = [&](AffineMap map, mlir::Value value) {
    return map.getNumDims() == pointRank && map.getNumSymbols() == 0 && map.getNumResults() == rankOf(value);
  };
  if (!fits(tensorMap, tensor))
    return op->emitOpError() << "expected a map from " << pointRank << " dims to " << rankOf(tensor)
                             << " coordinates, got " << textOf(tensorMap);
  for (auto [index, attr] : llvm::zip(indices, indexMaps.getAsValueRange<mlir::AffineMapAttr>())) {
    if (!fits(attr, index))
      return op->emitOpError() << "expected an index map from " << pointRank << " dims to " << rankOf(index)
                               << " coordinates, got " << textOf(attr);
    if (!(classOf(elementTypeOf(index)) & kInt))
      return op->emitOpError() << "expected integer indices, got " << elementTypeOf(index);
    if (failed(expectInside(op, attr, index, points, {})))
      return failure();
  }
  return expectInside(op, tensorMap, tensor, points, dims);
}

LogicalResult GatherOp::verify() {
  if (elementTypeOf(getSource()) != elementTypeOf(getResult()))
    return emitOpError() << "expected element type " << elementTypeOf(getSource()) << ", got "
                         << elementTypeOf(getResult());
  return expectIndexing(*this, getSource(), getIndices(), getDims(), getSourceMap(), getIndexMaps(),
                        getResult());
}

AccessRule GatherOp::getAccessRule() {
  AccessRule rule = parallelOver(getResult(), 1);
  rule.operands.push_back({getSourceMap(), /*dataDependent=*/true});
  for (AffineMap map : getIndexMaps().getAsValueRange<mlir::AffineMapAttr>())
    rule.operands.push_back({map});
  return rule;
}

LogicalResult ScatterOp::verify() {
  mlir::Type element = elementTypeOf(getInit());
  if (getInit().getType() != getResult().getType())
    return emitOpError() << "expected a result of type " << getInit().getType() << ", got "
                         << getResult().getType();
  if (elementTypeOf(getUpdates()) != element)
    return emitOpError() << "expected updates of element type " << element << ", got "
                         << elementTypeOf(getUpdates());
  if (getKind() != ScatterKind::assign && !(classOf(element) & (kFloat | kInt)))
    return emitOpError() << stringifyScatterKind(getKind()) << " is not defined for element type " << element;
  return expectIndexing(*this, getInit(), getIndices(), getDims(), getTargetMap(), getIndexMaps(),
                        getUpdates());
}

AccessRule ScatterOp::getAccessRule() {
  AccessRule rule;
  rule.extents = dimsOf(getUpdates());
  // Two updates may land on one element, and order decides: the points are a sequence.
  rule.kinds.assign(rule.extents.size(), IterationKind::Sequential);
  rule.operands.push_back({getTargetMap(), /*dataDependent=*/true});
  rule.operands.push_back({identityMap(getUpdates())});
  for (AffineMap map : getIndexMaps().getAsValueRange<mlir::AffineMapAttr>())
    rule.operands.push_back({map});
  rule.results.push_back({getTargetMap(), /*dataDependent=*/true});
  rule.flopsPerPoint = 1;
  return rule;
}

LogicalResult SortOp::verify() {
  int64_t dim = getDim();
  if (failed(expectDims(*this, "dim", dim, rankOf(getInput()))))
    return failure();
  if (!classOf(elementTypeOf(getInput())))
    return emitOpError() << "expected an ordered element type, got " << elementTypeOf(getInput());
  if (failed(
          expectType(*this, "values", getValues().getType(), dimsOf(getInput()), elementTypeOf(getInput()))))
    return failure();
  return expectType(*this, "positions", getPositions().getType(), dimsOf(getInput()),
                    mlir::IntegerType::get(getContext(), 64));
}

AccessRule SortOp::getAccessRule() {
  AccessRule rule = parallelOver(getValues(), 16);
  rule.kinds[getDim()] = IterationKind::Sequential;
  rule.operands.push_back({identityMap(getInput())});
  rule.results.push_back({identityMap(getInput())});
  return rule;
}

} // namespace delos::graph
