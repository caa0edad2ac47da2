// Object bytes -> callable functions in this process, over an explicit table of outside symbols.
#pragma once

#include "absl/status/statusor.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llvm::orc {
class JITDylib;
} // namespace llvm::orc

namespace delos::engine {

/// One outside function that kernels may call.
struct HostSymbol {
  std::string_view name;
  void *address;
};

/// The libm and compiler-runtime functions that generated code may refer to. Nothing else of the process is
/// visible to kernels.
const std::vector<HostSymbol> &hostSymbols();

/// The loaded code of one object: its functions may be called while this handle lives.
class LoadedObject {
public:
  ~LoadedObject();
  /// Address of a function the object defines; a not-found status names what is missing. Thread-safe.
  absl::StatusOr<void *> lookup(std::string_view name) const;

private:
  friend class JitLinker;
  struct Session;
  LoadedObject(std::shared_ptr<Session> session, llvm::orc::JITDylib &library);
  std::shared_ptr<Session> session;
  llvm::orc::JITDylib &library;
};

/// Links object files for this process. Every object has its own name space, so equal function names do not
/// clash. All members are thread-safe.
class JitLinker {
public:
  /// With `isDebuggable`, loaded objects are registered with a debugger (GDB's JIT interface).
  static absl::StatusOr<std::unique_ptr<JitLinker>> create(bool isDebuggable = false);
  ~JitLinker();

  /// Loads a relocatable object. Outside symbols that are not in the table are reported by name at `lookup`.
  absl::StatusOr<std::shared_ptr<LoadedObject>> load(const std::vector<char> &object);

private:
  explicit JitLinker(std::shared_ptr<LoadedObject::Session> session);
  std::shared_ptr<LoadedObject::Session> session;
};

} // namespace delos::engine
