/// Building blocks of plans.
#include "runtime/abi/Plan.h"

#include <cstdlib>
#include <cstring>

namespace delos::runtime {

Constant copyConstant(std::string name, DelosDType dtype, std::vector<int64_t> shape, const void *data,
                      int64_t bytes) {
  Constant constant{std::move(name), dtype, std::move(shape), nullptr, bytes};
  size_t unit = DELOS_BUFFER_ALIGNMENT;
  // At least one unit: a constant without elements still has an address of its own.
  size_t capacity = (static_cast<size_t>(bytes) / unit + 1) * unit;
  void *copy = std::aligned_alloc(unit, capacity);
  if (!copy)
    return constant;
  if (bytes > 0)
    std::memcpy(copy, data, static_cast<size_t>(bytes));
  constant.data = std::shared_ptr<const void>(copy, [](const void *p) { std::free(const_cast<void *>(p)); });
  return constant;
}

} // namespace delos::runtime
