// Opening a module: every onnx.node becomes graph primitives, or the module stays as it is and every problem
// is told.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"

#include "absl/status/status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace delos::open {

/// Discardable attribute of an opened function: pairs of dim expressions that every call must make equal,
/// e.g.
/// `[#graph.dims<"a", "b">]`. Opening assumed them where a model leaves it open.
inline constexpr llvm::StringLiteral equalDimsAttrName = "graph.equal_dims";

struct OpenOptions {
  /// Ops that may be created before opening gives up (unrolled loops and recurrences).
  int64_t maxOps = 400000;
};

/// One node that cannot be opened.
struct OpenProblem {
  mlir::Location location;
  std::string message;
  bool unsupported; ///< true when Delos lacks something, false when the model is malformed
  /// Model inputs whose values would have to be known. Specialising on them (the argument attribute
  /// `onnx.value`) may solve the problem.
  std::vector<std::string> neededInputs;
};

/// Rewrites every function of the module. On failure the module is unchanged and the status (Unimplemented or
/// InvalidArgument) holds the messages, one per line; `problems`, when given, receives them one by one.
absl::Status openModule(mlir::ModuleOp module, const OpenOptions &options = {},
                        std::vector<OpenProblem> *problems = nullptr);

} // namespace delos::open
