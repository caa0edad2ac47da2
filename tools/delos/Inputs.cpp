/// Inputs from files and from a random generator.
#include "tools/delos/Inputs.h"

#include "tools/delos/TensorFiles.h"

#include "absl/strings/str_cat.h"

#include <cmath>
#include <cstring>
#include <random>
#include <set>

namespace delos::tool {
namespace {

/// The name by which --dim knows a symbolic dim.
const std::string &keyOf(const Dim &dim) { return dim.name.empty() ? dim.formula : dim.name; }

bool isFloating(DType dtype) {
  switch (dtype) {
  case DType::Float32:
  case DType::Float64:
  case DType::Float16:
  case DType::BFloat16:
    return true;
  default:
    return false;
  }
}

/// A float's bits in a narrower format: bfloat16 is its upper half, rounded to nearest even.
uint16_t bfloat16Bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

void storeFloat(Tensor &tensor, int64_t index, double value) {
  switch (tensor.dtype()) {
  case DType::Float64:
    tensor.dataAs<double>()[index] = value;
    break;
  case DType::Float16:
    tensor.dataAs<_Float16>()[index] = static_cast<_Float16>(value);
    break;
  case DType::BFloat16:
    tensor.dataAs<uint16_t>()[index] = bfloat16Bits(static_cast<float>(value));
    break;
  default:
    tensor.dataAs<float>()[index] = static_cast<float>(value);
  }
}

/// Normal numbers by Box and Muller: the same on every standard library, unlike std::normal_distribution.
double drawNormal(std::mt19937_64 &random) {
  constexpr double unit = 0x1p-53, pi = 3.14159265358979323846;
  double u = (static_cast<double>(random() >> 11) + 0.5) * unit,
         v = static_cast<double>(random() >> 11) * unit;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * pi * v);
}

void fillRandomly(Tensor &tensor, std::mt19937_64 &random) {
  if (isFloating(tensor.dtype())) {
    for (int64_t i = 0; i < tensor.elementCount(); ++i)
      storeFloat(tensor, i, drawNormal(random));
    return;
  }
  std::memset(tensor.data(), 0, static_cast<size_t>(tensor.byteSize()));
  int64_t bytes = bitWidth(tensor.dtype()) / 8;
  // Little-endian: the first byte of an integer is its low one. Float8 and sub-byte elements stay zero.
  bool isInteger = std::string_view(dtypeName(tensor.dtype())).find("int") != std::string_view::npos;
  if (bytes > 0 && (isInteger || tensor.dtype() == DType::Bool))
    for (int64_t i = 0; i < tensor.elementCount(); ++i)
      tensor.dataAs<uint8_t>()[i * bytes] = random() >> 63;
}

StatusOr<Tensor> makeRandom(const ValueInfo &info, const InputOptions &options, uint64_t position) {
  std::vector<int64_t> shape;
  for (const Dim &dim : info.shape) {
    auto given = options.dims.find(keyOf(dim));
    shape.push_back(dim.size != Dim::dynamic ? dim.size : given == options.dims.end() ? 1 : given->second);
  }
  StatusOr<Tensor> tensor = Tensor::allocate(info.dtype, std::move(shape));
  if (!tensor.ok())
    return Status(tensor.status().code(),
                  absl::StrCat("input '", info.name, "': ", tensor.status().message()));
  std::seed_seq seed{options.seed, position};
  std::mt19937_64 random(seed);
  fillRandomly(*tensor, random);
  return tensor;
}

/// Names on the command line that the model does not have.
Status checkNames(const Executable &executable, const InputOptions &options) {
  std::set<std::string> inputs, dims;
  for (const ValueInfo &info : executable.inputs()) {
    inputs.insert(info.name);
    for (const Dim &dim : info.shape)
      if (dim.size == Dim::dynamic)
        dims.insert(keyOf(dim));
  }
  for (const auto &[name, path] : options.files)
    if (!inputs.contains(name))
      return absl::InvalidArgumentError(absl::StrCat("the model has no input '", name, "'"));
  for (const auto &[name, size] : options.dims)
    if (!dims.contains(name))
      return absl::InvalidArgumentError(absl::StrCat("the model has no symbolic dimension '", name, "'"));
  return absl::OkStatus();
}

} // namespace

StatusOr<std::vector<Tensor>> makeInputs(const Executable &executable, const InputOptions &options) {
  if (Status status = checkNames(executable, options); !status.ok())
    return status;
  std::vector<Tensor> tensors;
  for (const ValueInfo &info : executable.inputs()) {
    auto file = options.files.find(info.name);
    StatusOr<Tensor> tensor = file == options.files.end() ? makeRandom(info, options, tensors.size())
                                                          : readTensorFile(file->second, info.dtype);
    if (!tensor.ok())
      return tensor.status();
    tensors.push_back(*std::move(tensor));
  }
  return tensors;
}

StatusOr<std::pair<std::string, std::string>> splitAssignment(const std::string &text) {
  size_t sign = text.find('=');
  if (sign == std::string::npos || sign == 0)
    return absl::InvalidArgumentError(absl::StrCat("expected NAME=VALUE, got '", text, "'"));
  return std::pair(text.substr(0, sign), text.substr(sign + 1));
}

} // namespace delos::tool
