// Types of a model file as MLIR types.
#include "lib/Import/TypeReader.h"

#include "dialects/Graph/Dims.h"
#include "dialects/Onnx/ElementTypes.h"
#include "dialects/Onnx/OnnxDialect.h"
#include "lib/Import/TensorReader.h"

#include <algorithm>

namespace delos::importer {

DimExpr DimSymbols::symbol(std::string_view key, std::string_view wish) {
  auto [entry, isNew] = names.try_emplace(std::string(key));
  if (isNew) {
    std::string base = sanitizeSymbolName(wish), name = base;
    while (used.try_emplace(name, 1).second == false)
      name = concat(base, "_", ++used[base]);
    entry->second = name;
  }
  return DimExpr::symbol(entry->second);
}

DimExpr DimSymbols::parse(std::string_view text) {
  // Products of sums are multiplied out, so only short texts are read as expressions; any other is one opaque
  // symbol.
  constexpr size_t longestExpression = 64;
  constexpr ptrdiff_t mostProducts = 4;
  auto products = std::count(text.begin(), text.end(), '*');
  std::optional<DimExpr> expression;
  if (text.size() <= longestExpression && products <= mostProducts)
    expression = DimExpr::parse(text);
  bool usable = expression && expression->isValid() && expression->asConstant().value_or(0) >= 0;
  if (!usable)
    return symbol(text, text);
  std::optional<DimExpr> renamed = expression->substitute(
      [&](std::string_view name) { return std::optional<DimExpr>(symbol(name, name)); });
  return renamed && renamed->isValid() ? *renamed : symbol(text, text);
}

DimExpr DimSymbols::unnamed(std::string_view value, int64_t position) {
  // No dim_param can be the key: it starts with a byte that is not text.
  return symbol(concat(std::string_view("\0", 1), position, ":", value), concat(value, "_d", position));
}

absl::StatusOr<mlir::Type> TypeReader::readElement(int32_t code, const Place &place) {
  if (const onnx::ElementInfo *info = onnx::elementInfo(int64_t(code)))
    return info->type(&context);
  return invalidModel(place, "an element type of the standard (1 to 26)", concat(code));
}

absl::StatusOr<mlir::Type> TypeReader::readTensor(const ::onnx::TypeProto::Tensor &proto,
                                                  std::string_view value, const Place &place, bool named) {
  absl::StatusOr<mlir::Type> element = readElement(proto.elem_type(), place);
  if (!element.ok())
    return element.status();
  if (!proto.has_shape())
    return mlir::Type(mlir::UnrankedTensorType::get(*element));
  DELOS_RETURN_IF_ERROR(checkLimit(place, "dims", proto.shape().dim_size(), limits.rank));
  graph::Dims dims;
  std::vector<int64_t> sizes, knownSizes;
  for (const ::onnx::TensorShapeProto::Dimension &dim : proto.shape().dim()) {
    DELOS_RETURN_IF_ERROR(
        checkLimit(place, "bytes in a dim's name", int64_t(dim.dim_param().size()), limits.nameBytes));
    // Some exporters write an unknown size as -1.
    bool isStatic = dim.has_dim_value() && dim.dim_value() != -1;
    if (isStatic)
      dims.push_back(DimExpr(dim.dim_value()));
    else
      dims.push_back(dim.dim_param().empty() ? symbols.unnamed(value, int64_t(dims.size()))
                                             : symbols.parse(dim.dim_param()));
    sizes.push_back(dims.back().asConstant().value_or(mlir::ShapedType::kDynamic));
    if (isStatic || sizes.back() >= 0)
      knownSizes.push_back(isStatic ? dim.dim_value() : sizes.back());
  }
  if (absl::StatusOr<int64_t> count = countElements(knownSizes, limits, place); !count.ok())
    return count.status();
  return named ? mlir::Type(graph::tensorType(dims, *element))
               : mlir::Type(mlir::RankedTensorType::get(sizes, *element));
}

absl::StatusOr<mlir::Type> TypeReader::readValue(const ::onnx::TypeProto &proto, std::string_view value,
                                                 const Place &place, int64_t depth) {
  DELOS_RETURN_IF_ERROR(checkLimit(place, "types inside types", depth, limits.typeDepth));
  auto inside = [&](const ::onnx::TypeProto &type) { return readValue(type, value, place, depth + 1); };
  auto unsupported = [&](std::string_view what) {
    return absl::UnimplementedError(
        concat(describe(place), "expected a tensor, sequence, optional or map, found ", what));
  };
  switch (proto.value_case()) {
  case ::onnx::TypeProto::kTensorType:
    return readTensor(proto.tensor_type(), value, place, /*named=*/depth == 0);
  case ::onnx::TypeProto::kSequenceType: {
    absl::StatusOr<mlir::Type> element = inside(proto.sequence_type().elem_type());
    return element.ok() ? absl::StatusOr<mlir::Type>(onnx::SeqType::get(&context, *element)) : element;
  }
  case ::onnx::TypeProto::kOptionalType: {
    absl::StatusOr<mlir::Type> element = inside(proto.optional_type().elem_type());
    if (element.ok() && !mlir::isa<mlir::TensorType, onnx::SeqType, onnx::UnknownType>(*element))
      return invalidModel(place, "an optional tensor or sequence", "an optional of something else");
    return element.ok() ? absl::StatusOr<mlir::Type>(onnx::OptionalType::get(&context, *element)) : element;
  }
  case ::onnx::TypeProto::kMapType: {
    absl::StatusOr<mlir::Type> key = readElement(proto.map_type().key_type(), place),
                               mapped = inside(proto.map_type().value_type());
    if (!key.ok() || !mapped.ok())
      return key.ok() ? mapped.status() : key.status();
    bool integral = key->isInteger() && key->getIntOrFloatBitWidth() >= 8;
    if (!integral && !mlir::isa<onnx::StringType>(*key))
      return invalidModel(place, "map keys of an integer type or STRING",
                          concat("type ", proto.map_type().key_type()));
    return mlir::Type(onnx::MapType::get(&context, *key, *mapped));
  }
  case ::onnx::TypeProto::kSparseTensorType:
    return unsupported("a sparse tensor");
  case ::onnx::TypeProto::kOpaqueType:
    return unsupported("an opaque value");
  case ::onnx::TypeProto::VALUE_NOT_SET:
    return mlir::Type(onnx::UnknownType::get(&context));
  }
  return mlir::Type(onnx::UnknownType::get(&context));
}

} // namespace delos::importer
