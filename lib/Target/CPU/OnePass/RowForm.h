// The row form of a one-pass kernel: rows of the query lie in the lanes, keys and values are read in place.
#pragma once

#include "lib/Target/CPU/OnePass/ScalarCode.h"

namespace delos::cpu::onepass {

/// Emits one parallel tile at the frame's builder: the rows from `loops[laneRow]` on, at most as many as
/// `vectors` vectors hold. `loops` has a value for every batch and row loop.
///
///   query by lanes; (m, sums, O) = (-inf, 0, 0)
///   for blocks of the axis:   S = score(key * query), m' = max(m, S)
///                             sums, O *= exp(m - m');  P = exp(S - m'), sums += P;  O += value * P
///   output = O * factors
class RowForm {
public:
  RowForm(KernelFrame &frame, LoopValues loops, int64_t vectors);
  void emit();

private:
  Point pointAt(int64_t vector, mlir::Value position);
  mlir::Value loadLeaf(const ScalarExpr *leaf, int64_t vector, const LoopValues &at, mlir::Value inBlock);
  void stage(const ScalarExpr *leaf, mlir::Value start, mlir::Value count);
  void stageAll(bool onAxis, mlir::Value start, mlir::Value count);
  mlir::Value extremeOf(const LinearForm &bound, bool largest);
  std::pair<mlir::Value, mlir::Value> axisRange();
  mlir::Value isInside(mlir::Value start, mlir::Value count);
  void block(mlir::Value start, mlir::Value count, mlir::Value isFirst);
  void scores(mlir::Value start, mlir::Value count);
  /// How much of the score function a register tile of scores needs.
  enum class Tile { Inside, Full, Partial };
  Values scoreTile(mlir::Value start, mlir::Value first, mlir::Value end, Tile kind, mlir::ValueRange maxima);
  Values productOf(llvm::ArrayRef<mlir::Value> keyRows);
  mlir::Value score(int64_t vector, mlir::Value position, mlir::Value inBlock, mlir::Value product,
                    Tile kind);
  Values decayState(mlir::ValueRange maxima);
  void weights(mlir::Value start, mlir::Value count, llvm::ArrayRef<mlir::Value> bounds);
  void products(mlir::Value start, mlir::Value count, mlir::Value isFirst);
  void productTile(mlir::Value column, int64_t rows, mlir::Value start, mlir::Value count,
                   mlir::Value isFirst);
  void joinTile(mlir::Value column, mlir::ValueRange tile, mlir::Value isFirst);
  void finish();
  mlir::Value loadRow(mlir::Value rows, int64_t row, int64_t vector);
  void storeRow(mlir::Value value, mlir::Value rows, int64_t row, int64_t vector);

  KernelFrame &frame;
  Builder &b;
  const loopopt::OnePassPlan &plan;
  const loopopt::OnePassGroup &group;
  LoopValues loops;
  int64_t vectors, width, tileRows;
  /// The sums over the axis, all reductions but the maximum and the product.
  llvm::SmallVector<const OnePassReduction *, 2> sums;
  Values columns, laneIndices, laneMasks;
  mlir::Value lastRow, rowCount, queryByLane, scoreBlock, resultByLane, resultByRow;
  /// Rows of running values: the maximum; per sum its total; the decay of a block and, at the end, the
  /// factors.
  mlir::Value maximumRow, totalRows, factorRow;
  std::map<const ScalarExpr *, mlir::Value> stagedAt;
};

} // namespace delos::cpu::onepass
