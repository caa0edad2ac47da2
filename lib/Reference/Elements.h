/// Elements of any dtype as one of four C++ types, the carriers in which the interpreter computes.
#pragma once

#include "lib/Reference/Tensor.h"

#include "llvm/ADT/ArrayRef.h"

#include <type_traits>

namespace delos::reference {

bool isFloat(DelosDType dtype);
bool isSigned(DelosDType dtype);
/// Bits of an integer's value: 1 for bool, 4 for int4, ...
unsigned integerWidth(DelosDType dtype);

/// Calls `fn` with a zero of the type that computes for `dtype`: double for float64; float for narrower
/// floats; int64_t for signed, uint64_t for unsigned integers and bool.
template <typename Fn>
auto withCarrier(DelosDType dtype, Fn fn) {
  if (dtype == DELOS_DTYPE_FLOAT64)
    return fn(double{});
  if (isFloat(dtype))
    return fn(float{});
  if (isSigned(dtype))
    return fn(int64_t{});
  return fn(uint64_t{});
}

/// Reads elements [begin, begin + out.size()). Integers convert to every carrier (unsigned ones by wrapping),
/// floats to float and double only.
template <typename C>
void load(const RefTensor &tensor, int64_t begin, llvm::MutableArrayRef<C> out);

/// Writes elements: floats round once to nearest even, integers keep their low bits. Float carriers go to
/// float tensors and integer carriers to integer tensors only.
template <typename C>
void store(RefTensor &tensor, int64_t begin, llvm::ArrayRef<C> values);

/// All elements.
template <typename C>
std::vector<C> loadAll(const RefTensor &tensor) {
  std::vector<C> values(static_cast<size_t>(tensor.elementCount()));
  load<C>(tensor, 0, values);
  return values;
}
template <typename C>
void storeAll(RefTensor &tensor, const std::vector<C> &values) {
  store<C>(tensor, 0, values);
}

/// How a conversion treats what the target cannot hold, see graph.cast.
enum class Overflow { Wrap, Saturate };

/// The elements as another dtype, by the rules of graph.cast. `result` has the shape of `input`.
void convert(const RefTensor &input, RefTensor &result, Overflow overflow);

/// Least and greatest value of an integer dtype as a carrier.
template <typename C>
C leastOf(DelosDType dtype);
template <typename C>
C greatestOf(DelosDType dtype);

} // namespace delos::reference
