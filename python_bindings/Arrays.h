/// Arrays in and out of runs, without copies.
#pragma once

#include "python_bindings/Handles.h"

#include <array>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <vector>

namespace delos::python {

/// What the Python half lends to the conversions; set once by delos._arrays.
struct ArraySupport {
  nb::dict elementTypes; ///< numpy.dtype -> element type.
  nb::object coerce;     ///< (object, element type) -> numpy.ndarray, for objects that are no arrays.
  nb::object pack;       ///< numpy.ndarray with one sub-byte element per byte -> packed bytes, a uint8 array.
  nb::object restore;    ///< (raw array, element type, shape) -> array of NumPy's or ml_dtypes's type.
};

/// Never freed: the interpreter may be gone when static objects are.
ArraySupport &arraySupport();

/// A tensor view and whatever keeps its memory and shape alive.
class BorrowedArray {
public:
  /// Views `object`: a NumPy array (of ml_dtypes's types too), anything with __dlpack__ on the CPU, or
  /// something that NumPy can make an array of `expected` from. Raises TypeError for types that Delos does
  /// not know. With `isOutput` the array itself must be written: it must be a writable NumPy array.
  BorrowedArray(nb::handle object, DelosElementType expected, bool isOutput);

  const DelosTensorView &view() const { return tensor; }

private:
  bool viewNumPy(nb::handle object, bool isOutput);
  void viewDLPack(nb::handle object);
  void point(DelosElementType type, int64_t rank, void *data);

  DelosTensorView tensor{};
  std::vector<int64_t> shape, strides;
  nb::object keeper;
  nb::ndarray<nb::ro> imported;
};

/// A result as a NumPy array that owns the tensor.
nb::object toArray(TensorHandle tensor);

} // namespace delos::python
