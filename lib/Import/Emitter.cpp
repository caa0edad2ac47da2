// Emission of a resolved model as a module of the onnx dialect.
#include "lib/Import/Emitter.h"

#include "dialects/Onnx/OnnxDialect.h"
#include "lib/Import/Attributes.h"
#include "lib/Import/CanonicalOrder.h"
#include "lib/Import/Resolver.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

#include "absl/strings/str_format.h"

namespace delos::importer {
namespace {

class Emitter {
public:
  Emitter(const ModelPlan &plan, TensorReader &tensors, TypeReader &types, mlir::MLIRContext &context)
      : plan(plan), tensors(tensors), types(types), context(context), builder(&context),
        values(plan.values.size()) {}

  absl::Status emitMain(mlir::ModuleOp module);

private:
  /// Where the ids of a body's nodes come from; null for the model's graph.
  struct Owner {
    uint64_t id, body;
  };

  absl::Status emitNodes(const GraphPlan &graph, const Owner *owner);
  absl::Status emitNode(const NodePlan &node, const Owner *owner);
  absl::Status emitBody(const BodyPlan &body, const Owner &owner, mlir::Region &region);
  absl::Status emitArguments(const GraphPlan &graph, mlir::Block &block);
  absl::StatusOr<mlir::Type> typeOf(ValueId value, const Place &place);
  absl::StatusOr<mlir::DictionaryAttr> attributesOf(const NodePlan &node);
  llvm::SmallVector<mlir::Value> outputsOf(const GraphPlan &graph) const;
  mlir::Value absent();
  mlir::Location locationOf(std::string_view name) const;
  mlir::StringAttr text(std::string_view name) const {
    return mlir::StringAttr::get(&context, llvm::StringRef(name));
  }

  const ModelPlan &plan;
  TensorReader &tensors;
  TypeReader &types;
  mlir::MLIRContext &context;
  mlir::OpBuilder builder;
  std::vector<mlir::Value> values; // by ValueId
  mlir::Block *entry = nullptr;
  mlir::Value none; // made when first needed
};

mlir::Location Emitter::locationOf(std::string_view name) const {
  return name.empty() ? mlir::Location(mlir::UnknownLoc::get(&context))
                      : mlir::Location(mlir::NameLoc::get(text(name)));
}

mlir::Value Emitter::absent() {
  if (!none) {
    mlir::OpBuilder first = mlir::OpBuilder::atBlockBegin(entry);
    none = onnx::NoneOp::create(first, mlir::UnknownLoc::get(&context), onnx::NoneType::get(&context));
  }
  return none;
}

absl::StatusOr<mlir::Type> Emitter::typeOf(ValueId value, const Place &place) {
  if (value == absentValue)
    return mlir::Type(onnx::NoneType::get(&context));
  const ValuePlan &stated = plan.values[value];
  if (!stated.type)
    return mlir::Type(onnx::UnknownType::get(&context));
  return types.read(*stated.type, stated.name, Place{place.node, place.opType, stated.name});
}

absl::Status Emitter::emitArguments(const GraphPlan &graph, mlir::Block &block) {
  for (ValueId input : graph.inputs) {
    absl::StatusOr<mlir::Type> type = typeOf(input, {});
    if (!type.ok())
      return type.status();
    values[input] = block.addArgument(*type, locationOf(plan.values[input].name));
  }
  return absl::OkStatus();
}

llvm::SmallVector<mlir::Value> Emitter::outputsOf(const GraphPlan &graph) const {
  llvm::SmallVector<mlir::Value> outputs;
  for (ValueId output : graph.outputs)
    outputs.push_back(values[output]);
  return outputs;
}

absl::StatusOr<mlir::DictionaryAttr> Emitter::attributesOf(const NodePlan &node) {
  llvm::SmallVector<mlir::NamedAttribute> converted;
  for (const AttributePlan &attribute : node.attributes) {
    Place place = placeOf(plan, node);
    place.tensor = attribute.name;
    absl::StatusOr<mlir::Attribute> value = convertAttribute(attribute, tensors, types, context, place);
    if (!value.ok())
      return value.status();
    converted.emplace_back(text(attribute.name), *value);
  }
  return mlir::DictionaryAttr::get(&context, converted);
}

absl::Status Emitter::emitBody(const BodyPlan &body, const Owner &owner, mlir::Region &region) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  mlir::Block *block = builder.createBlock(&region);
  DELOS_RETURN_IF_ERROR(emitArguments(*body.graph, *block));
  DELOS_RETURN_IF_ERROR(emitNodes(*body.graph, &owner));
  onnx::YieldOp::create(builder, region.getLoc(), outputsOf(*body.graph));
  return absl::OkStatus();
}

absl::Status Emitter::emitNode(const NodePlan &node, const Owner *owner) {
  Place place = placeOf(plan, node);
  if (node.constant) {
    ValueId output = node.outputs[0];
    mlir::ElementsAttr data = tensors.elementsAttr(*node.constant, context);
    const std::string &name = plan.values[output].name;
    values[output] = onnx::ConstantOp::create(builder, locationOf(name), data, name);
    return absl::OkStatus();
  }
  llvm::SmallVector<mlir::Value> operands;
  for (ValueId input : node.inputs)
    operands.push_back(input == absentValue ? absent() : values[input]);
  llvm::SmallVector<mlir::Type> resultTypes;
  llvm::SmallVector<mlir::Attribute> outputNames, bodyNames;
  for (ValueId output : node.outputs) {
    absl::StatusOr<mlir::Type> type = typeOf(output, place);
    if (!type.ok())
      return type.status();
    resultTypes.push_back(*type);
    outputNames.push_back(text(output == absentValue ? std::string_view() : plan.values[output].name));
  }
  for (const BodyPlan &body : node.bodies)
    bodyNames.push_back(text(body.attribute));
  absl::StatusOr<mlir::DictionaryAttr> attributes = attributesOf(node);
  if (!attributes.ok())
    return attributes.status();
  uint64_t id = owner ? nestedId(owner->id, owner->body, node.id) : node.id;
  auto op = onnx::NodeOp::create(
      builder, locationOf(place.node), resultTypes, operands, text(node.opType), *attributes,
      text(node.domain), builder.getI64IntegerAttr(node.opset), text(absl::StrFormat("%016x", id)),
      node.name.empty() ? mlir::StringAttr() : text(node.name), builder.getArrayAttr(outputNames),
      bodyNames.empty() ? mlir::ArrayAttr() : builder.getArrayAttr(bodyNames), node.bodies.size());
  for (auto [index, body] : llvm::enumerate(node.bodies))
    DELOS_RETURN_IF_ERROR(emitBody(body, {id, index}, op.getBodies()[index]));
  for (auto [output, result] : llvm::zip(node.outputs, op.getResults()))
    if (output != absentValue)
      values[output] = result;
  return absl::OkStatus();
}

absl::Status Emitter::emitNodes(const GraphPlan &graph, const Owner *owner) {
  for (const NodePlan *node : canonicalOrder(plan, graph))
    DELOS_RETURN_IF_ERROR(emitNode(*node, owner));
  return absl::OkStatus();
}

absl::Status Emitter::emitMain(mlir::ModuleOp module) {
  builder.setInsertionPointToEnd(module.getBody());
  auto main = mlir::func::FuncOp::create(builder, module.getLoc(), "main", builder.getFunctionType({}, {}));
  entry = main.addEntryBlock();
  builder.setInsertionPointToEnd(entry);
  for (ValueId input : plan.main.inputs)
    if (!plan.values[input].type)
      return invalidModel({.tensor = plan.values[input].name}, "a graph input with a type", "none");
  DELOS_RETURN_IF_ERROR(emitArguments(plan.main, *entry));
  DELOS_RETURN_IF_ERROR(emitNodes(plan.main, nullptr));
  auto results = mlir::func::ReturnOp::create(builder, module.getLoc(), outputsOf(plan.main));
  main.setFunctionType(builder.getFunctionType(entry->getArgumentTypes(), results.getOperandTypes()));
  for (auto [index, input] : llvm::enumerate(plan.main.inputs))
    main.setArgAttr(index, onnx::nameAttrName, text(plan.values[input].name));
  for (auto [index, output] : llvm::enumerate(plan.main.outputs))
    main.setResultAttr(index, onnx::nameAttrName, text(plan.values[output].name));
  return absl::OkStatus();
}

/// The versions that the file's nodes mean, by domain.
mlir::DictionaryAttr opsetsOf(const ::onnx::ModelProto &model, mlir::Builder &builder) {
  mlir::NamedAttrList opsets;
  for (const ::onnx::OperatorSetIdProto &entry : model.opset_import()) {
    std::string_view domain = normalizedDomain(entry.domain());
    opsets.set(domain.empty() ? llvm::StringRef("ai.onnx") : llvm::StringRef(domain),
               builder.getI64IntegerAttr(entry.version()));
  }
  return opsets.getDictionary(builder.getContext());
}

} // namespace

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> emitModule(const ModelPlan &plan,
                                                             const ::onnx::ModelProto &model,
                                                             TensorReader &tensors, TypeReader &types,
                                                             mlir::MLIRContext &context) {
  mlir::Builder builder(&context);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(builder.getUnknownLoc());
  (*module)->setAttr(onnx::irVersionAttrName, builder.getI64IntegerAttr(model.ir_version()));
  (*module)->setAttr(onnx::opsetsAttrName, opsetsOf(model, builder));
  DELOS_RETURN_IF_ERROR(Emitter(plan, tensors, types, context).emitMain(*module));
  return module;
}

} // namespace delos::importer
