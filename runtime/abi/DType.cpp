/// Sizes and names of the element types, from one table.
#include "runtime/abi/DType.h"

#include <array>

namespace delos::runtime {
namespace {

struct DTypeInfo {
  const char *name;
  int64_t bits;
};

/// Indexed by DelosDType.
constexpr std::array<DTypeInfo, 27> table = {{
    {"undefined", 0},      {"float32", 32},  {"uint8", 8},        {"int8", 8},           {"uint16", 16},
    {"int16", 16},         {"int32", 32},    {"int64", 64},       {"string", 0},         {"bool", 8},
    {"float16", 16},       {"float64", 64},  {"uint32", 32},      {"uint64", 64},        {"complex64", 64},
    {"complex128", 128},   {"bfloat16", 16}, {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8},
    {"float8e5m2fnuz", 8}, {"uint4", 4},     {"int4", 4},         {"float4e2m1", 4},     {"float8e8m0", 8},
    {"uint2", 2},          {"int2", 2},
}};

const DTypeInfo &infoOf(DelosDType dtype) {
  auto index = static_cast<size_t>(dtype);
  return index < table.size() ? table[index] : table[0];
}

} // namespace

bool hasBytes(DelosDType dtype) { return infoOf(dtype).bits != 0; }

int64_t bitWidth(DelosDType dtype) { return infoOf(dtype).bits; }

std::optional<int64_t> byteSize(DelosDType dtype, int64_t elements) {
  int64_t bits = 0;
  if (elements < 0 || !hasBytes(dtype) || __builtin_mul_overflow(elements, bitWidth(dtype), &bits))
    return std::nullopt;
  return bits / 8 + (bits % 8 != 0);
}

const char *dtypeName(DelosDType dtype) { return infoOf(dtype).name; }

std::optional<DelosDType> dtypeNamed(std::string_view name) {
  for (size_t i = 1; i < table.size(); ++i)
    if (name == table[i].name)
      return static_cast<DelosDType>(i);
  return std::nullopt;
}

} // namespace delos::runtime
