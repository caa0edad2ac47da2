// The depth form of a one-pass kernel: a few rows against a long axis, read once from memory.
#pragma once

#include "lib/Target/CPU/OnePass/ScalarCode.h"

namespace delos::cpu::onepass {

/// Emits one tile: all rows of one batch entry. `loops` has a value for every batch loop.
///
/// Depth and columns lie in the lanes. A step takes as many axis positions as make, with all rows (padded to
/// a power of two), one vector of scores: each loaded key is used by every row, and one tree of additions
/// turns the partial sums of all of them into that vector, lane = position * rows + row. Maximum, sums and
/// decays are such vectors; positions are combined across lanes once per block.
class DepthForm {
public:
  DepthForm(KernelFrame &frame, LoopValues loops);
  void emit();

private:
  void stageQuery();
  std::pair<mlir::Value, mlir::Value> axisRange();
  mlir::Value scoreStep(mlir::Value position, mlir::Value end);
  mlir::Value products(llvm::ArrayRef<mlir::Value> keys);
  mlir::Value addTree(Values sums);
  mlir::Value acrossPositions(mlir::Value value, bool largest);
  Point pointAt(mlir::Value position);
  mlir::Value loadLeaf(const ScalarExpr *leaf, const Point &point);
  Values weights(mlir::Value start, mlir::Value count, mlir::Value bound, mlir::ValueRange totals);
  void accumulate(mlir::Value start, mlir::Value count);
  void accumulateColumns(mlir::Value column, int64_t vectors, mlir::Value start, mlir::Value count);
  mlir::Value perRow(mlir::Value vector, int64_t row);
  void prefetch(mlir::Value buffer, mlir::Value address);
  void finish(mlir::ValueRange state);

  KernelFrame &frame;
  Builder &b;
  const loopopt::OnePassPlan &plan;
  const loopopt::OnePassGroup &group;
  LoopValues loops;
  /// Rows, rows with padding, positions per vector of scores.
  int64_t rows = 1, paddedRows = 1, positions = 1;
  int64_t depth, columnCount;
  /// The values of the row loops, per row.
  llvm::SmallVector<LoopValues, 8> rowLoops;
  LoopValues laneLoops;
  llvm::SmallVector<const OnePassReduction *, 2> sums;
  mlir::Value query, result, scoreBlock, perLane;
};

} // namespace delos::cpu::onepass
