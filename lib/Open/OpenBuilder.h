// Building graph primitives the way openers think: broadcasting, keepdims, negative steps, known shapes.
//
// Failure is sticky: the first problem is kept, every later call gives an empty tensor, and empty tensors
// flow through all functions below. An opener is therefore straight-line code; only where it indexes a list
// of its own must it look at `failed()` first.
#pragma once

#include "dialects/Graph/GraphOps.h"
#include "lib/Open/ShapeValue.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"
#include "mlir/IR/Builders.h"

#include <set>
#include <string>

namespace delos::open {

using graph::Dims;
using graph::ReduceKind;
using graph::ScalarFn;
using Ints = llvm::SmallVector<int64_t>;

class OpenBuilder;

/// A value of the graph under construction, or nothing (an absent operand, or the result of a failure).
class Tensor {
public:
  Tensor() = default;
  Tensor(OpenBuilder &builder, mlir::Value value) : owner(&builder), held(value) {}

  explicit operator bool() const { return static_cast<bool>(held); }
  mlir::Value value() const { return held; }
  /// The builder; only of a tensor that is there.
  OpenBuilder &builder() const { return *owner; }

  /// Null for an empty tensor.
  mlir::Type elementType() const { return held ? type().getElementType() : mlir::Type(); }
  Dims dims() const { return held ? graph::dimsOf(held) : Dims(); }
  int64_t rank() const { return held ? type().getRank() : 0; }
  /// Size of dim `i`; 1 outside the rank.
  DimExpr dim(int64_t i) const;

  bool isFloat() const { return held && mlir::isa<mlir::FloatType>(elementType()); }
  bool isBool() const { return held && elementType().isInteger(1); }
  bool isInteger() const { return held && mlir::isa<mlir::IntegerType>(elementType()) && !isBool(); }
  /// f16 or bf16.
  bool isHalf() const { return isFloat() && elementType().getIntOrFloatBitWidth() == 16; }

private:
  mlir::RankedTensorType type() const { return mlir::cast<mlir::RankedTensorType>(held.getType()); }
  OpenBuilder *owner = nullptr;
  mlir::Value held;
};

using Tensors = llvm::SmallVector<Tensor, 2>;

/// Strides, dilations and paddings of a window, one entry per spatial dim.
struct WindowShape {
  Ints kernel, strides, dilations, low, high;
};

class OpenBuilder {
public:
  /// Larger results are refused: no model needs them and sizes stay far from overflow.
  static constexpr int64_t kMaxTensorElements = int64_t(1) << 40;
  static constexpr int64_t kMaxRank = 32;

  explicit OpenBuilder(mlir::OpBuilder &ops, mlir::Location loc) : ops(ops), location(loc) {}

  mlir::OpBuilder &op() { return ops; }
  mlir::MLIRContext *context() const { return ops.getContext(); }
  mlir::Location getLocation() const { return location; }
  void setLocation(mlir::Location loc) { location = loc; }
  ShapeValues &known() { return values; }

  //===-- Failure -----------------------------------------------------------------------------===//

  /// Records why the node cannot be opened (the first reason stays) and gives an empty tensor. `unsupported`
  /// tells a missing ability of ours from a malformed model.
  Tensor fail(const llvm::Twine &reason, bool unsupported = false);
  Tensor unsupported(const llvm::Twine &reason) { return fail(reason, /*unsupported=*/true); }
  bool failed() const { return hasFailed; }
  const std::string &failure() const { return reason; }
  bool failedAsUnsupported() const { return isUnsupported; }
  void clearFailure();

  /// Notes that two sizes must be equal for the result to be right, when that cannot be decided here.
  void requireEqual(const DimExpr &a, const DimExpr &b);
  /// The noted pairs, as texts, sorted.
  const std::set<std::pair<std::string, std::string>> &requirements() const { return equalities; }
  /// Notes function arguments whose values the current node would have to know; forgotten by clearFailure.
  void needArguments(llvm::ArrayRef<unsigned> arguments) {
    needed.insert(arguments.begin(), arguments.end());
  }
  const std::set<unsigned> &neededArguments() const { return needed; }
  int64_t createdOps() const { return opCount; }

  //===-- Sources -----------------------------------------------------------------------------===//

  mlir::Type f32() { return ops.getF32Type(); }
  mlir::Type f64() { return ops.getF64Type(); }
  mlir::Type i1() { return ops.getI1Type(); }
  mlir::Type i32() { return ops.getI32Type(); }
  mlir::Type i64() { return ops.getI64Type(); }

  Tensor constant(mlir::ElementsAttr value);
  /// A rank-0 constant, rounded to the type.
  Tensor scalar(double value, mlir::Type elementType);
  Tensor scalar(int64_t value, mlir::Type elementType);
  Tensor scalar(int value, mlir::Type elementType) { return scalar(int64_t(value), elementType); }
  /// `value` everywhere (a broadcast scalar).
  Tensor full(double value, llvm::ArrayRef<DimExpr> dims, mlir::Type elementType);
  /// A rank-1 i64 constant.
  Tensor vector(llvm::ArrayRef<int64_t> values);
  /// A constant of any rank in a floating-point or integer type.
  Tensor table(llvm::ArrayRef<double> values, llvm::ArrayRef<int64_t> shape, mlir::Type elementType);
  /// A rank-1 i64 tensor of sizes.
  Tensor sizes(llvm::ArrayRef<DimExpr> dims);
  /// A size as a rank-0 tensor.
  Tensor size(const DimExpr &value, mlir::Type elementType);
  Tensor iota(llvm::ArrayRef<DimExpr> dims, int64_t dim, mlir::Type elementType);
  Tensor random(graph::RandomKind kind, int64_t seed, llvm::ArrayRef<DimExpr> dims, mlir::Type elementType);

  //===-- Element-wise ------------------------------------------------------------------------===//

  /// An element-wise function with ONNX's multidirectional broadcasting.
  Tensor map(ScalarFn fn, llvm::ArrayRef<Tensor> operands);
  Tensor cast(Tensor x, mlir::Type elementType, graph::CastMode mode = graph::CastMode::wrap);
  Tensor bitcast(Tensor x, mlir::Type elementType);
  /// The common shape of two under multidirectional broadcasting; fails when they do not fit.
  Dims broadcastDims(llvm::ArrayRef<DimExpr> a, llvm::ArrayRef<DimExpr> b);

  //===-- Views -------------------------------------------------------------------------------===//

  /// ONNX's unidirectional broadcasting: aligned at the last dim.
  Tensor broadcast(Tensor x, llvm::ArrayRef<DimExpr> dims);
  /// Input dim i becomes result dim `places[i]`.
  Tensor broadcastAlong(Tensor x, llvm::ArrayRef<DimExpr> dims, llvm::ArrayRef<int64_t> places);
  Tensor reshape(Tensor x, llvm::ArrayRef<DimExpr> dims);
  /// Adds dims of size 1 at these places of the result (sorted, in range).
  Tensor unsqueeze(Tensor x, llvm::ArrayRef<int64_t> places);
  /// Removes dims (of size 1 or assumed so).
  Tensor squeeze(Tensor x, llvm::ArrayRef<int64_t> dims);
  Tensor transpose(Tensor x, llvm::ArrayRef<int64_t> perm);
  /// `size` elements from `start` along one dim, every `stride`-th; a negative stride reads backward.
  Tensor slice(Tensor x, int64_t dim, const DimExpr &start, const DimExpr &size, int64_t stride = 1);
  Tensor reverse(Tensor x, llvm::ArrayRef<int64_t> dims);
  Tensor concat(llvm::ArrayRef<Tensor> parts, int64_t dim);
  /// Negative entries crop.
  Tensor pad(Tensor x, Tensor value, llvm::ArrayRef<DimExpr> low, llvm::ArrayRef<DimExpr> high,
             llvm::ArrayRef<int64_t> interior = {});

  //===-- Reductions and contractions ---------------------------------------------------------===//

  Tensor reduce(ReduceKind kind, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims);
  /// The mean in the element type; of nothing it is 0 / 0.
  Tensor mean(Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims);
  Tensor argReduce(ReduceKind kind, Tensor x, int64_t dim, bool last, bool keepDims);
  Tensor scan(ReduceKind kind, Tensor x, int64_t dim, bool exclusive, bool reverse);
  /// Values and i64 positions.
  std::pair<Tensor, Tensor> sort(Tensor x, int64_t dim, bool descending);
  /// Windows over the last dims of x; `spatial` are the result's last dims.
  Tensor windowReduce(ReduceKind kind, Tensor x, const WindowShape &window, llvm::ArrayRef<DimExpr> spatial);
  Tensor contract(Tensor lhs, Tensor rhs, llvm::ArrayRef<int64_t> lhsBatch, llvm::ArrayRef<int64_t> rhsBatch,
                  llvm::ArrayRef<int64_t> lhsContract, llvm::ArrayRef<int64_t> rhsContract,
                  mlir::Type elementType = {});
  /// numpy.matmul: 1-D operands, broadcast batch dims.
  Tensor matmul(Tensor lhs, Tensor rhs, mlir::Type elementType = {});
  /// input [N, C, spatial...], filter [O, C/groups, window...].
  Tensor conv(Tensor input, Tensor filter, const WindowShape &window, int64_t groups,
              mlir::Type elementType = {});

  //===-- Data-dependent accesses -------------------------------------------------------------===//

  /// numpy.take along one dim.
  Tensor take(Tensor x, Tensor indices, int64_t dim);
  Tensor gather(Tensor source, llvm::ArrayRef<Tensor> indices, llvm::ArrayRef<int64_t> dims,
                mlir::AffineMap sourceMap, llvm::ArrayRef<mlir::AffineMap> indexMaps,
                llvm::ArrayRef<DimExpr> resultDims);
  Tensor scatter(graph::ScatterKind kind, Tensor init, Tensor updates, llvm::ArrayRef<Tensor> indices,
                 llvm::ArrayRef<int64_t> dims, mlir::AffineMap targetMap,
                 llvm::ArrayRef<mlir::AffineMap> indexMaps);

private:
  /// The result type, or null after recording a failure (negative, overflowing or too many elements).
  mlir::RankedTensorType resultType(llvm::ArrayRef<DimExpr> dims, mlir::Type elementType);
  /// Wraps a created op's first result; shape arithmetic is replaced by its value.
  Tensor emit(mlir::Operation *created);
  Tensor materialize(mlir::RankedTensorType type, const ShapeValue &value);
  bool missing(llvm::ArrayRef<Tensor> operands);
  bool expectDim(int64_t dim, int64_t rank);

  mlir::OpBuilder &ops;
  mlir::Location location;
  ShapeValues values;
  bool hasFailed = false, isUnsupported = false;
  std::string reason;
  std::set<std::pair<std::string, std::string>> equalities;
  std::set<unsigned> needed;
  int64_t opCount = 0;
};

//===-- Scalar notation -----------------------------------------------------------------------===//

Tensor map(ScalarFn fn, Tensor x);
Tensor map(ScalarFn fn, Tensor x, Tensor y);
/// The second operand is a scalar of the first's element type.
Tensor map(ScalarFn fn, Tensor x, double y);
Tensor map(ScalarFn fn, double x, Tensor y);
Tensor select(Tensor condition, Tensor whenTrue, Tensor whenFalse);
Tensor select(Tensor condition, Tensor whenTrue, double whenFalse);
Tensor select(Tensor condition, double whenTrue, Tensor whenFalse);

inline Tensor operator+(Tensor x, Tensor y) { return map(ScalarFn::add, x, y); }
inline Tensor operator-(Tensor x, Tensor y) { return map(ScalarFn::sub, x, y); }
inline Tensor operator*(Tensor x, Tensor y) { return map(ScalarFn::mul, x, y); }
inline Tensor operator/(Tensor x, Tensor y) { return map(ScalarFn::div, x, y); }
inline Tensor operator+(Tensor x, double y) { return map(ScalarFn::add, x, y); }
inline Tensor operator-(Tensor x, double y) { return map(ScalarFn::sub, x, y); }
inline Tensor operator*(Tensor x, double y) { return map(ScalarFn::mul, x, y); }
inline Tensor operator/(Tensor x, double y) { return map(ScalarFn::div, x, y); }
inline Tensor operator-(double x, Tensor y) { return map(ScalarFn::sub, x, y); }
inline Tensor operator/(double x, Tensor y) { return map(ScalarFn::div, x, y); }
inline Tensor operator-(Tensor x) { return map(ScalarFn::neg, x); }

/// `x` computed in f32 when it is a 16-bit float, as it is otherwise.
Tensor widen(Tensor x);
/// `x` in this element type (rounded once).
Tensor narrow(Tensor x, mlir::Type elementType);

/// 0, 1, ..., rank-1 without the listed dims.
Ints otherDims(int64_t rank, llvm::ArrayRef<int64_t> dims);
Ints range(int64_t begin, int64_t end);
/// The texts of dims for messages: "[2, batch, 3]".
std::string describe(llvm::ArrayRef<DimExpr> dims);
/// "f32", "ui8": an element type as diagnostics name it.
std::string describe(mlir::Type elementType);

} // namespace delos::open
