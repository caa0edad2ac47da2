// The frame of a CPU kernel in IR: the ABI function of runtime/abi/KernelABI.h with its buffers as memrefs.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#include <string>

namespace delos::cpu {

/// One entry of the kernel's buffer table: a dense row-major tensor. An extent is an affine expression
/// without dims over the symbols of the dim table (symbol k is `dim[k]`); products of symbols are allowed.
struct KernelBuffer {
  mlir::Type elementType;
  llvm::SmallVector<mlir::AffineExpr> shape;
  /// The memref has one dim whose size code must not ask for; `shape` is unused.
  bool isFlat = false;
};

/// Element type in memory of a tensor element type: i1 is a byte of 0 or 1, integers lose their sign, the
/// rest (floats, signless integers) is itself. Arithmetic on vectors uses the signless form as well.
mlir::Type storageType(mlir::Type elementType);

/// A `func.func` of the kernel ABI under construction, `(buf, dim, scratch, begin, end) -> i32`: pointers and
/// sizes are loaded from the tables at the entry, every buffer is a memref with an identity layout, the body
/// is emitted at `bodyPoint()`. `finish()` closes it. The function belongs to the module at the builder's
/// insertion point.
///
///   KernelFunction kernel(builder, loc, "relu", {{f32, {s0}}, {f32, {s0}}}, /*numSymbols=*/1);
///   ... emit with kernel.buffer(0), kernel.begin(), kernel.end() ...
///   kernel.finish();
class KernelFunction {
public:
  /// Creates the function and its entry code; the builder's insertion point moves to the body.
  KernelFunction(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name,
                 llvm::ArrayRef<KernelBuffer> buffers, unsigned numSymbols);

  mlir::func::FuncOp function() const { return func; }
  /// Buffer `i` as a memref over `storageType`, static extents static in its type.
  mlir::Value buffer(unsigned i) const { return memrefs[i]; }
  unsigned numBuffers() const { return memrefs.size(); }
  /// Buffer `i` under another dense shape.
  mlir::Value viewBuffer(unsigned i, mlir::Type elementType, llvm::ArrayRef<mlir::AffineExpr> shape) {
    return viewOf(pointers[i], elementType, shape);
  }
  /// The address of buffer `i` as an index.
  mlir::Value bufferAddress(unsigned i);
  /// Symbol `k` of the dim table as an index.
  mlir::Value symbol(unsigned k) const { return symbols[k]; }
  /// The value of an expression over the symbols: an index attribute when constant, else an index value
  /// computed at the builder's insertion point.
  mlir::OpFoldResult evaluate(mlir::AffineExpr expr);
  /// The same as a value.
  mlir::Value evaluateIndex(mlir::AffineExpr expr);
  /// The range of parallel tiles as indices.
  mlir::Value begin() const { return beginIndex; }
  mlir::Value end() const { return endIndex; }
  /// A view of the scratch memory from `byteOffset` on; the caller keeps regions disjoint and aligned.
  mlir::Value scratch(mlir::Type elementType, mlir::AffineExpr byteOffset,
                      llvm::ArrayRef<mlir::AffineExpr> shape);
  /// The same as a flat view at an offset in bytes.
  mlir::Value scratch(mlir::Type elementType, mlir::Value byteOffset);
  /// Remembers `code` (> 0) as the kernel's result where the i1 `condition` is true; execution goes on, so
  /// the access that follows must be made safe by the caller. The last error recorded wins.
  void recordError(mlir::Value condition, int32_t code);
  /// Streaming stores were emitted: `finish` orders them before whatever tells others that the kernel is
  /// done.
  void orderStreamingStores() { hasStreamingStores = true; }
  /// Emits the return. The builder must stand at the end of the entry block.
  void finish();

private:
  mlir::Value viewOf(mlir::Value pointer, mlir::Type elementType, llvm::ArrayRef<mlir::AffineExpr> shape,
                     bool isFlat = false);
  mlir::Value scratchAt(mlir::Value byteOffset);
  mlir::Value errorSlot();

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::func::FuncOp func;
  mlir::Value scratchPointer, beginIndex, endIndex, error;
  llvm::SmallVector<mlir::Value> symbols, pointers, memrefs;
  bool hasStreamingStores = false;
};

} // namespace delos::cpu
