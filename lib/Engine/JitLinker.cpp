// An own ORC LLJIT: object files in, function pointers out.
#include "lib/Engine/JitLinker.h"

#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/Shared/OrcRTBridge.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/JITLoaderGDB.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>
#include <utility>

using namespace delos::engine;

/// What a linker and its objects share. The JIT reports the reason of a failed lookup on the side.
struct LoadedObject::Session {
  std::mutex mutex;
  std::string reports;
  std::atomic<uint64_t> serial{0};
  std::unique_ptr<llvm::orc::LLJIT> jit;

  void report(llvm::Error error) {
    std::lock_guard<std::mutex> lock(mutex);
    reports += llvm::toString(std::move(error)) + "; ";
  }
  std::string takeReports() {
    std::lock_guard<std::mutex> lock(mutex);
    return std::exchange(reports, {});
  }
};

static absl::Status toStatus(llvm::Error error, std::string_view what) {
  return absl::InternalError(absl::StrCat(std::string(what), ": ", llvm::toString(std::move(error))));
}

template <typename Result, typename... Args>
static void *addressOf(Result (*function)(Args...)) {
  return reinterpret_cast<void *>(function);
}

#define DELOS_LIBM1(name)                                                                                    \
  HostSymbol{#name, addressOf<double, double>(::name)}, HostSymbol {                                         \
    #name "f", addressOf<float, float>(::name##f)                                                            \
  }
#define DELOS_LIBM2(name)                                                                                    \
  HostSymbol{#name, addressOf<double, double, double>(::name)}, HostSymbol {                                 \
    #name "f", addressOf<float, float, float>(::name##f)                                                     \
  }

const std::vector<HostSymbol> &delos::engine::hostSymbols() {
  static const std::vector<HostSymbol> symbols = {
      DELOS_LIBM1(exp),
      DELOS_LIBM1(exp2),
      DELOS_LIBM1(expm1),
      DELOS_LIBM1(log),
      DELOS_LIBM1(log2),
      DELOS_LIBM1(log10),
      DELOS_LIBM1(log1p),
      DELOS_LIBM1(sin),
      DELOS_LIBM1(cos),
      DELOS_LIBM1(tan),
      DELOS_LIBM1(asin),
      DELOS_LIBM1(acos),
      DELOS_LIBM1(atan),
      DELOS_LIBM1(sinh),
      DELOS_LIBM1(cosh),
      DELOS_LIBM1(tanh),
      DELOS_LIBM1(asinh),
      DELOS_LIBM1(acosh),
      DELOS_LIBM1(atanh),
      DELOS_LIBM1(erf),
      DELOS_LIBM1(erfc),
      DELOS_LIBM1(cbrt),
      DELOS_LIBM1(floor),
      DELOS_LIBM1(ceil),
      DELOS_LIBM1(trunc),
      DELOS_LIBM1(rint),
      DELOS_LIBM1(round),
      DELOS_LIBM1(nearbyint),
      DELOS_LIBM1(sqrt),
      DELOS_LIBM1(lgamma),
      DELOS_LIBM1(tgamma),
      DELOS_LIBM2(pow),
      DELOS_LIBM2(atan2),
      DELOS_LIBM2(fmod),
      DELOS_LIBM2(fmin),
      DELOS_LIBM2(fmax),
      DELOS_LIBM2(hypot),
      DELOS_LIBM2(remainder),
      HostSymbol{"fma", addressOf<double, double, double, double>(::fma)},
      HostSymbol{"fmaf", addressOf<float, float, float, float>(::fmaf)},
      HostSymbol{"roundeven", addressOf<double, double>(::roundeven)},
      HostSymbol{"roundevenf", addressOf<float, float>(::roundevenf)},
      // Where a kernel asks for both of one argument, LLVM makes it one call.
      HostSymbol{"sincos", reinterpret_cast<void *>(&::sincos)},
      HostSymbol{"sincosf", reinterpret_cast<void *>(&::sincosf)},
      HostSymbol{"memcpy", reinterpret_cast<void *>(&::memcpy)},
      HostSymbol{"memmove", reinterpret_cast<void *>(&::memmove)},
      HostSymbol{"memset", reinterpret_cast<void *>(&::memset)},
  };
  return symbols;
}

LoadedObject::LoadedObject(std::shared_ptr<Session> session, llvm::orc::JITDylib &library)
    : session(std::move(session)), library(library) {}

LoadedObject::~LoadedObject() {
  if (llvm::Error error = session->jit->getExecutionSession().removeJITDylib(library))
    llvm::consumeError(std::move(error));
}

absl::StatusOr<void *> LoadedObject::lookup(std::string_view name) const {
  auto address = session->jit->lookup(library, llvm::StringRef(name.data(), name.size()));
  if (!address)
    return absl::NotFoundError(absl::StrCat("kernel '", std::string(name),
                                            "': ", llvm::toString(address.takeError()), "; ",
                                            session->takeReports()));
  return address->toPtr<void *>();
}

JitLinker::JitLinker(std::shared_ptr<LoadedObject::Session> session) : session(std::move(session)) {}
JitLinker::~JitLinker() = default;

/// Registers what is loaded with GDB. The function that does so is named to the JIT, since it sees no symbols
/// of the process.
static llvm::Error addDebugger(llvm::orc::LLJIT &jit) {
  llvm::orc::SymbolMap map;
  map[jit.getExecutionSession().intern(llvm::orc::rt::RegisterJITLoaderGDBAllocActionName)] = {
      llvm::orc::ExecutorAddr::fromPtr(&llvm_orc_registerJITLoaderGDBAllocAction),
      llvm::JITSymbolFlags::Exported};
  if (llvm::Error error = jit.getProcessSymbolsJITDylib()->define(llvm::orc::absoluteSymbols(std::move(map))))
    return error;
  return llvm::orc::enableDebuggerSupport(jit);
}

absl::StatusOr<std::unique_ptr<JitLinker>> JitLinker::create(bool isDebuggable) {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
  });
  // No platform: kernels have no static initialisers, and a platform would open the process's symbols.
  llvm::orc::LLJITBuilder builder;
  builder.setLinkProcessSymbolsByDefault(false).setPlatformSetUp(llvm::orc::setUpInactivePlatform);
  if (isDebuggable)
    builder.setProcessSymbolsJITDylibSetup(
        [](llvm::orc::LLJIT &jit) -> llvm::Expected<llvm::orc::JITDylibSP> {
          return &jit.getExecutionSession().createBareJITDylib("process");
        });
  auto jit = builder.create();
  if (!jit)
    return toStatus(jit.takeError(), "JIT");
  auto session = std::make_shared<LoadedObject::Session>();
  session->jit = std::move(*jit);
  session->jit->getExecutionSession().setErrorReporter(
      [raw = session.get()](llvm::Error error) { raw->report(std::move(error)); });
  if (isDebuggable)
    if (llvm::Error error = addDebugger(*session->jit))
      return toStatus(std::move(error), "JIT debugger");
  return std::unique_ptr<JitLinker>(new JitLinker(std::move(session)));
}

/// Makes the host's functions visible in `library`.
static llvm::Error defineHostSymbols(llvm::orc::LLJIT &jit, llvm::orc::JITDylib &library) {
  llvm::orc::SymbolMap map;
  for (const HostSymbol &symbol : hostSymbols())
    map[jit.mangleAndIntern(llvm::StringRef(symbol.name.data(), symbol.name.size()))] = {
        llvm::orc::ExecutorAddr::fromPtr(symbol.address), llvm::JITSymbolFlags::Exported};
  return library.define(llvm::orc::absoluteSymbols(std::move(map)));
}

absl::StatusOr<std::shared_ptr<LoadedObject>> JitLinker::load(const std::vector<char> &object) {
  llvm::orc::LLJIT &jit = *session->jit;
  auto library = jit.createJITDylib(absl::StrCat("object", session->serial++));
  if (!library)
    return toStatus(library.takeError(), "JIT");
  if (llvm::Error error = defineHostSymbols(jit, *library))
    return toStatus(std::move(error), "JIT symbols");
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(object.data(), object.size()), "object");
  if (llvm::Error error = jit.addObjectFile(*library, std::move(buffer)))
    return toStatus(std::move(error), "JIT object");
  return std::shared_ptr<LoadedObject>(new LoadedObject(session, *library));
}
