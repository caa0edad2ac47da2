/// A compiler for tests of the public faces: it knows no ONNX, but four model "files".
///
/// "add": z[batch, 3] = x[batch, 3] + y[batch, 3]; "copy <dtype>": y[n] = x[n]; "index": fails in its kernel;
/// anything else is refused.
#include "lib/Engine/Compiler.h"
#include "runtime/abi/DType.h"

#include "absl/strings/str_cat.h"

#include <fstream>
#include <iterator>

namespace delos {
namespace {

using runtime::BufferKind;
using runtime::Formula;

int32_t addKernel(void *const *buf, const int64_t *dim, void *, int64_t, int64_t) {
  for (int64_t i = 0; i < dim[0] * 3; ++i)
    static_cast<float *>(buf[2])[i] =
        static_cast<const float *>(buf[0])[i] + static_cast<const float *>(buf[1])[i];
  return DELOS_KERNEL_OK;
}

int32_t indexKernel(void *const *, const int64_t *, void *, int64_t, int64_t) {
  return DELOS_KERNEL_INDEX_OUT_OF_RANGE;
}

runtime::ValueInfo matrix(const std::string &name) {
  return {name,
          runtime::ValueKind::Tensor,
          DELOS_DTYPE_FLOAT32,
          {Formula::symbol(0), Formula::constant(3)},
          {"batch", ""}};
}

void fillReport(CompiledProgram &program) {
  program.report.model = program.plan.model;
  program.report.kernels = {{"add_kernel", "elementwise", {"add_0"}, "", "1", 1, 3, 24, 12, 1e-6, 0, 64}};
  program.report.edges = {{"add_0", "end", "z", false, "", "an output of the model", 0, 0, ""}};
  program.report.phases = {{"import", 0.5}};
}

CompiledProgram makeAdd(DelosKernelFn function) {
  CompiledProgram program;
  runtime::Plan &plan = program.plan;
  plan.model = "add";
  plan.symbols = {{"batch", 0, 0}};
  plan.inputs = {matrix("x"), matrix("y")};
  plan.outputs = {matrix("z")};
  Formula bytes = Formula::symbol(0) * Formula::constant(12);
  plan.buffers = {{BufferKind::Input, 0, {}, bytes},
                  {BufferKind::Input, 1, {}, bytes},
                  {BufferKind::Output, 0, {}, bytes}};
  runtime::KernelRecord kernel;
  kernel.symbol = "add_kernel";
  kernel.members = {"add_0"};
  kernel.numInputs = 2;
  kernel.numOutputs = 1;
  kernel.dims = {Formula::symbol(0)};
  kernel.tiles = Formula::constant(1);
  kernel.scratchBytes = Formula::constant(0);
  plan.kernels = {kernel};
  program.kernels = {function};
  plan.body.instructions.push_back({runtime::Segment{{{0, {0, 1, 2}, {}, 0}}}});
  fillReport(program);
  return program;
}

StatusOr<CompiledProgram> makeCopy(const std::string &name) {
  auto dtype = runtime::dtypeNamed(name);
  if (!dtype)
    return absl::InvalidArgumentError(absl::StrCat("no type '", name, "'"));
  CompiledProgram program;
  runtime::Plan &plan = program.plan;
  plan.model = "copy";
  plan.symbols = {{"n", 0, 0}};
  plan.inputs = {{"x", runtime::ValueKind::Tensor, *dtype, {Formula::symbol(0)}, {"n"}}};
  plan.outputs = {{"y", runtime::ValueKind::Tensor, *dtype, {Formula::symbol(0)}, {"n"}}};
  Formula bits = Formula::symbol(0) * Formula::constant(runtime::bitWidth(*dtype));
  Formula bytes = Formula::binary(runtime::FormulaOp::CeilDiv, bits, Formula::constant(8));
  plan.buffers = {{BufferKind::Input, 0, {}, bytes}, {BufferKind::Output, 0, {}, bytes}};
  plan.body.instructions.push_back({runtime::Copy{0, 1}});
  return program;
}

} // namespace

StatusOr<CompiledProgram> compileModel(const ModelSource &source, const CompileOptions &options) {
  std::string text(reinterpret_cast<const char *>(source.bytes.data()), source.bytes.size());
  if (!source.path.empty()) {
    std::ifstream file(source.path);
    if (!file)
      return absl::NotFoundError(absl::StrCat("no file '", source.path, "'"));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  if (!options.untilAfter.empty()) {
    CompiledProgram program;
    program.ir = absl::StrCat("// after ", options.untilAfter, "\n");
    return program;
  }
  if (text == "add")
    return makeAdd(addKernel);
  if (text == "index")
    return makeAdd(indexKernel);
  if (text.starts_with("copy "))
    return makeCopy(text.substr(5));
  return absl::UnimplementedError("node 'n0': operator 'ai.onnx.Foo' is not supported");
}

} // namespace delos
