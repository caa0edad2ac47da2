// Rows of the table of element-wise functions.
#include "dialects/Graph/ScalarFunctions.h"

#include "mlir/IR/BuiltinTypes.h"

#include <array>

namespace delos::graph {

namespace {

constexpr unsigned kNumber = kFloat | kInt, kAny = kNumber | kBool, kBits = kInt | kBool;

// Costs: measured throughput of the vector forms against one multiply-add (about 10 elements/ns for exp, 100
// for add), rounded.
constexpr ScalarFunction kFunctions[] = {
    {ScalarFn::abs, 1, kNumber, false, 1},
    {ScalarFn::neg, 1, kNumber, false, 1},
    {ScalarFn::sign, 1, kNumber, false, 2},
    {ScalarFn::ceil, 1, kFloat, false, 1},
    {ScalarFn::floor, 1, kFloat, false, 1},
    {ScalarFn::round_even, 1, kFloat, false, 1},
    {ScalarFn::sqrt, 1, kFloat, false, 8},
    {ScalarFn::rsqrt, 1, kFloat, false, 12},
    {ScalarFn::reciprocal, 1, kFloat, false, 5},
    {ScalarFn::exp, 1, kFloat, false, 12},
    {ScalarFn::log, 1, kFloat, false, 16},
    {ScalarFn::log1p, 1, kFloat, false, 20},
    {ScalarFn::expm1, 1, kFloat, false, 20},
    {ScalarFn::erf, 1, kFloat, false, 20},
    {ScalarFn::sin, 1, kFloat, false, 20},
    {ScalarFn::cos, 1, kFloat, false, 20},
    {ScalarFn::tan, 1, kFloat, false, 30},
    {ScalarFn::asin, 1, kFloat, false, 20},
    {ScalarFn::acos, 1, kFloat, false, 20},
    {ScalarFn::atan, 1, kFloat, false, 20},
    {ScalarFn::sinh, 1, kFloat, false, 25},
    {ScalarFn::cosh, 1, kFloat, false, 25},
    {ScalarFn::tanh, 1, kFloat, false, 12},
    {ScalarFn::asinh, 1, kFloat, false, 25},
    {ScalarFn::acosh, 1, kFloat, false, 25},
    {ScalarFn::atanh, 1, kFloat, false, 25},
    {ScalarFn::sigmoid, 1, kFloat, false, 18},
    {ScalarFn::bit_not, 1, kBits, false, 1},
    {ScalarFn::is_nan, 1, kFloat, true, 1},
    {ScalarFn::is_inf, 1, kFloat, true, 1},
    {ScalarFn::add, 2, kNumber, false, 1},
    {ScalarFn::sub, 2, kNumber, false, 1},
    {ScalarFn::mul, 2, kNumber, false, 1},
    {ScalarFn::div, 2, kNumber, false, 5},
    {ScalarFn::rem_floor, 2, kNumber, false, 10},
    {ScalarFn::rem_trunc, 2, kNumber, false, 10},
    {ScalarFn::pow, 2, kNumber, false, 40},
    {ScalarFn::max, 2, kNumber, false, 1},
    {ScalarFn::min, 2, kNumber, false, 1},
    {ScalarFn::bit_and, 2, kBits, false, 1},
    {ScalarFn::bit_or, 2, kBits, false, 1},
    {ScalarFn::bit_xor, 2, kBits, false, 1},
    {ScalarFn::shift_left, 2, kInt, false, 1},
    {ScalarFn::shift_right, 2, kInt, false, 1},
    {ScalarFn::eq, 2, kAny, true, 1},
    {ScalarFn::ne, 2, kAny, true, 1},
    {ScalarFn::lt, 2, kAny, true, 1},
    {ScalarFn::le, 2, kAny, true, 1},
    {ScalarFn::gt, 2, kAny, true, 1},
    {ScalarFn::ge, 2, kAny, true, 1},
    {ScalarFn::select, 3, kAny, false, 1},
    {ScalarFn::fma, 3, kFloat, false, 1},
};

} // namespace

llvm::ArrayRef<ScalarFunction> allScalarFunctions() { return kFunctions; }

const ScalarFunction &describe(ScalarFn fn) {
  static const auto byFunction = [] {
    std::array<const ScalarFunction *, 128> table{};
    for (const ScalarFunction &row : kFunctions)
      table[static_cast<size_t>(row.fn)] = &row;
    return table;
  }();
  return *byFunction[static_cast<size_t>(fn)];
}

unsigned classOf(mlir::Type elementType) {
  if (mlir::isa<mlir::FloatType>(elementType))
    return kFloat;
  auto integer = mlir::dyn_cast<mlir::IntegerType>(elementType);
  if (!integer)
    return 0;
  if (integer.getWidth() == 1 && integer.isSignless())
    return kBool;
  return integer.isUnsigned() ? kUnsignedInt : kSignedInt;
}

} // namespace delos::graph
