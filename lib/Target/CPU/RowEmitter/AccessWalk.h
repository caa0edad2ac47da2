// A dry run of the pull: which elements a value needs at a symbolic position, without emitting anything.
#pragma once

#include "dialects/Graph/GraphOps.h"
#include "lib/Target/CPU/RowEmitter/IndexArithmetic.h"

#include "mlir/IR/Value.h"

#include <map>
#include <set>

namespace delos::cpu::rows {

/// One read of a kernel input (or of a constant).
struct LeafAccess {
  mlir::Value value;
  DimExpr offset;
  /// Index of the innermost request whose loops read it; -1 outside of all.
  int request = -1;
};

/// A reduction, window or contraction that is needed at a position.
struct ReductionRequest {
  mlir::Operation *op;
  Position position;
  /// Loop variables that the position depends on, through gathered indices too.
  std::set<std::string> variables;
  /// Variables of its own loops, outermost first, with their extents in `AccessWalk::ranges`.
  llvm::SmallVector<std::string> loops;
  /// The enclosing request; -1 when the nest itself asks.
  int parent = -1;
};

/// Ops whose value at a point is a loop over other points.
bool isReducing(mlir::Operation *op);
/// Ops that can be evaluated point by point.
bool isPullable(mlir::Operation *op);

/// The extents of the loops that evaluate one result point of a reducing op, and the position of each operand
/// in terms of the result's coordinates and loop variables.
struct ReductionSpace {
  llvm::SmallVector<DimExpr> extents;
  /// Per operand: position, given result coordinates and one variable per extent.
  std::function<Position(unsigned operand, llvm::ArrayRef<DimExpr> result, llvm::ArrayRef<DimExpr> loops)>
      operandAt;
  /// Operand positions may lie outside the tensor and then contribute nothing.
  bool mayExceed = false;
};
ReductionSpace reductionSpace(mlir::Operation *op, const Ranges &ranges);

/// Where a point-by-point op reads operand `index` for its result at `position`.
Position operandPosition(mlir::Operation *op, unsigned index, const Position &position, const Ranges &ranges);

class AccessWalk {
public:
  explicit AccessWalk(Ranges ranges) : ranges(std::move(ranges)) {}

  void visit(mlir::Value value, const Position &position, int request = -1);

  /// Where `value` was needed; empty when it was not.
  llvm::ArrayRef<Position> positionsOf(mlir::Value value) const;
  void forEachVisited(llvm::function_ref<void(mlir::Value, const Position &)> action) const;
  /// The loop variables behind an expression, with gathered indices resolved.
  std::set<std::string> variablesOf(const DimExpr &expr) const;
  std::set<std::string> variablesOf(const Position &position) const;
  /// The gather whose index the position depends on; null when there is none.
  graph::GatherOp gatherBehind(const Position &position) const;
  /// True when an offset or coordinate needs a quotient or remainder of a loop variable.
  bool hasDivisions() const;

  Ranges ranges;
  std::vector<LeafAccess> leaves;
  std::vector<ReductionRequest> requests;

private:
  void visitReduction(mlir::Operation *op, const Position &position, int request);
  void visitGather(graph::GatherOp op, const Position &position, int request);

  std::map<void *, llvm::SmallVector<Position>> visited;
  std::set<std::pair<void *, std::string>> done;
  /// Gathered index -> variables it depends on.
  std::map<std::string, std::set<std::string>> opaque;
  std::map<std::string, graph::GatherOp> gathers;
  unsigned serial = 0;
};

} // namespace delos::cpu::rows
