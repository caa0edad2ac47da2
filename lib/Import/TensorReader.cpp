// Tensors of a model file, checked and decoded into the standard's raw form.
#include "lib/Import/TensorReader.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"

#include <bit>
#include <cstring>
#include <limits>

namespace delos::importer {
namespace {

static_assert(std::endian::native == std::endian::little, "raw tensor data is little endian");

/// The field of TensorProto that holds elements of a type when raw_data does not.
enum class Store { None, Float, Int32, Int64, Double, Uint64, String };

/// By element code.
constexpr Store stores[] = {
    Store::None,  Store::Float,  Store::Int32, Store::Int32, Store::Int32,  Store::Int32,  Store::Int32,
    Store::Int64, Store::String, Store::Int32, Store::Int32, Store::Double, Store::Uint64, Store::Uint64,
    Store::Float, Store::Double, Store::Int32, Store::Int32, Store::Int32,  Store::Int32,  Store::Int32,
    Store::Int32, Store::Int32,  Store::Int32, Store::Int32, Store::Int32,  Store::Int32};

std::string shapeText(const std::vector<int64_t> &dims) {
  return concat("[", absl::StrJoin(dims, ", "), "]");
}

std::string typeText(const TensorData &tensor) {
  return concat(std::string_view(tensor.element->name), shapeText(tensor.dims));
}

void own(TensorData &tensor, std::string &&bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  tensor.bytes = *owner;
  tensor.owner = std::move(owner);
}

absl::Status countMismatch(const Place &place, const TensorData &tensor, int64_t expected,
                           std::string_view unit, int64_t found) {
  return invalidModel(place, concat(expected, " ", unit, " for ", typeText(tensor)), concat(found));
}

/// Copies a typed field whose elements have the tensor's own layout.
template <typename T>
absl::Status copyField(google::protobuf::RepeatedField<T> *field, int64_t perElement, const Place &place,
                       TensorData &tensor) {
  if (field->size() != tensor.elements * perElement)
    return countMismatch(place, tensor, tensor.elements * perElement, "numbers", field->size());
  own(tensor, std::string(reinterpret_cast<const char *>(field->data()), field->size() * sizeof(T)));
  google::protobuf::RepeatedField<T>().Swap(field);
  return absl::OkStatus();
}

/// Narrows a field whose numbers hold one element (or one byte of sub-byte elements) each. Both signs of the
/// same bits are accepted.
template <typename T>
absl::Status narrowField(google::protobuf::RepeatedField<T> *field, const Place &place, TensorData &tensor) {
  unsigned bits = std::max(tensor.element->bits, 8u);
  int64_t expected =
      tensor.element->bits < 8 ? onnx::rawBytes(*tensor.element, tensor.elements) : tensor.elements;
  if (field->size() != expected)
    return countMismatch(place, tensor, expected, "numbers", field->size());
  std::string bytes(size_t(expected) * (bits / 8), '\0');
  for (int64_t i = 0; i < expected; ++i) {
    T number = field->Get(int(i));
    T beyond = bits >= 8 * sizeof(T) ? T(0) : T(number >> bits);
    bool negative =
        std::is_signed_v<T> && number < 0 && bits < 8 * sizeof(T) && (number >> (bits - 1)) == T(-1);
    if (beyond != 0 && !negative)
      return invalidModel(place, concat("elements of ", bits, " bits for ", typeText(tensor)),
                          concat(number));
    std::memcpy(bytes.data() + size_t(i) * (bits / 8), &number, bits / 8);
  }
  own(tensor, std::move(bytes));
  google::protobuf::RepeatedField<T>().Swap(field);
  return absl::OkStatus();
}

absl::Status takeStrings(::onnx::TensorProto &proto, const ImportLimits &limits, const Place &place,
                         TensorData &tensor) {
  if (proto.string_data_size() != tensor.elements)
    return countMismatch(place, tensor, tensor.elements, "strings", proto.string_data_size());
  for (std::string &text : *proto.mutable_string_data()) {
    DELOS_RETURN_IF_ERROR(checkLimit(place, "bytes in a string", int64_t(text.size()), limits.stringBytes));
    tensor.strings.push_back(std::move(text));
  }
  return absl::OkStatus();
}

/// How many of the data fields hold something.
int filledFields(const ::onnx::TensorProto &proto) {
  return !proto.raw_data().empty() + (proto.float_data_size() != 0) + (proto.int32_data_size() != 0) +
         (proto.int64_data_size() != 0) + (proto.double_data_size() != 0) + (proto.uint64_data_size() != 0) +
         (proto.string_data_size() != 0);
}

void hashContent(TensorData &tensor) {
  std::vector<uint64_t> words = {uint64_t(tensor.element->code), tensor.dims.size()};
  words.insert(words.end(), tensor.dims.begin(), tensor.dims.end());
  words.push_back(llvm::xxh3_64bits(llvm::StringRef(tensor.bytes.data(), tensor.bytes.size())));
  for (const std::string &text : tensor.strings) {
    words.push_back(text.size());
    words.push_back(llvm::xxh3_64bits(llvm::StringRef(text)));
  }
  tensor.hash = llvm::xxh3_64bits(
      llvm::ArrayRef(reinterpret_cast<const uint8_t *>(words.data()), words.size() * sizeof(uint64_t)));
}

absl::Status checkBools(const Place &place, const TensorData &tensor) {
  constexpr int32_t boolCode = 9;
  if (tensor.element->code == boolCode)
    for (char byte : tensor.bytes)
      if (byte != 0 && byte != 1)
        return invalidModel(place, "bool elements 0 or 1", concat(int(uint8_t(byte))));
  return absl::OkStatus();
}

} // namespace

absl::StatusOr<int64_t> countElements(llvm::ArrayRef<int64_t> dims, const ImportLimits &limits,
                                      const Place &place) {
  DELOS_RETURN_IF_ERROR(checkLimit(place, "dims", int64_t(dims.size()), limits.rank));
  int64_t product = 1; // of the non-zero sizes
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return invalidModel(place, "sizes of at least 0", concat(dim));
    empty |= dim == 0;
    if (__builtin_mul_overflow(product, dim == 0 ? 1 : dim, &product) || product > limits.elements)
      return absl::ResourceExhaustedError(concat(describe(place), "expected at most ", limits.elements,
                                                 " elements, found the shape ",
                                                 shapeText({dims.begin(), dims.end()})));
  }
  return empty ? 0 : product;
}

TensorData &TensorReader::keep(const void *proto, TensorData tensor) {
  hashContent(tensor);
  tensors.push_back(std::move(tensor));
  known[proto] = &tensors.back();
  return tensors.back();
}

absl::StatusOr<TensorData *> TensorReader::read(::onnx::TensorProto &proto, const Place &place) {
  if (auto found = known.find(&proto); found != known.end())
    return found->second;
  TensorData tensor;
  tensor.name = proto.name();
  tensor.element = onnx::elementInfo(int64_t(proto.data_type()));
  if (!tensor.element)
    return invalidModel(place, "a data type of the standard (1 to 26)", concat(proto.data_type()));
  if (proto.has_segment())
    return invalidModel(place, "a whole tensor", "a segment");
  DELOS_RETURN_IF_ERROR(
      checkLimit(place, "bytes in a name", int64_t(tensor.name.size()), options.limits.nameBytes));
  tensor.dims.assign(proto.dims().begin(), proto.dims().end());
  absl::StatusOr<int64_t> elements = countElements(tensor.dims, options.limits, place);
  if (!elements.ok())
    return elements.status();
  tensor.elements = *elements;
  DELOS_RETURN_IF_ERROR(readData(proto, place, tensor));
  DELOS_RETURN_IF_ERROR(checkBools(place, tensor));
  return &keep(&proto, std::move(tensor));
}

absl::Status TensorReader::readData(::onnx::TensorProto &proto, const Place &place, TensorData &tensor) {
  int filled = filledFields(proto);
  if (proto.data_location() == ::onnx::TensorProto::EXTERNAL)
    return filled == 0 ? readExternal(proto, place, tensor)
                       : invalidModel(place, "external data only", "inline data too");
  if (filled > 1)
    return invalidModel(place, "one data field", concat(filled));
  Store store = stores[tensor.element->code];
  if (store == Store::String)
    return takeStrings(proto, options.limits, place, tensor);
  int64_t bytes = onnx::rawBytes(*tensor.element, tensor.elements);
  if (!proto.raw_data().empty() || filled == 0) {
    if (int64_t(proto.raw_data().size()) != bytes)
      return countMismatch(place, tensor, bytes, "bytes", int64_t(proto.raw_data().size()));
    own(tensor, std::move(*proto.mutable_raw_data()));
    return absl::OkStatus();
  }
  int64_t perElement = mlir::StringRef(tensor.element->name).starts_with("COMPLEX") ? 2 : 1;
  switch (store) {
  case Store::Float:
    return copyField(proto.mutable_float_data(), perElement, place, tensor);
  case Store::Double:
    return copyField(proto.mutable_double_data(), perElement, place, tensor);
  case Store::Int64:
    return copyField(proto.mutable_int64_data(), 1, place, tensor);
  case Store::Int32:
    return narrowField(proto.mutable_int32_data(), place, tensor);
  default:
    return narrowField(proto.mutable_uint64_data(), place, tensor);
  }
}

absl::Status TensorReader::readExternal(const ::onnx::TensorProto &proto, const Place &place,
                                        TensorData &tensor) {
  if (tensor.element->bits == 0)
    return invalidModel(place, "strings inside the model", "external data");
  int64_t expected = onnx::rawBytes(*tensor.element, tensor.elements);
  int64_t offset = 0, length = expected;
  std::string_view location;
  for (const ::onnx::StringStringEntryProto &entry : proto.external_data()) {
    if (entry.key() == "location")
      location = entry.value();
    else if (entry.key() == "offset" || entry.key() == "length") {
      int64_t &number = entry.key() == "offset" ? offset : length;
      if (!absl::SimpleAtoi(entry.value(), &number))
        return invalidModel(place, concat("a number of bytes as the ", entry.key()), quote(entry.value()));
    }
  }
  if (length != expected)
    return countMismatch(place, tensor, expected, "bytes", length);
  absl::StatusOr<ExternalData::Span> span = external.map(place, location, offset, length);
  if (!span.ok())
    return span.status();
  tensor.bytes = span->bytes;
  tensor.owner = span->owner;
  return absl::OkStatus();
}

absl::StatusOr<TensorData *> TensorReader::readSparse(::onnx::SparseTensorProto &proto, const Place &place) {
  if (auto found = known.find(&proto); found != known.end())
    return found->second;
  absl::StatusOr<TensorData *> values = read(*proto.mutable_values(), place),
                               indices = read(*proto.mutable_indices(), place);
  if (!values.ok() || !indices.ok())
    return values.ok() ? indices.status() : values.status();
  TensorData dense;
  dense.name = (*values)->name;
  dense.element = (*values)->element;
  dense.dims.assign(proto.dims().begin(), proto.dims().end());
  absl::StatusOr<int64_t> elements = countElements(dense.dims, options.limits, place);
  if (!elements.ok())
    return elements.status();
  dense.elements = *elements;
  DELOS_RETURN_IF_ERROR(scatter(**values, **indices, place, dense));
  return &keep(&proto, std::move(dense));
}

/// The linear position that row `row` of the indices names; -1 when it lies outside the tensor.
static int64_t linearPosition(const TensorData &indices, int64_t row, const TensorData &dense) {
  const char *data = indices.bytes.data();
  auto at = [&](int64_t position) {
    int64_t index;
    std::memcpy(&index, data + position * int64_t(sizeof index), sizeof index);
    return index;
  };
  if (indices.dims.size() == 1)
    return at(row) >= 0 && at(row) < dense.elements ? at(row) : -1;
  int64_t position = 0, rank = int64_t(dense.dims.size());
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t index = at(row * rank + dim);
    if (index < 0 || index >= dense.dims[dim])
      return -1;
    position = position * dense.dims[dim] + index;
  }
  return position;
}

absl::Status TensorReader::scatter(const TensorData &values, const TensorData &indices, const Place &place,
                                   TensorData &dense) {
  constexpr int32_t int64Code = 7;
  if (dense.element->bits < 8)
    return invalidModel(place, "sparse values of whole bytes", std::string(dense.element->name));
  int64_t stored = values.elements, rank = int64_t(dense.dims.size());
  bool linear = indices.dims == std::vector<int64_t>{stored},
       byDim = indices.dims == std::vector<int64_t>{stored, rank};
  if (values.dims.size() != 1 || indices.element->code != int64Code || !(linear || byDim))
    return invalidModel(place, "sparse values [n] and INT64 indices [n] or [n, rank]",
                        concat(typeText(values), " and ", typeText(indices)));
  int64_t size = dense.element->bits / 8;
  densifiedBytes += onnx::rawBytes(*dense.element, dense.elements);
  DELOS_RETURN_IF_ERROR(checkLimit(place, "bytes of sparse tensors written out", densifiedBytes,
                                   options.limits.densifiedBytes));
  std::string bytes(size_t(dense.elements * size), '\0');
  int64_t previous = -1;
  for (int64_t row = 0; row < stored; ++row) {
    int64_t position = linearPosition(indices, row, dense);
    if (position <= previous)
      return invalidModel(place, concat("ascending indices inside ", shapeText(dense.dims)),
                          concat("a bad index in row ", row));
    std::memcpy(bytes.data() + position * size, values.bytes.data() + row * size, size);
    previous = position;
  }
  own(dense, std::move(bytes));
  return absl::OkStatus();
}

/// A scalar (`list` false) or a list of numbers, copied.
template <typename T>
static void setNumbers(TensorData &tensor, int32_t code, bool list, const T *data, int64_t count) {
  tensor.element = onnx::elementInfo(int64_t(code));
  tensor.elements = count;
  if (list)
    tensor.dims = {count};
  own(tensor, std::string(reinterpret_cast<const char *>(data), size_t(count) * sizeof(T)));
}

static void setStrings(TensorData &tensor, bool list, std::vector<std::string> strings) {
  constexpr int32_t stringCode = 8;
  tensor.element = onnx::elementInfo(int64_t(stringCode));
  tensor.elements = int64_t(strings.size());
  if (list)
    tensor.dims = {tensor.elements};
  tensor.strings = std::move(strings);
}

absl::StatusOr<TensorData *>
TensorReader::readConstant(std::string_view name, ::onnx::AttributeProto &attribute, const Place &place) {
  using ::onnx::AttributeProto;
  static constexpr std::pair<std::string_view, AttributeProto::AttributeType> forms[] = {
      {"value", AttributeProto::TENSOR},        {"sparse_value", AttributeProto::SPARSE_TENSOR},
      {"value_float", AttributeProto::FLOAT},   {"value_floats", AttributeProto::FLOATS},
      {"value_int", AttributeProto::INT},       {"value_ints", AttributeProto::INTS},
      {"value_string", AttributeProto::STRING}, {"value_strings", AttributeProto::STRINGS}};
  if (!llvm::is_contained(forms, std::pair(name, attribute.type())))
    return invalidModel(place, "a constant's value of the type that its name says",
                        concat("attribute ", quote(name), " of type ", int(attribute.type())));
  if (attribute.type() == AttributeProto::TENSOR)
    return read(*attribute.mutable_t(), place);
  if (attribute.type() == AttributeProto::SPARSE_TENSOR)
    return readSparse(*attribute.mutable_sparse_tensor(), place);
  if (auto found = known.find(&attribute); found != known.end())
    return found->second;
  constexpr int32_t floatCode = 1, int64Code = 7;
  TensorData tensor;
  float real = attribute.f();
  int64_t integer = attribute.i();
  switch (attribute.type()) {
  case AttributeProto::FLOAT:
    setNumbers(tensor, floatCode, false, &real, 1);
    break;
  case AttributeProto::FLOATS:
    setNumbers(tensor, floatCode, true, attribute.floats().data(), attribute.floats_size());
    break;
  case AttributeProto::INT:
    setNumbers(tensor, int64Code, false, &integer, 1);
    break;
  case AttributeProto::INTS:
    setNumbers(tensor, int64Code, true, attribute.ints().data(), attribute.ints_size());
    break;
  case AttributeProto::STRING:
    setStrings(tensor, false, {attribute.s()});
    break;
  default:
    setStrings(tensor, true, {attribute.strings().begin(), attribute.strings().end()});
  }
  return &keep(&attribute, std::move(tensor));
}

//===-- Attributes --------------------------------------------------------------------------------------===//

/// `dense<...>` of a small tensor of whole bytes; one value when all are equal, as the parser would make it.
static mlir::ElementsAttr denseAttr(const TensorData &tensor, mlir::RankedTensorType type) {
  llvm::ArrayRef<char> bytes(tensor.bytes.data(), tensor.bytes.size());
  if (type.getElementType().isInteger(1)) {
    llvm::SmallVector<bool> flags(bytes.begin(), bytes.end());
    return mlir::DenseElementsAttr::get(type, llvm::ArrayRef<bool>(flags));
  }
  size_t size = tensor.element->bits / 8;
  bool splat =
      bytes.size() > size && std::memcmp(bytes.data(), bytes.data() + size, bytes.size() - size) == 0;
  return mlir::DenseElementsAttr::getFromRawBuffer(type, splat ? bytes.take_front(size) : bytes);
}

static mlir::ElementsAttr resourceAttr(TensorData &tensor, mlir::RankedTensorType type) {
  size_t alignment = std::max<size_t>(1, std::min<size_t>(8, tensor.element->bits / 8));
  if (reinterpret_cast<uintptr_t>(tensor.bytes.data()) % alignment != 0) // an odd offset in an external file
    own(tensor, std::string(tensor.bytes));
  llvm::ArrayRef<char> bytes(tensor.bytes.data(), tensor.bytes.size());
  mlir::AsmResourceBlob blob(
      bytes, alignment, [owner = tensor.owner](void *, size_t, size_t) {}, /*dataIsMutable=*/false);
  return mlir::DenseResourceElementsAttr::get(type, tensor.name.empty() ? "constant" : tensor.name,
                                              std::move(blob));
}

mlir::ElementsAttr TensorReader::elementsAttr(TensorData &tensor, mlir::MLIRContext &context) {
  if (tensor.attr)
    return tensor.attr;
  auto type = mlir::RankedTensorType::get(tensor.dims, tensor.element->type(&context));
  if (tensor.element->bits == 0) {
    llvm::SmallVector<llvm::StringRef> strings(tensor.strings.begin(), tensor.strings.end());
    return tensor.attr = mlir::DenseStringElementsAttr::get(type, strings);
  }
  bool small = tensor.elements <= options.denseElements && tensor.element->bits >= 8;
  return tensor.attr = small ? denseAttr(tensor, type) : resourceAttr(tensor, type);
}

} // namespace delos::importer
