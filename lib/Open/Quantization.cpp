// Openers of linear quantisation and of products of quantised tensors.
#include "lib/Open/Compositions.h"
#include "lib/Open/OpenerTable.h"
#include "lib/Open/Windows.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

namespace delos::open {

namespace {

/// Range of an integer type of 8 or 16 bits; nullopt for others.
std::optional<std::pair<double, double>> quantisedRange(mlir::Type type) {
  auto integer = mlir::dyn_cast_or_null<mlir::IntegerType>(type);
  if (!integer || (integer.getWidth() != 8 && integer.getWidth() != 16))
    return std::nullopt;
  double span = std::ldexp(1.0, integer.getWidth());
  return integer.isUnsigned() ? std::pair(0.0, span - 1) : std::pair(-span / 2, span / 2 - 1);
}

/// Clamps real numbers (already rounded) to the type's range and converts.
Tensor saturate(Tensor x, mlir::Type type) {
  auto range = quantisedRange(type);
  if (!x)
    return {};
  if (!range)
    return x.builder().unsupported("quantisation to " + describe(type));
  Tensor clamped = map(ScalarFn::min, map(ScalarFn::max, x, range->first), range->second);
  return x.builder().cast(clamped, type, graph::CastMode::saturate);
}

/// A scale or zero point spread over x: one number, a vector along `axis`, or blocks along it.
Tensor spread(Node &n, Tensor parameter, Tensor x) {
  OpenBuilder &b = n.builder();
  if (!parameter || !x)
    return parameter;
  if (parameter.rank() == 0 || (parameter.rank() == 1 && parameter.dim(0).isConstant(1)))
    return b.reshape(parameter, {});
  int64_t dim = n.axis(n.integer("axis", 1), x.rank()), block = n.integer("block_size", 0);
  if (b.failed())
    return {};
  if (parameter.rank() == 1 && block == 0)
    return b.broadcastAlong(parameter, x.dims(), dim);
  Dims dims = parameter.dims();
  auto size = x.dim(dim).asConstant();
  // -1 covers nothing.
  int64_t blocks = dim < parameter.rank() ? dims[dim].asConstant().value_or(-1) : -1;
  if (parameter.rank() != x.rank() || block < 1 || !size || llvm::divideCeilSigned(*size, block) != blocks)
    return b.fail("blocks of " + llvm::Twine(block) + " with shape " + describe(dims) + " do not cover " +
                  describe(x.dims()));
  Dims split(dims);
  split.insert(split.begin() + dim + 1, DimExpr(block));
  Ints places = otherDims(x.rank() + 1, dim + 1);
  dims[dim] = DimExpr(blocks * block);
  return b.slice(b.reshape(b.broadcastAlong(parameter, split, places), dims), dim, 0, *size);
}

Tensors openQuantizeLinear(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), scale = n.in(1), zero = n.optional(2);
  if (b.failed())
    return {};
  mlir::Type to =
      zero ? zero.elementType() : mlir::IntegerType::get(b.context(), 8, mlir::IntegerType::Unsigned);
  if (!zero && n.integer("output_dtype", 0) != 0)
    to = n.elementType("output_dtype", to);
  mlir::Type precision =
      n.integer("precision", 0) != 0 ? n.elementType("precision", {}) : scale.elementType();
  if (b.failed() || !mlir::isa<mlir::FloatType>(precision))
    return {b.unsupported("a scale of element type " + describe(scale.elementType()))};
  Tensor quotient = b.cast(x, precision) / b.cast(spread(n, scale, x), precision);
  Tensor rounded = widen(map(ScalarFn::round_even, quotient));
  if (zero && rounded)
    rounded = rounded + b.cast(spread(n, zero, x), rounded.elementType());
  return {saturate(rounded, to)};
}

Tensors openDequantizeLinear(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), scale = n.in(1), zero = n.optional(2);
  if (b.failed())
    return {};
  mlir::Type to = n.integer("output_dtype", 0) != 0 ? n.elementType("output_dtype", {}) : scale.elementType();
  if (!x.isInteger() || !scale.isFloat())
    return {b.unsupported("dequantisation of " + describe(x.elementType()) + " by " +
                          describe(scale.elementType()))};
  mlir::Type wide = scale.elementType().isF64() ? b.f64() : b.f32();
  Tensor shifted = b.cast(x, wide);
  if (zero)
    shifted = shifted - b.cast(spread(n, zero, x), wide);
  return {narrow(shifted * b.cast(spread(n, scale, x), wide), to)};
}

Tensors openDynamicQuantizeLinear(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  if (b.failed())
    return {};
  Ints dims = range(0, x.rank());
  Tensor high = map(ScalarFn::max, b.reduce(ReduceKind::max, x, dims, false), 0.0);
  Tensor low = map(ScalarFn::min, b.reduce(ReduceKind::min, x, dims, false), 0.0);
  Tensor range = select(map(ScalarFn::eq, high, low), 1.0, high - low);
  Tensor scale = range / 255.0;
  mlir::Type byte = mlir::IntegerType::get(b.context(), 8, mlir::IntegerType::Unsigned);
  Tensor zero = map(ScalarFn::round_even, map(ScalarFn::min, map(ScalarFn::max, -(low / scale), 0.0), 255.0));
  return {saturate(map(ScalarFn::round_even, x / scale) + zero, byte), scale, saturate(zero, byte)};
}

//===-- Products ------------------------------------------------------------------------------===//

/// x - zero point in i32.
Tensor centred(Tensor x, Tensor zero) {
  if (!x)
    return {};
  OpenBuilder &b = x.builder();
  Tensor wide = b.cast(x, b.i32());
  return zero ? wide - b.cast(zero, b.i32()) : wide;
}

/// A zero point of a left matrix: one number, or one per row.
Tensor perRow(Tensor zero, Tensor matrix) {
  return zero && zero.rank() == 1 && matrix.rank() >= 2 && !zero.dim(0).isConstant(1)
             ? zero.builder().unsqueeze(zero, 1)
             : zero;
}

/// A vector of one entry per output channel of a filter [O, C, ...], or a scalar.
Tensor perFilter(Tensor vector, Tensor filter) {
  if (!vector || vector.rank() == 0 || vector.dim(0).isConstant(1))
    return vector ? vector.builder().reshape(vector, {}) : vector;
  return vector.builder().broadcastAlong(vector, filter.dims(), int64_t(0));
}

Tensors openMatMulInteger(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor lhs = n.in(0), rhs = n.in(1);
  return {b.matmul(centred(lhs, perRow(n.optional(2), lhs)), centred(rhs, n.optional(3)))};
}

Tensors openConvInteger(Node &n) {
  Tensor filter = n.in(1);
  return {openedConvolution(n, centred(n.in(0), n.optional(2)),
                            centred(filter, perFilter(n.optional(3), filter)), {})};
}

/// round(product * factor + zero point), saturated.
Tensor requantise(OpenBuilder &b, Tensor product, Tensor factor, Tensor zero, mlir::Type to) {
  Tensor scaled = b.cast(product, b.f32()) * b.cast(factor, b.f32());
  if (zero)
    scaled = scaled + b.cast(zero, b.f32());
  return saturate(map(ScalarFn::round_even, scaled), to);
}

Tensors openQLinearMatMul(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor lhs = n.in(0), rhs = n.in(3), zero = n.optional(7);
  Tensor product = b.matmul(centred(lhs, perRow(n.in(2), lhs)), centred(rhs, n.in(5)));
  Tensor scale = widen(n.in(6)), left = widen(perRow(n.in(1), lhs)), right = widen(n.in(4));
  Tensor factor = left * right / scale;
  return {b.failed() ? Tensor()
                     : requantise(b, product, factor, zero, zero ? zero.elementType() : lhs.elementType())};
}

Tensors openQLinearConv(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), filter = n.in(3), zero = n.in(7);
  Tensor product = openedConvolution(n, centred(x, n.in(2)), centred(filter, perFilter(n.in(5), filter)), {});
  product = addChannelBias(product, n.optional(8));
  Tensor filterScale = n.in(4), factor = n.in(1) * filterScale / n.in(6);
  if (b.failed())
    return {};
  if (factor.rank() == 1)
    factor =
        factor.dim(0).isConstant(1) ? b.reshape(factor, {}) : b.broadcastAlong(factor, product.dims(), 1);
  return {requantise(b, product, factor, zero, zero.elementType())};
}

constexpr OpenerRow kRows[] = {
    {"", "QuantizeLinear", 10, openQuantizeLinear, 2, 3},
    {"", "DequantizeLinear", 10, openDequantizeLinear, 2, 3},
    {"", "DynamicQuantizeLinear", 11, openDynamicQuantizeLinear, 1, 1},
    {"", "MatMulInteger", 10, openMatMulInteger, 2, 4},
    {"", "ConvInteger", 10, openConvInteger, 2, 4},
    {"", "QLinearMatMul", 10, openQLinearMatMul, 8, 8},
    {"", "QLinearConv", 10, openQLinearConv, 8, 9},
};

} // namespace

llvm::ArrayRef<OpenerRow> quantizationOpeners() { return kRows; }

} // namespace delos::open
