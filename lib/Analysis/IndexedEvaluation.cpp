// Constant evaluation by access rule: element offsets are linear in the iteration point.
#include "lib/Analysis/IndexedEvaluation.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace delos {

using graph::ReduceKind;
using Tensors = llvm::ArrayRef<ConstantTensor>;
using Result = std::optional<ConstantTensor>;

namespace {

/// One coordinate of an access: base + sum of factors[d] * point[d].
struct LinearCoordinate {
  int64_t base = 0;
  llvm::SmallVector<int64_t> factors;

  int64_t at(llvm::ArrayRef<int64_t> point) const {
    int64_t value = base;
    for (size_t dim = 0; dim < factors.size(); ++dim)
      value += factors[dim] * point[dim];
    return value;
  }
};

/// Adds `scale` * expr to the coordinate; false when expr is not linear.
bool addLinear(mlir::AffineExpr expr, int64_t scale, LinearCoordinate &to) {
  if (auto constant = mlir::dyn_cast<mlir::AffineConstantExpr>(expr)) {
    to.base += scale * constant.getValue();
    return true;
  }
  if (auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr)) {
    to.factors[dim.getPosition()] += scale;
    return true;
  }
  auto binary = mlir::dyn_cast<mlir::AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == mlir::AffineExprKind::Add)
    return addLinear(binary.getLHS(), scale, to) && addLinear(binary.getRHS(), scale, to);
  auto factor = mlir::dyn_cast<mlir::AffineConstantExpr>(binary.getRHS());
  return expr.getKind() == mlir::AffineExprKind::Mul && factor &&
         addLinear(binary.getLHS(), scale * factor.getValue(), to);
}

using LinearMap = llvm::SmallVector<LinearCoordinate>;
std::optional<LinearMap> linearize(mlir::AffineMap map) {
  LinearMap coordinates;
  for (mlir::AffineExpr expr : map.getResults()) {
    LinearCoordinate &coordinate = coordinates.emplace_back();
    coordinate.factors.assign(map.getNumDims(), 0);
    if (!addLinear(expr, 1, coordinate))
      return std::nullopt;
  }
  return coordinates;
}

/// Offset of the element at `point`, or -1 outside the tensor.
int64_t offsetAt(const LinearMap &map, llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> strides,
                 llvm::ArrayRef<int64_t> point) {
  int64_t offset = 0;
  for (size_t k = 0; k < map.size(); ++k) {
    int64_t coordinate = map[k].at(point);
    if (coordinate < 0 || coordinate >= dims[k])
      return -1;
    offset += coordinate * strides[k];
  }
  return offset;
}

/// Moves to the next point in row-major order; false after the last one.
bool advance(llvm::MutableArrayRef<int64_t> point, llvm::ArrayRef<int64_t> extents) {
  for (size_t dim = extents.size(); dim-- > 0;) {
    if (++point[dim] < extents[dim])
      return true;
    point[dim] = 0;
  }
  return false;
}

//===-- Reductions ----------------------------------------------------------------------------------===//

struct Float {
  using Type = double;
  static std::vector<double> &of(Lanes &lanes) { return lanes.f; }
};
struct Integer {
  using Type = int64_t;
  static std::vector<int64_t> &of(Lanes &lanes) { return lanes.i; }
};

double neutral(ReduceKind kind, ElementKind, Float) {
  double infinity = std::numeric_limits<double>::infinity();
  return kind == ReduceKind::max ? -infinity : kind == ReduceKind::min ? infinity : kind == ReduceKind::prod;
}
int64_t neutral(ReduceKind kind, ElementKind element, Integer) {
  int64_t bits = 8 * elementSize(element);
  bool plain = isUnsigned(element);
  int64_t greatest = static_cast<int64_t>(~uint64_t(0) >> (64 - bits + (plain ? 0 : 1)));
  switch (kind) {
  case ReduceKind::prod:
    return 1;
  case ReduceKind::max:
    return plain ? 0 : -greatest - 1;
  case ReduceKind::min:
    return greatest;
  case ReduceKind::bit_and:
    return element == ElementKind::Bool ? 1 : -1;
  default:
    return 0;
  }
}

double combine(ReduceKind kind, ElementKind, double a, double b) {
  switch (kind) {
  case ReduceKind::sum:
    return a + b;
  case ReduceKind::prod:
    return a * b;
  case ReduceKind::max:
    return std::isnan(a) || (!std::isnan(b) && a > b) ? a : b;
  default:
    return std::isnan(a) || (!std::isnan(b) && a < b) ? a : b;
  }
}
int64_t combine(ReduceKind kind, ElementKind element, int64_t a, int64_t b) {
  uint64_t x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  bool less = isUnsigned(element) ? x < y : a < b;
  switch (kind) {
  case ReduceKind::sum:
    return static_cast<int64_t>(x + y);
  case ReduceKind::prod:
    return static_cast<int64_t>(x * y);
  case ReduceKind::max:
    return less ? b : a;
  case ReduceKind::min:
    return less ? a : b;
  case ReduceKind::bit_and:
    return a & b;
  case ReduceKind::bit_or:
    return a | b;
  }
  return a;
}

/// A reduction of products of operands over a rule's iteration space, which begins with the result's dims.
struct Reduction {
  ReduceKind kind;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<LinearMap> reads;
  LinearMap write;
};

std::optional<Reduction> describeReduction(ReduceKind kind, const graph::AccessRule &rule) {
  Reduction reduction{kind, {}, {}, {}};
  for (const DimExpr &extent : rule.extents) {
    auto size = extent.asConstant();
    if (!size)
      return std::nullopt;
    reduction.extents.push_back(*size);
  }
  for (const graph::Access &access : rule.operands) {
    auto map = linearize(access.map);
    if (!map)
      return std::nullopt;
    reduction.reads.push_back(*map);
  }
  auto write = linearize(rule.results[0].map);
  if (!write)
    return std::nullopt;
  reduction.write = *write;
  return reduction;
}

template <typename Class>
Result reduce(const Reduction &reduction, Tensors operands, mlir::RankedTensorType type) {
  using T = typename Class::Type;
  ElementKind kind = elementKindOf(type.getElementType());
  llvm::SmallVector<Lanes, 2> inputs(operands.size());
  llvm::SmallVector<llvm::SmallVector<int64_t>, 2> strides;
  for (auto [tensor, lanes] : llvm::zip(operands, inputs)) {
    tensor.load(0, tensor.elementCount(), lanes);
    strides.push_back(rowMajorStrides(tensor.dims()));
  }
  Lanes result;
  Class::of(result).assign(type.getNumElements(), neutral(reduction.kind, kind, Class()));
  auto resultStrides = rowMajorStrides(type.getShape());
  llvm::SmallVector<int64_t> point(reduction.extents.size(), 0);
  bool isEmpty = llvm::is_contained(reduction.extents, 0);
  while (!isEmpty) {
    T product = 1;
    bool inside = true;
    for (size_t k = 0; k < operands.size() && inside; ++k) {
      int64_t offset = offsetAt(reduction.reads[k], operands[k].dims(), strides[k], point);
      inside = offset >= 0;
      if (inside)
        product = k == 0 ? Class::of(inputs[k])[offset]
                         : combine(ReduceKind::prod, kind, product, Class::of(inputs[k])[offset]);
    }
    if (inside) {
      T &target = Class::of(result)[offsetAt(reduction.write, type.getShape(), resultStrides, point)];
      target = combine(reduction.kind, kind, target, product);
    }
    isEmpty = !advance(point, reduction.extents);
  }
  std::vector<char> bytes(type.getNumElements() * elementSize(kind));
  storeLanes(result, type.getNumElements(), kind, bytes.data());
  return ConstantTensor::adopt(type.getShape(), type.getElementType(), std::move(bytes));
}

Result evaluateReduction(mlir::Operation *op, ReduceKind kind, Tensors operands, EvaluationBudget &budget) {
  auto type = mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType());
  bool floats = isFloat(elementKindOf(type.getElementType()));
  if (llvm::any_of(operands, [&](const ConstantTensor &t) { return isFloat(t.kind()) != floats; }))
    return std::nullopt;
  auto reduction = describeReduction(kind, mlir::cast<graph::AccessRuleOpInterface>(op).getAccessRule());
  if (!reduction)
    return std::nullopt;
  auto points = checkedProduct(reduction->extents);
  // Everything is widened to 8 bytes, and one point costs about 16 element operations.
  int64_t elements = type.getNumElements();
  for (const ConstantTensor &operand : operands)
    elements += operand.elementCount();
  if (!points || *points > (int64_t(1) << 48) || !budget.spend(16 * *points, 8 * elements))
    return std::nullopt;
  return floats ? reduce<Float>(*reduction, operands, type) : reduce<Integer>(*reduction, operands, type);
}

//===-- Gather and scatter --------------------------------------------------------------------------===//

/// Element offsets that index tensors give: coordinate dims[k] of `map` is replaced by indices[k].
class IndexedOffsets {
public:
  static std::optional<IndexedOffsets> of(mlir::AffineMap map, llvm::ArrayRef<int64_t> dims,
                                          mlir::ArrayAttr indexMaps, Tensors indices) {
    auto linear = linearize(map);
    if (!linear)
      return std::nullopt;
    IndexedOffsets offsets{*linear, dims};
    for (auto [attr, tensor] : llvm::zip(indexMaps.getAsValueRange<mlir::AffineMapAttr>(), indices)) {
      auto indexMap = linearize(attr);
      if (!indexMap)
        return std::nullopt;
      offsets.indices.push_back({*indexMap, llvm::SmallVector<int64_t>(tensor.dims()), tensor.toIntegers()});
    }
    return offsets;
  }

  /// The offset into a tensor of these sizes and strides; nothing when an index is out of range.
  std::optional<int64_t> at(llvm::ArrayRef<int64_t> point, llvm::ArrayRef<int64_t> sizes,
                            llvm::ArrayRef<int64_t> strides) const {
    llvm::SmallVector<int64_t> coordinates;
    for (const LinearCoordinate &coordinate : map)
      coordinates.push_back(coordinate.at(point));
    for (auto [dim, index] : llvm::zip(dims, indices)) {
      int64_t position = offsetAt(index.map, index.sizes, rowMajorStrides(index.sizes), point);
      if (position < 0)
        return std::nullopt;
      int64_t value = index.values[position];
      coordinates[dim] = value < 0 ? value + sizes[dim] : value;
    }
    int64_t offset = 0;
    for (size_t k = 0; k < coordinates.size(); ++k) {
      if (coordinates[k] < 0 || coordinates[k] >= sizes[k])
        return std::nullopt;
      offset += coordinates[k] * strides[k];
    }
    return offset;
  }

private:
  struct Index {
    LinearMap map;
    llvm::SmallVector<int64_t> sizes, values;
  };
  IndexedOffsets(LinearMap map, llvm::ArrayRef<int64_t> dims) : map(std::move(map)), dims(dims) {}

  LinearMap map;
  llvm::SmallVector<int64_t> dims;
  llvm::SmallVector<Index> indices;
};

/// One point costs about this many element operations.
constexpr int64_t kIndexedSteps = 32;

} // namespace

Result evaluateIndexed(graph::ReduceOp op, Tensors operands, EvaluationBudget &budget) {
  return evaluateReduction(op, op.getKind(), operands, budget);
}
Result evaluateIndexed(graph::WindowReduceOp op, Tensors operands, EvaluationBudget &budget) {
  return evaluateReduction(op, op.getKind(), operands, budget);
}
Result evaluateIndexed(graph::ContractOp op, Tensors operands, EvaluationBudget &budget) {
  return evaluateReduction(op, ReduceKind::sum, operands, budget);
}
Result evaluateIndexed(graph::ConvOp op, Tensors operands, EvaluationBudget &budget) {
  return evaluateReduction(op, ReduceKind::sum, operands, budget);
}

Result evaluateIndexed(graph::GatherOp op, Tensors operands, EvaluationBudget &budget) {
  auto type = mlir::cast<mlir::RankedTensorType>(op.getResult().getType());
  const ConstantTensor &source = operands[0];
  int64_t size = elementSize(source.kind()), count = type.getNumElements();
  if (!budget.spend(kIndexedSteps * count, count * size))
    return std::nullopt;
  auto offsets =
      IndexedOffsets::of(op.getSourceMap(), op.getDims(), op.getIndexMaps(), operands.drop_front());
  if (!offsets)
    return std::nullopt;
  std::vector<char> bytes(count * size);
  llvm::SmallVector<int64_t> point(type.getRank(), 0);
  for (int64_t k = 0; k < count; ++k) {
    auto offset = offsets->at(point, source.dims(), source.strides());
    if (!offset)
      return std::nullopt;
    std::memcpy(bytes.data() + k * size, source.at(*offset), size);
    advance(point, type.getShape());
  }
  return ConstantTensor::adopt(type.getShape(), source.elementType(), std::move(bytes));
}

Result evaluateIndexed(graph::ScatterOp op, Tensors operands, EvaluationBudget &budget) {
  const ConstantTensor &init = operands[0], &updates = operands[1];
  if (op.getKind() != graph::ScatterKind::assign ||
      !budget.spend(init.elementCount() + kIndexedSteps * updates.elementCount(),
                    init.byteSize() + updates.byteSize()))
    return std::nullopt;
  auto offsets =
      IndexedOffsets::of(op.getTargetMap(), op.getDims(), op.getIndexMaps(), operands.drop_front(2));
  if (!offsets)
    return std::nullopt;
  int64_t size = elementSize(init.kind());
  std::vector<char> bytes = init.toBytes(), from = updates.toBytes();
  auto strides = rowMajorStrides(init.dims());
  llvm::SmallVector<int64_t> point(updates.dims().size(), 0);
  for (int64_t k = 0; k < updates.elementCount(); ++k) {
    auto offset = offsets->at(point, init.dims(), strides);
    if (!offset)
      return std::nullopt;
    std::memcpy(bytes.data() + *offset * size, from.data() + k * size, size);
    advance(point, updates.dims());
  }
  return ConstantTensor::adopt(init.dims(), init.elementType(), std::move(bytes));
}

} // namespace delos
