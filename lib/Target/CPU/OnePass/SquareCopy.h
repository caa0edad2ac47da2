// Copies of row-major data into lanes: element (column, row) of the target is element (row, column) of the
// source.
#pragma once

#include "lib/Target/CPU/OnePass/KernelFrame.h"

namespace delos::cpu::onepass {

/// `width` rows, of which those after `lastRow` repeat it, and `columns` columns of a flat source.
struct LaneCopy {
  mlir::Value source; ///< flat memref
  mlir::Value base;   ///< address of (0, 0)
  mlir::Value rowStride, columnStride;
  mlir::Value lastRow; ///< last row that exists, counted like the rows of this copy
  mlir::Value columns;
  mlir::Value target; ///< memref [>= columns rounded up to lanes][width], f32 or i32
  int64_t width = 0;
  /// Applied to the vectors on the way (f32).
  llvm::SmallVector<double, 2> scales = {};
};

/// Emits the copy: squares through registers where columns are contiguous, otherwise element by element.
/// Sources narrower than 32 bits are widened by their bits into i32.
void emitLaneCopy(KernelFrame &frame, const LaneCopy &copy);

/// Emits the way back: rows [0, rows) of `target` (flat, f32) from `source` [columns][width], times the
/// factor of each row in `factors` [1][width].
struct LaneStore {
  mlir::Value source, factors;
  int64_t columns = 0, width = 0;
  mlir::Value staging; ///< [width][columns rounded up to lanes]
  mlir::Value target, base, rowStride;
  DimExpr columnStride;
  mlir::Value rows;
};
void emitLaneStore(KernelFrame &frame, const LaneStore &store);

} // namespace delos::cpu::onepass
