// The builder's failure state, sources, element-wise functions and data-dependent accesses.
#include "lib/Open/OpenBuilder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

namespace delos::open {

using mlir::RankedTensorType;

DimExpr Tensor::dim(int64_t i) const { return i >= 0 && i < rank() ? graph::dimsOf(held)[i] : DimExpr(1); }

//===-- Failure -------------------------------------------------------------------------------===//

Tensor OpenBuilder::fail(const llvm::Twine &text, bool unsupportedByUs) {
  if (!hasFailed) {
    hasFailed = true;
    isUnsupported = unsupportedByUs;
    reason = text.str();
  }
  return {};
}

void OpenBuilder::clearFailure() {
  hasFailed = isUnsupported = false;
  reason.clear();
  needed.clear();
}

void OpenBuilder::requireEqual(const DimExpr &a, const DimExpr &b) {
  if ((a - b).asConstant())
    return;
  std::string left = a.str(), right = b.str();
  equalities.insert(left < right ? std::pair(left, right) : std::pair(right, left));
}

bool OpenBuilder::missing(llvm::ArrayRef<Tensor> operands) {
  if (!hasFailed && llvm::any_of(operands, [](const Tensor &x) { return !x; }))
    fail("a required operand is absent");
  return hasFailed;
}

bool OpenBuilder::expectDim(int64_t dim, int64_t rank) {
  if (!hasFailed && (dim < 0 || dim >= rank))
    fail("expected a dim below " + llvm::Twine(rank) + ", got " + llvm::Twine(dim));
  return !hasFailed;
}

RankedTensorType OpenBuilder::resultType(llvm::ArrayRef<DimExpr> dims, mlir::Type elementType) {
  if (hasFailed)
    return {};
  DimExpr count(1);
  for (const DimExpr &dim : dims) {
    if (!dim.isValid() || dim.asConstant().value_or(0) < 0) {
      fail("expected sizes of at least 0, got " + describe(dims));
      return {};
    }
    if (!dim.isConstant(0))
      count = count * dim;
  }
  auto constant = count.asConstant();
  if (!count.isValid() || (constant && *constant > kMaxTensorElements)) {
    fail("expected at most 2^40 elements, got sizes " + describe(dims));
    return {};
  }
  if (static_cast<int64_t>(dims.size()) > kMaxRank) {
    fail("expected at most " + llvm::Twine(kMaxRank) + " dims, got " + llvm::Twine(dims.size()));
    return {};
  }
  return graph::tensorType(dims, elementType);
}

Tensor OpenBuilder::emit(mlir::Operation *created) {
  ++opCount;
  mlir::Value result = created->getResult(0);
  auto value = values.evaluate(created);
  if (!value)
    return {*this, result};
  auto type = mlir::cast<RankedTensorType>(result.getType());
  // Sources and repeated scalars stay as they are, and so do tables: only shape arithmetic is rank 0 or 1.
  bool isSource =
      mlir::isa<graph::ConstantOp, graph::DimsValueOp, graph::IotaOp, graph::BroadcastOp>(created);
  if (isSource || type.getRank() > 1 || value->isReal() || value->size() == 0) {
    values.record(result, std::move(*value));
    return {*this, result};
  }
  created->erase();
  Tensor replacement = materialize(type, *value);
  values.record(replacement.value(), std::move(*value));
  return replacement;
}

Tensor OpenBuilder::materialize(RankedTensorType type, const ShapeValue &value) {
  if (auto numbers = value.asIntegers()) {
    unsigned width = type.getElementTypeBitWidth();
    auto bits = llvm::map_to_vector(*numbers, [&](int64_t number) {
      return llvm::APInt(width, number, /*isSigned=*/true, /*implicitTrunc=*/true);
    });
    auto attr = mlir::DenseElementsAttr::get(type, bits);
    return {*this, graph::ConstantOp::create(ops, location, type, attr)};
  }
  auto flat = RankedTensorType::get({static_cast<int64_t>(value.size())}, i64());
  mlir::Value sizes =
      graph::DimsValueOp::create(ops, location, flat, graph::dimsAttr(context(), llvm::ArrayRef(value.ints)));
  if (type.getShape() != flat.getShape())
    sizes = graph::ReshapeOp::create(ops, location, RankedTensorType::get(type.getShape(), i64()), sizes);
  if (type.getElementType() != i64())
    sizes = graph::CastOp::create(ops, location, sizes, type.getElementType());
  return {*this, sizes};
}

//===-- Sources -------------------------------------------------------------------------------===//

Tensor OpenBuilder::constant(mlir::ElementsAttr value) {
  if (hasFailed)
    return {};
  return emit(graph::ConstantOp::create(ops, location, mlir::cast<RankedTensorType>(value.getType()), value));
}

static mlir::Attribute numberAttr(double value, mlir::Type elementType) {
  if (auto type = mlir::dyn_cast<mlir::FloatType>(elementType)) {
    llvm::APFloat number(value);
    bool losesInfo;
    number.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    return mlir::FloatAttr::get(type, number);
  }
  bool isInside = std::fabs(value) < 9e18;
  return mlir::IntegerAttr::get(elementType, llvm::APInt(elementType.getIntOrFloatBitWidth(),
                                                         isInside ? static_cast<int64_t>(value) : 0,
                                                         /*isSigned=*/true, /*implicitTrunc=*/true));
}

Tensor OpenBuilder::scalar(double value, mlir::Type elementType) {
  if (hasFailed)
    return {};
  auto type = RankedTensorType::get({}, elementType);
  return constant(mlir::DenseElementsAttr::get(type, numberAttr(value, elementType)));
}

Tensor OpenBuilder::scalar(int64_t value, mlir::Type elementType) {
  if (hasFailed)
    return {};
  if (mlir::isa<mlir::FloatType>(elementType))
    return scalar(static_cast<double>(value), elementType);
  auto type = RankedTensorType::get({}, elementType);
  llvm::APInt bits(elementType.getIntOrFloatBitWidth(), value, /*isSigned=*/true, /*implicitTrunc=*/true);
  return constant(mlir::DenseElementsAttr::get(type, llvm::ArrayRef(bits)));
}

Tensor OpenBuilder::full(double value, llvm::ArrayRef<DimExpr> dims, mlir::Type elementType) {
  return broadcast(scalar(value, elementType), dims);
}

Tensor OpenBuilder::vector(llvm::ArrayRef<int64_t> numbers) {
  if (hasFailed)
    return {};
  auto type = RankedTensorType::get({static_cast<int64_t>(numbers.size())}, i64());
  return constant(mlir::DenseElementsAttr::get(type, numbers));
}

Tensor OpenBuilder::table(llvm::ArrayRef<double> numbers, llvm::ArrayRef<int64_t> shape,
                          mlir::Type elementType) {
  if (hasFailed)
    return {};
  auto attrs = llvm::map_to_vector(numbers, [&](double number) { return numberAttr(number, elementType); });
  return constant(mlir::DenseElementsAttr::get(RankedTensorType::get(shape, elementType), attrs));
}

Tensor OpenBuilder::sizes(llvm::ArrayRef<DimExpr> dims) {
  auto type = resultType({DimExpr(dims.size())}, i64());
  if (!type)
    return {};
  auto constants =
      llvm::map_to_vector(dims, [](const DimExpr &dim) { return dim.asConstant().value_or(-1); });
  if (llvm::all_of(dims, [](const DimExpr &dim) { return dim.asConstant().has_value(); }))
    return vector(constants);
  return emit(graph::DimsValueOp::create(ops, location, type, graph::dimsAttr(context(), dims)));
}

Tensor OpenBuilder::size(const DimExpr &value, mlir::Type elementType) {
  if (auto constant = value.asConstant())
    return scalar(*constant, elementType);
  return cast(reshape(sizes({value}), {}), elementType);
}

Tensor OpenBuilder::iota(llvm::ArrayRef<DimExpr> dims, int64_t dim, mlir::Type elementType) {
  auto type = resultType(dims, elementType);
  if (!type || !expectDim(dim, dims.size()))
    return {};
  return emit(graph::IotaOp::create(ops, location, type, dim));
}

Tensor OpenBuilder::random(graph::RandomKind kind, int64_t seed, llvm::ArrayRef<DimExpr> dims,
                           mlir::Type elementType) {
  auto type = resultType(dims, elementType);
  if (!type)
    return {};
  return emit(graph::RandomOp::create(ops, location, type, kind, seed));
}

//===-- Element-wise --------------------------------------------------------------------------===//

Dims OpenBuilder::broadcastDims(llvm::ArrayRef<DimExpr> a, llvm::ArrayRef<DimExpr> b) {
  Dims result(std::max(a.size(), b.size()), DimExpr(1));
  for (size_t k = 1; k <= result.size(); ++k) {
    DimExpr left = k <= a.size() ? a[a.size() - k] : DimExpr(1);
    DimExpr right = k <= b.size() ? b[b.size() - k] : DimExpr(1);
    DimExpr &size = result[result.size() - k];
    if (left.isConstant(1) || right.isConstant(1)) {
      size = left.isConstant(1) ? right : left;
      continue;
    }
    if (!graph::mayBeEqual(left, right))
      fail("shapes " + describe(a) + " and " + describe(b) + " do not broadcast");
    requireEqual(left, right);
    size = right.asConstant() ? right : left;
  }
  return result;
}

Tensor OpenBuilder::map(ScalarFn fn, llvm::ArrayRef<Tensor> operands) {
  if (missing(operands))
    return {};
  const graph::ScalarFunction &row = graph::describe(fn);
  mlir::Type element = operands.back().elementType();
  if (!(graph::classOf(element) & row.classes))
    return unsupported(llvm::Twine(stringifyScalarFn(fn)) + " is not defined for " + describe(element));
  Dims dims;
  for (auto [index, operand] : llvm::enumerate(operands)) {
    bool isCondition = fn == ScalarFn::select && index == 0;
    mlir::Type expected = isCondition ? i1() : element;
    if (operand.elementType() != expected)
      return fail("expected operands of element type " + describe(expected) + ", got " +
                  describe(operand.elementType()));
    dims = broadcastDims(dims, operand.dims());
  }
  llvm::SmallVector<mlir::Value, 3> inputs;
  for (const Tensor &operand : operands)
    inputs.push_back(broadcast(operand, dims).value());
  auto type = resultType(dims, row.givesBool ? i1() : element);
  if (!type)
    return {};
  return emit(graph::MapOp::create(ops, location, type, fn, inputs));
}

Tensor OpenBuilder::cast(Tensor x, mlir::Type elementType, graph::CastMode mode) {
  if (missing(x))
    return {};
  if (x.elementType() == elementType)
    return x;
  if (!graph::classOf(elementType))
    return unsupported("cast to " + describe(elementType));
  return emit(graph::CastOp::create(ops, location, x.value(), elementType, mode));
}

Tensor OpenBuilder::bitcast(Tensor x, mlir::Type elementType) {
  if (missing(x))
    return {};
  if (x.elementType() == elementType)
    return x;
  // A bool is stored as one byte, 0 or 1.
  if (x.isBool() && elementType.getIntOrFloatBitWidth() == 8)
    return bitcast(cast(x, mlir::IntegerType::get(context(), 8, mlir::IntegerType::Unsigned)), elementType);
  if (x.elementType().getIntOrFloatBitWidth() != elementType.getIntOrFloatBitWidth())
    return unsupported("bitcast from " + describe(x.elementType()) + " to " + describe(elementType));
  return emit(graph::BitcastOp::create(ops, location,
                                       graph::withElementType(x.value().getType(), elementType), x.value()));
}

//===-- Data-dependent accesses ---------------------------------------------------------------===//

static llvm::SmallVector<mlir::Value> valuesOf(llvm::ArrayRef<Tensor> tensors) {
  return llvm::map_to_vector(tensors, [](const Tensor &x) { return x.value(); });
}

Tensor OpenBuilder::gather(Tensor source, llvm::ArrayRef<Tensor> indices, llvm::ArrayRef<int64_t> dims,
                           mlir::AffineMap sourceMap, llvm::ArrayRef<mlir::AffineMap> indexMaps,
                           llvm::ArrayRef<DimExpr> resultDims) {
  if (missing(source) || missing(indices))
    return {};
  auto type = resultType(resultDims, source.elementType());
  if (!type)
    return {};
  return emit(graph::GatherOp::create(ops, location, type, source.value(), valuesOf(indices), dims, sourceMap,
                                      ops.getAffineMapArrayAttr(indexMaps)));
}

Tensor OpenBuilder::take(Tensor x, Tensor indices, int64_t dim) {
  if (missing({x, indices}) || !expectDim(dim, x.rank()))
    return {};
  if (!indices.isInteger())
    return fail("expected integer indices, got " + describe(indices.elementType()));
  Dims from = x.dims(), result(from.begin(), from.begin() + dim);
  llvm::append_range(result, indices.dims());
  result.append(from.begin() + dim + 1, from.end());
  int64_t places = result.size(), inner = indices.rank();
  llvm::SmallVector<mlir::AffineExpr> source, index;
  for (int64_t k = 0; k < x.rank(); ++k)
    source.push_back(k == dim ? mlir::getAffineConstantExpr(0, context())
                              : mlir::getAffineDimExpr(k < dim ? k : k + inner - 1, context()));
  for (int64_t k = 0; k < inner; ++k)
    index.push_back(mlir::getAffineDimExpr(dim + k, context()));
  return gather(x, indices, dim, mlir::AffineMap::get(places, 0, source, context()),
                mlir::AffineMap::get(places, 0, index, context()), result);
}

Tensor OpenBuilder::scatter(graph::ScatterKind kind, Tensor init, Tensor updates,
                            llvm::ArrayRef<Tensor> indices, llvm::ArrayRef<int64_t> dims,
                            mlir::AffineMap targetMap, llvm::ArrayRef<mlir::AffineMap> indexMaps) {
  if (missing({init, updates}) || missing(indices))
    return {};
  if (init.elementType() != updates.elementType())
    return fail("expected updates of element type " + describe(init.elementType()) + ", got " +
                describe(updates.elementType()));
  if (kind != graph::ScatterKind::assign && init.isBool())
    return unsupported("scatter with reduction of bool");
  return emit(graph::ScatterOp::create(ops, location, init.value().getType(), kind, init.value(),
                                       updates.value(), valuesOf(indices), dims, targetMap,
                                       ops.getAffineMapArrayAttr(indexMaps)));
}

//===-- Scalar notation -----------------------------------------------------------------------===//

Tensor map(ScalarFn fn, Tensor x) { return x ? x.builder().map(fn, {x}) : Tensor(); }
Tensor map(ScalarFn fn, Tensor x, Tensor y) { return x ? x.builder().map(fn, {x, y}) : Tensor(); }
Tensor map(ScalarFn fn, Tensor x, double y) {
  return x ? map(fn, x, x.builder().scalar(y, x.elementType())) : x;
}
Tensor map(ScalarFn fn, double x, Tensor y) {
  return y ? map(fn, y.builder().scalar(x, y.elementType()), y) : y;
}
Tensor select(Tensor condition, Tensor whenTrue, Tensor whenFalse) {
  return condition ? condition.builder().map(ScalarFn::select, {condition, whenTrue, whenFalse}) : Tensor();
}
Tensor select(Tensor condition, Tensor whenTrue, double whenFalse) {
  return whenTrue ? select(condition, whenTrue, whenTrue.builder().scalar(whenFalse, whenTrue.elementType()))
                  : Tensor();
}
Tensor select(Tensor condition, double whenTrue, Tensor whenFalse) {
  return whenFalse
             ? select(condition, whenFalse.builder().scalar(whenTrue, whenFalse.elementType()), whenFalse)
             : Tensor();
}

Tensor widen(Tensor x) { return x.isHalf() ? x.builder().cast(x, x.builder().f32()) : x; }
Tensor narrow(Tensor x, mlir::Type elementType) {
  return x && elementType ? x.builder().cast(x, elementType) : x;
}

Ints otherDims(int64_t rank, llvm::ArrayRef<int64_t> dims) {
  Ints others;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (!llvm::is_contained(dims, dim))
      others.push_back(dim);
  return others;
}

Ints range(int64_t begin, int64_t end) {
  Ints numbers;
  for (int64_t k = begin; k < end; ++k)
    numbers.push_back(k);
  return numbers;
}

std::string describe(llvm::ArrayRef<DimExpr> dims) {
  std::string text = "[";
  for (const DimExpr &dim : dims)
    text += (text.size() > 1 ? ", " : "") + dim.str();
  return text + "]";
}

std::string describe(mlir::Type elementType) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (elementType)
    os << elementType;
  else
    os << "nothing";
  return text;
}

} // namespace delos::open
