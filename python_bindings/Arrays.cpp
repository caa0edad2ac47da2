/// NumPy's array interface and DLPack.
#include "python_bindings/Arrays.h"

#include <nanobind/stl/string.h>
#include <string>

namespace delos::python {
namespace {

/// NumPy's C-level description of an array, as its documentation of the array interface lays it out.
struct ArrayInterface {
  int two;
  int rank;
  char typeKind;
  int itemSize;
  int flags;
  Py_intptr_t *shape;
  Py_intptr_t *strides; ///< In bytes.
  void *data;
  PyObject *description;
};

constexpr int writableFlag = 0x400;
constexpr int64_t bitsPerByte = 8;

struct DLPackType {
  nb::dlpack::dtype_code code;
  int bits;
  const char *name;
};

constexpr DLPackType dlpackTypes[] = {
    {nb::dlpack::dtype_code::Float, 32, "float32"},
    {nb::dlpack::dtype_code::Float, 64, "float64"},
    {nb::dlpack::dtype_code::Float, 16, "float16"},
    {nb::dlpack::dtype_code::Bfloat, 16, "bfloat16"},
    {nb::dlpack::dtype_code::Int, 8, "int8"},
    {nb::dlpack::dtype_code::Int, 16, "int16"},
    {nb::dlpack::dtype_code::Int, 32, "int32"},
    {nb::dlpack::dtype_code::Int, 64, "int64"},
    {nb::dlpack::dtype_code::UInt, 8, "uint8"},
    {nb::dlpack::dtype_code::UInt, 16, "uint16"},
    {nb::dlpack::dtype_code::UInt, 32, "uint32"},
    {nb::dlpack::dtype_code::UInt, 64, "uint64"},
    {nb::dlpack::dtype_code::Bool, 8, "bool"},
    {nb::dlpack::dtype_code::Complex, 64, "complex64"},
    {nb::dlpack::dtype_code::Complex, 128, "complex128"},
    {nb::dlpack::dtype_code::Float8_E4M3FN, 8, "float8e4m3fn"},
    {nb::dlpack::dtype_code::Float8_E4M3FNUZ, 8, "float8e4m3fnuz"},
    {nb::dlpack::dtype_code::Float8_E5M2, 8, "float8e5m2"},
    {nb::dlpack::dtype_code::Float8_E5M2FNUZ, 8, "float8e5m2fnuz"},
    {nb::dlpack::dtype_code::Float8_E8M0FNU, 8, "float8e8m0"},
};

/// str(object).
std::string describe(nb::handle object) {
  nb::object text = nb::steal(PyObject_Str(object.ptr()));
  if (!text.is_valid())
    throw nb::python_error();
  return nb::cast<std::string>(text);
}

[[noreturn]] void raiseType(const std::string &text) { throw nb::type_error(text.c_str()); }

DelosElementType elementTypeOf(nb::dlpack::dtype dtype) {
  for (const DLPackType &type : dlpackTypes)
    if (static_cast<uint8_t>(type.code) == dtype.code && type.bits == dtype.bits && dtype.lanes == 1)
      return delosElementTypeFromName(type.name);
  raiseType("DLPack type with code " + std::to_string(dtype.code) + " and " + std::to_string(dtype.bits) +
            " bits is not supported");
}

/// The bytes of one element as an unsigned NumPy type, or the type itself where NumPy has it.
nb::dlpack::dtype rawType(DelosElementType type) {
  std::string name = delosElementTypeGetName(type);
  int64_t bits = delosElementTypeGetBits(type);
  for (const DLPackType &known : dlpackTypes)
    if (name == known.name && known.code <= nb::dlpack::dtype_code::Bool &&
        known.code != nb::dlpack::dtype_code::Bfloat)
      return {static_cast<uint8_t>(known.code), static_cast<uint8_t>(known.bits), 1};
  return {static_cast<uint8_t>(nb::dlpack::dtype_code::UInt),
          static_cast<uint8_t>(bits < bitsPerByte ? 8 : bits), 1};
}

/// True when NumPy itself has the type, so that a result needs no other view.
bool isNumPyType(DelosElementType type) {
  return rawType(type).code != static_cast<uint8_t>(nb::dlpack::dtype_code::UInt) ||
         std::string(delosElementTypeGetName(type)).starts_with("uint");
}

} // namespace

ArraySupport &arraySupport() {
  static auto *support = new ArraySupport();
  return *support;
}

BorrowedArray::BorrowedArray(nb::handle object, DelosElementType expected, bool isOutput) {
  if (viewNumPy(object, isOutput))
    return;
  if (isOutput)
    raiseType("results can be written into NumPy arrays only");
  if (nb::hasattr(object, "__dlpack__")) {
    viewDLPack(object);
    return;
  }
  nb::object array = arraySupport().coerce(object, expected);
  if (!viewNumPy(array, false))
    raiseType("an object of type " + describe(object.type()) + " is no array");
}

void BorrowedArray::point(DelosElementType type, int64_t rank, void *data) {
  tensor = {type, static_cast<int32_t>(rank), shape.data(), strides.empty() ? nullptr : strides.data(), data};
}

bool BorrowedArray::viewNumPy(nb::handle object, bool isOutput) {
  if (!nb::hasattr(object, "__array_struct__") || !nb::hasattr(object, "dtype"))
    return false;
  PyObject *known = PyDict_GetItem(arraySupport().elementTypes.ptr(), nb::object(object.attr("dtype")).ptr());
  if (!known)
    raiseType("arrays of type " + describe(nb::object(object.attr("dtype"))) + " are not supported");
  auto type = nb::cast<DelosElementType>(nb::handle(known));
  nb::object description = object.attr("__array_struct__");
  auto *array = static_cast<ArrayInterface *>(PyCapsule_GetPointer(description.ptr(), nullptr));
  if (!array)
    throw nb::python_error();
  shape.assign(array->shape, array->shape + array->rank);
  if (isOutput && !(array->flags & writableFlag))
    throw nb::value_error("a result cannot be written into a read-only array");
  int64_t bits = delosElementTypeGetBits(type);
  if (bits < bitsPerByte) {
    if (isOutput)
      raiseType("results of sub-byte types cannot be written into arrays");
    keeper = arraySupport().pack(object, bits);
    nb::object packed = keeper.attr("__array_struct__");
    point(type, array->rank,
          static_cast<ArrayInterface *>(PyCapsule_GetPointer(packed.ptr(), nullptr))->data);
    return true;
  }
  for (int i = 0; i < array->rank; ++i) {
    // Strides that are no multiple of the element (a field of a record) need a copy.
    if (array->strides[i] % array->itemSize != 0 && !isOutput) {
      nb::object dense = nb::module_::import_("numpy").attr("ascontiguousarray")(object);
      shape.clear();
      strides.clear();
      return viewNumPy(dense, false);
    }
    strides.push_back(array->strides[i] / array->itemSize);
  }
  keeper = nb::borrow(object);
  point(type, array->rank, array->data);
  return true;
}

void BorrowedArray::viewDLPack(nb::handle object) {
  if (!nb::try_cast(object, imported))
    raiseType("an object of type " + describe(object.type()) + " gives no DLPack tensor");
  if (imported.device_type() != nb::device::cpu::value)
    throw nb::value_error("expected a tensor on the CPU");
  for (size_t i = 0; i < imported.ndim(); ++i) {
    shape.push_back(static_cast<int64_t>(imported.shape(i)));
    strides.push_back(imported.stride(i));
  }
  point(elementTypeOf(imported.dtype()), static_cast<int64_t>(imported.ndim()),
        const_cast<void *>(imported.data()));
}

nb::object toArray(TensorHandle tensor) {
  DelosTensorView view;
  delosTensorGetView(tensor.get(), &view);
  int64_t bits = delosElementTypeGetBits(view.type);
  std::vector<size_t> shape(view.shape, view.shape + view.rank);
  std::vector<size_t> rawShape = shape;
  if (bits < bitsPerByte) {
    // Packed bytes, which the Python half spreads to one element per byte.
    size_t elements = 1;
    for (size_t extent : shape)
      elements *= extent;
    rawShape = {(elements * static_cast<size_t>(bits) + bitsPerByte - 1) / bitsPerByte};
  }
  DelosTensor *held = tensor.release();
  nb::capsule owner(held, [](void *p) noexcept { delosTensorDestroy(static_cast<DelosTensor *>(p)); });
  nb::ndarray<nb::numpy> array(view.data, rawShape.size(), rawShape.data(), owner, nullptr,
                               rawType(view.type));
  nb::object result = nb::cast(array, nb::rv_policy::reference);
  if (isNumPyType(view.type) && bits >= bitsPerByte)
    return result;
  nb::list dims;
  for (size_t extent : shape)
    dims.append(extent);
  return arraySupport().restore(result, view.type, nb::tuple(dims));
}

} // namespace delos::python
