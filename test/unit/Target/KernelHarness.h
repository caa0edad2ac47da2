// Compiles a module of kernel functions and calls them: what the back end's tests share.
#pragma once

#include "lib/Engine/JitLinker.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"

#include "absl/status/statusor.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

namespace delos::test {

using KernelFn = int32_t (*)(void *const *, const int64_t *, void *, int64_t, int64_t);

/// A context with every dialect of Delos, single-threaded.
std::unique_ptr<mlir::MLIRContext> createContext();

/// Code in this process; the kernels live as long as it does.
class CompiledModule {
public:
  /// Lowers `module` (destroyed by it) with the pipeline `lower-to-llvm`, emits and links it.
  static absl::StatusOr<CompiledModule>
  compile(mlir::ModuleOp module, const cpu::TargetDescription &target = cpu::TargetDescription::host());
  /// Parses `text` and compiles it.
  static absl::StatusOr<CompiledModule> compileText(mlir::MLIRContext &context, std::string_view text);

  /// The kernel called `name`; fails the running test when there is none.
  KernelFn kernel(std::string_view name) const {
    auto address = find(name);
    INFO(address.status().ToString());
    REQUIRE(address.ok());
    return reinterpret_cast<KernelFn>(*address);
  }
  absl::StatusOr<void *> find(std::string_view name) const { return object->lookup(name); }

private:
  std::shared_ptr<engine::JitLinker> linker;
  std::shared_ptr<engine::LoadedObject> object;
};

} // namespace delos::test
