// The element-wise op behind a window op, run on the registers of its tiles.
#pragma once

#include "lib/Target/CPU/Seam/LoopCode.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace delos::cpu::seam {

/// Where the results of register tiles go: into a buffer, or through the body of the next element-wise op.
class TileSink {
public:
  /// Stores to `buffer`. With `mayFuse`, looks for an op behind `producer` that can take its values from
  /// registers: it is all-parallel, reads `buffer` (a local one that nothing else uses) at its own position,
  /// is cheap (no transcendental functions), and every other access is contiguous along the last dim or
  /// constant along it.
  static TileSink find(mlir::Operation *producer, mlir::Value buffer, bool mayFuse);

  /// Where code must stand so that everything the sink reads is defined.
  mlir::Operation *position(mlir::Operation *producer) const {
    return epilogue ? mlir::linalg::GenericOp(epilogue).getOperation() : producer;
  }
  bool isFused() const { return static_cast<bool>(epilogue); }

  /// Hands over `value`, the elements from `indices` on along the last dim (`mask` for fewer than all lanes).
  void store(Builder &b, mlir::Value value, llvm::ArrayRef<mlir::Value> indices, mlir::Value mask) const;
  /// Fetches into the cache what `store` will read at `indices`.
  void prefetch(Builder &b, llvm::ArrayRef<mlir::Value> indices) const;
  /// Removes the fused op.
  void erase();

private:
  mlir::Value buffer;
  mlir::linalg::GenericOp epilogue;
  unsigned operand = 0;
};

} // namespace delos::cpu::seam
