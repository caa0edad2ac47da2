// Chooses the loops of one nest: the shape walked, the order, the tiles and the lane variable.
#pragma once

#include "lib/Target/CPU/RowEmitter/AccessWalk.h"
#include "lib/Target/CPU/RowEmitter/RowEmitter.h"

namespace delos::cpu::rows {

/// Plans nests for outputs of one group. Pure.
class NestPlanner {
public:
  NestPlanner(mlir::Block &body, const TargetDescription &target);

  /// The cheapest nest found for outputs that have the same sizes (indices into the terminator's operands).
  RowNest planOutputs(llvm::ArrayRef<unsigned> outputs);
  /// The nest of an op with its own algorithm.
  RowNest planRoot(mlir::Operation *root, llvm::ArrayRef<unsigned> outputs);
  /// The reduction that the nest planned last evaluates far more often than it has results; null when there
  /// is none.
  mlir::Operation *recomputed(const RowNest &nest) const;
  /// A gather that puts a reduction of the nest planned last at a place that is known only inside the
  /// gather's loop, where no reduction can begin any more; null when there is none.
  graph::GatherOp reducedAtGathered() const;
  /// Adds output `index` to the nest when the nest passes every one of its elements exactly once anyway.
  bool absorb(RowNest &nest, unsigned index);

private:
  struct Trial {
    llvm::SmallVector<std::string> names;
    llvm::SmallVector<DimExpr> extents;
  };
  llvm::SmallVector<llvm::SmallVector<DimExpr>> candidateShapes(mlir::Value output) const;
  AccessWalk walk(llvm::ArrayRef<unsigned> outputs, const Trial &trial) const;
  Position positionIn(const Trial &trial) const;
  Trial merge(llvm::ArrayRef<unsigned> outputs, Trial trial) const;
  RowNest arrange(llvm::ArrayRef<unsigned> outputs, const Trial &trial, const AccessWalk &walk,
                  int lane) const;
  void transposeBlocks(RowNest &nest, const AccessWalk &walk) const;
  void cutLanes(RowNest &nest, const AccessWalk &walk) const;
  void finish(RowNest &nest) const;
  void keepRows(RowNest &nest) const;
  void orderPhases(RowNest &nest) const;

  mlir::Block &body;
  const TargetDescription &target;
  /// Accesses of the nest planned last.
  std::optional<AccessWalk> lastWalk;
  unsigned serial = 0;
};

/// The coordinates of a position as text with the variable `name` made anonymous; empty when it does not
/// occur.
std::string rowKey(const Position &position, llvm::ArrayRef<DimExpr> dims, const Ranges &ranges,
                   const std::string &name);

/// The value of a size at nominal symbol values, for estimates.
double nominal(const DimExpr &expr);

} // namespace delos::cpu::rows
