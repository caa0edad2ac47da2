// graph.map functions on registers.
#include "lib/Target/CPU/RowEmitter/ElementOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace delos;
using namespace delos::cpu::rows;
using graph::ScalarFn;

namespace {

/// The operands of one function and what its semantics depend on.
struct Call {
  ImplicitLocOpBuilder &b;
  Type elementType;
  llvm::SmallVector<Value> args;

  Type type() const { return args.back().getType(); }
  bool isFloat() const { return isa<FloatType>(elementType); }
  bool isUnsigned() const { return elementType.isUnsignedInteger() || elementType.isInteger(1); }
  Value constant(double value) const {
    return isFloat() ? floatConstant(b, type(), value) : intConstant(b, type(), static_cast<int64_t>(value));
  }
  Value infinity() const {
    auto element = cast<FloatType>(getElementTypeOrSelf(type()));
    return constantLike(b, type(), FloatAttr::get(element, APFloat::getInf(element.getFloatSemantics())));
  }
  Value select(Value condition, Value x, Value y) const {
    return arith::SelectOp::create(b, condition, x, y);
  }
};

} // namespace

template <typename FloatOp, typename IntOp>
static Value either(const Call &c) {
  if (c.isFloat())
    return FloatOp::create(c.b, c.args[0], c.args[1]);
  return IntOp::create(c.b, c.args[0], c.args[1]);
}

static Value compare(const Call &c, ScalarFn fn) {
  using F = arith::CmpFPredicate;
  using I = arith::CmpIPredicate;
  struct Row {
    ScalarFn fn;
    F floating;
    I signedInt, unsignedInt;
  };
  static const Row rows[] = {
      {ScalarFn::eq, F::OEQ, I::eq, I::eq},   {ScalarFn::ne, F::UNE, I::ne, I::ne},
      {ScalarFn::lt, F::OLT, I::slt, I::ult}, {ScalarFn::le, F::OLE, I::sle, I::ule},
      {ScalarFn::gt, F::OGT, I::sgt, I::ugt}, {ScalarFn::ge, F::OGE, I::sge, I::uge},
  };
  for (const Row &row : rows)
    if (row.fn == fn) {
      if (c.isFloat())
        return arith::CmpFOp::create(c.b, row.floating, c.args[0], c.args[1]);
      return arith::CmpIOp::create(c.b, c.isUnsigned() ? row.unsignedInt : row.signedInt, c.args[0],
                                   c.args[1]);
    }
  llvm_unreachable("not a comparison");
}

static Value isZero(const Call &c, Value x) {
  return arith::CmpIOp::create(c.b, arith::CmpIPredicate::eq, x, intConstant(c.b, x.getType(), 0));
}

/// Quotient and remainder of integers, both 0 for a zero divisor. Widths below 64 divide exactly in floating
/// point (the quotient of two n-bit integers is at least 2^-n away from the next integer); 64-bit lanes stay
/// scalar, there is no wider float.
static std::pair<Value, Value> divide(const Call &c) {
  ImplicitLocOpBuilder &b = c.b;
  Value x = c.args[0], y = c.args[1];
  Type type = c.type();
  unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  Value zero = isZero(c, y);
  Value divisor = c.select(zero, intConstant(b, type, 1), y);
  Value quotient;
  if (width < 64) {
    Type floating = withElement(type, width == 32 ? Type(b.getF64Type()) : Type(b.getF32Type()));
    Type wide = withElement(type, width == 32 ? Type(b.getI64Type()) : Type(b.getI32Type()));
    auto toFloat = [&](Value v) -> Value {
      if (c.isUnsigned())
        return arith::SIToFPOp::create(b, floating, arith::ExtUIOp::create(b, wide, v));
      return arith::SIToFPOp::create(b, floating, v);
    };
    Value ratio = arith::DivFOp::create(b, toFloat(x), toFloat(divisor));
    // Converted through a wider integer: the least integer over -1 leaves its own range and wraps.
    quotient = arith::TruncIOp::create(b, type, arith::FPToSIOp::create(b, wide, ratio));
  } else if (c.isUnsigned()) {
    quotient = arith::DivUIOp::create(b, x, divisor);
  } else {
    // The least integer over -1 traps: negate instead.
    Value minusOne = intConstant(b, type, -1);
    Value negate = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, divisor, minusOne);
    Value safe = c.select(negate, intConstant(b, type, 1), divisor);
    Value plain = arith::DivSIOp::create(b, x, safe);
    quotient = c.select(negate, arith::SubIOp::create(b, intConstant(b, type, 0), plain), plain);
  }
  Value none = intConstant(b, type, 0);
  quotient = c.select(zero, none, quotient);
  Value remainder = arith::SubIOp::create(b, x, arith::MulIOp::create(b, quotient, divisor));
  return {quotient, c.select(zero, none, remainder)};
}

/// The remainder with the sign of the divisor (floor) or of the dividend (trunc).
static Value remainder(const Call &c, bool floor) {
  ImplicitLocOpBuilder &b = c.b;
  Value rest, wrongSign, divisor = c.args[1];
  if (c.isFloat()) {
    rest = arith::RemFOp::create(b, c.args[0], divisor);
    if (!floor)
      return rest;
    Value zero = c.constant(0);
    Value nonZero = arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, rest, zero);
    Value negativeRest = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, rest, zero);
    Value negativeDivisor = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, divisor, zero);
    wrongSign = arith::AndIOp::create(b, nonZero, arith::XOrIOp::create(b, negativeRest, negativeDivisor));
    Value moved = arith::AddFOp::create(b, rest, divisor);
    // A zero remainder takes the divisor's sign.
    Value signedZero = math::CopySignOp::create(b, rest, divisor);
    return c.select(wrongSign, moved, c.select(nonZero, rest, signedZero));
  }
  rest = divide(c).second;
  if (!floor || c.isUnsigned())
    return rest;
  Value zero = c.constant(0);
  Value nonZero = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, rest, zero);
  Value signs = arith::XOrIOp::create(b, rest, divisor);
  Value opposite = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, signs, zero);
  wrongSign = arith::AndIOp::create(b, nonZero, opposite);
  return c.select(wrongSign, arith::AddIOp::create(b, rest, divisor), rest);
}

/// Integer power by squaring, wrapping; a negative exponent leaves 1 and -1 as they are and makes the rest 0.
static Value integerPower(const Call &c) {
  ImplicitLocOpBuilder &b = c.b;
  Type type = c.type();
  unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  Value base = c.args[0], exponent = c.args[1], one = intConstant(b, type, 1), zero = intConstant(b, type, 0);
  Value result = one, square = base;
  for (unsigned bit = 0; bit < width; ++bit) {
    Value set = arith::AndIOp::create(b, arith::ShRUIOp::create(b, exponent, intConstant(b, type, bit)), one);
    Value use = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, set, zero);
    result = c.select(use, arith::MulIOp::create(b, result, square), result);
    square = arith::MulIOp::create(b, square, square);
  }
  if (c.isUnsigned())
    return result;
  Value negative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, exponent, zero);
  Value odd =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ne, arith::AndIOp::create(b, exponent, one), zero);
  Value minusOne = intConstant(b, type, -1);
  Value isOne = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, base, one);
  Value isMinusOne = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, base, minusOne);
  Value inverse = c.select(isOne, one, c.select(isMinusOne, c.select(odd, minusOne, one), zero));
  return c.select(negative, inverse, result);
}

static Value shift(const Call &c, bool left) {
  ImplicitLocOpBuilder &b = c.b;
  Type type = c.type();
  unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, c.args[1], intConstant(b, type, width));
  Value zero = intConstant(b, type, 0), amount = c.select(inside, c.args[1], zero);
  Value shifted = left ? arith::ShLIOp::create(b, c.args[0], amount).getResult()
                       : arith::ShRUIOp::create(b, c.args[0], amount).getResult();
  return c.select(inside, shifted, zero);
}

static Value sign(const Call &c) {
  ImplicitLocOpBuilder &b = c.b;
  Value x = c.args[0], zero = c.constant(0), one = c.constant(1);
  if (c.isUnsigned())
    return c.select(arith::CmpIOp::create(b, arith::CmpIPredicate::ne, x, zero), one, zero);
  Value minusOne = c.constant(-1);
  if (!c.isFloat()) {
    Value negative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, x, zero);
    Value positive = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, x, zero);
    return c.select(negative, minusOne, c.select(positive, one, zero));
  }
  // Both zeros give +0; a NaN is its own sign.
  Value negative = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, zero);
  Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, zero);
  Value number = arith::CmpFOp::create(b, arith::CmpFPredicate::ORD, x, x);
  return c.select(negative, minusOne, c.select(positive, one, c.select(number, zero, x)));
}

static Value negate(const Call &c) {
  if (c.isFloat())
    return arith::NegFOp::create(c.b, c.args[0]);
  return arith::SubIOp::create(c.b, c.constant(0), c.args[0]);
}

static Value absolute(const Call &c) {
  if (c.isFloat())
    return math::AbsFOp::create(c.b, c.args[0]);
  return c.isUnsigned() ? c.args[0] : math::AbsIOp::create(c.b, c.args[0]).getResult();
}

/// 1 / (1 + exp(-|x|)) and its complement: no overflow on either side.
static Value sigmoid(const Call &c) {
  ImplicitLocOpBuilder &b = c.b;
  Value x = c.args[0], one = c.constant(1);
  Value e = math::ExpOp::create(b, arith::NegFOp::create(b, math::AbsFOp::create(b, x)));
  Value sum = arith::AddFOp::create(b, one, e);
  Value negative = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, c.constant(0));
  return arith::DivFOp::create(b, c.select(negative, e, one), sum);
}

template <typename Op>
static Value unary(const Call &c) {
  return Op::create(c.b, c.args[0]);
}

static Value transcendental(const Call &c, ScalarFn fn) {
  struct Row {
    ScalarFn fn;
    Value (*emit)(const Call &);
  };
  static const Row rows[] = {
      {ScalarFn::ceil, unary<math::CeilOp>},
      {ScalarFn::floor, unary<math::FloorOp>},
      {ScalarFn::round_even, unary<math::RoundEvenOp>},
      {ScalarFn::sqrt, unary<math::SqrtOp>},
      {ScalarFn::rsqrt, unary<math::RsqrtOp>},
      {ScalarFn::exp, unary<math::ExpOp>},
      {ScalarFn::log, unary<math::LogOp>},
      {ScalarFn::log1p, unary<math::Log1pOp>},
      {ScalarFn::expm1, unary<math::ExpM1Op>},
      {ScalarFn::erf, unary<math::ErfOp>},
      {ScalarFn::sin, unary<math::SinOp>},
      {ScalarFn::cos, unary<math::CosOp>},
      {ScalarFn::tan, unary<math::TanOp>},
      {ScalarFn::asin, unary<math::AsinOp>},
      {ScalarFn::acos, unary<math::AcosOp>},
      {ScalarFn::atan, unary<math::AtanOp>},
      {ScalarFn::sinh, unary<math::SinhOp>},
      {ScalarFn::cosh, unary<math::CoshOp>},
      {ScalarFn::tanh, unary<math::TanhOp>},
      {ScalarFn::asinh, unary<math::AsinhOp>},
      {ScalarFn::acosh, unary<math::AcoshOp>},
      {ScalarFn::atanh, unary<math::AtanhOp>},
      {ScalarFn::sigmoid, sigmoid},
  };
  for (const Row &row : rows)
    if (row.fn == fn)
      return row.emit(c);
  llvm_unreachable("function without an emitter");
}

static Value dispatch(const Call &c, ScalarFn fn) {
  ImplicitLocOpBuilder &b = c.b;
  switch (fn) {
  case ScalarFn::abs:
    return absolute(c);
  case ScalarFn::neg:
    return negate(c);
  case ScalarFn::sign:
    return sign(c);
  case ScalarFn::reciprocal:
    return arith::DivFOp::create(b, c.constant(1), c.args[0]);
  case ScalarFn::bit_not:
    return arith::XOrIOp::create(b, c.args[0], intConstant(b, c.type(), -1));
  case ScalarFn::is_nan:
    return arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, c.args[0], c.args[0]);
  case ScalarFn::is_inf:
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, math::AbsFOp::create(b, c.args[0]),
                                 c.infinity());
  case ScalarFn::add:
    return either<arith::AddFOp, arith::AddIOp>(c);
  case ScalarFn::sub:
    return either<arith::SubFOp, arith::SubIOp>(c);
  case ScalarFn::mul:
    return either<arith::MulFOp, arith::MulIOp>(c);
  case ScalarFn::div:
    return c.isFloat() ? arith::DivFOp::create(b, c.args[0], c.args[1]).getResult() : divide(c).first;
  case ScalarFn::rem_floor:
  case ScalarFn::rem_trunc:
    return remainder(c, fn == ScalarFn::rem_floor);
  case ScalarFn::pow:
    return c.isFloat() ? math::PowFOp::create(b, c.args[0], c.args[1]).getResult() : integerPower(c);
  case ScalarFn::max:
    return emitCombine(b, graph::ReduceKind::max, c.elementType, c.args[0], c.args[1]);
  case ScalarFn::min:
    return emitCombine(b, graph::ReduceKind::min, c.elementType, c.args[0], c.args[1]);
  case ScalarFn::bit_and:
    return arith::AndIOp::create(b, c.args[0], c.args[1]);
  case ScalarFn::bit_or:
    return arith::OrIOp::create(b, c.args[0], c.args[1]);
  case ScalarFn::bit_xor:
    return arith::XOrIOp::create(b, c.args[0], c.args[1]);
  case ScalarFn::shift_left:
  case ScalarFn::shift_right:
    return shift(c, fn == ScalarFn::shift_left);
  case ScalarFn::eq:
  case ScalarFn::ne:
  case ScalarFn::lt:
  case ScalarFn::le:
  case ScalarFn::gt:
  case ScalarFn::ge:
    return compare(c, fn);
  case ScalarFn::select:
    return c.select(c.args[0], c.args[1], c.args[2]);
  case ScalarFn::fma:
    return math::FmaOp::create(b, c.args[0], c.args[1], c.args[2]);
  default:
    return transcendental(c, fn);
  }
}

/// Functions whose result is always one of the values a 16-bit type holds need no rounding.
static bool isExact(ScalarFn fn) {
  return llvm::is_contained({ScalarFn::abs, ScalarFn::neg, ScalarFn::sign, ScalarFn::ceil, ScalarFn::floor,
                             ScalarFn::round_even, ScalarFn::max, ScalarFn::min, ScalarFn::select},
                            fn);
}

Value delos::cpu::rows::emitFunction(ImplicitLocOpBuilder &b, ScalarFn fn, Type elementType,
                                     ArrayRef<Value> operands) {
  Call call{b, elementType, llvm::SmallVector<Value>(operands)};
  unify(b, call.args);
  Value result = dispatch(call, fn);
  if (graph::describe(fn).givesBool || isExact(fn))
    return result;
  return roundTo(b, result, elementType);
}
