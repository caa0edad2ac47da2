/// Owning wrappers around the C interface's handles, and its errors as Python exceptions.
#pragma once

#include "delos-c/delos.h"

#include <memory>
#include <nanobind/nanobind.h>
#include <string>

namespace delos::python {

namespace nb = nanobind;

/// Calls the handle's Destroy function.
template <auto destroy>
struct Destroyer {
  template <typename T>
  void operator()(T *handle) const {
    destroy(handle);
  }
};

using ExecutableHandle = std::unique_ptr<DelosExecutable, Destroyer<delosExecutableDestroy>>;
using OptionsHandle = std::unique_ptr<DelosOptions, Destroyer<delosOptionsDestroy>>;
using StringHandle = std::unique_ptr<DelosString, Destroyer<delosStringDestroy>>;
using TensorHandle = std::unique_ptr<DelosTensor, Destroyer<delosTensorDestroy>>;

/// Name of the capsules in which executables travel from the compiler's to the runtime's module.
inline constexpr const char *executableCapsule = "delos.executable";

/// Raises the Python exception of a failed status, with the text of the last error. Needs the interpreter's
/// lock; the failing call must be the thread's last one.
inline void raiseOnFailure(DelosStatus status) {
  if (status == DELOS_OK)
    return;
  nb::object error =
      nb::module_::import_("delos.errors").attr("make")(static_cast<int>(status), delosGetLastError());
  PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(error.ptr())), error.ptr());
  throw nb::python_error();
}

/// The text of a handle.
inline std::string textOf(const StringHandle &handle) {
  return {delosStringGetData(handle.get()), delosStringGetSize(handle.get())};
}

} // namespace delos::python
