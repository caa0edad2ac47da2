// Import of ONNX models: bytes or a file in, a module of the onnx dialect out.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "absl/status/statusor.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace delos {

/// What a model may ask for at most. Everything is compared with its limit before memory is taken for it.
struct ImportLimits {
  int64_t fileBytes = (int64_t(1) << 31) - 1;   ///< of the model itself; protobuf messages end at 2 GiB
  int64_t parsedBytes = int64_t(8) << 30;       ///< estimated memory of the parsed messages
  int64_t externalBytes = int64_t(1) << 40;     ///< mapped from external data files, all together
  int64_t nodes = 1 << 18;                      ///< after inlining, bodies and initializers included
  int64_t inlinedNodes = 1 << 16;               ///< nodes and calls that inlining makes
  int64_t operandsPerNode = 1 << 14;            ///< inputs, outputs, attributes and bodies, each
  int64_t contentElements = 1 << 24;            ///< operands and list elements of all nodes, after inlining
  int64_t graphDepth = 24;                      ///< bodies inside bodies
  int64_t functionDepth = 64;                   ///< calls inside functions
  int64_t typeDepth = 64;                       ///< sequences, optionals and maps inside each other
  int64_t messageDepth = 100;                   ///< protobuf messages inside messages
  int64_t rank = 32;                            ///< of any tensor
  int64_t elements = int64_t(1) << 40;          ///< product of the non-zero static sizes of any tensor
  int64_t nameBytes = 4096;                     ///< one name, operator or symbol
  int64_t stringBytes = 1 << 24;                ///< one string attribute
  int64_t listElements = 1 << 24;               ///< one list attribute
  int64_t densifiedBytes = int64_t(128) << 20;  ///< sparse tensors written out, all together
  int64_t inlinedNameBytes = int64_t(64) << 20; ///< names of inlined nodes, all together
};

struct ImportOptions {
  ImportLimits limits;
  /// IR version 3 lists initializers among the inputs, later ones may. False: such an input is a constant.
  /// True: it is an input and its default value is dropped.
  bool initializersAsInputs = false;
  /// Where external data lies when the model comes as bytes; empty refuses it. A model file's own folder is
  /// taken otherwise.
  std::string externalFolder;
  /// Constants of up to this many elements become `dense<...>`, larger ones (and sub-byte ones) resources.
  int64_t denseElements = 64;
};

/// Imports a serialized ModelProto into `func.func @main` of a module that verifies. The bytes are not needed
/// afterwards; external data stays mapped as long as `context` lives (its files must not shrink meanwhile).
///
/// Guarantees: no bytes crash, hang or take memory beyond the limits; the result does not depend on the order
/// of nodes, initializers or attributes in the file. A bad model gives InvalidArgument (or ResourceExhausted
/// past a limit, Unimplemented for sparse and opaque values) naming node and tensor, what was expected and
/// what was found. Loads the dialects func, graph and onnx into the context; calls with different contexts
/// may run concurrently.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importModel(std::string_view bytes, const ImportOptions &options, mlir::MLIRContext &context);

/// The same for a file. NotFound or PermissionDenied when it cannot be read.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importModelFile(const std::string &path, const ImportOptions &options, mlir::MLIRContext &context);

} // namespace delos
