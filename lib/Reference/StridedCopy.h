/// Copies between boxes of tensors: what all views are made of.
#pragma once

#include "lib/Reference/Tensor.h"

namespace delos::reference {

/// A box inside a tensor: element (i, j, ...) lies at offset + i * strides[0] + j * strides[1] + ... (in
/// elements).
struct Box {
  int64_t offset = 0;
  Shape strides;
};

/// The whole of a dense tensor.
Box wholeOf(const RefTensor &tensor);

/// to[box of to](i...) = from[box of from](i...) for every point of `shape`. Both tensors have one storage
/// size and both boxes lie inside their tensors.
void copyBox(const RefTensor &from, const Box &fromBox, RefTensor &to, const Box &toBox, const Shape &shape);

/// Calls `fn(point)` for every point of a box in row-major order.
template <typename Fn>
void forEachPoint(const Shape &shape, Fn fn) {
  for (int64_t size : shape)
    if (size == 0)
      return;
  Shape point(shape.size(), 0);
  while (true) {
    fn(const_cast<const Shape &>(point));
    size_t dim = shape.size();
    while (dim > 0 && ++point[dim - 1] == shape[dim - 1])
      point[--dim] = 0;
    if (dim == 0)
      return;
  }
}

/// The sum of point[i] * strides[i].
inline int64_t dot(const Shape &point, const Shape &strides) {
  int64_t sum = 0;
  for (size_t i = 0; i < point.size(); ++i)
    sum += point[i] * strides[i];
  return sum;
}

} // namespace delos::reference
