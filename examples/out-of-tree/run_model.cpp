// Compiles the ONNX file named on the command line and runs it once on inputs of ones.
#include <cstring>
#include <delos/Engine.h>
#include <iostream>

// A tensor of the input's type and shape, symbolic dims set to 1, filled with ones where that is a float.
static delos::StatusOr<delos::Tensor> makeInput(const delos::ValueInfo &info) {
  std::vector<int64_t> shape;
  for (const delos::Dim &dim : info.shape)
    shape.push_back(dim.size == delos::Dim::dynamic ? 1 : dim.size);
  auto tensor = delos::Tensor::allocate(info.dtype, shape);
  if (!tensor.ok())
    return tensor;
  std::memset(tensor->data(), 0, tensor->byteSize());
  for (int64_t i = 0; info.dtype == delos::DType::Float32 && i < tensor->elementCount(); ++i)
    tensor->dataAs<float>()[i] = 1;
  return tensor;
}

static delos::Status run(const char *path) {
  auto executable = delos::Engine().compile(delos::ModelSource::file(path));
  if (!executable.ok())
    return executable.status();
  std::vector<delos::Tensor> inputs;
  for (const delos::ValueInfo &info : executable->inputs())
    if (auto tensor = makeInput(info); tensor.ok())
      inputs.push_back(*tensor);
  auto outputs = executable->run(inputs);
  for (size_t i = 0; outputs.ok() && i < outputs->size(); ++i)
    std::cout << executable->outputs()[i].name << ": " << (*outputs)[i].elementCount() << " elements\n";
  return outputs.status();
}

int main(int argc, char **argv) {
  delos::Status status = argc == 2 ? run(argv[1]) : absl::InvalidArgumentError("usage: run_model MODEL.onnx");
  if (!status.ok())
    std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
