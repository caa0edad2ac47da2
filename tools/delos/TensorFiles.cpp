/// Tensor files: .npy through the reference library's reader, .pb through our own.
#include "tools/delos/TensorFiles.h"

#include "lib/Reference/Npy.h"
#include "tools/delos/PbTensor.h"
#include "tools/delos/RefTensors.h"

#include "absl/strings/str_cat.h"

#include <fstream>
#include <sstream>

namespace delos::tool {
namespace {

bool endsWith(const std::string &text, const char *ending) {
  return std::string_view(text).ends_with(ending);
}

StatusOr<std::string> readBytes(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return absl::NotFoundError(absl::StrCat("cannot open '", path, "'"));
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

} // namespace

StatusOr<Tensor> readTensorFile(const std::string &path, DType expected) {
  if (endsWith(path, ".npy")) {
    auto read = reference::readNpy(path, DELOS_DTYPE_UNDEFINED);
    if (!read.ok() || read->dtype() != static_cast<DelosDType>(expected))
      read = reference::readNpy(path, static_cast<DelosDType>(expected));
    return read.ok() ? fromReference(*read) : read.status();
  }
  if (!endsWith(path, ".pb"))
    return absl::InvalidArgumentError(absl::StrCat("'", path, "': expected a file that ends in .npy or .pb"));
  StatusOr<std::string> bytes = readBytes(path);
  if (!bytes.ok())
    return bytes.status();
  StatusOr<Tensor> tensor = parsePbTensor(*bytes);
  if (!tensor.ok())
    return Status(tensor.status().code(), absl::StrCat("'", path, "': ", tensor.status().message()));
  return tensor;
}

Status writeTensorFile(const std::string &path, const Tensor &tensor) {
  StatusOr<reference::RefTensor> converted = toReference(tensor);
  return converted.ok() ? reference::writeNpy(path, *converted) : converted.status();
}

} // namespace delos::tool
