// Dtypes, symbolic sizes and tensors of the values of one run.
#include "lib/Reference/Evaluation.h"

#include "lib/Reference/Elements.h"
#include "runtime/abi/DType.h"

#include "mlir/IR/BuiltinTypes.h"

#include <optional>
#include <string>

namespace delos::reference {

namespace {

template <typename FloatType>
bool is(mlir::Type type) {
  return mlir::isa<FloatType>(type);
}

struct FloatRow {
  bool (*matches)(mlir::Type);
  DelosDType dtype;
};

constexpr FloatRow kFloatTypes[] = {
    {is<mlir::Float32Type>, DELOS_DTYPE_FLOAT32},
    {is<mlir::Float64Type>, DELOS_DTYPE_FLOAT64},
    {is<mlir::Float16Type>, DELOS_DTYPE_FLOAT16},
    {is<mlir::BFloat16Type>, DELOS_DTYPE_BFLOAT16},
    {is<mlir::Float8E4M3FNType>, DELOS_DTYPE_FLOAT8E4M3FN},
    {is<mlir::Float8E4M3FNUZType>, DELOS_DTYPE_FLOAT8E4M3FNUZ},
    {is<mlir::Float8E5M2Type>, DELOS_DTYPE_FLOAT8E5M2},
    {is<mlir::Float8E5M2FNUZType>, DELOS_DTYPE_FLOAT8E5M2FNUZ},
    {is<mlir::Float4E2M1FNType>, DELOS_DTYPE_FLOAT4E2M1},
    {is<mlir::Float8E8M0FNUType>, DELOS_DTYPE_FLOAT8E8M0},
};

} // namespace

DelosDType dtypeOf(mlir::Type elementType) {
  for (const FloatRow &row : kFloatTypes)
    if (row.matches(elementType))
      return row.dtype;
  auto integer = mlir::dyn_cast<mlir::IntegerType>(elementType);
  if (!integer)
    return DELOS_DTYPE_UNDEFINED;
  if (integer.getWidth() == 1)
    return DELOS_DTYPE_BOOL;
  std::string name = absl::StrCat(integer.isUnsigned() ? "uint" : "int", integer.getWidth());
  return runtime::dtypeNamed(name).value_or(DELOS_DTYPE_UNDEFINED);
}

absl::Status expectShape(const std::string &what, const Shape &expected, const Shape &got) {
  return expected == got ? absl::OkStatus() : disagreement(what, str(expected), str(got));
}

//===-- Symbols
//-------------------------------------------------------------------------------------------===//

/// The value of `symbol` for which `size` is `value`, when `size` is linear in it.
static std::optional<int64_t> solve(const DimExpr &size, std::string_view symbol, int64_t value,
                                    const llvm::StringMap<int64_t> &known) {
  auto at = [&](int64_t candidate) {
    return size.evaluate([&](std::string_view name) -> std::optional<int64_t> {
      if (name == symbol)
        return candidate;
      auto found = known.find(name);
      return found == known.end() ? std::nullopt : std::optional<int64_t>(found->second);
    });
  };
  auto zero = at(0), one = at(1);
  if (!zero || !one || *one == *zero || (value - *zero) % (*one - *zero) != 0)
    return std::nullopt;
  int64_t candidate = (value - *zero) / (*one - *zero);
  return candidate >= 0 && at(candidate) == value ? std::optional<int64_t>(candidate) : std::nullopt;
}

absl::Status Evaluation::bind(const std::string &what, mlir::Type type, const Shape &shape) {
  graph::Dims dims = graph::dimsOf(type);
  if (dims.size() != shape.size())
    return disagreement(what, absl::StrCat("rank ", dims.size()), str(shape));
  // Plain symbols first: a compound size may need one that a later dim names.
  for (bool plain : {true, false})
    for (auto [size, value] : llvm::zip(dims, shape)) {
      std::vector<std::string> unknown;
      for (const std::string &name : size.symbols())
        if (!symbols.contains(name))
          unknown.push_back(name);
      if (unknown.size() != 1 || plain != (size == DimExpr::symbol(unknown.front())))
        continue;
      // "?" names no size: any value will do, and it is not remembered.
      if (std::optional<int64_t> found = solve(size, unknown.front(), value, symbols);
          found && unknown.front() != "?")
        symbols[unknown.front()] = *found;
    }
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    if (dims[dim] == DimExpr::symbol("?"))
      continue;
    DELOS_REF_ASSIGN(expected, valueOf(dims[dim]));
    if (expected != shape[dim])
      return disagreement(absl::StrCat(what, ", dim ", dim),
                          absl::StrCat(expected, " (", dims[dim].str(), ")"), shape[dim]);
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Evaluation::valueOf(const DimExpr &size) const {
  auto value = size.evaluate([&](std::string_view name) -> std::optional<int64_t> {
    auto found = symbols.find(name);
    return found == symbols.end() ? std::nullopt : std::optional<int64_t>(found->second);
  });
  if (!value)
    return absl::InvalidArgumentError(
        absl::StrCat("the size ", size.str(), " has no value for these inputs"));
  return *value;
}

absl::StatusOr<Shape> Evaluation::valuesOf(llvm::ArrayRef<DimExpr> sizes) const {
  Shape values;
  for (const DimExpr &size : sizes) {
    DELOS_REF_ASSIGN(value, valueOf(size));
    values.push_back(value);
  }
  return values;
}

absl::StatusOr<Shape> Evaluation::shapeOf(mlir::Value value) const { return valuesOf(graph::dimsOf(value)); }

//===-- Tensors
//-------------------------------------------------------------------------------------------===//

static DelosDType widened(DelosDType dtype, bool float64) {
  return float64 && isFloat(dtype) && storageBytes(dtype) >= 2 ? DELOS_DTYPE_FLOAT64 : dtype;
}

static DelosDType declaredDType(mlir::Value value) {
  return dtypeOf(mlir::cast<mlir::RankedTensorType>(value.getType()).getElementType());
}

DelosDType Evaluation::heldDType(mlir::Value value) const {
  return widened(declaredDType(value), options.float64);
}

absl::StatusOr<RefTensor> Evaluation::resultFor(mlir::Value value) const {
  DELOS_REF_ASSIGN(shape, shapeOf(value));
  return RefTensor::zeros(heldDType(value), std::move(shape), options.maxTensorBytes);
}

absl::StatusOr<RefTensor> Evaluation::declaredResultFor(mlir::Value value) const {
  DELOS_REF_ASSIGN(shape, shapeOf(value));
  return RefTensor::zeros(declaredDType(value), std::move(shape), options.maxTensorBytes);
}

absl::StatusOr<RefTensor> Evaluation::held(RefTensor tensor) const {
  DelosDType dtype = widened(tensor.dtype(), options.float64);
  if (dtype == tensor.dtype())
    return tensor;
  DELOS_REF_ASSIGN(wide, RefTensor::zeros(dtype, tensor.shape(), options.maxTensorBytes));
  convert(tensor, wide, Overflow::Wrap);
  return wide;
}

} // namespace delos::reference
