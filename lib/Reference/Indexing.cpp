// Accesses that depend on data: gather, scatter, sort.
#include "lib/Reference/Elements.h"
#include "lib/Reference/Evaluation.h"
#include "lib/Reference/Scalars.h"
#include "lib/Reference/StridedCopy.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace delos::reference {
namespace {

int64_t evaluateExpr(mlir::AffineExpr expr, const Shape &point) {
  if (auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr))
    return point[dim.getPosition()];
  if (auto constant = mlir::dyn_cast<mlir::AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = mlir::cast<mlir::AffineBinaryOpExpr>(expr);
  int64_t left = evaluateExpr(binary.getLHS(), point), right = evaluateExpr(binary.getRHS(), point);
  switch (expr.getKind()) {
  case mlir::AffineExprKind::Add:
    return left + right;
  case mlir::AffineExprKind::Mul:
    return left * right;
  case mlir::AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(left, right);
  case mlir::AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(left, right);
  default:
    return left - llvm::divideFloorSigned(left, right) * right;
  }
}

/// Where the points of a gather or scatter lie in the indexed tensor.
class Addressing {
public:
  Addressing(const RefTensor &tensor, llvm::ArrayRef<RefTensor> indexTensors, llvm::ArrayRef<int64_t> dims,
             mlir::AffineMap map, mlir::ArrayAttr indexMapAttrs)
      : shape(tensor.shape()), strides(rowMajorStrides(shape)), dims(dims), map(map) {
    for (auto [tensorOfIndices, attr] :
         llvm::zip(indexTensors, indexMapAttrs.getAsValueRange<mlir::AffineMapAttr>()))
      indices.push_back({attr, tensorOfIndices.shape(), rowMajorStrides(tensorOfIndices.shape()),
                         loadAll<int64_t>(tensorOfIndices)});
  }

  /// The element's position; fails when an index or the map leaves a tensor.
  absl::StatusOr<int64_t> at(const Shape &point) const {
    Shape coordinates(shape.size());
    for (size_t dim = 0; dim < shape.size(); ++dim)
      coordinates[dim] = evaluateExpr(map.getResult(dim), point);
    for (size_t k = 0; k < dims.size(); ++k) {
      DELOS_REF_ASSIGN(index, indexAt(k, point));
      coordinates[dims[k]] = index;
    }
    for (size_t dim = 0; dim < shape.size(); ++dim)
      if (coordinates[dim] < 0 || coordinates[dim] >= shape[dim])
        return absl::OutOfRangeError(
            absl::StrCat("element ", str(coordinates), " of a tensor ", str(shape), " (dim ", dim, ")"));
    return dot(coordinates, strides);
  }

private:
  struct Indices {
    mlir::AffineMap map;
    Shape shape, strides;
    std::vector<int64_t> values;
  };

  /// The k-th index of a point, counted from the front.
  absl::StatusOr<int64_t> indexAt(size_t k, const Shape &point) const {
    const Indices &from = indices[k];
    Shape position;
    for (size_t i = 0; i < from.shape.size(); ++i) {
      position.push_back(evaluateExpr(from.map.getResult(i), point));
      if (position[i] < 0 || position[i] >= from.shape[i])
        return absl::OutOfRangeError(
            absl::StrCat("element ", position[i], " of dim ", i, " of indices ", str(from.shape)));
    }
    int64_t index = from.values[dot(position, from.strides)], size = shape[dims[k]];
    if (index < -size || index >= size)
      return absl::OutOfRangeError(absl::StrCat("index ", index, " into dim ", dims[k], " of size ", size));
    return index < 0 ? index + size : index;
  }

  Shape shape, strides;
  llvm::ArrayRef<int64_t> dims;
  mlir::AffineMap map;
  std::vector<Indices> indices;
};

/// Calls `fn(position, number of the point)` for every point until one fails.
template <typename Fn>
absl::Status forEachAddress(const Addressing &addressing, const Shape &points, Fn fn) {
  absl::Status status;
  int64_t number = 0;
  forEachPoint(points, [&](const Shape &point) {
    if (!status.ok())
      return;
    if (absl::StatusOr<int64_t> position = addressing.at(point); position.ok())
      fn(*position, number++);
    else
      status = position.status();
  });
  return status;
}

absl::StatusOr<RefTensor> gather(graph::GatherOp op, llvm::ArrayRef<RefTensor> operands,
                                 Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  Addressing addressing(operands[0], operands.drop_front(), op.getDims(), op.getSourceMap(),
                        op.getIndexMaps());
  int64_t size = storageBytes(result.dtype());
  DELOS_REF_RETURN(forEachAddress(addressing, result.shape(), [&](int64_t from, int64_t to) {
    std::memcpy(result.data() + to * size, operands[0].data() + from * size, size);
  }));
  return result;
}

graph::ScalarFn combinerOf(graph::ScatterKind kind) {
  switch (kind) {
  case graph::ScatterKind::add:
    return graph::ScalarFn::add;
  case graph::ScatterKind::mul:
    return graph::ScalarFn::mul;
  case graph::ScatterKind::max:
    return graph::ScalarFn::max;
  case graph::ScatterKind::min:
  case graph::ScatterKind::assign:
    break;
  }
  return graph::ScalarFn::min;
}

absl::StatusOr<RefTensor> scatter(graph::ScatterOp op, llvm::ArrayRef<RefTensor> operands,
                                  Evaluation &evaluation) {
  const RefTensor &init = operands[0], &updates = operands[1];
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  DELOS_REF_RETURN(expectShape("init", result.shape(), init.shape()));
  std::memcpy(result.data(), init.data(), init.byteSize());
  Addressing addressing(init, operands.drop_front(2), op.getDims(), op.getTargetMap(), op.getIndexMaps());
  int64_t size = storageBytes(result.dtype());
  if (op.getKind() == graph::ScatterKind::assign) {
    DELOS_REF_RETURN(forEachAddress(addressing, updates.shape(), [&](int64_t to, int64_t from) {
      std::memcpy(result.data() + to * size, updates.data() + from * size, size);
    }));
    return result;
  }
  return withCarrier(result.dtype(), [&](auto zero) -> absl::StatusOr<RefTensor> {
    using C = decltype(zero);
    auto combine = scalarFunction<C>(combinerOf(op.getKind()));
    DELOS_REF_RETURN(forEachAddress(addressing, updates.shape(), [&](int64_t to, int64_t from) {
      C pair[2];
      load<C>(result, to, {&pair[0], 1});
      load<C>(updates, from, {&pair[1], 1});
      store<C>(result, to, combine(pair, 64));
    }));
    return result;
  });
}

/// The order of a sort: NaN is the largest value and equal to itself.
template <typename C>
bool precedes(C x, C y) {
  if constexpr (std::is_floating_point_v<C>)
    if (std::isnan(x) || std::isnan(y))
      return !std::isnan(x);
  return x < y;
}

/// Positions along a line in sorted order; ties by position.
template <typename C>
std::vector<int64_t> sortedPositions(const std::vector<C> &line, bool descending) {
  std::vector<int64_t> order(line.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
    C x = line[descending ? j : i], y = line[descending ? i : j];
    return precedes(x, y) || (!precedes(y, x) && i < j);
  });
  return order;
}

absl::StatusOr<Tensors> sort(mlir::Operation *op, llvm::ArrayRef<RefTensor> operands,
                             Evaluation &evaluation) {
  auto sortOp = mlir::cast<graph::SortOp>(op);
  const RefTensor &input = operands[0];
  DELOS_REF_ASSIGN(values, evaluation.resultFor(sortOp.getValues()));
  DELOS_REF_ASSIGN(positions, evaluation.resultFor(sortOp.getPositions()));
  DELOS_REF_RETURN(expectShape("input", values.shape(), input.shape()));
  int64_t dim = sortOp.getDim(), size = input.shape()[dim], step = rowMajorStrides(input.shape())[dim];
  Shape lines = input.shape();
  lines[dim] = size > 0;
  withCarrier(input.dtype(), [&](auto zero) {
    using C = decltype(zero);
    std::vector<C> elements = loadAll<C>(input), sorted(elements.size()), line(size);
    forEachPoint(lines, [&](const Shape &point) {
      int64_t first = dot(point, rowMajorStrides(input.shape()));
      for (int64_t i = 0; i < size; ++i)
        line[i] = elements[first + i * step];
      std::vector<int64_t> order = sortedPositions(line, sortOp.getDescending());
      for (int64_t i = 0; i < size; ++i) {
        sorted[first + i * step] = line[order[i]];
        positions.dataAs<int64_t>()[first + i * step] = order[i];
      }
    });
    storeAll(values, sorted);
  });
  return Tensors{values, positions};
}

} // namespace

void addIndexing(EvaluatorTable &table) {
  add<graph::GatherOp, gather>(table);
  add<graph::ScatterOp, scatter>(table);
  table[graph::SortOp::getOperationName()] = sort;
}

} // namespace delos::reference
