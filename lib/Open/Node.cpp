// Checked access to an ONNX node's operands, attributes and compile-time values.
#include "lib/Open/Node.h"

#include "dialects/Onnx/ElementTypes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace delos::open {

bool isSupportedElementType(mlir::Type type) {
  if (auto integer = mlir::dyn_cast<mlir::IntegerType>(type)) {
    if (integer.getWidth() == 1)
      return integer.isSignless();
    return llvm::is_contained({8u, 16u, 32u, 64u}, integer.getWidth()) && !integer.isSigned();
  }
  return type.isF16() || type.isBF16() || type.isF32() || type.isF64();
}

//===-- Operands and results ------------------------------------------------------------------===//

Tensor Node::in(unsigned index) {
  Tensor operand = optional(index);
  return operand ? operand : b.fail("operand " + llvm::Twine(index) + " is absent");
}

llvm::ArrayRef<Tensor> Node::all() {
  if (operands.empty())
    b.fail("expected at least one operand");
  for (unsigned index = 0; index < operands.size(); ++index)
    in(index);
  return operands;
}

mlir::RankedTensorType Node::statedResult(unsigned index) {
  return index < op.getNumResults() ? mlir::dyn_cast<mlir::RankedTensorType>(op.getResult(index).getType())
                                    : mlir::RankedTensorType();
}

//===-- Attributes ----------------------------------------------------------------------------===//

/// The attribute when it has this kind; records a failure when it has another.
template <typename Kind>
static Kind typedAttr(OpenBuilder &b, onnx::NodeOp op, llvm::StringRef name, llvm::StringRef kind) {
  mlir::Attribute value = op.getOperatorAttr(name);
  auto typed = mlir::dyn_cast_or_null<Kind>(value);
  if (value && !typed)
    b.fail("attribute '" + name + "': expected " + kind);
  return typed;
}

int64_t Node::integer(llvm::StringRef name, int64_t otherwise) {
  auto value = typedAttr<mlir::IntegerAttr>(b, op, name, "an integer");
  return value ? value.getInt() : otherwise;
}

int64_t Node::integer(llvm::StringRef name) {
  if (!has(name))
    b.fail("attribute '" + name + "' is missing");
  return integer(name, 0);
}

double Node::real(llvm::StringRef name, double otherwise) {
  auto value = typedAttr<mlir::FloatAttr>(b, op, name, "a float");
  return value ? value.getValueAsDouble() : otherwise;
}

llvm::StringRef Node::text(llvm::StringRef name, llvm::StringRef otherwise) {
  auto value = typedAttr<mlir::StringAttr>(b, op, name, "a string");
  return value ? value.getValue() : otherwise;
}

Ints Node::integers(llvm::StringRef name, llvm::ArrayRef<int64_t> otherwise) {
  // An empty list has no kind in the file.
  if (auto list = mlir::dyn_cast_or_null<mlir::ArrayAttr>(attr(name)); list && list.empty())
    return {};
  auto value = typedAttr<mlir::DenseI64ArrayAttr>(b, op, name, "a list of integers");
  return Ints(value ? value.asArrayRef() : otherwise);
}

std::vector<double> Node::reals(llvm::StringRef name) {
  auto value = typedAttr<mlir::DenseF32ArrayAttr>(b, op, name, "a list of floats");
  return value ? std::vector<double>(value.asArrayRef().begin(), value.asArrayRef().end())
               : std::vector<double>();
}

std::vector<std::string> Node::texts(llvm::StringRef name) {
  std::vector<std::string> strings;
  if (auto list = typedAttr<mlir::ArrayAttr>(b, op, name, "a list of strings"))
    for (mlir::Attribute element : list)
      if (auto string = mlir::dyn_cast<mlir::StringAttr>(element))
        strings.push_back(string.getValue().str());
  return strings;
}

mlir::Type Node::elementTypeOfCode(int64_t code) {
  const onnx::ElementInfo *info = onnx::elementInfo(code);
  if (!info) {
    b.fail("no element type has the code " + llvm::Twine(code));
    return {};
  }
  mlir::Type type = info->type(b.context());
  if (isSupportedElementType(type))
    return type;
  b.unsupported("element type " + describe(type));
  return {};
}

mlir::Type Node::elementType(llvm::StringRef name, mlir::Type otherwise) {
  return has(name) ? elementTypeOfCode(integer(name)) : otherwise;
}

int64_t Node::seed() {
  if (auto value = mlir::dyn_cast_or_null<mlir::FloatAttr>(attr("seed")))
    return static_cast<int64_t>(value.getValue().bitcastToAPInt().getZExtValue());
  if (auto value = mlir::dyn_cast_or_null<mlir::IntegerAttr>(attr("seed")))
    return value.getInt();
  uint64_t digits = 0;
  if (auto id = op.getId())
    id->getAsInteger(16, digits);
  return static_cast<int64_t>(digits >> 1);
}

//===-- Axes and compile-time values ----------------------------------------------------------===//

int64_t Node::axis(int64_t value, int64_t rank) {
  int64_t dim = value < 0 ? value + rank : value;
  if (dim >= 0 && dim < rank)
    return dim;
  b.fail("expected an axis in [" + llvm::Twine(-rank) + ", " + llvm::Twine(rank) + "), got " +
         llvm::Twine(value));
  return 0;
}

Ints Node::axes(llvm::ArrayRef<int64_t> values, int64_t rank) {
  Ints dims;
  for (int64_t value : values)
    dims.push_back(axis(value, rank));
  llvm::sort(dims);
  if (std::adjacent_find(dims.begin(), dims.end()) != dims.end())
    b.fail("an axis occurs twice");
  return b.failed() ? Ints() : dims;
}

/// Function arguments that a value is computed from, as far as a bounded walk sees.
static void collectArguments(mlir::Value value, llvm::SmallVectorImpl<unsigned> &arguments) {
  constexpr size_t kMaxVisited = 256;
  llvm::SmallVector<mlir::Value> queue{value};
  for (size_t next = 0; next < queue.size() && next < kMaxVisited; ++next) {
    if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(queue[next]))
      arguments.push_back(argument.getArgNumber());
    else if (mlir::Operation *op = queue[next].getDefiningOp())
      llvm::append_range(queue, op->getOperands());
  }
}

const ShapeValue *Node::knownValue(unsigned index) {
  Tensor operand = in(index);
  if (!operand)
    return nullptr;
  if (const ShapeValue *value = lookup(operand))
    return value;
  llvm::SmallVector<unsigned> arguments;
  collectArguments(operand.value(), arguments);
  b.needArguments(arguments);
  b.unsupported("the value of operand " + llvm::Twine(index) + " is not known at compile time");
  return nullptr;
}

std::optional<Dims> Node::known(unsigned index) {
  const ShapeValue *value = knownValue(index);
  if (!value)
    return std::nullopt;
  if (value->isReal() || !in(index).isInteger()) {
    b.fail("operand " + llvm::Twine(index) + ": expected integers, got " + describe(in(index).elementType()));
    return std::nullopt;
  }
  return Dims(value->ints.begin(), value->ints.end());
}

std::optional<Ints> Node::knownIntegers(unsigned index) {
  auto dims = known(index);
  if (!dims)
    return std::nullopt;
  Ints numbers;
  for (const DimExpr &dim : *dims) {
    auto constant = dim.asConstant();
    if (!constant) {
      b.unsupported("operand " + llvm::Twine(index) + " depends on the symbolic size " + dim.str());
      return std::nullopt;
    }
    numbers.push_back(*constant);
  }
  return numbers;
}

std::optional<bool> Node::knownFlag(unsigned index) {
  const ShapeValue *value = knownValue(index);
  if (!value)
    return std::nullopt;
  auto numbers = value->asIntegers();
  if (!in(index).isBool() || !numbers || numbers->size() != 1) {
    b.fail("operand " + llvm::Twine(index) + ": expected one bool");
    return std::nullopt;
  }
  return numbers->front() != 0;
}

std::optional<DimExpr> Node::knownSize(unsigned index) {
  auto sizes = known(index);
  if (!sizes)
    return std::nullopt;
  if (sizes->size() != 1) {
    b.fail("operand " + llvm::Twine(index) + ": expected one element, got " + llvm::Twine(sizes->size()));
    return std::nullopt;
  }
  return sizes->front();
}

std::optional<std::vector<double>> Node::knownReals(unsigned index) {
  const ShapeValue *value = knownValue(index);
  if (!value)
    return std::nullopt;
  if (!in(index).isFloat()) {
    b.fail("operand " + llvm::Twine(index) + ": expected floats, got " + describe(in(index).elementType()));
    return std::nullopt;
  }
  return value->reals;
}

} // namespace delos::open
