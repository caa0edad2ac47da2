// LLVM IR of kernels -> relocatable object bytes for one CPU, with what the code generator says about its
// work.
#pragma once

#include "lib/Target/CPU/TargetDescription.h"

#include "absl/status/statusor.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
} // namespace llvm

namespace delos::cpu {

/// What the code generator reports of one function (feedback at fidelity 'generated').
struct CodeRemarks {
  std::string function;
  int64_t instructions = 0;
  int64_t stackBytes = 0;
  int64_t spills = 0;
  int64_t reloads = 0;
  /// Spills, reloads and copies inside loops, weighted by the code generator's block frequencies.
  double loopSpillCost = 0;
};

struct ObjectCode {
  /// A relocatable object file in memory.
  std::vector<char> bytes;
  /// One record per function with remarks, sorted by name. Empty unless asked for.
  std::vector<CodeRemarks> remarks;
  /// The same code as text. Empty unless asked for.
  std::string assembly;
};

/// What `ObjectEmitter::emit` gives beside the object.
struct EmissionExtras {
  bool remarks = false;
  bool assembly = false;
};

enum class Optimization {
  /// Six function passes: for code that the generators have vectorised.
  Minimal,
  /// LLVM's O2: for kernels left as scalar loops.
  Full,
};

/// Compiles modules for one target. Not thread-safe: one emitter per thread (creation costs about 0.1 ms).
class ObjectEmitter {
public:
  /// Refuses targets this LLVM has no code generator for.
  static absl::StatusOr<std::unique_ptr<ObjectEmitter>> create(const TargetDescription &target);
  ~ObjectEmitter();

  /// Optimizes `module` in place and emits it. LLVM's errors come back as an internal status with their text.
  /// The module's context must not be in use elsewhere; its diagnostic handler is replaced.
  absl::StatusOr<ObjectCode> emit(llvm::Module &module, Optimization optimization = Optimization::Minimal,
                                  EmissionExtras extras = {});

  const TargetDescription &target() const { return description; }

private:
  ObjectEmitter(TargetDescription description, std::unique_ptr<llvm::TargetMachine> machine);

  TargetDescription description;
  std::unique_ptr<llvm::TargetMachine> machine;
};

/// The assembly text of the module as `ObjectEmitter` would encode it (for tests and for reading).
absl::StatusOr<std::string> printAssembly(llvm::Module &module, const TargetDescription &target);

} // namespace delos::cpu
