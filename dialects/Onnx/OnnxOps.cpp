// Verification and effects of the onnx ops.
#include "dialects/Onnx/ElementTypes.h"
#include "dialects/Onnx/OnnxDialect.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#define GET_OP_CLASSES
#include "dialects/Onnx/OnnxOps.cpp.inc"

using namespace delos::onnx;

//===-- NodeOp ------------------------------------------------------------------------------------------===//

std::string NodeOp::getQualifiedName() {
  return getDomain().empty() ? getOpType().str() : (getDomain() + "::" + getOpType()).str();
}

std::string NodeOp::getDisplayName() {
  if (getNodeName() && !getNodeName()->empty())
    return getNodeName()->str();
  if (getOutputNames() && !getOutputNames()->empty())
    return mlir::cast<mlir::StringAttr>((*getOutputNames())[0]).str();
  return getOpType().str();
}

mlir::Region *NodeOp::getBody(llvm::StringRef name) {
  if (getBodyNames())
    for (auto [attr, region] : llvm::zip(*getBodyNames(), getBodies()))
      if (mlir::cast<mlir::StringAttr>(attr).getValue() == name)
        return &region;
  return nullptr;
}

bool NodeOp::hasResult(unsigned index) {
  return index < getNumResults() && !mlir::isa<NoneType>(getResult(index).getType());
}

bool NodeOp::hasInput(unsigned index) {
  return index < getInputs().size() && !mlir::isa<NoneType>(getInputs()[index].getType());
}

/// A model's name as far as an SSA name can spell it.
static std::string spellable(llvm::StringRef name) {
  constexpr size_t readable = 64; // characters; every use repeats them
  std::string spelled = name.take_front(readable).str();
  for (char &c : spelled)
    if (!llvm::isAlnum(c) && !llvm::StringRef("_.$-").contains(c))
      c = '_';
  return spelled;
}

void NodeOp::getAsmResultNames(mlir::OpAsmSetValueNameFn setName) {
  if (getOutputNames() && getOutputNames()->size() == getNumResults())
    for (auto [result, name] : llvm::zip(getResults(), *getOutputNames()))
      setName(result, spellable(mlir::cast<mlir::StringAttr>(name).getValue()));
}

/// Operators whose result is not a function of their operands: each execution reads and advances a random
/// state.
static bool drawsRandomNumbers(NodeOp node) {
  static constexpr llvm::StringLiteral names[] = {"Bernoulli",        "Dropout",          "Multinomial",
                                                  "RandomNormal",     "RandomNormalLike", "RandomUniform",
                                                  "RandomUniformLike"};
  return node.getDomain().empty() && llvm::is_contained(names, node.getOpType());
}

void NodeOp::getEffects(llvm::SmallVectorImpl<mlir::MemoryEffects::EffectInstance> &effects) {
  // A body may hold a node that draws: nodes with bodies are never merged.
  if (drawsRandomNumbers(*this) || getNumRegions() != 0) {
    effects.emplace_back(mlir::MemoryEffects::Read::get());
    effects.emplace_back(mlir::MemoryEffects::Write::get());
  }
}

/// True for the kinds of attribute that a node's attribute of the standard maps to.
static bool isNodeAttribute(mlir::Attribute attr) {
  if (auto array = mlir::dyn_cast<mlir::ArrayAttr>(attr))
    return llvm::all_of(array, [](mlir::Attribute element) {
      return mlir::isa<mlir::StringAttr, mlir::ElementsAttr, mlir::TypeAttr>(element);
    });
  if (auto integer = mlir::dyn_cast<mlir::IntegerAttr>(attr))
    return integer.getType().isSignlessInteger(64);
  if (auto real = mlir::dyn_cast<mlir::FloatAttr>(attr))
    return real.getType().isF32();
  return mlir::isa<mlir::StringAttr, mlir::TypeAttr, mlir::DenseF32ArrayAttr, mlir::DenseI64ArrayAttr,
                   mlir::ElementsAttr>(attr);
}

static mlir::LogicalResult verifyNames(NodeOp node) {
  if (node.getOpType().empty())
    return node.emitOpError("expected an operator name, got an empty one");
  if (node.getOpset() < 1)
    return node.emitOpError("expected an opset version of at least 1, got ") << node.getOpset();
  auto isHex = [](char c) { return llvm::isDigit(c) || (c >= 'a' && c <= 'f'); };
  if (auto id = node.getId(); id && (id->size() != 16 || !llvm::all_of(*id, isHex)))
    return node.emitOpError("expected an id of 16 lower-case hex digits, got \"") << *id << "\"";
  if (auto outputs = node.getOutputNames(); outputs && outputs->size() != node.getNumResults())
    return node.emitOpError("expected one output name per result (")
           << node.getNumResults() << "), got " << outputs->size();
  size_t bodyNames = node.getBodyNames() ? node.getBodyNames()->size() : 0;
  if (bodyNames != node.getNumRegions())
    return node.emitOpError("expected one body name per body (")
           << node.getNumRegions() << "), got " << bodyNames;
  return mlir::success();
}

mlir::LogicalResult NodeOp::verify() {
  if (mlir::failed(verifyNames(*this)))
    return mlir::failure();
  for (mlir::NamedAttribute attr : getOperatorAttrs())
    if (!isNodeAttribute(attr.getValue()))
      return emitOpError("expected attribute '")
             << attr.getName().getValue() << "' to be f32, i64, a string, a type, a tensor, or a "
             << "list of one of these, got " << attr.getValue();
  return mlir::success();
}

mlir::LogicalResult NodeOp::verifyRegions() {
  for (auto [index, body] : llvm::enumerate(getBodies())) {
    if (!body.hasOneBlock())
      return emitOpError("expected body ") << index << " to have one block, got " << body.getBlocks().size();
    if (body.front().empty() || !mlir::isa<YieldOp>(body.front().back()))
      return emitOpError("expected body ") << index << " to end in onnx.yield";
    for (mlir::Type type : body.front().getArgumentTypes())
      if (!isValueType(type))
        return emitOpError("expected the arguments of body ") << index << " to be ONNX values, got " << type;
  }
  return mlir::success();
}

//===-- ConstantOp --------------------------------------------------------------------------------------===//

void ConstantOp::build(mlir::OpBuilder &builder, mlir::OperationState &state, mlir::ElementsAttr value,
                       llvm::StringRef name) {
  build(builder, state, value.getType(), value,
        name.empty() ? mlir::StringAttr() : builder.getStringAttr(name));
}

void ConstantOp::getAsmResultNames(mlir::OpAsmSetValueNameFn setName) {
  setName(getResult(), spellable(getName().value_or("cst")));
}

bool ConstantOp::isBuildableWith(mlir::Attribute value, mlir::Type type) {
  auto elements = mlir::dyn_cast<mlir::ElementsAttr>(value);
  return elements && elements.getType() == type && mlir::isa<mlir::RankedTensorType>(type);
}

mlir::OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

mlir::LogicalResult ConstantOp::verify() {
  mlir::ShapedType type = getValue().getShapedType();
  const ElementInfo *info = elementInfo(type.getElementType());
  if (!info)
    return emitOpError("expected an element type of ONNX, got ") << type.getElementType();
  auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(getValue());
  if (!resource)
    return mlir::success();
  if (info->bits == 0)
    return emitOpError("expected a list of strings, got a resource");
  mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  int64_t expected = rawBytes(*info, type.getNumElements());
  // The bytes may be elided in printed IR.
  if (blob && int64_t(blob->getData().size()) != expected)
    return emitOpError("expected ") << expected << " bytes of data, got " << blob->getData().size();
  return mlir::success();
}

//===-- NoneOp ------------------------------------------------------------------------------------------===//

void NoneOp::getAsmResultNames(mlir::OpAsmSetValueNameFn setName) { setName(getResult(), "none"); }
