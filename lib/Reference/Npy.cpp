// NumPy's .npy files.
#include "lib/Reference/Npy.h"

#include "runtime/abi/DType.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include <cstring>
#include <fstream>

namespace delos::reference {
namespace {

struct DescrRow {
  DelosDType dtype;
  const char *descr;
};

constexpr DescrRow kDescrs[] = {
    {DELOS_DTYPE_FLOAT64, "<f8"}, {DELOS_DTYPE_FLOAT32, "<f4"}, {DELOS_DTYPE_FLOAT16, "<f2"},
    {DELOS_DTYPE_BOOL, "|b1"},    {DELOS_DTYPE_INT8, "|i1"},    {DELOS_DTYPE_INT16, "<i2"},
    {DELOS_DTYPE_INT32, "<i4"},   {DELOS_DTYPE_INT64, "<i8"},   {DELOS_DTYPE_UINT8, "|u1"},
    {DELOS_DTYPE_UINT16, "<u2"},  {DELOS_DTYPE_UINT32, "<u4"},  {DELOS_DTYPE_UINT64, "<u8"},
};

std::string descrOf(DelosDType dtype) {
  for (const DescrRow &row : kDescrs)
    if (row.dtype == dtype)
      return row.descr;
  return absl::StrCat("|V", storageBytes(dtype));
}

/// The dtype of a file's elements, given what the caller expects; UNDEFINED when they disagree.
DelosDType dtypeOfDescr(const std::string &descr, DelosDType expected) {
  for (const DescrRow &row : kDescrs)
    if (row.descr == descr)
      return expected == DELOS_DTYPE_UNDEFINED || expected == row.dtype ? row.dtype : DELOS_DTYPE_UNDEFINED;
  bool opaque = expected != DELOS_DTYPE_UNDEFINED && descr.size() > 2 &&
                descr.substr(1) == absl::StrCat("V", storageBytes(expected));
  return opaque ? expected : DELOS_DTYPE_UNDEFINED;
}

/// What follows `key` in the header's dictionary, up to `end`.
std::string fieldOf(const std::string &header, const std::string &key, const std::string &begin, char end) {
  size_t at = header.find(absl::StrCat("'", key, "'"));
  if (at == std::string::npos || (at = header.find(begin, at + key.size() + 2)) == std::string::npos)
    return "";
  at += begin.size();
  size_t stop = header.find(end, at);
  return stop == std::string::npos ? "" : header.substr(at, stop - at);
}

absl::StatusOr<Shape> parseShape(const std::string &text) {
  Shape shape;
  for (const auto &part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    int64_t size;
    if (!absl::SimpleAtoi(part, &size) || size < 0)
      return absl::InvalidArgumentError(absl::StrCat("expected a shape, got (", text, ")"));
    shape.push_back(size);
  }
  return shape;
}

/// Reads magic, version and header; the stream then stands at the elements. Empty when they are not those of
/// a file.
std::string readHeader(std::istream &stream) {
  char prefix[8];
  if (!stream.read(prefix, sizeof prefix) || std::memcmp(prefix, "\x93NUMPY", 6) != 0)
    return "";
  uint32_t length = 0;
  if (!stream.read(reinterpret_cast<char *>(&length), prefix[6] == 1 ? 2 : 4) || length > (1u << 20))
    return "";
  std::string header(length, ' ');
  return stream.read(header.data(), length) ? header : "";
}

absl::StatusOr<RefTensor> readTensor(std::istream &stream, DelosDType expected) {
  std::string header = readHeader(stream);
  if (header.empty())
    return absl::InvalidArgumentError("not a .npy file");
  if (absl::StrContains(header, "'fortran_order': True"))
    return absl::InvalidArgumentError("expected row-major elements, got column-major ones");
  std::string descr = fieldOf(header, "descr", ": '", '\'');
  DelosDType dtype = dtypeOfDescr(descr, expected);
  if (dtype == DELOS_DTYPE_UNDEFINED)
    return absl::InvalidArgumentError(absl::StrCat(
        "expected elements of ", expected ? runtime::dtypeName(expected) : "a tensor", ", got ", descr));
  absl::StatusOr<Shape> shape = parseShape(fieldOf(header, "shape", "(", ')'));
  if (!shape.ok())
    return shape.status();
  absl::StatusOr<RefTensor> tensor = RefTensor::zeros(dtype, *std::move(shape));
  if (tensor.ok() && !stream.read(reinterpret_cast<char *>(tensor->data()), tensor->byteSize()))
    return absl::InvalidArgumentError(
        absl::StrCat("the file ends before its ", tensor->byteSize(), " bytes"));
  return tensor;
}

} // namespace

absl::StatusOr<RefTensor> readNpy(const std::string &path, DelosDType dtype) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  absl::StatusOr<RefTensor> tensor = readTensor(stream, dtype);
  if (!tensor.ok())
    return absl::Status(tensor.status().code(), absl::StrCat(path, ": ", tensor.status().message()));
  return tensor;
}

absl::Status writeNpy(const std::string &path, const RefTensor &tensor) {
  // A tuple of one needs its comma.
  std::string sizes = absl::StrCat(absl::StrJoin(tensor.shape(), ", "), tensor.rank() == 1 ? "," : "");
  std::string header = absl::StrCat("{'descr': '", descrOf(tensor.dtype()),
                                    "', 'fortran_order': False, 'shape': (", sizes, "), }");
  // Elements start at a multiple of 64 bytes: 10 bytes of prefix, the header, spaces, a line end.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header.push_back('\n');
  auto length = static_cast<uint16_t>(header.size());
  std::ofstream stream(path, std::ios::binary);
  stream.write("\x93NUMPY\x01\x00", 8);
  stream.write(reinterpret_cast<const char *>(&length), sizeof length);
  stream.write(header.data(), static_cast<std::streamsize>(header.size()));
  stream.write(reinterpret_cast<const char *>(tensor.data()), tensor.byteSize());
  stream.close();
  return stream ? absl::OkStatus() : absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
}

} // namespace delos::reference
