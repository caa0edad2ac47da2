// Storage forms, constants and combiners.
#include "lib/Target/CPU/RowEmitter/ElementOps.h"

#include "lib/Target/CPU/KernelFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace delos;
using namespace delos::cpu::rows;

static bool is16BitFloat(Type type) { return type.isF16() || type.isBF16(); }

Type delos::cpu::rows::computeType(Type elementType) {
  if (is16BitFloat(elementType))
    return Float32Type::get(elementType.getContext());
  if (auto integer = dyn_cast<IntegerType>(elementType))
    return IntegerType::get(elementType.getContext(), integer.getWidth());
  return elementType;
}

Type delos::cpu::rows::accumulatorType(Type elementType) {
  return is16BitFloat(elementType) ? Type(Float32Type::get(elementType.getContext())) : elementType;
}

unsigned delos::cpu::rows::laneBits(Type elementType) {
  unsigned bits = computeType(elementType).getIntOrFloatBitWidth();
  return bits < 8 ? 8 : bits;
}

bool delos::cpu::rows::isSupported(Type elementType) {
  if (isa<Float32Type, Float64Type>(elementType) || is16BitFloat(elementType))
    return true;
  auto integer = dyn_cast<IntegerType>(elementType);
  return integer && llvm::is_contained({1u, 8u, 16u, 32u, 64u}, integer.getWidth());
}

Type delos::cpu::rows::withElement(Type like, Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return VectorType::get(vector.getShape(), element);
  return element;
}

Value delos::cpu::rows::broadcastTo(ImplicitLocOpBuilder &b, Value value, int64_t lanes) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(b, VectorType::get({lanes}, value.getType()), value);
}

void delos::cpu::rows::unify(ImplicitLocOpBuilder &b, MutableArrayRef<Value> values) {
  int64_t lanes = 0;
  for (Value value : values)
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      lanes = vector.getNumElements();
  if (lanes)
    for (Value &value : values)
      value = broadcastTo(b, value, lanes);
}

Value delos::cpu::rows::constantLike(ImplicitLocOpBuilder &b, Type type, TypedAttr scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, vector, DenseElementsAttr::get(vector, Attribute(scalar)));
  return arith::ConstantOp::create(b, scalar);
}

Value delos::cpu::rows::intConstant(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  Type element = getElementTypeOrSelf(type);
  return constantLike(
      b, type,
      IntegerAttr::get(element, isa<IndexType>(element)
                                    ? APInt(64, value, true)
                                    : APInt(element.getIntOrFloatBitWidth(), value, true, true)));
}

Value delos::cpu::rows::floatConstant(ImplicitLocOpBuilder &b, Type type, double value) {
  return constantLike(b, type, FloatAttr::get(getElementTypeOrSelf(type), value));
}

/// bf16 is the upper half of f32; the integer form keeps denormals, which the conversion instruction flushes.
static Value bf16Bits(ImplicitLocOpBuilder &b, Value value) {
  Type i32 = withElement(value.getType(), b.getI32Type());
  Value bits = arith::BitcastOp::create(b, i32, value);
  Value sixteen = intConstant(b, i32, 16), one = intConstant(b, i32, 1);
  Value odd = arith::AndIOp::create(b, arith::ShRUIOp::create(b, bits, sixteen), one);
  Value bias = arith::AddIOp::create(b, odd, intConstant(b, i32, 0x7fff));
  Value rounded = arith::AddIOp::create(b, bits, bias);
  // A NaN must not round to infinity: it keeps its upper bits and becomes quiet.
  Value quiet = arith::OrIOp::create(b, bits, intConstant(b, i32, 0x400000));
  Value nan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  Value chosen = arith::SelectOp::create(b, nan, quiet, rounded);
  return arith::ShRUIOp::create(b, chosen, sixteen);
}

static Value fromBf16Bits(ImplicitLocOpBuilder &b, Value upper) {
  Type i32 = upper.getType();
  Value bits = arith::ShLIOp::create(b, upper, intConstant(b, i32, 16));
  return arith::BitcastOp::create(b, withElement(i32, b.getF32Type()), bits);
}

Value delos::cpu::rows::fromStorage(ImplicitLocOpBuilder &b, Value stored, Type elementType) {
  Type type = stored.getType();
  if (elementType.isInteger(1))
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, stored, intConstant(b, type, 0));
  if (elementType.isF16())
    return arith::ExtFOp::create(b, withElement(type, b.getF32Type()), stored);
  if (elementType.isBF16()) {
    Value bits = arith::BitcastOp::create(b, withElement(type, b.getI16Type()), stored);
    return fromBf16Bits(b, arith::ExtUIOp::create(b, withElement(type, b.getI32Type()), bits));
  }
  return stored;
}

Value delos::cpu::rows::toStorage(ImplicitLocOpBuilder &b, Value value, Type elementType) {
  Type type = value.getType();
  if (elementType.isInteger(1))
    return arith::ExtUIOp::create(b, withElement(type, b.getI8Type()), value);
  if (elementType.isF16())
    return arith::TruncFOp::create(b, withElement(type, elementType), value);
  if (elementType.isBF16()) {
    Value bits = arith::TruncIOp::create(b, withElement(type, b.getI16Type()), bf16Bits(b, value));
    return arith::BitcastOp::create(b, withElement(type, elementType), bits);
  }
  return value;
}

Value delos::cpu::rows::roundTo(ImplicitLocOpBuilder &b, Value value, Type elementType) {
  if (elementType.isBF16())
    return fromBf16Bits(b, bf16Bits(b, value));
  if (!elementType.isF16())
    return value;
  Type type = value.getType();
  Value half = arith::TruncFOp::create(b, withElement(type, elementType), value);
  return arith::ExtFOp::create(b, type, half);
}

/// x where it is larger (or not a number), with a NaN of either side winning.
static Value extremum(ImplicitLocOpBuilder &b, bool largest, Value a, Value x) {
  auto predicate = largest ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT;
  Value better = arith::CmpFOp::create(b, predicate, x, a);
  Value chosen = arith::SelectOp::create(b, better, x, a);
  Value nan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
  return arith::SelectOp::create(b, nan, x, chosen);
}

Value delos::cpu::rows::emitCombine(ImplicitLocOpBuilder &b, graph::ReduceKind kind, Type elementType,
                                    Value a, Value x) {
  Value both[] = {a, x};
  unify(b, both);
  a = both[0], x = both[1];
  bool isFloat = isa<FloatType>(elementType);
  bool isUnsigned = elementType.isUnsignedInteger() || elementType.isInteger(1);
  using graph::ReduceKind;
  switch (kind) {
  case ReduceKind::sum:
    return isFloat ? arith::AddFOp::create(b, a, x).getResult() : arith::AddIOp::create(b, a, x).getResult();
  case ReduceKind::prod:
    return isFloat ? arith::MulFOp::create(b, a, x).getResult() : arith::MulIOp::create(b, a, x).getResult();
  case ReduceKind::max:
    if (isFloat)
      return extremum(b, true, a, x);
    return isUnsigned ? arith::MaxUIOp::create(b, a, x).getResult()
                      : arith::MaxSIOp::create(b, a, x).getResult();
  case ReduceKind::min:
    if (isFloat)
      return extremum(b, false, a, x);
    return isUnsigned ? arith::MinUIOp::create(b, a, x).getResult()
                      : arith::MinSIOp::create(b, a, x).getResult();
  case ReduceKind::bit_and:
    return arith::AndIOp::create(b, a, x);
  case ReduceKind::bit_or:
    return arith::OrIOp::create(b, a, x);
  }
  llvm_unreachable("unknown combiner");
}

TypedAttr delos::cpu::rows::neutralElement(graph::ReduceKind kind, Type elementType) {
  Type type = computeType(elementType);
  using graph::ReduceKind;
  if (auto floating = dyn_cast<FloatType>(type)) {
    const llvm::fltSemantics &semantics = floating.getFloatSemantics();
    if (kind == ReduceKind::max || kind == ReduceKind::min)
      return FloatAttr::get(type, APFloat::getInf(semantics, /*Negative=*/kind == ReduceKind::max));
    return FloatAttr::get(type, kind == ReduceKind::prod ? 1.0 : 0.0);
  }
  unsigned width = type.getIntOrFloatBitWidth();
  bool isUnsigned = elementType.isUnsignedInteger() || width == 1;
  switch (kind) {
  case ReduceKind::prod:
    return IntegerAttr::get(type, APInt(width, 1));
  case ReduceKind::max:
    return IntegerAttr::get(type, isUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width));
  case ReduceKind::min:
    return IntegerAttr::get(type, isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width));
  case ReduceKind::bit_and:
    return IntegerAttr::get(type, APInt::getAllOnes(width));
  default:
    return IntegerAttr::get(type, APInt(width, 0));
  }
}

TypedAttr delos::cpu::rows::constantElement(Attribute element, Type elementType) {
  Type type = computeType(elementType);
  if (auto floating = dyn_cast<FloatAttr>(element)) {
    APFloat value = floating.getValue();
    bool inexact = false;
    value.convert(cast<FloatType>(type).getFloatSemantics(), APFloat::rmNearestTiesToEven, &inexact);
    return FloatAttr::get(type, value);
  }
  return IntegerAttr::get(type, cast<IntegerAttr>(element).getValue());
}

Value delos::cpu::rows::emitBitcast(ImplicitLocOpBuilder &b, Value value, Type from, Type to) {
  Value stored = from.isInteger(1) ? value : toStorage(b, value, from);
  Type target = withElement(value.getType(), isa<IntegerType>(to) ? computeType(to) : to);
  Value bits = stored.getType() == target ? stored : arith::BitcastOp::create(b, target, stored).getResult();
  return to.isInteger(1) ? bits : fromStorage(b, bits, to);
}
