// graph.cast on registers.
#include "lib/Target/CPU/RowEmitter/ElementOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace delos;
using namespace delos::cpu::rows;

static bool isUnsignedOrBool(Type type) { return type.isUnsignedInteger() || type.isInteger(1); }

/// f64 -> f32 for a later rounding to 16 bits: the sticky low bit keeps the second rounding from rounding
/// twice.
static Value truncateToOdd(ImplicitLocOpBuilder &b, Value value) {
  Type f32 = withElement(value.getType(), b.getF32Type()), i32 = withElement(value.getType(), b.getI32Type());
  Value nearest = arith::TruncFOp::create(b, f32, value);
  Value back = arith::ExtFOp::create(b, value.getType(), nearest);
  Value bits = arith::BitcastOp::create(b, i32, nearest);
  Value inexact = arith::CmpFOp::create(b, arith::CmpFPredicate::ONE, back, value);
  Value tooLarge = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, math::AbsFOp::create(b, back),
                                         math::AbsFOp::create(b, value));
  Value one = intConstant(b, i32, 1), zero = intConstant(b, i32, 0);
  // Round towards zero, then set the last bit.
  Value down = arith::SubIOp::create(b, bits, arith::SelectOp::create(b, tooLarge, one, zero));
  Value odd = arith::OrIOp::create(b, down, one);
  return arith::BitcastOp::create(b, f32, arith::SelectOp::create(b, inexact, odd, bits));
}

static Value floatToFloat(ImplicitLocOpBuilder &b, Value value, Type to) {
  Type type = value.getType(), target = withElement(type, computeType(to));
  bool wide = getElementTypeOrSelf(type).isF64(), wideTarget = to.isF64();
  if (wide && !wideTarget)
    value = to.isF32() ? arith::TruncFOp::create(b, target, value).getResult() : truncateToOdd(b, value);
  else if (!wide && wideTarget)
    value = arith::ExtFOp::create(b, target, value);
  return roundTo(b, value, to);
}

/// 2^power in the value's float type.
static Value powerOfTwo(ImplicitLocOpBuilder &b, Type type, int power) {
  return floatConstant(b, type, std::ldexp(1.0, power));
}

/// The truncated value as i64, defined for every input: what lies outside the i64 range (and NaN) becomes the
/// least i64, as the conversion instruction has it.
static Value toWideInteger(ImplicitLocOpBuilder &b, Value value) {
  Type type = value.getType(), i64 = withElement(type, b.getI64Type());
  Value limit = powerOfTwo(b, type, 63);
  Value inside = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, math::AbsFOp::create(b, value), limit);
  Value safe = arith::SelectOp::create(b, inside, value, floatConstant(b, type, 0));
  Value converted = arith::FPToSIOp::create(b, i64, safe);
  return arith::SelectOp::create(b, inside, converted, intConstant(b, i64, INT64_MIN));
}

/// Values of [2^63, 2^64) are shifted into the signed range and back.
static Value toWideUnsigned(ImplicitLocOpBuilder &b, Value value) {
  Type type = value.getType(), i64 = withElement(type, b.getI64Type());
  Value limit = powerOfTwo(b, type, 63);
  Value high = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, value, limit);
  Value lowered = arith::SelectOp::create(b, high, arith::SubFOp::create(b, value, limit), value);
  Value converted = toWideInteger(b, lowered);
  Value top = arith::SelectOp::create(b, high, intConstant(b, i64, INT64_MIN), intConstant(b, i64, 0));
  return arith::XOrIOp::create(b, converted, top);
}

static Value truncateInteger(ImplicitLocOpBuilder &b, Value wide, Type to) {
  Type target = withElement(wide.getType(), computeType(to));
  return wide.getType() == target ? wide : arith::TruncIOp::create(b, target, wide).getResult();
}

/// To at most 16 bits, whose bounds every float type but f16 (never a register type) holds: clamped as a
/// float, so that the conversion is the narrow one.
static Value floatToNarrowInt(ImplicitLocOpBuilder &b, Value value, Type to) {
  Type type = value.getType();
  unsigned width = to.getIntOrFloatBitWidth();
  bool isUnsigned = to.isUnsignedInteger();
  double most = std::ldexp(1.0, isUnsigned ? width : width - 1) - 1, least = isUnsigned ? 0 : -most - 1;
  auto bound = [&](arith::CmpFPredicate predicate, double limit) {
    Value constant = floatConstant(b, type, limit);
    Value inside = arith::CmpFOp::create(b, predicate, value, constant);
    value = arith::SelectOp::create(b, inside, value, constant);
  };
  Value number = arith::CmpFOp::create(b, arith::CmpFPredicate::ORD, value, value);
  value = arith::SelectOp::create(b, number, value, floatConstant(b, type, 0));
  bound(arith::CmpFPredicate::OLT, most);
  bound(arith::CmpFPredicate::OGT, least);
  Value wide = arith::FPToSIOp::create(b, withElement(type, b.getI32Type()), value);
  return truncateInteger(b, wide, to);
}

static Value floatToInt(ImplicitLocOpBuilder &b, Value value, Type to, graph::CastMode mode) {
  Type type = value.getType();
  unsigned width = to.getIntOrFloatBitWidth();
  if (mode == graph::CastMode::saturate && width <= 16)
    return floatToNarrowInt(b, value, to);
  bool isUnsigned = to.isUnsignedInteger();
  Value wide = isUnsigned && width == 64 ? toWideUnsigned(b, value) : toWideInteger(b, value);
  Value result = truncateInteger(b, wide, to);
  if (mode == graph::CastMode::wrap)
    return result;
  Type target = result.getType();
  // The bounds are powers of two and so exact in every float type.
  Value above = powerOfTwo(b, type, isUnsigned ? width : width - 1);
  Value tooLarge = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, value, above);
  Value least = isUnsigned ? floatConstant(b, type, 0) : floatConstant(b, type, -std::ldexp(1.0, width - 1));
  Value tooSmall = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, value, least);
  Value nan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  APInt maximum = isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  APInt minimum = isUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
  Type element = getElementTypeOrSelf(target);
  result = arith::SelectOp::create(b, tooLarge, constantLike(b, target, IntegerAttr::get(element, maximum)),
                                   result);
  result = arith::SelectOp::create(b, tooSmall, constantLike(b, target, IntegerAttr::get(element, minimum)),
                                   result);
  return arith::SelectOp::create(b, nan, intConstant(b, target, 0), result);
}

static Value extend(ImplicitLocOpBuilder &b, Value value, Type from, Type target) {
  if (value.getType() == target)
    return value;
  if (isUnsignedOrBool(from))
    return arith::ExtUIOp::create(b, target, value);
  return arith::ExtSIOp::create(b, target, value);
}

static Value intToInt(ImplicitLocOpBuilder &b, Value value, Type from, Type to, graph::CastMode mode) {
  unsigned fromWidth = from.getIntOrFloatBitWidth(), width = to.getIntOrFloatBitWidth();
  Type element = computeType(to), target = withElement(value.getType(), element);
  bool fits = fromWidth < width && (isUnsignedOrBool(from) || !to.isUnsignedInteger());
  if (mode == graph::CastMode::saturate && !fits && !from.isInteger(1)) {
    // Clamp in the source type where the target's bounds exist in it.
    bool fromUnsigned = from.isUnsignedInteger(), toUnsigned = to.isUnsignedInteger();
    Type source = value.getType(), sourceElement = getElementTypeOrSelf(source);
    if (toUnsigned && !fromUnsigned)
      value = arith::MaxSIOp::create(b, value, intConstant(b, source, 0));
    else if (!toUnsigned && !fromUnsigned) {
      APInt least =
          APInt::getSignedMinValue(width).sext(fromWidth > width ? fromWidth : width).trunc(fromWidth);
      if (fromWidth > width)
        value =
            arith::MaxSIOp::create(b, value, constantLike(b, source, IntegerAttr::get(sourceElement, least)));
    }
    APInt most = toUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
    unsigned valueBits = fromUnsigned ? fromWidth : fromWidth - 1;
    if (most.getActiveBits() < valueBits || (most.getActiveBits() == valueBits && fromWidth > width)) {
      Value bound = constantLike(b, source, IntegerAttr::get(sourceElement, most.zextOrTrunc(fromWidth)));
      value = fromUnsigned ? arith::MinUIOp::create(b, value, bound).getResult()
                           : arith::MinSIOp::create(b, value, bound).getResult();
    }
  }
  if (fromWidth > width)
    return arith::TruncIOp::create(b, target, value);
  return extend(b, value, from, target);
}

static Value intToFloat(ImplicitLocOpBuilder &b, Value value, Type from, Type to) {
  Type target = withElement(value.getType(), computeType(to));
  unsigned width = from.getIntOrFloatBitWidth();
  // 16-bit targets of wide integers go through f64: one rounding that is sticky, one to the target.
  if (!to.isF64() && !to.isF32() && width >= 32) {
    Type f64 = withElement(value.getType(), b.getF64Type());
    Value wide = isUnsignedOrBool(from) ? arith::UIToFPOp::create(b, f64, value).getResult()
                                        : arith::SIToFPOp::create(b, f64, value).getResult();
    return floatToFloat(b, wide, to);
  }
  Value result = isUnsignedOrBool(from) ? arith::UIToFPOp::create(b, target, value).getResult()
                                        : arith::SIToFPOp::create(b, target, value).getResult();
  return roundTo(b, result, to);
}

Value delos::cpu::rows::emitCast(ImplicitLocOpBuilder &b, Value value, Type from, Type to,
                                 graph::CastMode mode) {
  if (from == to)
    return value;
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(to);
  if (to.isInteger(1)) {
    if (fromFloat)
      return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, value, floatConstant(b, value.getType(), 0));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value, intConstant(b, value.getType(), 0));
  }
  if (fromFloat)
    return toFloat ? floatToFloat(b, value, to) : floatToInt(b, value, to, mode);
  return toFloat ? intToFloat(b, value, from, to) : intToInt(b, value, from, to, mode);
}
