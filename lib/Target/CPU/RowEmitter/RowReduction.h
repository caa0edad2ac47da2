// A reduction whose result is one scalar: vector steps along its innermost contiguous loop, accumulators per
// lane.
#pragma once

#include "lib/Target/CPU/RowEmitter/PullEmitter.h"

#include "mlir/IR/BuiltinAttributeInterfaces.h"

namespace delos::cpu::rows {

/// What a reducer makes of the elements of an arg_reduce.
enum class ArgPart {
  /// Value and position in one pass that visits the elements in order.
  Both,
  /// The value alone: the first of two passes in any order.
  Extremum,
  /// The first (or last) position of a value: the second.
  Search,
};

/// Combiner of a reducing op on its accumulators: one value, or (value, position) for arg_reduce.
struct Reducer {
  /// `positionBits`: 32 where the extents of an arg_reduce are known to fit, else 64.
  explicit Reducer(mlir::Operation *op, ArgPart part = ArgPart::Both, int64_t positionBits = 64);

  llvm::SmallVector<mlir::TypedAttr> initial(mlir::OpBuilder &b) const;
  llvm::SmallVector<mlir::Value> combine(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<mlir::Value> a,
                                         llvm::ArrayRef<mlir::Value> x) const;
  llvm::SmallVector<mlir::Value> combineFlagged(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<mlir::Value> a,
                                                llvm::ArrayRef<mlir::Value> x) const;
  /// The result from the last accumulator.
  mlir::Value finish(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<mlir::Value> a) const;

  mlir::Operation *op;
  mlir::Type element;
  graph::ReduceKind kind = graph::ReduceKind::sum;
  /// Accumulates a value and its position.
  bool isArg = false;
  /// Accumulates positions of elements that equal `sought`.
  bool isSearch = false;
  bool takesLast = false;
  int64_t positionBits = 64;
  mlir::Value sought;
  /// A float maximum or minimum accumulates numbers, and beside them whether there was a NaN: two short
  /// chains instead of a long one.
  bool flagsNaN = false;
  /// Combines products of two operands (contract, conv).
  bool isProduct = false;
};

/// Bits that hold every position along the dim of an arg_reduce.
int64_t positionBitsOf(mlir::Operation *op, const Ranges &ranges);

/// Bits of the widest member whose position depends on the variable `name`.
unsigned widestLane(const AccessWalk &walk, const std::string &name);

/// Emits a reduction at a position that is the same for all lanes. Sums keep 64 accumulators whatever the
/// vector length: element j belongs to accumulator j mod 64, and they are combined by halving, so that every
/// target adds in the same order.
class RowReduction {
public:
  RowReduction(PullEmitter &emitter, Reducer reducer, const Position &position);
  mlir::Value emit();

private:
  void chooseLoops();
  llvm::SmallVector<mlir::Value> emitOuter(size_t level, mlir::ValueRange carried);
  llvm::SmallVector<mlir::Value> emitLanes(mlir::ValueRange carried);
  llvm::SmallVector<mlir::Value> step(mlir::Value base, llvm::ArrayRef<mlir::Value> accumulators,
                                      mlir::Value mask, mlir::Operation *opener);
  llvm::SmallVector<mlir::Value> close(llvm::ArrayRef<mlir::Value> accumulators);

  PullEmitter &e;
  Reducer reducer;
  llvm::SmallVector<DimExpr> point;
  ReductionSpace space;
  /// The loops in order of emission, the lane loop last.
  llvm::SmallVector<std::string> names;
  llvm::SmallVector<DimExpr> extents;
  /// The variables of the space in terms of the loops.
  llvm::SmallVector<DimExpr> loopValues;
  int64_t lanes = 1, copies = 1;
};

} // namespace delos::cpu::rows
