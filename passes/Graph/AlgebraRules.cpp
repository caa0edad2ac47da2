// The table of algebraic rules and their conditions.
#include "passes/Graph/AlgebraRules.h"

#include "lib/Analysis/ConstantTensor.h"
#include "passes/Graph/Rewriting.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

namespace delos::graph {

/// Levels of ops that a sign is followed through.
static constexpr int kSignDepth = 6;

bool isNonNegative(mlir::Value value, int depth) {
  auto next = [&](mlir::Value operand) { return isNonNegative(operand, depth + 1); };
  if (auto splat = mlir::dyn_cast_or_null<mlir::FloatAttr>(splatOf(value)))
    return splat.getValueAsDouble() >= 0;
  mlir::Operation *op = value.getDefiningOp();
  if (!op || depth > kSignDepth)
    return false;
  if (mlir::isa<BroadcastOp, ReshapeOp, TransposeOp, SliceOp, ReverseOp>(op))
    return next(op->getOperand(0));
  if (auto reduce = mlir::dyn_cast<ReduceOp>(op))
    return (reduce.getKind() == ReduceKind::sum || reduce.getKind() == ReduceKind::prod) &&
           next(reduce.getInput());
  auto map = mlir::dyn_cast<MapOp>(op);
  if (!map)
    return false;
  switch (map.getFn()) {
  case ScalarFn::abs:
  case ScalarFn::exp:
  case ScalarFn::sigmoid:
    return true;
  case ScalarFn::mul:
    return map.getInputs()[0] == map.getInputs()[1] || llvm::all_of(map.getInputs(), next);
  case ScalarFn::add:
  case ScalarFn::div:
  case ScalarFn::min:
    return llvm::all_of(map.getInputs(), next);
  case ScalarFn::max:
    return llvm::any_of(map.getInputs(), next);
  default:
    return false;
  }
}

namespace {

//===-- Conditions ----------------------------------------------------------------------------------===//

double realOf(mlir::Attribute attr) { return mlir::cast<mlir::FloatAttr>(attr).getValueAsDouble(); }

/// 1/c is a normal number of the type and exact: c is a power of two well inside the range.
bool hasExactReciprocal(const RuleMatch &match) {
  auto c = mlir::cast<mlir::FloatAttr>(match.constants.lookup("c"));
  int exponent;
  double mantissa = std::frexp(std::fabs(realOf(c)), &exponent);
  int limit = c.getType().isF16() ? 13 : 120;
  return mantissa == 0.5 && exponent > -limit && exponent < limit;
}

/// Products of c, d and a value of moderate size neither overflow nor lose bits to denormals.
bool areModerate(const RuleMatch &match) {
  auto isModerate = [](mlir::Attribute attr) {
    auto type = mlir::cast<mlir::FloatAttr>(attr).getType();
    double size = std::fabs(realOf(attr));
    return (type.isF32() || type.isF64()) && size >= 0x1p-20 && size <= 0x1p20;
  };
  return isModerate(match.constants.lookup("c")) && isModerate(match.constants.lookup("d"));
}

bool xIsNonNegative(const RuleMatch &match) { return isNonNegative(match.values.lookup("x")); }

//===-- The table -----------------------------------------------------------------------------------===//

constexpr unsigned kNumber = kFloat | kInt, kAny = kNumber | kBool, kBits = kInt | kBool;
constexpr Exactness kZero = Exactness::SignOfZero, kRounds = Exactness::Rounding;

// Not here, since NaN, infinities or rounding tell the sides apart on floats: x*0, x-x, x/x, (x+c)+d, x+y-y.
constexpr AlgebraRule kRules[] = {
    // Neutral and absorbing elements.
    {"add(x, 0)", "x", kNumber, kZero},
    {"sub(x, 0)", "x", kNumber},
    {"sub(0, x)", "neg(x)", kFloat | kSignedInt, kZero},
    {"mul(x, 1)", "x", kNumber},
    {"mul(x, 0)", "0", kInt},
    {"mul(x, -1)", "neg(x)", kFloat | kSignedInt},
    {"div(x, 1)", "x", kNumber},
    {"div(x, -1)", "neg(x)", kFloat | kSignedInt},
    {"div(x, c)", "mul(x, reciprocal(c))", kFloat, Exactness::Bits, hasExactReciprocal},
    {"div(1, x)", "reciprocal(x)", kFloat},
    {"max(x, -inf)", "x", kFloat},
    {"min(x, inf)", "x", kFloat},
    {"bit_and(x, 0)", "0", kBits},
    {"bit_or(x, 0)", "x", kBits},
    {"bit_xor(x, 0)", "x", kBits},
    {"bit_and(x, 1)", "x", kBool},
    {"bit_or(x, 1)", "1", kBool},
    {"bit_xor(x, 1)", "bit_not(x)", kBool},
    {"shift_left(x, 0)", "x", kUnsignedInt},
    {"shift_right(x, 0)", "x", kUnsignedInt},
    {"rem_floor(x, 1)", "0", kInt},
    {"rem_trunc(x, 1)", "0", kInt},
    // Powers.
    {"pow(x, 0)", "1", kNumber},
    {"pow(x, 1)", "x", kNumber},
    {"pow(x, 2)", "mul(x, x)", kFloat, kRounds},
    {"pow(x, 2)", "mul(x, x)", kInt},
    {"pow(x, 3)", "mul(mul(x, x), x)", kFloat, kRounds},
    {"pow(x, 3)", "mul(mul(x, x), x)", kInt},
    {"pow(x, -1)", "reciprocal(x)", kFloat, kRounds},
    {"pow(x, 0.5)", "sqrt(x)", kFloat, kRounds, xIsNonNegative},
    {"pow(x, -0.5)", "reciprocal(sqrt(x))", kFloat, kRounds, xIsNonNegative},
    {"pow(1, x)", "1", kFloat},
    // One operand twice.
    {"sub(x, x)", "0", kInt},
    {"bit_xor(x, x)", "0", kBits},
    {"max(x, x)", "x", kNumber},
    {"min(x, x)", "x", kNumber},
    {"bit_and(x, x)", "x", kBits},
    {"bit_or(x, x)", "x", kBits},
    {"eq(x, x)", "1", kBits},
    {"ne(x, x)", "0", kBits},
    {"ne(x, x)", "is_nan(x)", kFloat},
    {"le(x, x)", "1", kBits},
    {"ge(x, x)", "1", kBits},
    {"lt(x, x)", "0", kAny},
    {"gt(x, x)", "0", kAny},
    {"select(y, x, x)", "x", kAny},
    // Signs.
    {"neg(neg(x))", "x", kNumber},
    {"abs(abs(x))", "abs(x)", kNumber},
    {"abs(neg(x))", "abs(x)", kFloat | kSignedInt},
    {"neg(sub(x, y))", "sub(y, x)", kNumber, kZero},
    {"add(x, neg(y))", "sub(x, y)", kNumber},
    {"sub(x, neg(y))", "add(x, y)", kNumber},
    {"mul(neg(x), neg(y))", "mul(x, y)", kNumber},
    {"mul(neg(x), c)", "mul(x, neg(c))", kFloat | kSignedInt},
    {"div(neg(x), neg(y))", "div(x, y)", kFloat},
    {"sub(x, c)", "add(x, neg(c))", kFloat | kSignedInt},
    // Chains with constants.
    {"add(add(x, c), d)", "add(x, add(c, d))", kInt},
    {"mul(mul(x, c), d)", "mul(x, mul(c, d))", kInt},
    {"mul(mul(x, c), d)", "mul(x, mul(c, d))", kFloat, kRounds, areModerate},
    {"max(max(x, c), d)", "max(x, max(c, d))", kNumber},
    {"min(min(x, c), d)", "min(x, min(c, d))", kNumber},
    {"bit_and(bit_and(x, c), d)", "bit_and(x, bit_and(c, d))", kBits},
    {"bit_or(bit_or(x, c), d)", "bit_or(x, bit_or(c, d))", kBits},
    // Functions that repeat or undo themselves.
    {"ceil(ceil(x))", "ceil(x)", kFloat},
    {"floor(floor(x))", "floor(x)", kFloat},
    {"floor(ceil(x))", "ceil(x)", kFloat},
    {"ceil(floor(x))", "floor(x)", kFloat},
    {"round_even(round_even(x))", "round_even(x)", kFloat},
    {"bit_not(bit_not(x))", "x", kBits},
    {"abs(mul(x, x))", "mul(x, x)", kFloat},
    {"abs(exp(x))", "exp(x)", kFloat},
    // Conditions.
    {"bit_not(eq(x, y))", "ne(x, y)", kAny},
    {"bit_not(ne(x, y))", "eq(x, y)", kAny},
    {"bit_not(lt(x, y))", "ge(x, y)", kBits},
    {"bit_not(ge(x, y))", "lt(x, y)", kBits},
    {"bit_not(gt(x, y))", "le(x, y)", kBits},
    {"bit_not(le(x, y))", "gt(x, y)", kBits},
    {"select(1, x, y)", "x", kAny},
    {"select(0, x, y)", "y", kAny},
    {"select(bit_not(z), x, y)", "select(z, y, x)", kAny},
    {"select(z, select(z, x, w), y)", "select(z, x, y)", kAny},
    {"select(z, x, select(z, w, y))", "select(z, x, y)", kAny},
};

} // namespace

llvm::ArrayRef<AlgebraRule> algebraRules() { return kRules; }

} // namespace delos::graph
