// One graph function through the whole engine.
#include "test/oracle/EngineRunner.h"

#include "delos/Engine.h"
#include "delos/Tensor.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include <cstring>

namespace delos::oracle {

using reference::RefTensor;

namespace {

/// The function as @main of a module in a temporary file, which `remover` deletes.
absl::StatusOr<std::string> writeModel(mlir::func::FuncOp function, llvm::FileRemover &remover) {
  int descriptor;
  llvm::SmallString<64> path;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("delos-oracle", "mlir", descriptor, path))
    return absl::UnavailableError("no temporary file: " + error.message());
  remover.setFile(path);
  mlir::OwningOpRef<mlir::func::FuncOp> copy = function.clone();
  copy->setName("main");
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  copy->print(stream);
  return path.str().str();
}

absl::StatusOr<std::vector<Tensor>> borrow(llvm::ArrayRef<RefTensor> inputs) {
  std::vector<Tensor> tensors;
  for (const RefTensor &input : inputs) {
    // The engine reads inputs only.
    void *data = const_cast<std::byte *>(input.data());
    auto tensor = Tensor::borrow(static_cast<DType>(input.dtype()), input.shape(), data);
    if (!tensor.ok())
      return tensor.status();
    tensors.push_back(*std::move(tensor));
  }
  return tensors;
}

absl::StatusOr<RefTensor> copyOf(const Tensor &tensor) {
  reference::Shape shape(tensor.shape().begin(), tensor.shape().end());
  auto copy = RefTensor::zeros(static_cast<DelosDType>(tensor.dtype()), shape);
  if (!copy.ok())
    return copy;
  if (!tensor.isContiguous() || tensor.byteSize() != copy->byteSize())
    return absl::InternalError("a result is not dense");
  if (tensor.byteSize() > 0)
    std::memcpy(copy->data(), tensor.data(), tensor.byteSize());
  return copy;
}

absl::StatusOr<std::vector<RefTensor>> runOnce(const Executable &executable, llvm::ArrayRef<Tensor> inputs) {
  RunOptions options;
  options.poison = true;
  auto results = executable.run({inputs.data(), inputs.size()}, options);
  if (!results.ok())
    return results.status();
  std::vector<RefTensor> tensors;
  for (const Tensor &result : *results) {
    auto copy = copyOf(result);
    if (!copy.ok())
      return copy.status();
    tensors.push_back(*std::move(copy));
  }
  return tensors;
}

} // namespace

absl::StatusOr<std::vector<RefTensor>>
runInEngine(mlir::func::FuncOp function, llvm::ArrayRef<RefTensor> inputs, const CompileOptions &options) {
  llvm::FileRemover remover;
  auto path = writeModel(function, remover);
  if (!path.ok())
    return path.status();
  auto executable = Engine().compile(ModelSource::file(*path), options);
  if (!executable.ok())
    return executable.status();
  // The rows compute what a generator of tiles failed on, which is a mistake all the same.
  for (const KernelReport &kernel : executable->report().kernels)
    if (absl::StrContains(kernel.schedule, "fallback"))
      return absl::InternalError(absl::StrCat("kernel ", kernel.name, " fell back: ", kernel.schedule));
  auto tensors = borrow(inputs);
  if (!tensors.ok())
    return tensors.status();
  auto first = runOnce(*executable, *tensors);
  if (!first.ok())
    return first;
  auto second = runOnce(*executable, *tensors);
  if (!second.ok())
    return second;
  for (size_t i = 0; i < first->size(); ++i)
    if (std::memcmp((*first)[i].data(), (*second)[i].data(), (*first)[i].byteSize()) != 0)
      return absl::InternalError(absl::StrCat("result ", i, " of two runs differs"));
  return first;
}

} // namespace delos::oracle
