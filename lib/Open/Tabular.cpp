// Openers of tabular operators of ai.onnx.ml, and of optional values that are decided while opening.
#include "lib/Open/OpenerTable.h"

#include <cmath>

namespace delos::open {

namespace {

//===-- Optional values ------------------------------------------------------------------===//

/// A tensor is an optional value that is there; other optional values are refused as operands before.
Tensors openPresent(Node &n) { return {n.in(0)}; }

Tensors openOptionalHasElement(Node &n) {
  return {n.builder().scalar(n.optional(0) ? 1 : 0, n.builder().i1())};
}

//===-- ai.onnx.ml -----------------------------------------------------------------------===//

Tensors openBinarizer(Node &n) {
  Tensor x = n.in(0);
  return {x ? n.builder().cast(map(ScalarFn::gt, x, n.real("threshold", 0)), x.elementType()) : x};
}

/// Columns of the last dim; a vector counts as one row.
Tensors openArrayFeatureExtractor(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), columns = n.in(1);
  if (b.failed() || x.rank() < 1)
    return {b.fail("expected an operand of rank at least 1")};
  if (x.rank() == 1)
    x = b.unsqueeze(x, 0);
  return {b.take(x, b.reshape(columns, graph::elementCount(columns.dims())), x.rank() - 1)};
}

/// Numbers mapped to numbers: a chain of comparisons, which suits the few dozen labels of a classifier.
Tensors openLabelEncoder(Node &n) {
  OpenBuilder &b = n.builder();
  constexpr size_t kMaxLabels = 256;
  Tensor x = n.in(0);
  auto numbers = [&](llvm::StringRef integers, llvm::StringRef reals, llvm::StringRef tensor) {
    std::vector<double> list = n.reals(reals);
    for (int64_t value : n.integers(integers))
      list.push_back(static_cast<double>(value));
    if (auto elements = mlir::dyn_cast_or_null<mlir::ElementsAttr>(n.attr(tensor))) {
      list = realsOf(elements, kMaxLabels).value_or(list);
      for (int64_t value : integersOf(elements, kMaxLabels).value_or(std::vector<int64_t>()))
        list.push_back(static_cast<double>(value));
    }
    return list;
  };
  std::vector<double> keys = numbers("keys_int64s", "keys_floats", "keys_tensor");
  std::vector<double> values = numbers("values_int64s", "values_floats", "values_tensor");
  mlir::Type to = n.has("values_floats") ? b.f32() : b.i64();
  if (auto tensor = mlir::dyn_cast_or_null<mlir::ElementsAttr>(n.attr("values_tensor")))
    to = tensor.getElementType();
  if (b.failed() || keys.empty() || keys.size() != values.size() || keys.size() > kMaxLabels ||
      !isSupportedElementType(to))
    return {b.unsupported("labels other than at most " + llvm::Twine(kMaxLabels) + " pairs of numbers")};
  double otherwise = mlir::isa<mlir::FloatType>(to) ? n.real("default_float", -0.0)
                                                    : static_cast<double>(n.integer("default_int64", -1));
  if (auto given = numbers("", "", "default_tensor"); given.size() == 1)
    otherwise = given.front();
  Tensor y = b.full(otherwise, x.dims(), to);
  for (size_t k = keys.size(); k-- > 0;) {
    Tensor hit =
        std::isnan(keys[k]) && x.isFloat() ? map(ScalarFn::is_nan, x) : map(ScalarFn::eq, x, keys[k]);
    y = select(hit, values[k], y);
  }
  return {y};
}

constexpr OpenerRow kRows[] = {
    {"", "Optional", 15, openPresent, 1, 1},
    {"", "OptionalGetElement", 15, openPresent, 1, 1},
    {"", "OptionalHasElement", 15, openOptionalHasElement, 0, 1},
    {"ai.onnx.ml", "Binarizer", 1, openBinarizer, 1, 1},
    {"ai.onnx.ml", "ArrayFeatureExtractor", 1, openArrayFeatureExtractor, 2, 2},
    {"ai.onnx.ml", "LabelEncoder", 2, openLabelEncoder, 1, 1},
};

} // namespace

llvm::ArrayRef<OpenerRow> tabularOpeners() { return kRows; }

} // namespace delos::open
