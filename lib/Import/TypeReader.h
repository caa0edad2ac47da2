// Types of a model file as MLIR types, with symbolic dims under canonical names.
#pragma once

#include "lib/Import/Import.h"
#include "lib/Import/ModelError.h"
#include "lib/Import/onnx-ml.pb.h"
#include "lib/Support/DimExpr.h"

#include "mlir/IR/BuiltinTypes.h"

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include <string>
#include <string_view>

namespace delos::importer {

/// The names of a model's symbolic dims. A file's dim_param can be any text; two texts that differ give
/// symbols that differ.
class DimSymbols {
public:
  /// The size that a dim_param states: an expression ("2*seq + 1") where the text is one, else a symbol.
  DimExpr parse(std::string_view text);
  /// The symbol of an unnamed dim: the same for the same value and position, different from every other one.
  DimExpr unnamed(std::string_view value, int64_t position);

private:
  DimExpr symbol(std::string_view key, std::string_view wish);
  absl::flat_hash_map<std::string, std::string> names; // from key (text, or value and position) to symbol
  absl::flat_hash_map<std::string, int64_t> used;      // how many symbols wished for each name
};

/// Reads the types of one model.
class TypeReader {
public:
  TypeReader(const ImportLimits &limits, mlir::MLIRContext &context) : limits(limits), context(context) {}

  /// The type that the file states for `value`; `!onnx.unknown` when it states none, `tensor<*xT>` without a
  /// shape. Dims without a name get one from the value's, except inside sequences, optionals and maps.
  absl::StatusOr<mlir::Type> read(const ::onnx::TypeProto &proto, std::string_view value,
                                  const Place &place) {
    return readValue(proto, value, place, /*depth=*/0);
  }

private:
  /// `depth` types hold this one.
  absl::StatusOr<mlir::Type> readValue(const ::onnx::TypeProto &proto, std::string_view value,
                                       const Place &place, int64_t depth);
  absl::StatusOr<mlir::Type> readTensor(const ::onnx::TypeProto::Tensor &proto, std::string_view value,
                                        const Place &place, bool named);
  absl::StatusOr<mlir::Type> readElement(int32_t code, const Place &place);

  const ImportLimits &limits;
  mlir::MLIRContext &context;
  DimSymbols symbols;
};

} // namespace delos::importer
