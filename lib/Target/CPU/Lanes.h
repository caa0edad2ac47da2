// Short spelling of arithmetic on registers for the function expansions. Private to VectorMath*.cpp.
#pragma once

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

#include <cstdint>
#include <initializer_list>

namespace delos::cpu::math {

/// Builds arithmetic on values of one float type (scalar or vector) and the integer type of the same width.
struct Lanes {
  Lanes(mlir::ImplicitLocOpBuilder &b, mlir::Type type) : b(b), type(type) {
    bits = mlir::getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    integer = shaped(b.getIntegerType(bits));
  }
  mlir::Type shaped(mlir::Type element) const {
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(type))
      return mlir::VectorType::get(vector.getShape(), element);
    return element;
  }
  mlir::Value spread(mlir::Type target, mlir::TypedAttr scalar) const {
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(target))
      return mlir::arith::ConstantOp::create(b, vector,
                                             mlir::DenseElementsAttr::get(vector, mlir::Attribute(scalar)));
    return mlir::arith::ConstantOp::create(b, scalar);
  }
  mlir::Value c(double value) const {
    return spread(type, mlir::FloatAttr::get(mlir::getElementTypeOrSelf(type), value));
  }
  mlir::Value i(int64_t value) const {
    return spread(integer, mlir::IntegerAttr::get(mlir::getElementTypeOrSelf(integer),
                                                  llvm::APInt(bits, value, true, true)));
  }
  mlir::Value infinity() const {
    auto element = mlir::cast<mlir::FloatType>(mlir::getElementTypeOrSelf(type));
    return spread(type, mlir::FloatAttr::get(element, llvm::APFloat::getInf(element.getFloatSemantics())));
  }
  mlir::Value nan() const {
    auto element = mlir::cast<mlir::FloatType>(mlir::getElementTypeOrSelf(type));
    return spread(type, mlir::FloatAttr::get(element, llvm::APFloat::getNaN(element.getFloatSemantics())));
  }

  mlir::Value add(mlir::Value x, mlir::Value y) const { return mlir::arith::AddFOp::create(b, x, y); }
  mlir::Value sub(mlir::Value x, mlir::Value y) const { return mlir::arith::SubFOp::create(b, x, y); }
  mlir::Value mul(mlir::Value x, mlir::Value y) const { return mlir::arith::MulFOp::create(b, x, y); }
  mlir::Value div(mlir::Value x, mlir::Value y) const { return mlir::arith::DivFOp::create(b, x, y); }
  mlir::Value neg(mlir::Value x) const { return mlir::arith::NegFOp::create(b, x); }
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z) const {
    return mlir::math::FmaOp::create(b, x, y, z);
  }
  mlir::Value abs(mlir::Value x) const { return mlir::math::AbsFOp::create(b, x); }
  mlir::Value sqrt(mlir::Value x) const { return mlir::math::SqrtOp::create(b, x); }
  mlir::Value sign(mlir::Value magnitude, mlir::Value of) const {
    return mlir::math::CopySignOp::create(b, magnitude, of);
  }
  /// x, negated where `of` is negative.
  mlir::Value xorSign(mlir::Value x, mlir::Value of) const {
    return floatOf(xorI(bitsOf(x), andI(bitsOf(of), i(int64_t(1) << (bits - 1)))));
  }
  /// Coefficients from the highest power down.
  mlir::Value horner(mlir::Value x, std::initializer_list<double> coefficients) const {
    mlir::Value sum;
    for (double coefficient : coefficients)
      sum = sum ? fma(sum, x, c(coefficient)) : c(coefficient);
    return sum;
  }

  /// The same with a dependency chain as long as the logarithm of the degree: registers wait for latency
  /// less.
  mlir::Value estrin(mlir::Value x, std::initializer_list<double> coefficients) const {
    llvm::SmallVector<mlir::Value> terms;
    for (double coefficient : llvm::reverse(coefficients))
      terms.push_back(c(coefficient));
    for (mlir::Value power = x; terms.size() > 1; power = mul(power, power)) {
      llvm::SmallVector<mlir::Value> pairs;
      for (size_t k = 0; k + 1 < terms.size(); k += 2)
        pairs.push_back(fma(terms[k + 1], power, terms[k]));
      if (terms.size() % 2)
        pairs.push_back(terms.back());
      terms = std::move(pairs);
    }
    return terms.front();
  }

  mlir::Value less(mlir::Value x, mlir::Value y) const {
    return compare(mlir::arith::CmpFPredicate::OLT, x, y);
  }
  mlir::Value greater(mlir::Value x, mlir::Value y) const {
    return compare(mlir::arith::CmpFPredicate::OGT, x, y);
  }
  mlir::Value equal(mlir::Value x, mlir::Value y) const {
    return compare(mlir::arith::CmpFPredicate::OEQ, x, y);
  }
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value x, mlir::Value y) const {
    return mlir::arith::CmpFOp::create(b, predicate, x, y);
  }
  mlir::Value both(mlir::Value x, mlir::Value y) const { return mlir::arith::AndIOp::create(b, x, y); }
  mlir::Value flip(mlir::Value condition) const {
    mlir::Value yes = spread(condition.getType(), b.getBoolAttr(true));
    return mlir::arith::XOrIOp::create(b, condition, yes);
  }
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y) const {
    return mlir::arith::SelectOp::create(b, condition, x, y);
  }

  /// x, but `bound` where it is larger; a NaN stays.
  mlir::Value atMost(mlir::Value x, double bound) const { return select(greater(x, c(bound)), c(bound), x); }
  mlir::Value atLeast(mlir::Value x, double bound) const { return select(less(x, c(bound)), c(bound), x); }

  mlir::Value bitsOf(mlir::Value x) const { return mlir::arith::BitcastOp::create(b, integer, x); }
  mlir::Value floatOf(mlir::Value x) const { return mlir::arith::BitcastOp::create(b, type, x); }
  mlir::Value addI(mlir::Value x, mlir::Value y) const { return mlir::arith::AddIOp::create(b, x, y); }
  mlir::Value subI(mlir::Value x, mlir::Value y) const { return mlir::arith::SubIOp::create(b, x, y); }
  mlir::Value andI(mlir::Value x, mlir::Value y) const { return mlir::arith::AndIOp::create(b, x, y); }
  mlir::Value xorI(mlir::Value x, mlir::Value y) const { return mlir::arith::XOrIOp::create(b, x, y); }
  mlir::Value compareI(mlir::arith::CmpIPredicate predicate, mlir::Value x, mlir::Value y) const {
    return mlir::arith::CmpIOp::create(b, predicate, x, y);
  }
  mlir::Value shl(mlir::Value x, int64_t by) const { return mlir::arith::ShLIOp::create(b, x, i(by)); }
  mlir::Value sra(mlir::Value x, int64_t by) const { return mlir::arith::ShRSIOp::create(b, x, i(by)); }

  bool isF64() const { return bits == 64; }
  int64_t mantissaBits() const { return isF64() ? 52 : 23; }
  int64_t exponentBias() const { return isF64() ? 1023 : 127; }
  /// 1.5 * 2^mantissaBits: adding it rounds to an integer, which then stands in the low bits. Safe for NaN,
  /// unlike the conversion to integers.
  double roundingMagic() const { return isF64() ? 0x1.8p52 : 0x1.8p23; }
  /// x rounded to the nearest integer, as a float and as an integer; |x| must be below 2^(mantissaBits - 2).
  std::pair<mlir::Value, mlir::Value> roundWithFma(mlir::Value x, mlir::Value factor) const {
    mlir::Value magic = c(roundingMagic());
    mlir::Value shifted = fma(x, factor, magic);
    return {sub(shifted, magic), subI(bitsOf(shifted), bitsOf(magic))};
  }

  /// `rare` in the lanes that have the condition, `common` in the others, whose bits do not depend on their
  /// neighbours; without such a lane `rare` costs a test.
  mlir::Value branch(mlir::Value condition, llvm::function_ref<mlir::Value()> rare,
                     llvm::function_ref<mlir::Value()> common) const;

  mlir::ImplicitLocOpBuilder &b;
  mlir::Type type, integer;
  unsigned bits;
};

} // namespace delos::cpu::math
