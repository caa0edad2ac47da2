// Scalar functions on size expressions and numbers, and the elements of constants.
#include "lib/Open/ShapeValue.h"

#include "llvm/Support/Endian.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cmath>
#include <limits>

namespace delos::open {

using graph::ScalarFn;

bool isNonNegative(const DimExpr &value) {
  if (!value.isValid())
    return false;
  auto atomIsNonNegative = [](const std::shared_ptr<const DimExpr::Atom> &atom) {
    if (atom->kind == DimExpr::AtomKind::Symbol || atom->kind == DimExpr::AtomKind::Mod)
      return true;
    if (atom->kind == DimExpr::AtomKind::Max)
      return isNonNegative(atom->operands[0]) || isNonNegative(atom->operands[1]);
    return isNonNegative(atom->operands[0]) && isNonNegative(atom->operands[1]);
  };
  return llvm::all_of(value.terms(), [&](const DimExpr::Term &term) {
    return term.coefficient >= 0 && llvm::all_of(term.factors, atomIsNonNegative);
  });
}

/// The difference's sign where it does not depend on the symbols: -1, 0, 1; nullopt otherwise.
static std::optional<int> compare(const DimExpr &a, const DimExpr &b) {
  DimExpr difference = a - b;
  if (auto constant = difference.asConstant())
    return *constant < 0 ? -1 : *constant > 0;
  if (isNonNegative(difference - 1))
    return 1;
  if (isNonNegative(DimExpr(0) - difference - 1))
    return -1;
  return std::nullopt;
}

static std::optional<DimExpr> divide(const DimExpr &a, const DimExpr &b) {
  auto x = a.asConstant(), y = b.asConstant();
  if (x && y) {
    if (*y == 0 || (*x == std::numeric_limits<int64_t>::min() && *y == -1))
      return std::nullopt;
    return DimExpr(*x / *y);
  }
  // Truncation and rounding down agree on what is not negative only.
  if (!isNonNegative(a) || !b.isProvablyPositive())
    return std::nullopt;
  return a.divideExactly(b).value_or(DimExpr::floorDiv(a, b));
}

static std::optional<DimExpr> remainder(ScalarFn fn, const DimExpr &a, const DimExpr &b) {
  auto x = a.asConstant(), y = b.asConstant();
  if (x && y) {
    if (*y == 0 || *y == -1)
      return DimExpr(0);
    int64_t rest = *x % *y;
    bool adjust = fn == ScalarFn::rem_floor && rest != 0 && (rest < 0) != (*y < 0);
    return DimExpr(adjust ? rest + *y : rest);
  }
  if (!isNonNegative(a) || !b.isProvablyPositive())
    return std::nullopt;
  return DimExpr::mod(a, b);
}

static std::optional<DimExpr> relation(ScalarFn fn, const DimExpr &a, const DimExpr &b) {
  auto order = compare(a, b);
  if (!order)
    return std::nullopt;
  switch (fn) {
  case ScalarFn::eq:
    return DimExpr(*order == 0);
  case ScalarFn::ne:
    return DimExpr(*order != 0);
  case ScalarFn::lt:
    return DimExpr(*order < 0);
  case ScalarFn::le:
    return DimExpr(*order <= 0);
  case ScalarFn::gt:
    return DimExpr(*order > 0);
  default:
    return DimExpr(*order >= 0);
  }
}

static std::optional<DimExpr> extreme(ScalarFn fn, const DimExpr &a, const DimExpr &b) {
  if (auto order = compare(a, b))
    return (fn == ScalarFn::max) == (*order >= 0) ? a : b;
  return fn == ScalarFn::max ? DimExpr::max(a, b) : DimExpr::min(a, b);
}

static std::optional<DimExpr> evaluateUnary(ScalarFn fn, const DimExpr &a) {
  if (fn == ScalarFn::neg)
    return DimExpr(0) - a;
  if (fn == ScalarFn::abs && isNonNegative(a))
    return a;
  auto x = a.asConstant();
  if (!x || *x == std::numeric_limits<int64_t>::min())
    return std::nullopt;
  if (fn == ScalarFn::abs)
    return DimExpr(std::abs(*x));
  if (fn == ScalarFn::sign)
    return DimExpr(*x < 0 ? -1 : *x > 0);
  return std::nullopt;
}

std::optional<DimExpr> evaluateInteger(ScalarFn fn, llvm::ArrayRef<DimExpr> operands) {
  const DimExpr &a = operands[0];
  if (operands.size() == 1)
    return evaluateUnary(fn, a);
  const DimExpr &b = operands[1];
  if (fn == ScalarFn::select) {
    auto condition = a.asConstant();
    return condition ? std::optional(operands[*condition ? 1 : 2]) : std::nullopt;
  }
  switch (fn) {
  case ScalarFn::add:
    return a + b;
  case ScalarFn::sub:
    return a - b;
  case ScalarFn::mul:
    return a * b;
  case ScalarFn::div:
    return divide(a, b);
  case ScalarFn::rem_floor:
  case ScalarFn::rem_trunc:
    return remainder(fn, a, b);
  case ScalarFn::max:
  case ScalarFn::min:
    return extreme(fn, a, b);
  case ScalarFn::eq:
  case ScalarFn::ne:
  case ScalarFn::lt:
  case ScalarFn::le:
  case ScalarFn::gt:
  case ScalarFn::ge:
    return relation(fn, a, b);
  default:
    break;
  }
  auto x = a.asConstant(), y = b.asConstant();
  if (!x || !y)
    return std::nullopt;
  if (fn == ScalarFn::bit_and)
    return DimExpr(*x & *y);
  if (fn == ScalarFn::bit_or)
    return DimExpr(*x | *y);
  if (fn == ScalarFn::bit_xor)
    return DimExpr(*x ^ *y);
  return std::nullopt;
}

std::optional<bool> compareReals(ScalarFn fn, llvm::ArrayRef<double> operands) {
  double a = operands[0], b = operands.back();
  switch (fn) {
  case ScalarFn::eq:
    return a == b;
  case ScalarFn::ne:
    return a != b;
  case ScalarFn::lt:
    return a < b;
  case ScalarFn::le:
    return a <= b;
  case ScalarFn::gt:
    return a > b;
  case ScalarFn::ge:
    return a >= b;
  default:
    return std::nullopt;
  }
}

std::optional<double> evaluateReal(ScalarFn fn, llvm::ArrayRef<double> operands) {
  double a = operands[0], b = operands.back();
  switch (fn) {
  case ScalarFn::neg:
    return -a;
  case ScalarFn::abs:
    return std::fabs(a);
  case ScalarFn::ceil:
    return std::ceil(a);
  case ScalarFn::floor:
    return std::floor(a);
  case ScalarFn::round_even:
    return std::nearbyint(a);
  case ScalarFn::sqrt:
    return std::sqrt(a);
  case ScalarFn::add:
    return a + b;
  case ScalarFn::sub:
    return a - b;
  case ScalarFn::mul:
    return a * b;
  case ScalarFn::div:
    return a / b;
  case ScalarFn::max:
    return std::isnan(a) || std::isnan(b) ? a + b : std::fmax(a, b);
  case ScalarFn::min:
    return std::isnan(a) || std::isnan(b) ? a + b : std::fmin(a, b);
  default:
    return std::nullopt;
  }
}

//===-- Elements of constants -----------------------------------------------------------------===//

static llvm::ArrayRef<char> rawBytes(mlir::DenseResourceElementsAttr value) {
  mlir::AsmResourceBlob *blob = value.getRawHandle().getBlob();
  return blob ? blob->getData() : llvm::ArrayRef<char>();
}

/// The little-endian integer of `bytes` bytes at `data`.
static uint64_t readBits(const char *data, unsigned bytes) {
  uint64_t bits = 0;
  for (unsigned k = 0; k < bytes; ++k)
    bits |= static_cast<uint64_t>(static_cast<uint8_t>(data[k])) << (8 * k);
  return bits;
}

/// Calls `use` with the bits of every element; false when the constant has none to read.
static bool forEachElement(mlir::ElementsAttr value, unsigned width,
                           llvm::function_ref<void(llvm::APInt)> use) {
  if (auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(value)) {
    if (mlir::isa<mlir::FloatType>(dense.getElementType()))
      for (const llvm::APFloat &element : dense.getValues<llvm::APFloat>())
        use(element.bitcastToAPInt());
    else
      for (const llvm::APInt &element : dense.getValues<llvm::APInt>())
        use(element);
    return true;
  }
  auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(value);
  if (!resource)
    return false;
  unsigned bytes = width == 1 ? 1 : width / 8;
  llvm::ArrayRef<char> data = rawBytes(resource);
  int64_t count = resource.getShapedType().getNumElements();
  if (bytes == 0 || static_cast<int64_t>(data.size()) != count * bytes)
    return false;
  for (int64_t k = 0; k < count; ++k)
    use(llvm::APInt(bytes * 8, readBits(data.data() + k * bytes, bytes)));
  return true;
}

std::optional<std::vector<int64_t>> integersOf(mlir::ElementsAttr value, int64_t limit) {
  auto type = mlir::dyn_cast<mlir::IntegerType>(value.getElementType());
  if (!type || type.getWidth() > 64 || value.getShapedType().getNumElements() > limit)
    return std::nullopt;
  bool isUnsigned = type.isUnsigned() || type.getWidth() == 1;
  std::vector<int64_t> elements;
  bool read = forEachElement(value, type.getWidth(), [&](llvm::APInt bits) {
    elements.push_back(isUnsigned ? static_cast<int64_t>(bits.getZExtValue()) : bits.getSExtValue());
  });
  return read ? std::optional(std::move(elements)) : std::nullopt;
}

std::optional<std::vector<double>> realsOf(mlir::ElementsAttr value, int64_t limit) {
  auto type = mlir::dyn_cast<mlir::FloatType>(value.getElementType());
  if (!type || type.getWidth() > 64 || value.getShapedType().getNumElements() > limit)
    return std::nullopt;
  const llvm::fltSemantics &semantics = type.getFloatSemantics();
  std::vector<double> elements;
  bool read = forEachElement(value, type.getWidth(), [&](llvm::APInt bits) {
    llvm::APFloat element(semantics, bits.zextOrTrunc(type.getWidth()));
    bool losesInfo;
    element.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    elements.push_back(element.convertToDouble());
  });
  return read ? std::optional(std::move(elements)) : std::nullopt;
}

} // namespace delos::open
