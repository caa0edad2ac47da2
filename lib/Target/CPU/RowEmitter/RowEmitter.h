// The row emitter: code for fusion groups without microkernels, from a body of graph ops to an ABI kernel.
//
// `planRows` is pure and cheap; everything it accepts `emitRows` can emit. A group is computed by *pulling*:
// for a loop nest over an output, the emitter produces the vector value of any member at an index vector
// whose innermost variable runs over lanes. Views only compose index expressions; a reduction becomes a loop
// of its own at the outermost point where its position is known, which makes the phases of a row (softmax:
// maximum, sum, quotient) fall out of the dependences.
#pragma once

#include "lib/Support/DimExpr.h"
#include "lib/Target/CPU/RowEmitter/IndexArithmetic.h"
#include "lib/Target/CPU/TargetDescription.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Builders.h"

#include <memory>
#include <string>
#include <vector>

namespace delos::cpu {

/// A loop of a nest: the variable `name` runs over [0, extent). Names begin with %, which no symbol of a
/// model can.
struct RowLoop {
  std::string name;
  DimExpr extent;
  /// Runs over vector lanes (at most one loop of a nest).
  bool isLane = false;
  /// Part of the parallel tile space; tile loops come first.
  bool isTile = false;
  /// Elements of a lane loop that one tile covers; 0 when the loop is not split over tiles.
  int64_t chunk = 0;
  /// The chunk's iterations are unrolled inside the lane loop, which follows: what is contiguous along this
  /// variable is loaded so and transposed in registers.
  bool isTransposed = false;
  /// Where a lane loop is cut into loops of their own, ascending: no vector step reads two parts of a concat
  /// or a pad.
  std::vector<DimExpr> cuts = {};
};

/// A value that several phases of a row need and that is dearer to compute than to keep.
struct KeptRow {
  mlir::Value value;
  /// Elements of the row.
  DimExpr extent;
  /// Bytes from the start of the scratch memory.
  DimExpr scratchOffset;
};

/// Outputs that share one nest of loops.
struct RowNest {
  /// Positions of the outputs among the group's outputs, and where each is written, in terms of the loop
  /// variables.
  std::vector<unsigned> outputs;
  std::vector<rows::Position> positions;
  std::vector<RowLoop> loops;
  /// The op whose own algorithm makes the nest (scan, sort, scatter); null for pulled outputs.
  mlir::Operation *root = nullptr;
  /// Reductions to evaluate as soon as their position is known: phases in their order.
  std::vector<std::pair<mlir::Value, rows::Position>> phases;
  /// Rows that stay in scratch memory between the phases of a tile.
  std::vector<KeptRow> kept;
  /// Lanes of a vector step.
  int64_t lanes = 1;
  /// Vector steps that go together as one wide one, as long as there are that many: a reduction per lane then
  /// reads longer pieces of memory and has independent accumulators.
  int64_t panel = 1;
  DimExpr tileCount;
  DimExpr scratchBytes;
  /// Estimated accesses, in contiguous element accesses at nominal sizes.
  double cost = 0;
};

/// How a group is computed. Holds references to the body's values: valid while the body is unchanged.
struct RowPlan {
  std::vector<RowNest> nests;
  /// The kernel's dim table: entry k is `dim[k]`.
  std::vector<DimExpr> dims;
  /// Tiles of all nests, one after the other.
  DimExpr tileCount;
  /// Scratch bytes per worker.
  DimExpr scratchBytes;
  /// Bytes of all inputs and outputs.
  DimExpr trafficBytes;

  void print(llvm::raw_ostream &os) const;
};

/// A plan, or why there is none: the op that cannot be emitted in this group and the value whose edge blocks
/// it.
struct RowDecision {
  std::optional<RowPlan> plan;
  std::string reason;
  mlir::Operation *blockingOp = nullptr;
  mlir::Value blockingEdge;

  explicit operator bool() const { return plan.has_value(); }
};

/// Plans the group `body`: block arguments are inputs, the terminator's operands are outputs, the ops between
/// are graph ops on tensors. The body of a `fusion.kernel` or of a function is such a block.
RowDecision planRows(mlir::Block &body, const TargetDescription &target);

/// Emits the planned kernel as function `name` at the builder's insertion point (a module). Buffers are the
/// inputs, then the outputs, in order. The body must be the one that was planned.
mlir::func::FuncOp emitRows(mlir::OpBuilder &builder, llvm::StringRef name, mlir::Block &body,
                            const RowPlan &plan, const TargetDescription &target);

} // namespace delos::cpu
