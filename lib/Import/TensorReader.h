// Tensors of a model file, checked and decoded into the standard's raw form.
#pragma once

#include "dialects/Onnx/ElementTypes.h"
#include "lib/Import/ExternalData.h"
#include "lib/Import/Import.h"
#include "lib/Import/ModelError.h"
#include "lib/Import/onnx-ml.pb.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace delos::importer {

/// A tensor whose size, type and data agree. The bytes are in raw form (dialects/Onnx/RATIONALE.md); strings
/// are apart.
struct TensorData {
  std::string name; ///< hint for the key of a resource
  const onnx::ElementInfo *element = nullptr;
  std::vector<int64_t> dims;
  int64_t elements = 0;
  std::string_view bytes;
  std::shared_ptr<const void> owner; ///< keeps `bytes` alive
  std::vector<std::string> strings;
  uint64_t hash = 0;            ///< of type, dims and content
  mlir::ElementsAttr attr = {}; ///< set by elementsAttr
};

/// Reads the tensors of one model, whose messages must outlive the reader: it knows them by address. Protos
/// are consumed: their data moves into the result, so that it exists once. Results live as long as the
/// reader.
class TensorReader {
public:
  TensorReader(ExternalData &external, const ImportOptions &options) : external(external), options(options) {}

  /// A tensor of the file; the same proto gives the same result.
  absl::StatusOr<TensorData *> read(::onnx::TensorProto &proto, const Place &place);
  /// A sparse tensor, written out densely; the same proto gives the same result.
  absl::StatusOr<TensorData *> readSparse(::onnx::SparseTensorProto &proto, const Place &place);
  /// The constant that the attribute `name` ("value", "value_ints" ...) of a Constant node states.
  absl::StatusOr<TensorData *> readConstant(std::string_view name, ::onnx::AttributeProto &attribute,
                                            const Place &place);

  /// The tensor as an attribute: `dense<...>` when small, a resource otherwise. Made once per tensor.
  mlir::ElementsAttr elementsAttr(TensorData &tensor, mlir::MLIRContext &context);

private:
  absl::Status readData(::onnx::TensorProto &proto, const Place &place, TensorData &tensor);
  absl::Status readExternal(const ::onnx::TensorProto &proto, const Place &place, TensorData &tensor);
  absl::Status scatter(const TensorData &values, const TensorData &indices, const Place &place,
                       TensorData &dense);
  TensorData &keep(const void *proto, TensorData tensor);

  ExternalData &external;
  const ImportOptions &options;
  std::deque<TensorData> tensors;
  absl::flat_hash_map<const void *, TensorData *> known;
  int64_t densifiedBytes = 0;
};

/// The product of the sizes when every one is >= 0, there are few enough of them, and the product of those
/// that are not 0 stays within the limit (so that no later product of sizes can overflow).
absl::StatusOr<int64_t> countElements(llvm::ArrayRef<int64_t> dims, const ImportLimits &limits,
                                      const Place &place);

} // namespace delos::importer
