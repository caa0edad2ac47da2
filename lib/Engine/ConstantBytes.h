// The bytes of constants in the runtime's form.
#pragma once

#include "mlir/IR/BuiltinAttributeInterfaces.h"

#include "absl/status/statusor.h"

#include <cstdint>
#include <memory>

namespace delos {

/// Dense row-major bytes, 64-byte aligned.
struct ConstantBytes {
  std::shared_ptr<const void> data;
  int64_t size = 0;
};

/// The bytes of a constant: in place where the attribute holds them aligned (then `owner` is kept alive),
/// else copied (splats are written out, bools take a byte). kResourceExhausted when memory is short,
/// kInternal for attributes without bytes.
absl::StatusOr<ConstantBytes> constantBytes(mlir::ElementsAttr value, const std::shared_ptr<void> &owner);

/// `size` aligned bytes to be filled; null when memory is short.
std::shared_ptr<void> allocateConstant(int64_t size);

} // namespace delos
