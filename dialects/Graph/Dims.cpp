// Tensor sizes as expressions and the #graph.dims encoding.
#include "dialects/Graph/Dims.h"

#include "dialects/Graph/GraphOps.h"

#include "llvm/ADT/StringExtras.h"
#include "mlir/IR/Builders.h"

namespace delos::graph {

using mlir::Attribute;
using mlir::IntegerAttr;
using mlir::StringAttr;

static DimExpr exprOf(Attribute attr) {
  if (auto integer = mlir::dyn_cast<IntegerAttr>(attr))
    return DimExpr(integer.getInt());
  // The verifier has parsed every text before.
  return DimExpr::parse(mlir::cast<StringAttr>(attr).getValue()).value_or(DimExpr::invalid());
}

Dims dimsOf(DimsAttr attr) { return llvm::map_to_vector(attr.getDims(), exprOf); }

Dims dimsOf(mlir::Type type) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  if (auto attr = mlir::dyn_cast_or_null<DimsAttr>(tensor.getEncoding()))
    return dimsOf(attr);
  return llvm::map_to_vector(tensor.getShape(), [](int64_t size) {
    return mlir::ShapedType::isDynamic(size) ? DimExpr::symbol("?") : DimExpr(size);
  });
}

DimsAttr dimsAttr(mlir::MLIRContext *context, llvm::ArrayRef<DimExpr> dims) {
  mlir::Builder builder(context);
  return DimsAttr::get(context, llvm::map_to_vector(dims, [&](const DimExpr &dim) -> Attribute {
                         if (auto constant = dim.asConstant())
                           return builder.getI64IntegerAttr(*constant);
                         return builder.getStringAttr(dim.str());
                       }));
}

DimsAttr dimsAttr(mlir::MLIRContext *context, llvm::ArrayRef<int64_t> dims) {
  return dimsAttr(context, llvm::map_to_vector(dims, [](int64_t dim) { return DimExpr(dim); }));
}

mlir::RankedTensorType tensorType(llvm::ArrayRef<DimExpr> dims, mlir::Type elementType) {
  auto shape = llvm::map_to_vector(
      dims, [](const DimExpr &dim) { return dim.asConstant().value_or(mlir::ShapedType::kDynamic); });
  if (!llvm::is_contained(shape, mlir::ShapedType::kDynamic))
    return mlir::RankedTensorType::get(shape, elementType);
  return mlir::RankedTensorType::get(shape, elementType, dimsAttr(elementType.getContext(), dims));
}

mlir::RankedTensorType withElementType(mlir::Type type, mlir::Type elementType) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  return mlir::RankedTensorType::get(tensor.getShape(), elementType, tensor.getEncoding());
}

DimExpr elementCount(llvm::ArrayRef<DimExpr> dims) {
  DimExpr product(1);
  for (const DimExpr &dim : dims)
    product = product * dim;
  return product;
}

bool mayBeEqual(const DimExpr &a, const DimExpr &b) {
  auto difference = (a - b).asConstant();
  return !difference || *difference == 0;
}

//===-- The attribute
//--------------------------------------------------------------------------------------------------------------===//

Attribute DimsAttr::parse(mlir::AsmParser &parser, mlir::Type) {
  llvm::SmallVector<Attribute> dims;
  auto parseDim = [&]() -> mlir::ParseResult {
    int64_t value;
    if (mlir::OptionalParseResult integer = parser.parseOptionalInteger(value); integer.has_value()) {
      dims.push_back(parser.getBuilder().getI64IntegerAttr(value));
      return *integer;
    }
    std::string text;
    llvm::SMLoc where = parser.getCurrentLocation();
    if (parser.parseString(&text))
      return mlir::failure();
    auto expr = DimExpr::parse(text);
    if (!expr)
      return parser.emitError(where, "expected a dim expression, got \"") << text << "\"";
    dims.push_back(parser.getBuilder().getStringAttr(expr->str()));
    return mlir::success();
  };
  if (parser.parseCommaSeparatedList(mlir::AsmParser::Delimiter::LessGreater, parseDim))
    return {};
  return DimsAttr::get(parser.getContext(), dims);
}

void DimsAttr::print(mlir::AsmPrinter &printer) const {
  printer << "<";
  llvm::interleaveComma(getDims(), printer, [&](Attribute dim) {
    if (auto integer = mlir::dyn_cast<IntegerAttr>(dim))
      printer << integer.getInt();
    else
      printer << dim;
  });
  printer << ">";
}

llvm::LogicalResult DimsAttr::verifyEncoding(llvm::ArrayRef<int64_t> shape, mlir::Type,
                                             llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const {
  if (shape.size() != getDims().size())
    return emitError() << "#graph.dims has " << getDims().size() << " entries for a tensor of rank "
                       << shape.size();
  for (auto [size, dim] : llvm::zip(shape, getDims())) {
    auto integer = mlir::dyn_cast<IntegerAttr>(dim);
    if (mlir::ShapedType::isDynamic(size) == static_cast<bool>(integer) ||
        (integer && integer.getInt() != size))
      return emitError() << "#graph.dims entry " << dim << " does not describe dim size " << size;
  }
  return llvm::success();
}

} // namespace delos::graph
