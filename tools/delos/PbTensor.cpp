/// A reader of TensorProto's wire format: the few fields that hold data.
#include "tools/delos/PbTensor.h"

#include "absl/strings/str_cat.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace delos::tool {
namespace {

/// Numbers of TensorProto's fields.
enum Field : uint64_t {
  dimsField = 1,
  dataTypeField = 2,
  floatDataField = 4,
  int32DataField = 5,
  int64DataField = 7,
  rawDataField = 9,
  doubleDataField = 10,
  uint64DataField = 11,
  externalDataField = 13,
};

enum WireType : uint64_t { varintWire = 0, fixed64Wire = 1, bytesWire = 2, fixed32Wire = 5 };

/// Reads protobuf's wire format from bytes of unknown origin; every read checks the end.
class WireReader {
public:
  explicit WireReader(std::string_view bytes) : rest(bytes) {}

  bool atEnd() const { return rest.empty(); }

  std::optional<uint64_t> varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
      auto byte = static_cast<uint8_t>(rest.front());
      rest.remove_prefix(1);
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80)
        return value;
    }
    return std::nullopt;
  }
  std::optional<std::string_view> take(uint64_t count) {
    if (count > rest.size())
      return std::nullopt;
    std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }
  std::optional<std::string_view> lengthDelimited() {
    auto length = varint();
    return length ? take(*length) : std::nullopt;
  }

private:
  std::string_view rest;
};

/// What a TensorProto says, not yet checked against itself.
struct TensorFields {
  std::vector<int64_t> dims;
  uint64_t dataType = 0;
  std::optional<std::string_view> raw;
  std::vector<uint64_t> integers; ///< int32_data, int64_data and uint64_data.
  std::string fixed;              ///< float_data and double_data, little-endian.
  bool isExternal = false;
};

/// Appends the numbers of a repeated integer field, packed or single.
bool readIntegers(WireReader &reader, uint64_t wire, std::vector<uint64_t> &out) {
  if (wire == varintWire) {
    auto value = reader.varint();
    if (value)
      out.push_back(*value);
    return value.has_value();
  }
  auto bytes = wire == bytesWire ? reader.lengthDelimited() : std::nullopt;
  if (!bytes)
    return false;
  for (WireReader packed(*bytes); !packed.atEnd();) {
    auto value = packed.varint();
    if (!value)
      return false;
    out.push_back(*value);
  }
  return true;
}

/// The bytes of a field of fixed-size numbers, packed or single.
std::optional<std::string_view> readFixed(WireReader &reader, uint64_t wire) {
  if (wire == bytesWire)
    return reader.lengthDelimited();
  if (wire == fixed32Wire)
    return reader.take(4);
  return wire == fixed64Wire ? reader.take(8) : std::nullopt;
}

bool skip(WireReader &reader, uint64_t wire) {
  return wire == varintWire ? reader.varint().has_value() : readFixed(reader, wire).has_value();
}

bool readField(WireReader &reader, uint64_t field, uint64_t wire, TensorFields &fields) {
  switch (field) {
  case dimsField: {
    std::vector<uint64_t> dims;
    bool good = readIntegers(reader, wire, dims);
    for (uint64_t dim : dims)
      fields.dims.push_back(static_cast<int64_t>(dim));
    return good;
  }
  case dataTypeField: {
    auto value = wire == varintWire ? reader.varint() : std::nullopt;
    fields.dataType = value.value_or(0);
    return value.has_value();
  }
  case int32DataField:
  case int64DataField:
  case uint64DataField:
    return readIntegers(reader, wire, fields.integers);
  case floatDataField:
  case doubleDataField: {
    auto bytes = readFixed(reader, wire);
    fields.fixed.append(bytes.value_or(""));
    return bytes.has_value();
  }
  case rawDataField:
    fields.raw = wire == bytesWire ? reader.lengthDelimited() : std::nullopt;
    return fields.raw.has_value();
  case externalDataField:
    fields.isExternal = true;
    return skip(reader, wire);
  default:
    return skip(reader, wire);
  }
}

bool readFields(std::string_view bytes, TensorFields &fields) {
  for (WireReader reader(bytes); !reader.atEnd();) {
    auto tag = reader.varint();
    if (!tag || !readField(reader, *tag >> 3, *tag & 7, fields))
      return false;
  }
  return true;
}

/// Stores integers, each in the low bits of its element. Packed sub-byte types hold whole bytes per number.
bool storeIntegers(const std::vector<uint64_t> &integers, Tensor &tensor) {
  int64_t unit = bitWidth(tensor.dtype()) < 8 ? 1 : bitWidth(tensor.dtype()) / 8;
  if (unit > 8 || static_cast<int64_t>(integers.size()) * unit != tensor.byteSize())
    return false;
  auto *out = static_cast<char *>(tensor.data());
  for (uint64_t value : integers) {
    std::memcpy(out, &value, static_cast<size_t>(unit));
    out += unit;
  }
  return true;
}

bool storeBytes(std::string_view bytes, Tensor &tensor) {
  if (static_cast<int64_t>(bytes.size()) != tensor.byteSize())
    return false;
  if (!bytes.empty())
    std::memcpy(tensor.data(), bytes.data(), bytes.size());
  return true;
}

} // namespace

StatusOr<Tensor> parsePbTensor(std::string_view bytes) {
  TensorFields fields;
  if (!readFields(bytes, fields))
    return absl::InvalidArgumentError("the bytes are not those of a TensorProto");
  if (fields.isExternal)
    return absl::InvalidArgumentError("its data is external");
  auto dtype = static_cast<DType>(fields.dataType <= INT32_MAX ? fields.dataType : 0);
  if (dtype == DType::String)
    return absl::UnimplementedError("strings cannot be inputs");
  StatusOr<Tensor> tensor = Tensor::allocate(dtype, fields.dims);
  if (!tensor.ok())
    return tensor;
  bool fits = fields.raw              ? storeBytes(*fields.raw, *tensor)
              : !fields.fixed.empty() ? storeBytes(fields.fixed, *tensor)
                                      : storeIntegers(fields.integers, *tensor);
  if (!fits)
    return absl::InvalidArgumentError(
        absl::StrCat("its data does not fill ", tensor->elementCount(), " elements of ", dtypeName(dtype)));
  return tensor;
}

} // namespace delos::tool
