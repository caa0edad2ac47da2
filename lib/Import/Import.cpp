// Import of ONNX models: scan, parse, resolve, order, emit.
#include "lib/Import/Import.h"

#include "dialects/Graph/GraphOps.h"
#include "dialects/Onnx/OnnxDialect.h"
#include "lib/Import/CanonicalOrder.h"
#include "lib/Import/Emitter.h"
#include "lib/Import/ExternalData.h"
#include "lib/Import/ModelError.h"
#include "lib/Import/Resolver.h"
#include "lib/Import/WireScan.h"
#include "lib/Import/onnx-ml.pb.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

#include <filesystem>
#include <google/protobuf/io/coded_stream.h>

namespace delos {
namespace importer {
namespace {

absl::Status parse(std::string_view bytes, const ImportLimits &limits, ::onnx::ModelProto &model) {
  DELOS_RETURN_IF_ERROR(checkLimit({}, "bytes in a model", int64_t(bytes.size()),
                                   std::min<int64_t>(limits.fileBytes, INT32_MAX)));
  DELOS_RETURN_IF_ERROR(scanModelBytes(bytes, limits));
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t *>(bytes.data()),
                                                int(bytes.size()));
  stream.SetRecursionLimit(int(limits.messageDepth) + 1);
  if (!model.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return invalidModel({}, "a serialized ONNX ModelProto",
                        concat(bytes.size(), " bytes that protobuf refuses"));
  return absl::OkStatus();
}

absl::Status checkHeader(const ::onnx::ModelProto &model) {
  constexpr int64_t oldest = 3;
  constexpr int64_t newest = ::onnx::IR_VERSION;
  if (model.ir_version() < oldest || model.ir_version() > newest)
    return invalidModel({}, concat("an IR version from ", oldest, " to ", newest),
                        concat(model.ir_version()));
  if (model.opset_import_size() == 0)
    return invalidModel({}, "an opset import", "none");
  if (!model.has_graph())
    return invalidModel({}, "a graph", "none");
  return absl::OkStatus();
}

/// A module that does not verify is a fault of this library: an Internal error with the verifier's words.
absl::Status verifyModule(mlir::ModuleOp module) {
  std::string said;
  mlir::ScopedDiagnosticHandler handler(module.getContext(), [&](mlir::Diagnostic &diagnostic) {
    said += (said.empty() ? "" : "; ") + diagnostic.str();
    return mlir::success();
  });
  return mlir::succeeded(mlir::verify(module))
             ? absl::OkStatus()
             : absl::InternalError(concat("the imported module does not verify: ", said));
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> importBytes(std::string_view bytes,
                                                              const std::string &folder,
                                                              const ImportOptions &options,
                                                              mlir::MLIRContext &context) {
  ::onnx::ModelProto model;
  DELOS_RETURN_IF_ERROR(parse(bytes, options.limits, model));
  DELOS_RETURN_IF_ERROR(checkHeader(model));
  ExternalData external(folder, options.limits);
  TensorReader tensors(external, options);
  ModelPlan plan;
  DELOS_RETURN_IF_ERROR(resolveModel(model, options, tensors, plan));
  DELOS_RETURN_IF_ERROR(assignIds(plan));
  context.loadDialect<mlir::func::FuncDialect, graph::GraphDialect, onnx::OnnxDialect>();
  TypeReader types(options.limits, context);
  absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> module = emitModule(plan, model, tensors, types, context);
  if (module.ok())
    DELOS_RETURN_IF_ERROR(verifyModule(**module));
  return module;
}

} // namespace
} // namespace importer

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importModel(std::string_view bytes, const ImportOptions &options, mlir::MLIRContext &context) {
  return importer::importBytes(bytes, options.externalFolder, options, context);
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importModelFile(const std::string &path, const ImportOptions &options, mlir::MLIRContext &context) {
  absl::StatusOr<std::shared_ptr<const importer::MappedFile>> file =
      importer::MappedFile::open(path, options.limits.fileBytes);
  if (!file.ok())
    return file.status();
  std::string folder = options.externalFolder.empty() ? std::filesystem::path(path).parent_path().string()
                                                      : options.externalFolder;
  return importer::importBytes((*file)->bytes(), folder.empty() ? "." : folder, options, context);
}

} // namespace delos
