/// delos._runtime: runs executables.
#include "python_bindings/Arrays.h"

#include <deque>
#include <nanobind/stl/string.h>

namespace delos::python {
namespace {

/// A request to stop runs.
class PyCancellation {
public:
  PyCancellation() {
    DelosCancellation *made = nullptr;
    raiseOnFailure(delosCancellationCreate(&made));
    handle.reset(made);
  }
  void cancel() const { delosCancellationCancel(handle.get()); }
  void reset() const { delosCancellationReset(handle.get()); }
  const DelosCancellation *get() const { return handle.get(); }

private:
  std::unique_ptr<DelosCancellation, Destroyer<delosCancellationDestroy>> handle;
};

/// An executable, with the types of its inputs and outputs at hand.
class PyExecutable {
public:
  explicit PyExecutable(nb::capsule made) : capsule(std::move(made)) {
    if (std::string(capsule.name() ? capsule.name() : "") != executableCapsule)
      throw nb::type_error("expected an executable");
    handle = static_cast<DelosExecutable *>(capsule.data());
  }

  size_t inputCount() const { return delosExecutableGetInputCount(handle); }
  size_t outputCount() const { return delosExecutableGetOutputCount(handle); }

  /// (name, element type, ((size, name, formula), ...)) per value.
  nb::list inputs() const { return describe(delosExecutableGetInput, inputCount()); }
  nb::list outputs() const { return describe(delosExecutableGetOutput, outputCount()); }

  nb::tuple run(nb::sequence arrays, bool poison, double timeout, const PyCancellation *cancellation) const {
    DelosRunOptions options = optionsOf(poison, timeout, cancellation);
    Arguments arguments(*this, arrays);
    std::vector<DelosTensor *> results(outputCount(), nullptr);
    DelosStatus status;
    {
      nb::gil_scoped_release release;
      status = delosExecutableRun(handle, arguments.views.data(), arguments.views.size(), &options,
                                  results.data());
    }
    raiseOnFailure(status);
    return toTuple(results);
  }

  void runInto(nb::sequence arrays, nb::sequence targets, bool poison, double timeout,
               const PyCancellation *cancellation) const {
    DelosRunOptions options = optionsOf(poison, timeout, cancellation);
    Arguments arguments(*this, arrays);
    std::deque<BorrowedArray> held;
    std::vector<DelosTensorView> outputs;
    for (nb::handle target : targets) {
      held.emplace_back(target, 0, /*isOutput=*/true);
      outputs.push_back(held.back().view());
    }
    DelosStatus status;
    {
      nb::gil_scoped_release release;
      status = delosExecutableRunInto(handle, arguments.views.data(), arguments.views.size(), &options,
                                      outputs.data(), outputs.size());
    }
    raiseOnFailure(status);
  }

  nb::tuple runTraced(nb::sequence arrays) const {
    Arguments arguments(*this, arrays);
    std::vector<DelosTensor *> results(outputCount(), nullptr);
    DelosString *trace = nullptr;
    DelosStatus status;
    {
      nb::gil_scoped_release release;
      status = delosExecutableRunTraced(handle, arguments.views.data(), arguments.views.size(), nullptr,
                                        results.data(), &trace);
    }
    raiseOnFailure(status);
    return nb::make_tuple(toTuple(results), textOf(StringHandle(trace)));
  }

  int64_t arenaBytes(nb::sequence arrays) const {
    Arguments arguments(*this, arrays);
    int64_t bytes = 0;
    raiseOnFailure(
        delosExecutableGetArenaBytes(handle, arguments.views.data(), arguments.views.size(), &bytes));
    return bytes;
  }

  std::string report() const { return text(delosExecutableGetReport); }
  std::string plan() const { return text(delosExecutableGetPlan); }

  nb::dict counters() const {
    DelosCounters counters;
    raiseOnFailure(delosExecutableGetCounters(handle, &counters));
    nb::dict dict;
    dict["compiles"] = counters.compiles;
    dict["interpreted"] = counters.interpreted;
    dict["kernels"] = counters.kernels;
    dict["launches"] = counters.launches;
    dict["runs"] = counters.runs;
    dict["input_copies"] = counters.input_copies;
    return dict;
  }

private:
  /// The views of a call's inputs. Deque: views point into their arrays.
  struct Arguments {
    Arguments(const PyExecutable &executable, nb::sequence arrays) {
      size_t index = 0;
      for (nb::handle array : arrays) {
        DelosValueInfo info{};
        if (index < executable.inputCount())
          raiseOnFailure(delosExecutableGetInput(executable.handle, index, &info));
        held.emplace_back(array, info.type, /*isOutput=*/false);
        views.push_back(held.back().view());
        ++index;
      }
    }

    std::deque<BorrowedArray> held;
    std::vector<DelosTensorView> views;
  };

  static DelosRunOptions optionsOf(bool poison, double timeout, const PyCancellation *cancellation) {
    return {sizeof(DelosRunOptions), poison ? DELOS_RUN_POISON : DELOS_RUN_DEFAULT, timeout,
            cancellation ? cancellation->get() : nullptr, nullptr};
  }

  static nb::tuple toTuple(const std::vector<DelosTensor *> &results) {
    std::vector<TensorHandle> owned;
    for (DelosTensor *result : results)
      owned.emplace_back(result);
    nb::list list;
    for (TensorHandle &result : owned)
      list.append(toArray(std::move(result)));
    return nb::tuple(list);
  }

  nb::list describe(DelosStatus (*get)(const DelosExecutable *, size_t, DelosValueInfo *),
                    size_t count) const {
    nb::list list;
    for (size_t i = 0; i < count; ++i) {
      DelosValueInfo info;
      raiseOnFailure(get(handle, i, &info));
      nb::list dims;
      for (int32_t dim = 0; dim < info.rank; ++dim)
        dims.append(nb::make_tuple(info.dims[dim].size, info.dims[dim].name, info.dims[dim].formula));
      list.append(nb::make_tuple(info.name, info.type, nb::tuple(dims)));
    }
    return list;
  }

  std::string text(DelosStatus (*get)(const DelosExecutable *, DelosString **)) const {
    DelosString *string = nullptr;
    raiseOnFailure(get(handle, &string));
    return textOf(StringHandle(string));
  }

  nb::capsule capsule;
  DelosExecutable *handle;
};

void setArraySupport(nb::dict elementTypes, nb::object coerce, nb::object pack, nb::object restore) {
  arraySupport() = {std::move(elementTypes), std::move(coerce), std::move(pack), std::move(restore)};
}

} // namespace
} // namespace delos::python

NB_MODULE(_runtime, module) {
  using namespace delos::python;
  module.doc() = "The runtime's half of the extension; use delos.Executable.";
  // Executables that live until the interpreter ends are no leak worth a warning.
  nb::set_leak_warnings(false);
  module.def("element_type", [](const std::string &name) { return delosElementTypeFromName(name.c_str()); });
  module.def("set_array_support", &setArraySupport);
  nb::class_<PyCancellation>(module, "Cancellation",
                             "A request to stop the runs that were given it; may be used from any thread.")
      .def(nb::init<>())
      .def("cancel", &PyCancellation::cancel, "Ends those runs, and later ones until `reset`.")
      .def("reset", &PyCancellation::reset);
  nb::class_<PyExecutable>(module, "Executable")
      .def(nb::init<nb::capsule>())
      .def("inputs", &PyExecutable::inputs)
      .def("outputs", &PyExecutable::outputs)
      .def("run", &PyExecutable::run, nb::arg("arrays"), nb::arg("poison") = false, nb::arg("timeout") = 0.0,
           nb::arg("cancellation") = nb::none())
      .def("run_into", &PyExecutable::runInto, nb::arg("arrays"), nb::arg("outputs"),
           nb::arg("poison") = false, nb::arg("timeout") = 0.0, nb::arg("cancellation") = nb::none())
      .def("run_traced", &PyExecutable::runTraced, nb::arg("arrays"))
      .def("arena_bytes", &PyExecutable::arenaBytes, nb::arg("arrays"))
      .def("report", &PyExecutable::report)
      .def("plan", &PyExecutable::plan)
      .def("counters", &PyExecutable::counters);
}
