// Openers of operators that make tensors: constants, ranges, diagonals, random numbers, windows.
#include "lib/Open/OpenerTable.h"

#include <cmath>

namespace delos::open {

namespace {

//===-- Constants -----------------------------------------------------------------------------===//

Tensors openConstant(Node &n) {
  OpenBuilder &b = n.builder();
  auto tensor = mlir::dyn_cast_or_null<mlir::ElementsAttr>(n.attr("value"));
  if (tensor && isSupportedElementType(tensor.getElementType()))
    return {b.constant(tensor)};
  if (n.has("value_float"))
    return {b.scalar(n.real("value_float", 0), b.f32())};
  if (n.has("value_int"))
    return {b.scalar(n.integer("value_int"), b.i64())};
  if (n.has("value_ints"))
    return {b.vector(n.integers("value_ints"))};
  if (n.has("value_floats")) {
    std::vector<double> numbers = n.reals("value_floats");
    return {b.table(numbers, int64_t(numbers.size()), b.f32())};
  }
  return {b.unsupported("a constant that is neither a dense tensor nor numbers")};
}

Tensors openConstantOfShape(Node &n) {
  OpenBuilder &b = n.builder();
  auto shape = n.known(0);
  if (!shape)
    return {};
  if (!n.has("value"))
    return {b.full(0, *shape, b.f32())};
  auto value = mlir::dyn_cast_or_null<mlir::ElementsAttr>(n.attr("value"));
  if (!value || value.getShapedType().getNumElements() != 1)
    return {b.fail("attribute 'value': expected one element")};
  if (!isSupportedElementType(value.getElementType()))
    return {b.unsupported("element type " + describe(value.getElementType()))};
  return {b.broadcast(b.reshape(b.constant(value), {}), *shape)};
}

/// start + k * delta for k below ceil((limit - start) / delta): sizes may be symbolic, steps are numbers.
Tensors openRange(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor start = n.in(0), delta = n.in(2);
  DimExpr count;
  if (start.isFloat()) {
    auto from = n.knownReals(0), limit = n.knownReals(1), step = n.knownReals(2);
    if (!from || !limit || !step || from->size() != 1 || limit->size() != 1 || step->size() != 1)
      return {b.fail("expected scalar operands")};
    double length = std::ceil(((*limit)[0] - (*from)[0]) / (*step)[0]);
    if (!(length < 1e12))
      return {b.fail("a range without end")};
    count = DimExpr(static_cast<int64_t>(std::max(length, 0.0)));
  } else {
    auto from = n.knownSize(0), limit = n.knownSize(1);
    auto step = n.knownIntegers(2);
    if (!from || !limit || !step || step->size() != 1 || step->front() == 0 || step->front() == INT64_MIN)
      return {b.fail("expected scalar operands and a step other than 0")};
    int64_t stride = std::abs(step->front());
    DimExpr length = step->front() > 0 ? *limit - *from : *from - *limit;
    count = stride == 1 ? length : DimExpr::ceilDiv(length, DimExpr(stride));
    if (auto constant = length.asConstant(); constant && *constant <= 0)
      count = DimExpr(0);
  }
  mlir::Type element = start.elementType();
  Tensor index = b.iota(count, 0, element);
  auto scalar = [&](Tensor x) { return b.reshape(x, {}); };
  return {index * scalar(delta) + scalar(start)};
}

//===-- Diagonals -----------------------------------------------------------------------------===//

/// column - row of the last two dims, as i64.
Tensor diagonalOf(OpenBuilder &b, llvm::ArrayRef<DimExpr> plane) {
  return b.iota(plane, 1, b.i64()) - b.iota(plane, 0, b.i64());
}

Tensors openEyeLike(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  mlir::Type element = n.elementType("dtype", x.elementType());
  if (b.failed() || x.rank() != 2)
    return {b.fail("expected an operand of rank 2")};
  Tensor hit = map(ScalarFn::eq, diagonalOf(b, x.dims()), b.scalar(n.integer("k", 0), b.i64()));
  return {b.cast(hit, element)};
}

Tensors openTrilu(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  if (b.failed() || x.rank() < 2)
    return {b.fail("expected an operand of rank at least 2")};
  Tensor k = n.optional(1) ? b.reshape(b.cast(n.optional(1), b.i64()), {}) : b.scalar(0, b.i64());
  Tensor diagonal = diagonalOf(b, {x.dim(x.rank() - 2), x.dim(x.rank() - 1)});
  Tensor keep = map(n.flag("upper", true) ? ScalarFn::ge : ScalarFn::le, diagonal, k);
  return {select(keep, x, b.scalar(0, x.elementType()))};
}

//===-- Random numbers ------------------------------------------------------------------------===//

/// f32 numbers scaled and shifted, rounded to the element type.
Tensor drawScaled(Node &n, llvm::ArrayRef<DimExpr> dims, mlir::Type element, bool normal) {
  OpenBuilder &b = n.builder();
  if (!element)
    return {};
  mlir::Type wide = element.isF64() ? element : b.f32();
  Tensor draw =
      b.random(normal ? graph::RandomKind::normal : graph::RandomKind::uniform, n.seed(), dims, wide);
  double low = n.real("low", 0.0), high = n.real("high", 1.0);
  double scale = normal ? n.real("scale", 1.0) : high - low, shift = normal ? n.real("mean", 0.0) : low;
  return b.cast(draw * scale + shift, element);
}

template <bool normal>
Tensors openRandom(Node &n) {
  OpenBuilder &b = n.builder();
  Ints shape = n.integers("shape");
  mlir::Type element = n.elementType("dtype", b.f32());
  return {drawScaled(n, Dims(shape.begin(), shape.end()), element, normal)};
}

template <bool normal>
Tensors openRandomLike(Node &n) {
  Tensor like = n.in(0);
  return {drawScaled(n, like.dims(), n.elementType("dtype", like.elementType()), normal)};
}

Tensors openBernoulli(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  mlir::Type element = n.elementType("dtype", x.elementType());
  if (b.failed() || !x.isFloat())
    return {b.fail("expected probabilities of a floating-point type")};
  Tensor draw =
      b.random(graph::RandomKind::uniform, n.seed(), x.dims(), x.elementType().isF64() ? b.f64() : b.f32());
  return {b.cast(map(ScalarFn::lt, draw, b.cast(x, draw.elementType())), element)};
}

//===-- Signal windows ------------------------------------------------------------------------===//

/// Coefficients of cos(0), cos(2 pi k/N), cos(4 pi k/N) of a window.
struct Cosines {
  double constant, first, second;
};

Tensors cosineWindow(Node &n, Cosines terms) {
  OpenBuilder &b = n.builder();
  auto size = n.knownSize(0);
  mlir::Type element = n.elementType("output_datatype", b.f32());
  if (!size || !element)
    return {};
  DimExpr period = n.flag("periodic", true) ? *size : *size - 1;
  mlir::Type wide = element.isF64() ? element : b.f32();
  // A window of one point would divide by 0.
  DimExpr divisor = period.isConstant(0) ? DimExpr(1) : period;
  Tensor angle = b.iota(*size, 0, wide) * (2 * M_PI) / b.size(divisor, wide);
  Tensor window = map(ScalarFn::cos, angle) * terms.first + terms.constant;
  if (terms.second != 0)
    window = window + map(ScalarFn::cos, angle * 2.0) * terms.second;
  return {b.cast(window, element)};
}

Tensors openHannWindow(Node &n) { return cosineWindow(n, {0.5, -0.5, 0}); }
Tensors openHammingWindow(Node &n) { return cosineWindow(n, {25.0 / 46, -21.0 / 46, 0}); }
Tensors openBlackmanWindow(Node &n) { return cosineWindow(n, {0.42, -0.5, 0.08}); }

constexpr OpenerRow kRows[] = {
    {"", "Constant", 1, openConstant, 0, 0},
    {"", "ConstantOfShape", 9, openConstantOfShape, 1, 1},
    {"", "Range", 11, openRange, 3, 3},
    {"", "EyeLike", 9, openEyeLike, 1, 1},
    {"", "Trilu", 14, openTrilu, 1, 2},
    {"", "RandomNormal", 1, openRandom<true>, 0, 0},
    {"", "RandomUniform", 1, openRandom<false>, 0, 0},
    {"", "RandomNormalLike", 1, openRandomLike<true>, 1, 1},
    {"", "RandomUniformLike", 1, openRandomLike<false>, 1, 1},
    {"", "Bernoulli", 15, openBernoulli, 1, 1},
    {"", "HannWindow", 17, openHannWindow, 1, 1},
    {"", "HammingWindow", 17, openHammingWindow, 1, 1},
    {"", "BlackmanWindow", 17, openBlackmanWindow, 1, 1},
};

} // namespace

llvm::ArrayRef<OpenerRow> generatorOpeners() { return kRows; }

} // namespace delos::open
