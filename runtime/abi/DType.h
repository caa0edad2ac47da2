/// Sizes and names of the element types.
#pragma once

#include "runtime/abi/KernelABI.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace delos::runtime {

/// True for the types whose tensors are bytes: all but UNDEFINED and STRING (and numbers outside the
/// enumeration).
bool hasBytes(DelosDType dtype);

/// Bits of one element (4 for INT4, 8 for BOOL, 128 for COMPLEX128); 0 where `hasBytes` is false.
int64_t bitWidth(DelosDType dtype);

/// Bytes of `elements` densely packed elements, rounded up to a whole byte; nothing when `elements` is
/// negative, the type has no bytes, or the product overflows.
std::optional<int64_t> byteSize(DelosDType dtype, int64_t elements);

/// The type's short name: "float32", "int4", "float8e4m3fn", ...; "undefined" for numbers outside the
/// enumeration.
const char *dtypeName(DelosDType dtype);

/// The type with that name, or nothing.
std::optional<DelosDType> dtypeNamed(std::string_view name);

} // namespace delos::runtime
