// Walks the values of a module.
#include "lib/Engine/TensorLimits.h"

#include "dialects/Graph/StoredSize.h"
#include "lib/Fusion/GroupFormation.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include "absl/strings/str_cat.h"

namespace delos {

static bool isWithin(mlir::Type type, int64_t limit) {
  auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || graph::storedBits(tensor.getElementType()) == 0)
    return true;
  DimExpr bytes = graph::storedBytes(tensor);
  return bytes.isValid() && bytes.asConstant().value_or(0) <= limit;
}

static absl::Status exceeded(std::string what, mlir::Type type, int64_t limit) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return absl::ResourceExhaustedError(absl::StrCat(what, ": expected a tensor of at most ", limit,
                                                   " bytes (limit tensor_bytes), got ", text));
}

absl::Status checkTensorBytes(mlir::ModuleOp module, int64_t limit) {
  absl::Status status;
  module.walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation *op) {
    for (mlir::Type type : op->getResultTypes())
      if (!isWithin(type, limit))
        status = exceeded(absl::StrCat("node '", nodeNameOf(op), "'"), type, limit);
    if (auto function = mlir::dyn_cast<mlir::FunctionOpInterface>(op))
      for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
        if (!isWithin(type, limit)) {
          auto name = function.getArgAttrOfType<mlir::StringAttr>(index, "onnx.name");
          status =
              exceeded(absl::StrCat("input '", name ? name.str() : std::to_string(index), "'"), type, limit);
        }
    return status.ok() ? mlir::WalkResult::advance() : mlir::WalkResult::interrupt();
  });
  return status;
}

} // namespace delos
