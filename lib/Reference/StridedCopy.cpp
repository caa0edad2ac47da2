// Copies between boxes of tensors.
#include "lib/Reference/StridedCopy.h"

namespace delos::reference {

Box wholeOf(const RefTensor &tensor) { return {0, rowMajorStrides(tensor.shape())}; }

template <typename Word>
static void copyWords(const RefTensor &from, const Box &fromBox, RefTensor &to, const Box &toBox,
                      const Shape &shape) {
  // The innermost dim is a plain loop; the points of the others name its first elements.
  Shape outer = shape;
  int64_t length = outer.empty() ? 1 : outer.back();
  int64_t fromStep = outer.empty() ? 0 : fromBox.strides.back(),
          toStep = outer.empty() ? 0 : toBox.strides.back();
  if (!outer.empty())
    outer.pop_back();
  forEachPoint(outer, [&](const Shape &point) {
    const Word *source = from.dataAs<Word>() + fromBox.offset + dot(point, fromBox.strides);
    Word *target = to.dataAs<Word>() + toBox.offset + dot(point, toBox.strides);
    for (int64_t i = 0; i < length; ++i)
      target[i * toStep] = source[i * fromStep];
  });
}

void copyBox(const RefTensor &from, const Box &fromBox, RefTensor &to, const Box &toBox, const Shape &shape) {
  switch (storageBytes(from.dtype())) {
  case 1:
    return copyWords<uint8_t>(from, fromBox, to, toBox, shape);
  case 2:
    return copyWords<uint16_t>(from, fromBox, to, toBox, shape);
  case 4:
    return copyWords<uint32_t>(from, fromBox, to, toBox, shape);
  default:
    return copyWords<uint64_t>(from, fromBox, to, toBox, shape);
  }
}

} // namespace delos::reference
