// One graph function as one compiled kernel.
#include "test/oracle/KernelRunner.h"

#include "lib/Engine/JitLinker.h"
#include "lib/Reference/Evaluation.h"
#include "lib/Target/CPU/KernelCodegen.h"
#include "lib/Target/CPU/LowerToLLVM.h"
#include "lib/Target/CPU/ObjectEmitter.h"
#include "passes/Lowering/Passes.h"
#include "runtime/abi/DType.h"
#include "runtime/abi/KernelABI.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include <algorithm>
#include <cstring>

namespace delos::oracle {

using reference::Evaluation;
using reference::RefTensor;
using reference::storageBytes;

namespace {

constexpr const char *kEntry = "kernel_entry";

/// What a call needs besides its buffers.
struct KernelFacts {
  std::vector<DimExpr> dims;
  DimExpr tiles, scratchBytes;
};

struct LoadedKernel {
  KernelFacts facts;
  std::unique_ptr<engine::JitLinker> linker;
  std::shared_ptr<engine::LoadedObject> object;
  DelosKernelFn entry = nullptr;
};

//===-- Compilation
//-----------------------------------------------------------------------------------------===//

/// Puts the kernel of `function` into a module of its own.
absl::StatusOr<KernelFacts> emitInto(mlir::ModuleOp module, mlir::func::FuncOp function,
                                     const cpu::TargetDescription &target) {
  mlir::Block &body = function.getBody().front();
  auto noneConstant = [](unsigned) { return false; };
  cpu::KernelDecision decision = cpu::planKernel(body, noneConstant, target);
  if (!decision)
    return absl::UnimplementedError("no generator takes the kernel: " + decision.reason);
  auto emitted = cpu::emitKernel(module, kEntry, body, *decision.plan, target);
  if (mlir::failed(emitted))
    return absl::InternalError("code generation failed");
  return KernelFacts{emitted->dims, emitted->tiles, emitted->scratchBytes};
}

absl::StatusOr<cpu::ObjectCode> encode(mlir::ModuleOp module, const cpu::TargetDescription &target) {
  mlir::PassManager passes(module.getContext());
  lowering::populateLowerToLLVMPipeline(passes);
  if (mlir::failed(mlir::verify(module)) || mlir::failed(passes.run(module)))
    return absl::InternalError("the emitted code does not lower");
  llvm::LLVMContext context;
  auto translated = cpu::translateToLLVMIR(module, context, target);
  if (!translated.ok())
    return translated.status();
  auto emitter = cpu::ObjectEmitter::create(target);
  if (!emitter.ok())
    return emitter.status();
  return (*emitter)->emit(**translated);
}

absl::StatusOr<LoadedKernel> compile(mlir::func::FuncOp function, const cpu::TargetDescription &target) {
  std::string diagnostics;
  mlir::ScopedDiagnosticHandler handler(function.getContext(), [&](mlir::Diagnostic &diagnostic) {
    absl::StrAppend(&diagnostics, diagnostic.str(), "\n");
  });
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(function.getLoc());
  LoadedKernel kernel;
  DELOS_REF_ASSIGN(facts, emitInto(*module, function, target));
  kernel.facts = std::move(facts);
  absl::StatusOr<cpu::ObjectCode> code = encode(*module, target);
  if (!code.ok())
    return absl::Status(code.status().code(), absl::StrCat(code.status().message(), ": ", diagnostics));
  DELOS_REF_ASSIGN(linker, engine::JitLinker::create());
  kernel.linker = std::move(linker);
  DELOS_REF_ASSIGN(object, kernel.linker->load(code->bytes));
  kernel.object = std::move(object);
  DELOS_REF_ASSIGN(entry, kernel.object->lookup(kEntry));
  kernel.entry = reinterpret_cast<DelosKernelFn>(entry);
  return kernel;
}

//===-- The call
//--------------------------------------------------------------------------------------------===//

/// Bytes between guards. Poison is 0xFF: NaN in every float.
class GuardedBytes {
public:
  /// `offset` from an address aligned to 64 bytes.
  GuardedBytes(int64_t size, int64_t offset)
      : size(size), storage(size + offset + 2 * kGuard + kAlignment, kMark) {
    auto address = reinterpret_cast<uintptr_t>(storage.data()) + kGuard;
    begin = reinterpret_cast<std::byte *>((address + kAlignment - 1) / kAlignment * kAlignment + offset);
    std::fill_n(begin, size, std::byte{0xFF});
  }
  std::byte *data() { return begin; }
  bool isIntact() const {
    auto marked = [](std::byte byte) { return byte == kMark; };
    return std::all_of(storage.data(), const_cast<const std::byte *>(begin), marked) &&
           std::all_of(const_cast<const std::byte *>(begin) + size, storage.data() + storage.size(), marked);
  }

private:
  static constexpr int64_t kGuard = 256, kAlignment = 64;
  static constexpr std::byte kMark{0xA5};
  int64_t size;
  std::vector<std::byte> storage;
  std::byte *begin;
};

/// The memory of one call.
class Call {
public:
  absl::Status prepare(mlir::func::FuncOp function, llvm::ArrayRef<RefTensor> inputs,
                       const KernelFacts &facts);
  absl::Status run(DelosKernelFn entry);
  absl::StatusOr<std::vector<RefTensor>> results() const;

private:
  std::vector<RefTensor> outputs;
  std::vector<GuardedBytes> memory;
  std::vector<void *> buffers;
  std::vector<int64_t> dims;
  int64_t tiles = 0, scratchBytes = 0;
  size_t inputCount = 0;
};

absl::Status Call::prepare(mlir::func::FuncOp function, llvm::ArrayRef<RefTensor> inputs,
                           const KernelFacts &facts) {
  reference::InterpreterOptions options;
  Evaluation sizes(options);
  for (auto [type, input] : llvm::zip(function.getArgumentTypes(), inputs))
    DELOS_REF_RETURN(sizes.bind("input", type, input.shape()));
  for (mlir::Value result : function.getBody().front().getTerminator()->getOperands()) {
    DELOS_REF_ASSIGN(output, sizes.declaredResultFor(result));
    outputs.push_back(std::move(output));
  }
  DELOS_REF_ASSIGN(values, sizes.valuesOf(facts.dims));
  DELOS_REF_ASSIGN(tileCount, sizes.valueOf(facts.tiles));
  DELOS_REF_ASSIGN(scratch, sizes.valueOf(facts.scratchBytes));
  dims = values;
  tiles = tileCount;
  scratchBytes = scratch;
  inputCount = inputs.size();
  for (const RefTensor &input : inputs) {
    memory.emplace_back(input.byteSize(), storageBytes(input.dtype()));
    std::memcpy(memory.back().data(), input.data(), input.byteSize());
  }
  for (const RefTensor &output : outputs)
    memory.emplace_back(output.byteSize(), storageBytes(output.dtype()));
  for (GuardedBytes &bytes : memory)
    buffers.push_back(bytes.data());
  return absl::OkStatus();
}

absl::Status Call::run(DelosKernelFn entry) {
  // Three calls, each with scratch of its own: no tile may rely on another.
  constexpr int64_t kCalls = 3;
  for (int64_t call = kCalls; call-- > 0;) {
    int64_t begin = tiles * call / kCalls, end = tiles * (call + 1) / kCalls;
    GuardedBytes scratch(scratchBytes, 0);
    int32_t code = begin < end ? entry(buffers.data(), dims.data(), scratch.data(), begin, end) : 0;
    if (code == DELOS_KERNEL_INDEX_OUT_OF_RANGE)
      return absl::OutOfRangeError("the kernel reports an index outside its tensor");
    if (code != DELOS_KERNEL_OK)
      return absl::InternalError(absl::StrCat("the kernel returns ", code));
    if (!scratch.isIntact())
      return absl::InternalError(
          absl::StrCat("the kernel writes beyond its ", scratchBytes, " bytes of scratch"));
  }
  for (size_t i = 0; i < memory.size(); ++i)
    if (!memory[i].isIntact())
      return absl::InternalError(absl::StrCat("the kernel writes outside ",
                                              i < inputCount ? "input " : "output ",
                                              i < inputCount ? i : i - inputCount));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RefTensor>> Call::results() const {
  std::vector<RefTensor> tensors = outputs;
  for (size_t i = 0; i < tensors.size(); ++i)
    std::memcpy(tensors[i].data(), buffers[inputCount + i], tensors[i].byteSize());
  return tensors;
}

} // namespace

absl::StatusOr<std::vector<RefTensor>>
runAsKernel(mlir::func::FuncOp function, llvm::ArrayRef<RefTensor> inputs, const std::string &cpuName) {
  auto target = cpuName.empty() ? absl::StatusOr<cpu::TargetDescription>(cpu::TargetDescription::host())
                                : cpu::TargetDescription::named(cpuName);
  if (!target.ok())
    return target.status();
  DELOS_REF_ASSIGN(kernel, compile(function, *target));
  Call call;
  DELOS_REF_RETURN(call.prepare(function, inputs, kernel.facts));
  DELOS_REF_RETURN(call.run(kernel.entry));
  return call.results();
}

} // namespace delos::oracle
