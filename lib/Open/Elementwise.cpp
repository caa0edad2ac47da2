// Openers of element-wise operators: arithmetic, comparison, logic, bits, selection and conversions.
#include "lib/Open/OpenerTable.h"

#include "llvm/ADT/StringSwitch.h"

namespace delos::open {

namespace {

template <ScalarFn fn>
Tensors openUnary(Node &n) {
  return {map(fn, n.in(0))};
}

template <ScalarFn fn>
Tensors openBinary(Node &n) {
  return {n.builder().map(fn, {n.in(0), n.in(1)})};
}

/// Before version 7 the second operand broadcasts only when told to, with its dims aligned at `axis`.
template <ScalarFn fn>
Tensors openAxisBinary(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), y = n.in(1);
  if (!n.flag("broadcast", false) || !n.has("axis") || b.failed())
    return {b.map(fn, {x, y})};
  int64_t first = n.axis(n.integer("axis"), x.rank());
  if (first + y.rank() > x.rank())
    return {b.fail("axis " + llvm::Twine(first) + " leaves no room for rank " + llvm::Twine(y.rank()))};
  return {b.map(fn, {x, b.broadcastAlong(y, x.dims(), range(first, first + y.rank()))})};
}

template <ScalarFn fn>
Tensors openVariadic(Node &n) {
  llvm::ArrayRef<Tensor> operands = n.all();
  Tensor result = n.in(0);
  for (const Tensor &operand : operands.drop_front(operands.empty() ? 0 : 1))
    result = map(fn, result, operand);
  return {result};
}

Tensors openMean(Node &n) {
  return {openVariadic<ScalarFn::add>(n)[0] / static_cast<double>(n.operandCount())};
}

/// x^2 and x^3 are products; other exponents are graph.map pow in the base's element type (ONNX's result
/// type).
Tensors openPow(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), y = n.in(1);
  if (!x || !y)
    return {};
  mlir::Type element = x.elementType();
  if (x.isInteger() && y.isFloat())
    return {b.cast(map(ScalarFn::pow, b.cast(x, y.elementType()), y), element)};
  const ShapeValue *known = n.lookup(y);
  bool isReal = known && known->reals.size() == 1;
  if (isReal && (known->reals[0] == 2 || known->reals[0] == 3)) {
    Tensor square = x * x;
    return {b.broadcast(known->reals[0] == 2 ? square : square * x, b.broadcastDims(x.dims(), y.dims()))};
  }
  return {map(ScalarFn::pow, x, b.cast(y, element))};
}

Tensors openMod(Node &n) {
  Tensor x = n.in(0);
  bool truncates = n.flag("fmod", false);
  if (x.isFloat() && !truncates)
    return {n.builder().fail("fmod must be 1 for floating-point operands")};
  return {n.builder().map(truncates ? ScalarFn::rem_trunc : ScalarFn::rem_floor, {x, n.in(1)})};
}

Tensors openBitShift(Node &n) {
  llvm::StringRef direction = n.text("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    return {n.builder().fail("attribute 'direction': expected LEFT or RIGHT, got '" + direction + "'")};
  return {n.builder().map(direction == "LEFT" ? ScalarFn::shift_left : ScalarFn::shift_right,
                          {n.in(0), n.in(1)})};
}

Tensors openIsInf(Node &n) {
  Tensor x = n.in(0), infinite = map(ScalarFn::is_inf, x);
  bool negative = n.flag("detect_negative", true), positive = n.flag("detect_positive", true);
  if (negative && positive)
    return {infinite};
  if (!negative && !positive)
    return {map(ScalarFn::bit_xor, infinite, infinite)};
  return {map(ScalarFn::bit_and, infinite, map(positive ? ScalarFn::gt : ScalarFn::lt, x, 0.0))};
}

Tensor clamp(Tensor x, Tensor low, Tensor high) {
  if (low)
    x = map(ScalarFn::max, x, low);
  return high ? map(ScalarFn::min, x, high) : x;
}

Tensors openClip(Node &n) { return {clamp(n.in(0), n.optional(1), n.optional(2))}; }

Tensors openClipByAttributes(Node &n) {
  Tensor x = n.in(0);
  if (n.has("min"))
    x = map(ScalarFn::max, x, n.real("min", 0));
  return {n.has("max") ? map(ScalarFn::min, x, n.real("max", 0)) : x};
}

Tensors openWhere(Node &n) { return {n.builder().map(ScalarFn::select, {n.in(0), n.in(1), n.in(2)})}; }

Tensors openIdentity(Node &n) { return {n.in(0)}; }

Tensors openCast(Node &n) {
  mlir::Type to = n.elementTypeOfCode(n.integer("to"));
  return {to ? n.builder().cast(n.in(0), to) : Tensor()};
}

Tensors openCastLike(Node &n) {
  Tensor like = n.in(1);
  return {like ? n.builder().cast(n.in(0), like.elementType()) : like};
}

Tensors openBitCast(Node &n) {
  mlir::Type to = n.elementTypeOfCode(n.integer("to"));
  return {to ? n.builder().bitcast(n.in(0), to) : Tensor()};
}

constexpr OpenerRow kRows[] = {
    {"", "Abs", 1, openUnary<ScalarFn::abs>, 1, 1},
    {"", "Neg", 1, openUnary<ScalarFn::neg>, 1, 1},
    {"", "Sign", 1, openUnary<ScalarFn::sign>, 1, 1},
    {"", "Ceil", 1, openUnary<ScalarFn::ceil>, 1, 1},
    {"", "Floor", 1, openUnary<ScalarFn::floor>, 1, 1},
    {"", "Round", 1, openUnary<ScalarFn::round_even>, 1, 1},
    {"", "Sqrt", 1, openUnary<ScalarFn::sqrt>, 1, 1},
    {"", "Reciprocal", 1, openUnary<ScalarFn::reciprocal>, 1, 1},
    {"", "Exp", 1, openUnary<ScalarFn::exp>, 1, 1},
    {"", "Log", 1, openUnary<ScalarFn::log>, 1, 1},
    {"", "Erf", 1, openUnary<ScalarFn::erf>, 1, 1},
    {"", "Sin", 1, openUnary<ScalarFn::sin>, 1, 1},
    {"", "Cos", 1, openUnary<ScalarFn::cos>, 1, 1},
    {"", "Tan", 1, openUnary<ScalarFn::tan>, 1, 1},
    {"", "Asin", 1, openUnary<ScalarFn::asin>, 1, 1},
    {"", "Acos", 1, openUnary<ScalarFn::acos>, 1, 1},
    {"", "Atan", 1, openUnary<ScalarFn::atan>, 1, 1},
    {"", "Sinh", 1, openUnary<ScalarFn::sinh>, 1, 1},
    {"", "Cosh", 1, openUnary<ScalarFn::cosh>, 1, 1},
    {"", "Tanh", 1, openUnary<ScalarFn::tanh>, 1, 1},
    {"", "Asinh", 1, openUnary<ScalarFn::asinh>, 1, 1},
    {"", "Acosh", 1, openUnary<ScalarFn::acosh>, 1, 1},
    {"", "Atanh", 1, openUnary<ScalarFn::atanh>, 1, 1},
    {"", "Sigmoid", 1, openUnary<ScalarFn::sigmoid>, 1, 1},
    {"", "Not", 1, openUnary<ScalarFn::bit_not>, 1, 1},
    {"", "BitwiseNot", 1, openUnary<ScalarFn::bit_not>, 1, 1},
    {"", "IsNaN", 1, openUnary<ScalarFn::is_nan>, 1, 1},
    {"", "IsInf", 1, openIsInf, 1, 1},
    {"", "Add", 1, openAxisBinary<ScalarFn::add>, 2, 2},
    {"", "Add", 7, openBinary<ScalarFn::add>, 2, 2},
    {"", "Sub", 1, openAxisBinary<ScalarFn::sub>, 2, 2},
    {"", "Sub", 7, openBinary<ScalarFn::sub>, 2, 2},
    {"", "Mul", 1, openAxisBinary<ScalarFn::mul>, 2, 2},
    {"", "Mul", 7, openBinary<ScalarFn::mul>, 2, 2},
    {"", "Div", 1, openAxisBinary<ScalarFn::div>, 2, 2},
    {"", "Div", 7, openBinary<ScalarFn::div>, 2, 2},
    {"", "Pow", 1, openAxisBinary<ScalarFn::pow>, 2, 2},
    {"", "Pow", 7, openPow, 2, 2},
    {"", "Mod", 10, openMod, 2, 2},
    {"", "And", 1, openAxisBinary<ScalarFn::bit_and>, 2, 2},
    {"", "And", 7, openBinary<ScalarFn::bit_and>, 2, 2},
    {"", "Or", 1, openAxisBinary<ScalarFn::bit_or>, 2, 2},
    {"", "Or", 7, openBinary<ScalarFn::bit_or>, 2, 2},
    {"", "Xor", 1, openAxisBinary<ScalarFn::bit_xor>, 2, 2},
    {"", "Xor", 7, openBinary<ScalarFn::bit_xor>, 2, 2},
    {"", "BitwiseAnd", 18, openBinary<ScalarFn::bit_and>, 2, 2},
    {"", "BitwiseOr", 18, openBinary<ScalarFn::bit_or>, 2, 2},
    {"", "BitwiseXor", 18, openBinary<ScalarFn::bit_xor>, 2, 2},
    {"", "BitShift", 11, openBitShift, 2, 2},
    {"", "Equal", 1, openAxisBinary<ScalarFn::eq>, 2, 2},
    {"", "Equal", 7, openBinary<ScalarFn::eq>, 2, 2},
    {"", "Less", 1, openAxisBinary<ScalarFn::lt>, 2, 2},
    {"", "Less", 7, openBinary<ScalarFn::lt>, 2, 2},
    {"", "LessOrEqual", 12, openBinary<ScalarFn::le>, 2, 2},
    {"", "Greater", 1, openAxisBinary<ScalarFn::gt>, 2, 2},
    {"", "Greater", 7, openBinary<ScalarFn::gt>, 2, 2},
    {"", "GreaterOrEqual", 12, openBinary<ScalarFn::ge>, 2, 2},
    {"", "Max", 1, openVariadic<ScalarFn::max>, 1, kVariadic},
    {"", "Min", 1, openVariadic<ScalarFn::min>, 1, kVariadic},
    {"", "Sum", 1, openVariadic<ScalarFn::add>, 1, kVariadic},
    {"", "Mean", 1, openMean, 1, kVariadic},
    {"", "Clip", 1, openClipByAttributes, 1, 1},
    {"", "Clip", 11, openClip, 1, 3},
    {"", "Where", 9, openWhere, 3, 3},
    {"", "Identity", 1, openIdentity, 1, 1},
    {"", "Cast", 6, openCast, 1, 1},
    {"", "CastLike", 15, openCastLike, 2, 2},
    {"", "BitCast", 26, openBitCast, 1, 1},
};

} // namespace

llvm::ArrayRef<OpenerRow> elementwiseOpeners() { return kRows; }

} // namespace delos::open
