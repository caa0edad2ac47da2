// Attributes of nodes: their content as a hash, and as MLIR attributes.
#include "lib/Import/Attributes.h"

#include "llvm/Support/xxhash.h"
#include "mlir/IR/Builders.h"

#include <bit>

namespace delos::importer {

using ::onnx::AttributeProto;

static uint64_t hashText(const std::string &text) { return llvm::xxh3_64bits(llvm::StringRef(text)); }

void appendContent(const AttributePlan &attribute, std::vector<uint64_t> &words) {
  const AttributeProto &proto = *attribute.proto;
  words.insert(words.end(), {hashText(attribute.name), uint64_t(proto.type())});
  // Only the fields of the type count: a file may fill others.
  switch (proto.type()) {
  case AttributeProto::FLOAT:
    words.push_back(std::bit_cast<uint32_t>(proto.f()));
    break;
  case AttributeProto::INT:
    words.push_back(uint64_t(proto.i()));
    break;
  case AttributeProto::STRING:
    words.push_back(hashText(proto.s()));
    break;
  case AttributeProto::FLOATS:
    for (float value : proto.floats())
      words.push_back(std::bit_cast<uint32_t>(value));
    break;
  case AttributeProto::INTS:
    words.insert(words.end(), proto.ints().begin(), proto.ints().end());
    break;
  case AttributeProto::STRINGS:
    for (const std::string &text : proto.strings())
      words.push_back(hashText(text));
    break;
  case AttributeProto::TYPE_PROTO:
    words.push_back(hashText(proto.tp().SerializeAsString()));
    break;
  case AttributeProto::TYPE_PROTOS:
    for (const ::onnx::TypeProto &type : proto.type_protos())
      words.push_back(hashText(type.SerializeAsString()));
    break;
  default: // the tensors below
    break;
  }
  for (const TensorData *tensor : attribute.tensors)
    words.push_back(tensor->hash);
  words.push_back(words.size()); // an end mark: lists are as long as they are
}

static absl::StatusOr<mlir::Attribute> convertTypes(const AttributePlan &attribute, TypeReader &types,
                                                    mlir::Builder &builder, const Place &place) {
  llvm::SmallVector<mlir::Attribute> converted;
  auto add = [&](const ::onnx::TypeProto &proto) {
    absl::StatusOr<mlir::Type> type = types.read(proto, attribute.name, place);
    if (type.ok())
      converted.push_back(mlir::TypeAttr::get(*type));
    return type.status();
  };
  if (attribute.proto->type() == AttributeProto::TYPE_PROTO) {
    DELOS_RETURN_IF_ERROR(add(attribute.proto->tp()));
    return converted[0];
  }
  for (const ::onnx::TypeProto &proto : attribute.proto->type_protos())
    DELOS_RETURN_IF_ERROR(add(proto));
  return mlir::Attribute(builder.getArrayAttr(converted));
}

absl::StatusOr<mlir::Attribute> convertAttribute(const AttributePlan &attribute, TensorReader &tensors,
                                                 TypeReader &types, mlir::MLIRContext &context,
                                                 const Place &place) {
  mlir::Builder builder(&context);
  const AttributeProto &proto = *attribute.proto;
  llvm::SmallVector<mlir::Attribute> list;
  switch (proto.type()) {
  case AttributeProto::FLOAT:
    return mlir::Attribute(builder.getF32FloatAttr(proto.f()));
  case AttributeProto::INT:
    return mlir::Attribute(builder.getI64IntegerAttr(proto.i()));
  case AttributeProto::STRING:
    return mlir::Attribute(builder.getStringAttr(proto.s()));
  case AttributeProto::FLOATS:
    return mlir::Attribute(
        builder.getDenseF32ArrayAttr({proto.floats().data(), size_t(proto.floats_size())}));
  case AttributeProto::INTS:
    return mlir::Attribute(builder.getDenseI64ArrayAttr({proto.ints().data(), size_t(proto.ints_size())}));
  case AttributeProto::STRINGS:
    for (const std::string &text : proto.strings())
      list.push_back(builder.getStringAttr(text));
    return mlir::Attribute(builder.getArrayAttr(list));
  case AttributeProto::TENSOR:
  case AttributeProto::SPARSE_TENSOR:
    return mlir::Attribute(tensors.elementsAttr(*attribute.tensors[0], context));
  case AttributeProto::TENSORS:
  case AttributeProto::SPARSE_TENSORS:
    for (TensorData *tensor : attribute.tensors)
      list.push_back(tensors.elementsAttr(*tensor, context));
    return mlir::Attribute(builder.getArrayAttr(list));
  case AttributeProto::TYPE_PROTO:
  case AttributeProto::TYPE_PROTOS:
    return convertTypes(attribute, types, builder, place);
  default:
    return invalidModel(place, "an attribute type of the standard", concat(int(proto.type())));
  }
}

} // namespace delos::importer
