// A walk over a serialized model that bounds what parsing it will take.
//
// Protobuf allocates as it parses: two bytes of input can become a message of 200 bytes. The walk knows which
// fields are messages and which are packed numbers, and adds up what the parser would allocate for them.
#include "lib/Import/WireScan.h"

#include "lib/Import/ModelError.h"
#include "lib/Import/onnx-ml.pb.h"

#include <array>
#include <optional>
#include <vector>

namespace delos::importer {
namespace {

enum class Kind : uint8_t {
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  SparseTensor,
  ValueInfo,
  Type,
  TypeTensor,
  TypeSequence,
  TypeMap,
  TypeOptional,
  TypeSparseTensor,
  Shape,
  Function,
  Training,
  Annotation,
  NodeDevice,
  Sharding,
  ShardedDim,
  Leaf,    // any message without messages inside
  Numbers, // repeated scalars
};

/// Field `field` of a `parent` message holds a `child`. `bytes` is its size in memory; of numbers, the growth
/// of a packed byte.
struct Field {
  Kind parent;
  uint32_t field;
  Kind child;
  size_t bytes;
};

template <typename Message>
constexpr Field message(Kind parent, uint32_t field, Kind child) {
  return {parent, field, child, sizeof(Message) + 16}; // and a slot in its owner, and the allocator's header
}
constexpr Field fixed(Kind parent, uint32_t field) { return {parent, field, Kind::Numbers, 1}; }
constexpr Field varints32(Kind parent, uint32_t field) { return {parent, field, Kind::Numbers, 4}; }
constexpr Field varints64(Kind parent, uint32_t field) { return {parent, field, Kind::Numbers, 8}; }

using Entry = ::onnx::StringStringEntryProto;

const Field fields[] = {
    message<::onnx::GraphProto>(Kind::Model, 7, Kind::Graph),
    message<::onnx::OperatorSetIdProto>(Kind::Model, 8, Kind::Leaf),
    message<Entry>(Kind::Model, 14, Kind::Leaf),
    message<::onnx::TrainingInfoProto>(Kind::Model, 20, Kind::Training),
    message<::onnx::FunctionProto>(Kind::Model, 25, Kind::Function),
    message<::onnx::DeviceConfigurationProto>(Kind::Model, 26, Kind::Leaf),
    message<::onnx::NodeProto>(Kind::Graph, 1, Kind::Node),
    message<::onnx::TensorProto>(Kind::Graph, 5, Kind::Tensor),
    message<::onnx::SparseTensorProto>(Kind::Graph, 15, Kind::SparseTensor),
    message<::onnx::ValueInfoProto>(Kind::Graph, 11, Kind::ValueInfo),
    message<::onnx::ValueInfoProto>(Kind::Graph, 12, Kind::ValueInfo),
    message<::onnx::ValueInfoProto>(Kind::Graph, 13, Kind::ValueInfo),
    message<::onnx::TensorAnnotation>(Kind::Graph, 14, Kind::Annotation),
    message<Entry>(Kind::Graph, 16, Kind::Leaf),
    message<::onnx::AttributeProto>(Kind::Node, 5, Kind::Attribute),
    message<Entry>(Kind::Node, 9, Kind::Leaf),
    message<::onnx::NodeDeviceConfigurationProto>(Kind::Node, 10, Kind::NodeDevice),
    message<::onnx::TensorProto>(Kind::Attribute, 5, Kind::Tensor),
    message<::onnx::GraphProto>(Kind::Attribute, 6, Kind::Graph),
    message<::onnx::TypeProto>(Kind::Attribute, 14, Kind::Type),
    message<::onnx::SparseTensorProto>(Kind::Attribute, 22, Kind::SparseTensor),
    message<::onnx::TensorProto>(Kind::Attribute, 10, Kind::Tensor),
    message<::onnx::GraphProto>(Kind::Attribute, 11, Kind::Graph),
    message<::onnx::TypeProto>(Kind::Attribute, 15, Kind::Type),
    message<::onnx::SparseTensorProto>(Kind::Attribute, 23, Kind::SparseTensor),
    fixed(Kind::Attribute, 7),
    varints64(Kind::Attribute, 8),
    message<::onnx::TensorProto::Segment>(Kind::Tensor, 3, Kind::Leaf),
    message<Entry>(Kind::Tensor, 13, Kind::Leaf),
    message<Entry>(Kind::Tensor, 16, Kind::Leaf),
    varints64(Kind::Tensor, 1),
    fixed(Kind::Tensor, 4),
    varints32(Kind::Tensor, 5),
    varints64(Kind::Tensor, 7),
    fixed(Kind::Tensor, 10),
    varints64(Kind::Tensor, 11),
    message<::onnx::TensorProto>(Kind::SparseTensor, 1, Kind::Tensor),
    message<::onnx::TensorProto>(Kind::SparseTensor, 2, Kind::Tensor),
    varints64(Kind::SparseTensor, 3),
    message<::onnx::TypeProto>(Kind::ValueInfo, 2, Kind::Type),
    message<Entry>(Kind::ValueInfo, 4, Kind::Leaf),
    message<::onnx::TypeProto::Tensor>(Kind::Type, 1, Kind::TypeTensor),
    message<::onnx::TypeProto::Sequence>(Kind::Type, 4, Kind::TypeSequence),
    message<::onnx::TypeProto::Map>(Kind::Type, 5, Kind::TypeMap),
    message<::onnx::TypeProto::Optional>(Kind::Type, 9, Kind::TypeOptional),
    message<::onnx::TypeProto::SparseTensor>(Kind::Type, 8, Kind::TypeSparseTensor),
    message<::onnx::TypeProto::Opaque>(Kind::Type, 7, Kind::Leaf),
    message<::onnx::TensorShapeProto>(Kind::TypeTensor, 2, Kind::Shape),
    message<::onnx::TypeProto>(Kind::TypeSequence, 1, Kind::Type),
    message<::onnx::TypeProto>(Kind::TypeMap, 2, Kind::Type),
    message<::onnx::TypeProto>(Kind::TypeOptional, 1, Kind::Type),
    message<::onnx::TensorShapeProto>(Kind::TypeSparseTensor, 2, Kind::Shape),
    message<::onnx::TensorShapeProto::Dimension>(Kind::Shape, 1, Kind::Leaf),
    message<::onnx::NodeProto>(Kind::Function, 7, Kind::Node),
    message<::onnx::OperatorSetIdProto>(Kind::Function, 9, Kind::Leaf),
    message<::onnx::AttributeProto>(Kind::Function, 11, Kind::Attribute),
    message<::onnx::ValueInfoProto>(Kind::Function, 12, Kind::ValueInfo),
    message<Entry>(Kind::Function, 14, Kind::Leaf),
    message<::onnx::GraphProto>(Kind::Training, 1, Kind::Graph),
    message<::onnx::GraphProto>(Kind::Training, 2, Kind::Graph),
    message<Entry>(Kind::Training, 3, Kind::Leaf),
    message<Entry>(Kind::Training, 4, Kind::Leaf),
    message<Entry>(Kind::Annotation, 2, Kind::Leaf),
    message<::onnx::ShardingSpecProto>(Kind::NodeDevice, 2, Kind::Sharding),
    varints64(Kind::Sharding, 2),
    message<::onnx::IntIntListEntryProto>(Kind::Sharding, 3, Kind::Leaf),
    message<::onnx::ShardedDimProto>(Kind::Sharding, 4, Kind::ShardedDim),
    message<::onnx::SimpleShardedDimProto>(Kind::ShardedDim, 2, Kind::Leaf),
};

constexpr uint32_t maxField = 31;
constexpr uint64_t unpackedNumber =
    16; // one element of a list of numbers that is not packed, with room to double

/// The rows of `fields` by parent and field number.
struct FieldIndex {
  FieldIndex() {
    for (const Field &field : fields)
      rows[size_t(field.parent)][field.field] = &field;
  }
  const Field *find(Kind parent, uint64_t field) const {
    return field <= maxField ? rows[size_t(parent)][field] : nullptr;
  }
  std::array<std::array<const Field *, maxField + 1>, size_t(Kind::Numbers) + 1> rows = {};
};

class Scanner {
public:
  Scanner(std::string_view bytes, const ImportLimits &limits) : bytes(bytes), limits(limits) {}

  absl::Status run() {
    open.push_back({Kind::Model, bytes.size()});
    while (!open.empty()) {
      if (position == open.back().end)
        open.pop_back();
      else
        DELOS_RETURN_IF_ERROR(readField());
    }
    return absl::OkStatus();
  }

private:
  struct Message {
    Kind kind;
    size_t end;
  };

  absl::Status malformed(std::string_view found) const {
    return invalidModel({}, "a serialized ONNX ModelProto", concat(found, " at byte ", position));
  }

  std::optional<uint64_t> readVarint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && position < open.back().end; shift += 7) {
      uint8_t byte = bytes[position++];
      value |= uint64_t(byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
    return std::nullopt;
  }

  absl::Status skip(uint64_t count) {
    if (count > open.back().end - position)
      return malformed("a field that ends beyond its message");
    position += count;
    return absl::OkStatus();
  }

  absl::Status take(uint64_t memory) {
    parsed += memory;
    return parsed <= uint64_t(limits.parsedBytes)
               ? absl::OkStatus()
               : absl::ResourceExhaustedError(concat("expected a model that parses into at most ",
                                                     limits.parsedBytes, " bytes, found more at byte ",
                                                     position));
  }

  absl::Status readField() {
    std::optional<uint64_t> tag = readVarint();
    if (!tag || *tag >> 3 == 0)
      return malformed("a broken field tag");
    const Field *field = index().find(open.back().kind, *tag >> 3);
    switch (*tag & 7) {
    case 0:
      if (!readVarint())
        return malformed("a broken number");
      return take(unpackedNumber);
    case 1:
      DELOS_RETURN_IF_ERROR(take(unpackedNumber));
      return skip(8);
    case 5:
      DELOS_RETURN_IF_ERROR(take(unpackedNumber));
      return skip(4);
    case 2:
      return readDelimited(field);
    default:
      return malformed("a group");
    }
  }

  absl::Status readDelimited(const Field *field) {
    std::optional<uint64_t> length = readVarint();
    if (!length || *length > open.back().end - position)
      return malformed("a field that ends beyond its message");
    if (!field) { // a string, or bytes, or something that is kept as unknown: all copied
      DELOS_RETURN_IF_ERROR(take(*length + sizeof(std::string) + 24));
      return skip(*length);
    }
    if (field->child == Kind::Numbers) { // vectors double as they grow
      DELOS_RETURN_IF_ERROR(take(2 * field->bytes * *length));
      return skip(*length);
    }
    DELOS_RETURN_IF_ERROR(take(field->bytes));
    if (field->child == Kind::Node)
      DELOS_RETURN_IF_ERROR(checkLimit({}, "nodes", ++nodes, limits.nodes));
    DELOS_RETURN_IF_ERROR(checkLimit({}, "messages inside messages", open.size(), limits.messageDepth));
    open.push_back({field->child, position + size_t(*length)});
    return absl::OkStatus();
  }

  static const FieldIndex &index() {
    static const FieldIndex built;
    return built;
  }

  std::string_view bytes;
  const ImportLimits &limits;
  std::vector<Message> open; // innermost last; ends never increase inwards
  size_t position = 0;
  uint64_t parsed = 0;
  int64_t nodes = 0;
};

} // namespace

absl::Status scanModelBytes(std::string_view bytes, const ImportLimits &limits) {
  return Scanner(bytes, limits).run();
}

} // namespace delos::importer
