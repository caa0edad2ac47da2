// What sanitizers do in the tests' executables, when they are built with them.

/// A report ends the process. User poisoning is off: Debian's LLVM is not instrumented, so its bump
/// allocators write into slabs that the instrumented copies of their inline code have poisoned. Leaks are not
/// looked for, as LLVM keeps its registries until the end.
extern "C" const char *__asan_default_options() { return "allow_user_poisoning=0:detect_leaks=0"; }
extern "C" const char *__ubsan_default_options() { return "halt_on_error=1:print_stacktrace=1"; }
