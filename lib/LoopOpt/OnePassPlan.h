// Kernels of two contractions with rescalable reductions between them: which loops play which part, and how
// they are tiled.
#pragma once

#include "lib/Analysis/OnePassReduction.h"
#include "lib/LoopOpt/ContractionPlan.h"

#include <algorithm>

namespace delos::loopopt {

/// A kernel body `scores = contract(query, key)`, element-wise functions and rescalable reductions over the
/// axis, `contract(weights, value)` over the axis, in the roles of its loops. The names are those of
/// attention; what makes a body one is only the algebra of its reductions.
struct OnePassGroup {
  mlir::Block *block = nullptr;
  std::shared_ptr<IterationSpace> space;
  OnePassForm form;
  /// axis: reduced by all reductions; depth: contracted by the scores; column: free in the value; rows: free
  /// in the query alone; batch: the rest.
  int axis = -1, depth = -1, column = -1;
  llvm::SmallVector<int, 4> rows, batch;
  StridedAccess query, key, value;
  /// Scalars that the query (or the key) is multiplied by before the product.
  llvm::SmallVector<double, 2> scales;
  /// Position of the contraction over the axis among the form's reductions, and what its result is multiplied
  /// by where it is written.
  size_t productIndex = 0;
  llvm::SmallVector<ScalarFactor, 2> finish;
  LinearForm output;

  static std::variant<OnePassGroup, Refusal> analyze(mlir::Block &body);
  const DimExpr &extent(int loop) const { return space->extent(loop); }
  const OnePassReduction &product() const { return form.reductions[productIndex]; }
};

/// The knobs of a one-pass kernel.
struct OnePassSchedule {
  /// Rows lie in the lanes of `rowVectors` vectors; a parallel tile has that many rows. 0: few rows, the
  /// depth and the columns lie in the lanes.
  int64_t rowVectors = 3;
  /// The last rows of a query take a tile of this many vectors where it holds them; 0 where all tiles are
  /// equal.
  int64_t tailVectors = 0;
  /// Positions on the axis per step of the running reductions.
  int64_t axisBlock = 128;
  /// Registers that hold accumulators of a product.
  int64_t accumulators = 24;
  /// Bytes ahead that streamed operands are prefetched; 0 for none.
  int64_t prefetchBytes = 0;

  /// Axis positions (or columns) per register tile of a product over `vectors` vectors of rows.
  int64_t tileRows(int64_t vectors) const { return std::min<int64_t>(accumulators / vectors, 12); }
  /// The `knobs` of `#fusion.schedule<one_pass, {...}>`.
  mlir::DictionaryAttr toAttribute(mlir::MLIRContext *context) const;
};

/// A one-pass kernel, decided.
struct OnePassPlan {
  OnePassGroup group;
  OnePassSchedule schedule;
  /// The loop whose values lie in the lanes (row form), or -1.
  int laneRow = -1;
  /// Inputs that vary along the lanes but are not contiguous there: laid out by lanes in scratch memory, once
  /// per tile or (where they vary along the axis) once per block of the axis.
  llvm::SmallVector<const ScalarExpr *, 2> staged;
  DimExpr tiles, scratchBytes;
  std::vector<DimExpr> symbols;
  /// Reductions in their one-pass form, then the schedule.
  void print(llvm::raw_ostream &os) const;
  /// Operations of one launch, those of lanes without a row included.
  DimExpr flops;
};

/// Plans the kernel `body`. Pure.
std::variant<OnePassPlan, Refusal> planOnePass(mlir::Block &body, const VectorTarget &target);

} // namespace delos::loopopt
