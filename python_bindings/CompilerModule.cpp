/// delos._compiler: models in, executables (as capsules) or IR out.
#include "python_bindings/Handles.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <optional>
#include <utility>
#include <vector>

namespace delos::python {
namespace {

using OptionList = std::vector<std::pair<std::string, std::string>>;

OptionList optionsFrom(nb::dict dict) {
  OptionList list;
  for (auto [key, value] : dict)
    list.emplace_back(nb::cast<std::string>(key), nb::cast<std::string>(value));
  return list;
}

OptionsHandle makeOptions(const nb::dict &dict) {
  DelosOptions *made = nullptr;
  raiseOnFailure(delosOptionsCreate(&made));
  OptionsHandle options(made);
  for (const auto &[key, value] : optionsFrom(dict))
    raiseOnFailure(delosOptionsSet(options.get(), key.c_str(), value.c_str()));
  return options;
}

nb::capsule wrap(DelosExecutable *executable) {
  return nb::capsule(executable, executableCapsule, [](void *held) noexcept {
    delosExecutableDestroy(static_cast<DelosExecutable *>(held));
  });
}

nb::capsule compileFile(const std::string &path, const nb::dict &dict) {
  OptionsHandle options = makeOptions(dict);
  DelosExecutable *executable = nullptr;
  DelosStatus status;
  {
    nb::gil_scoped_release release;
    status = delosCompileFile(path.c_str(), options.get(), &executable);
  }
  raiseOnFailure(status);
  return wrap(executable);
}

nb::capsule compileBytes(const nb::bytes &model, const std::optional<std::string> &directory,
                         const nb::dict &dict) {
  OptionsHandle options = makeOptions(dict);
  DelosExecutable *executable = nullptr;
  DelosStatus status;
  const char *bytes = model.c_str();
  size_t size = model.size();
  {
    nb::gil_scoped_release release;
    status =
        delosCompileBytes(bytes, size, directory ? directory->c_str() : nullptr, options.get(), &executable);
  }
  raiseOnFailure(status);
  return wrap(executable);
}

std::string lowerFile(const std::string &path, const nb::dict &dict) {
  OptionsHandle options = makeOptions(dict);
  DelosString *text = nullptr;
  DelosStatus status;
  {
    nb::gil_scoped_release release;
    status = delosLowerFile(path.c_str(), options.get(), &text);
  }
  raiseOnFailure(status);
  return textOf(StringHandle(text));
}

std::string lowerBytes(const nb::bytes &model, const std::optional<std::string> &directory,
                       const nb::dict &dict) {
  OptionsHandle options = makeOptions(dict);
  DelosString *text = nullptr;
  DelosStatus status;
  const char *bytes = model.c_str();
  size_t size = model.size();
  {
    nb::gil_scoped_release release;
    status = delosLowerBytes(bytes, size, directory ? directory->c_str() : nullptr, options.get(), &text);
  }
  raiseOnFailure(status);
  return textOf(StringHandle(text));
}

} // namespace
} // namespace delos::python

NB_MODULE(_compiler, module) {
  using namespace delos::python;
  module.doc() = "The compiler's half of the extension; use delos.compile.";
  module.attr("version") = delosGetVersion();
  module.def("compile_file", &compileFile, nb::arg("path"), nb::arg("options"));
  module.def("compile_bytes", &compileBytes, nb::arg("model"), nb::arg("directory").none(),
             nb::arg("options"));
  module.def("lower_file", &lowerFile, nb::arg("path"), nb::arg("options"));
  module.def("lower_bytes", &lowerBytes, nb::arg("model"), nb::arg("directory").none(), nb::arg("options"));
}
