// What an opener sees of one ONNX node: operands, attributes and compile-time values, all checked.
#pragma once

#include "dialects/Onnx/OnnxDialect.h"
#include "lib/Open/OpenBuilder.h"

#include <optional>

namespace delos::open {

/// True for the element types that graph tensors may have: f16 bf16 f32 f64, bool, integers of 8 to 64 bits.
bool isSupportedElementType(mlir::Type elementType);

/// One node while it is opened. Accessors record a failure in the builder and return a harmless default when
/// the node is malformed.
class Node {
public:
  /// Opens a body with these arguments and gives what it yields; false after a failure.
  using OpenBody = llvm::function_ref<bool(mlir::Region &, llvm::ArrayRef<Tensor>, Tensors &)>;

  Node(OpenBuilder &builder, onnx::NodeOp op, llvm::ArrayRef<Tensor> operands, OpenBody openBody)
      : b(builder), op(op), operands(operands), openBody(openBody) {}

  OpenBuilder &builder() const { return b; }
  /// The opset version that the model imports for the node's domain.
  int64_t opset() { return op.getOpset(); }
  llvm::StringRef opType() { return op.getOpType(); }

  //===-- Operands and results ----------------------------------------------------------------===//

  size_t operandCount() const { return operands.size(); }
  /// A required operand; fails when absent.
  Tensor in(unsigned index);
  /// An optional operand; empty when absent.
  Tensor optional(unsigned index) const { return index < operands.size() ? operands[index] : Tensor(); }
  /// All operands; fails when there is none or one is absent.
  llvm::ArrayRef<Tensor> all();
  size_t resultCount() { return op.getNumResults(); }
  bool wantsResult(unsigned index) { return op.hasResult(index); }
  /// The type that the file states for a result; null when it states none (or no rank).
  mlir::RankedTensorType statedResult(unsigned index);

  //===-- Attributes --------------------------------------------------------------------------===//

  bool has(llvm::StringRef name) { return static_cast<bool>(op.getOperatorAttr(name)); }
  mlir::Attribute attr(llvm::StringRef name) { return op.getOperatorAttr(name); }
  int64_t integer(llvm::StringRef name, int64_t otherwise);
  /// A required integer.
  int64_t integer(llvm::StringRef name);
  bool flag(llvm::StringRef name, bool otherwise) { return integer(name, otherwise) != 0; }
  double real(llvm::StringRef name, double otherwise);
  llvm::StringRef text(llvm::StringRef name, llvm::StringRef otherwise);
  Ints integers(llvm::StringRef name, llvm::ArrayRef<int64_t> otherwise = {});
  std::vector<double> reals(llvm::StringRef name);
  std::vector<std::string> texts(llvm::StringRef name);
  /// The element type of a TensorProto.DataType code attribute; null (and a failure) when it is not
  /// supported.
  mlir::Type elementType(llvm::StringRef name, mlir::Type otherwise);
  mlir::Type elementTypeOfCode(int64_t code);
  mlir::Region *body(llvm::StringRef name) { return op.getBody(name); }
  bool open(mlir::Region &region, llvm::ArrayRef<Tensor> arguments, Tensors &results) {
    return openBody(region, arguments, results);
  }
  /// A seed derived from the node's content (or its `seed` attribute): the same model draws the same numbers.
  int64_t seed();

  //===-- Axes and compile-time values --------------------------------------------------------===//

  /// A dim in [0, rank) from an axis that may count from the end; fails when out of range (and gives 0).
  int64_t axis(int64_t value, int64_t rank);
  /// Distinct dims, sorted.
  Ints axes(llvm::ArrayRef<int64_t> values, int64_t rank);

  /// The elements of an integer operand that must be known while opening; nullopt after a failure.
  std::optional<Dims> known(unsigned index);
  /// The same as numbers: no size may be symbolic.
  std::optional<Ints> knownIntegers(unsigned index);
  std::optional<std::vector<double>> knownReals(unsigned index);
  /// A bool scalar operand that must be known.
  std::optional<bool> knownFlag(unsigned index);
  /// A single integer operand that must be known (it may be symbolic).
  std::optional<DimExpr> knownSize(unsigned index);
  /// The known elements of any tensor, or nullptr.
  const ShapeValue *lookup(Tensor x) { return x ? b.known().lookup(x.value()) : nullptr; }

private:
  const ShapeValue *knownValue(unsigned index);

  OpenBuilder &b;
  onnx::NodeOp op;
  llvm::ArrayRef<Tensor> operands;
  OpenBody openBody;
};

} // namespace delos::open
