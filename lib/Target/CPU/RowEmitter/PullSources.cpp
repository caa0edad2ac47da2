// Members without operands: constants, indices, sizes, random numbers.
#include "dialects/Graph/Dims.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/RowEmitter/PullEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinAttributes.h"

#include <cmath>

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

/// The elements in their storage form, as the initial value of a global.
static DenseElementsAttr storageForm(DenseElementsAttr value) {
  Type element = value.getElementType(), stored = storageType(element);
  auto type = RankedTensorType::get({value.getNumElements()}, stored);
  if (element.isInteger(1)) {
    llvm::SmallVector<int8_t> bytes;
    for (bool bit : value.getValues<bool>())
      bytes.push_back(bit);
    return DenseElementsAttr::get(type, ArrayRef<int8_t>(bytes));
  }
  auto flat = value.reshape(RankedTensorType::get({value.getNumElements()}, element));
  return element == stored ? flat : DenseElementsAttr(flat.bitcast(stored));
}

Value PullEmitter::emitConstant(graph::ConstantOp op, const Position &position) {
  Type elementType = getElementTypeOrSelf(op.getResult().getType());
  auto value = cast<DenseElementsAttr>(op.getValue());
  const DimExpr &offset = position.offset(dimsOf(op.getResult()));
  auto element = [&](int64_t at) -> Value {
    TypedAttr scalar = constantElement(*(value.getValues<Attribute>().begin() + at), elementType);
    return arith::ConstantOp::create(b, scalar);
  };
  if (value.isSplat())
    return element(0);
  if (auto at = offset.asConstant())
    return element(*at);
  Value &global = globals[op.getOperation()];
  if (!global) {
    OpBuilder::InsertionGuard guard(b);
    func::FuncOp function = kernel.function();
    auto type = MemRefType::get({value.getNumElements()}, storageType(elementType));
    std::string name = (function.getName() + ".c" + std::to_string(serial++)).str();
    b.setInsertionPoint(function);
    memref::GlobalOp::create(b, name, b.getStringAttr("private"), type, storageForm(value), /*constant=*/true,
                             b.getI64IntegerAttr(64));
    b.setInsertionPointToStart(&function.getBody().front());
    global = memref::GetGlobalOp::create(b, type, name);
  }
  return loadFrom(global, elementType, offset);
}

Value PullEmitter::emitIota(graph::IotaOp op, const Position &position) {
  Type elementType = getElementTypeOrSelf(op.getResult().getType());
  const DimExpr &coordinate = position.coordinates(dimsOf(op.getResult()), ranges)[op.getDim()];
  Value at = isVectorExpr(coordinate) ? indexVector(coordinate) : index(coordinate);
  Type i64 = b.getI64Type();
  Value wide = arith::IndexCastOp::create(b, withElement(at.getType(), i64), at);
  return emitCast(b, wide, i64, elementType, graph::CastMode::wrap);
}

Value PullEmitter::emitDims(graph::DimsValueOp op, const Position &position) {
  graph::Dims sizes = dimsOf(op.getDims());
  const DimExpr &coordinate = position.coordinates(dimsOf(op.getResult()), ranges)[0];
  auto sizeAt = [&](size_t k) -> Value {
    return arith::IndexCastOp::create(b, b.getI64Type(), index(sizes[k]));
  };
  if (auto at = coordinate.asConstant())
    return sizeAt(*at);
  Value at = isVectorExpr(coordinate) ? indexVector(coordinate) : index(coordinate);
  Type i64 = withElement(at.getType(), b.getI64Type());
  Value wide = arith::IndexCastOp::create(b, i64, at), result = intConstant(b, i64, 0);
  for (size_t k = 0; k < sizes.size(); ++k) {
    Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, wide, intConstant(b, i64, k));
    llvm::SmallVector<Value> pair = {sizeAt(k), result};
    unify(b, pair);
    result = arith::SelectOp::create(b, here, pair[0], pair[1]);
  }
  return result;
}

/// The two 32-bit halves of a product.
static std::pair<Value, Value> multiplyWide(ImplicitLocOpBuilder &b, Value x, uint32_t factor) {
  auto product = arith::MulUIExtendedOp::create(b, x, intConstant(b, x.getType(), factor));
  return {product.getHigh(), product.getLow()};
}

/// Philox4x32-10: four words from a 64-bit counter and a 64-bit key.
static std::array<Value, 4> philox(ImplicitLocOpBuilder &b, Value low, Value high, uint64_t seed) {
  Type i32 = low.getType();
  Value zero = intConstant(b, i32, 0);
  std::array<Value, 4> word = {low, high, zero, zero};
  uint32_t key[2] = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  for (int round = 0; round < 10; ++round) {
    auto [high0, low0] = multiplyWide(b, word[0], 0xD2511F53u);
    auto [high1, low1] = multiplyWide(b, word[2], 0xCD9E8D57u);
    auto mix = [&](Value x, Value y, uint32_t k) -> Value {
      Value keyed = arith::XOrIOp::create(b, x, intConstant(b, i32, k));
      return arith::XOrIOp::create(b, keyed, y);
    };
    word = {mix(high1, word[1], key[0]), low1, mix(high0, word[3], key[1]), low0};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return word;
}

/// As many random bits as the type has (24 for f32, 53 for f64) as a number in [0, 1). That of a 16-bit float
/// comes as f32 and needs no rounding, which could give 1.
static Value toUnit(ImplicitLocOpBuilder &b, Value first, Value second, Type type) {
  if (!type.isF64()) {
    int precision = llvm::cast<FloatType>(type).getFPMantissaWidth();
    Type f32 = withElement(first.getType(), b.getF32Type());
    Value bits = arith::ShRUIOp::create(b, first, intConstant(b, first.getType(), 32 - precision));
    return arith::MulFOp::create(b, arith::UIToFPOp::create(b, f32, bits),
                                 floatConstant(b, f32, std::ldexp(1.0, -precision)));
  }
  Type i64 = withElement(first.getType(), b.getI64Type()), f64 = withElement(first.getType(), b.getF64Type());
  Value high = arith::ShLIOp::create(b, arith::ExtUIOp::create(b, i64, first), intConstant(b, i64, 32));
  Value all = arith::OrIOp::create(b, high, arith::ExtUIOp::create(b, i64, second));
  Value bits = arith::ShRUIOp::create(b, all, intConstant(b, i64, 11));
  return arith::MulFOp::create(b, arith::UIToFPOp::create(b, f64, bits), floatConstant(b, f64, 0x1p-53));
}

Value PullEmitter::emitRandom(graph::RandomOp op, const Position &position) {
  Type elementType = getElementTypeOrSelf(op.getResult().getType());
  Type type = computeType(elementType);
  const DimExpr &offset = position.offset(dimsOf(op.getResult()));
  Value at = isVectorExpr(offset) ? indexVector(offset) : index(offset);
  Type i64 = withElement(at.getType(), b.getI64Type()), i32 = withElement(at.getType(), b.getI32Type());
  Value counter = arith::IndexCastOp::create(b, i64, at);
  Value low = arith::TruncIOp::create(b, i32, counter);
  Value high = arith::TruncIOp::create(b, i32, arith::ShRUIOp::create(b, counter, intConstant(b, i64, 32)));
  std::array<Value, 4> word = philox(b, low, high, op.getSeed());
  if (op.getKind() == graph::RandomKind::uniform)
    return roundTo(b, toUnit(b, word[0], word[1], elementType), elementType);
  Value u = toUnit(b, word[0], word[1], type);
  // Box-Muller on (0, 1] and [0, 1).
  Value v = toUnit(b, word[2], word[3], type);
  Type floating = u.getType();
  Value positive = arith::SubFOp::create(b, floatConstant(b, floating, 1), u);
  Value radius = math::SqrtOp::create(
      b, arith::MulFOp::create(b, floatConstant(b, floating, -2), math::LogOp::create(b, positive)));
  Value angle = arith::MulFOp::create(b, floatConstant(b, floating, 2 * 3.14159265358979323846), v);
  return roundTo(b, arith::MulFOp::create(b, radius, math::CosOp::create(b, angle)), elementType);
}
