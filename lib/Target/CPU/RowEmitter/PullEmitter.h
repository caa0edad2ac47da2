// Emission by pulling: the value of any member of a group at a position, hoisted to the outermost loop that
// knows it.
#pragma once

#include "lib/Target/CPU/KernelFunction.h"
#include "lib/Target/CPU/RowEmitter/AccessWalk.h"
#include "lib/Target/CPU/RowEmitter/RowEmitter.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <functional>
#include <map>
#include <set>

namespace delos::cpu::rows {

struct Reducer;

/// One level of the code around the builder: the function, a loop body, or a guarded region.
struct Scope {
  /// The op whose body this is; code of the enclosing scope goes in front of it. Null for a guard that is
  /// only a mask.
  mlir::Operation *opener = nullptr;
  /// What runs here is not allowed to move out: accesses are only valid inside.
  bool isGuard = false;
  /// Lanes of the vectors below, the lane variable, and the lanes that take part (null: all).
  int64_t lanes = 0;
  std::string laneVariable;
  mlir::Value mask;
  std::map<std::pair<void *, std::string>, mlir::Value> memo;
  /// Names of the variables that stand for gathered indices, by op and position.
  std::map<std::string, std::string> gathered;
  /// Kept rows that are complete here, by value and row key.
  std::set<std::pair<void *, std::string>> keptRows;
  /// Blocks that were loaded along the other variable and transposed, by buffer and offset.
  std::map<std::pair<void *, std::string>, llvm::SmallVector<mlir::Value>> transposed;
};

/// The loop whose iterations are unrolled inside the lane loop: variable `name` is `base` + `copy`.
struct TransposedLoop {
  std::string name, base;
  int64_t copy = 0;
};

/// A variable of index expressions in code.
struct IndexVariable {
  /// Its value; of a lane variable, that of lane 0. Null for a gathered vector of indices.
  mlir::Value scalar;
  mlir::Value vector;
  bool isLane = false;
  unsigned depth = 0;
};

class PullEmitter {
public:
  PullEmitter(mlir::ImplicitLocOpBuilder &builder, KernelFunction &kernel, mlir::Block &body,
              const RowPlan &plan, const TargetDescription &target);

  /// The value of `tensor` at `position` in its compute type: a scalar when the position is the same for all
  /// lanes, else a vector of the current lanes (masked-off lanes hold zero or garbage).
  mlir::Value pull(mlir::Value tensor, const Position &position);
  /// Writes a register value to output `index` of the group.
  void store(mlir::Value value, unsigned index, const Position &position);
  /// Writes to and reads from any 1-D buffer at an offset; `elementType` is the tensor's. Whole vectors go
  /// past the caches where the i1 `streams` holds (null: nowhere).
  void storeTo(mlir::Value buffer, mlir::Value value, mlir::Type elementType, const DimExpr &offset,
               mlir::Value streams = {});
  mlir::Value loadFrom(mlir::Value buffer, mlir::Type elementType, const DimExpr &offset);

  /// The scalar value of an index expression (of lane 0), hoisted as far out as it can be.
  mlir::Value index(const DimExpr &expr);

  // Loops. Bodies are emitted by the callback; `carried` values go through the loop.
  using Body = std::function<llvm::SmallVector<mlir::Value>(mlir::ValueRange carried)>;
  /// for name = lo .. hi step 1.
  llvm::SmallVector<mlir::Value> loop(const std::string &name, mlir::Value lo, mlir::Value hi,
                                      mlir::ValueRange carried, const Body &body);
  llvm::SmallVector<mlir::Value> loop(const std::string &name, const DimExpr &extent,
                                      mlir::ValueRange carried, const Body &body);
  /// Vector steps over [lo, hi): `panel` vectors as one while there are that many, then single ones, then a
  /// masked last step. `count` is hi - lo where it is known at compile time; a multiple of the lanes needs no
  /// last step.
  struct LaneSteps {
    int64_t lanes, panel = 1;
    std::optional<int64_t> count = {};
    /// Divides hi - lo.
    int64_t divisor = 1;
  };
  void laneLoop(const std::string &name, mlir::Value lo, mlir::Value hi, LaneSteps steps,
                const std::function<void()> &body);
  /// Runs `body` where the i1 `condition` holds, else gives `otherwise`.
  mlir::Value guarded(mlir::Value condition, const std::function<mlir::Value()> &body,
                      const std::function<mlir::Value()> &otherwise);

  mlir::ImplicitLocOpBuilder &b;
  KernelFunction &kernel;
  const RowPlan &plan;
  const TargetDescription &target;
  Ranges ranges;

private:
  friend class RowReduction;

  // Kept rows.
  const KeptRow *keptRow(mlir::Value value) const;
  mlir::Value keptBuffer(const KeptRow &row);
  mlir::Value emitKept(const KeptRow &row, const Position &position);

  // Scopes.
  unsigned depthOf(llvm::ArrayRef<std::string> symbols) const;
  unsigned fencedDepth(unsigned depth) const;
  mlir::Value atDepth(unsigned depth, const std::function<mlir::Value()> &emit);
  const Scope &scope() const { return scopes.back(); }
  const Scope *laneScope() const;
  bool isVectorExpr(const DimExpr &expr) const;
  bool isVectorPosition(const Position &position) const;
  mlir::Value currentMask() const;

  // Index expressions.
  mlir::Value emitIndex(const DimExpr &expr, bool vector);
  mlir::Value emitTerm(const DimExpr::Term &term, bool vector);
  mlir::Value emitAtom(const DimExpr::Atom &atom, bool vector);
  mlir::Value indexVector(const DimExpr &expr);
  mlir::Value indexConstant(int64_t value, bool vector);

  // Members.
  mlir::Value emit(mlir::Value tensor, const Position &position);
  mlir::Value emitConstant(graph::ConstantOp op, const Position &position);
  mlir::Value emitIota(graph::IotaOp op, const Position &position);
  mlir::Value emitDims(graph::DimsValueOp op, const Position &position);
  mlir::Value emitRandom(graph::RandomOp op, const Position &position);
  mlir::Value emitConcat(graph::ConcatOp op, const Position &position);
  mlir::Value emitPad(graph::PadOp op, const Position &position);
  mlir::Value emitGather(graph::GatherOp op, const Position &position);
  mlir::Value emitReduction(mlir::Operation *op, const Position &position);
  mlir::Value emitInlineReduction(mlir::Operation *op, const Position &position);
  /// The value of a loop variable in lanes of `bits`-wide integers (a scalar where it is the same for all
  /// lanes).
  mlir::Value positionIn(const DimExpr &loop, int64_t bits);
  /// What one point of a reduction's loops contributes.
  llvm::SmallVector<mlir::Value> reducedPoint(const Reducer &reducer, const ReductionSpace &space,
                                              llvm::ArrayRef<DimExpr> result, llvm::ArrayRef<DimExpr> loops);
  /// An index tensor's value made a coordinate of a dim of this size: counted from the end when negative,
  /// checked.
  DimExpr gatheredIndex(mlir::Value indices, const Position &at, const DimExpr &size);
  /// `pull` where the position lies inside the tensor and the other conditions hold, else `otherwise`.
  mlir::Value pullWithin(mlir::Value tensor, const Position &position, llvm::ArrayRef<mlir::Value> conditions,
                         const std::function<mlir::Value()> &otherwise);
  /// 0 <= expr < bound as an i1 (scalar or vector); null when it always holds.
  mlir::Value insideCondition(const DimExpr &expr, const DimExpr &bound);
  mlir::Value bufferOf(mlir::Value tensor);
  /// True where whole vectors of output `index` at this offset should go past the caches: the kernel moves
  /// more than they hold, and the vectors are aligned. Null when that never holds.
  mlir::Value streamsTo(unsigned index, mlir::Type elementType, const DimExpr &offset);
  /// In the second phase that reads a row, asks for what the next tile reads there: the first phase would
  /// wait for memory while this one computes.
  void prefetchNextRow(mlir::Value buffer, const DimExpr &offset);
  /// The distance of neighbouring lanes in memory where it is small enough to load all between; else 0.
  int64_t laneStride(const DimExpr &offset) const;
  /// A vector of a register transpose; null when the access has not that form.
  mlir::Value loadTransposed(mlir::Value buffer, const DimExpr &offset);

  mlir::Block &body;
  std::vector<Scope> scopes;
  std::map<std::string, IndexVariable> variables;
  std::map<std::string, unsigned> dimTable;
  std::map<void *, mlir::Value> globals;
  unsigned serial = 0;
  /// The nest being emitted, and the rows that the reduction being emitted completes (null: it visits no
  /// whole row).
  const RowNest *nest = nullptr;
  /// Which row of a kept value its room is for, by value.
  std::map<void *, std::string> rowOwners;
  std::set<std::pair<void *, std::string>> *completing = nullptr;
  std::optional<TransposedLoop> transposed;
  /// Loops over lanes begun so far, and which of them was the first to load a buffer.
  unsigned phase = 0;
  std::map<void *, unsigned> firstPhase;

  friend class NestEmitter;
};

} // namespace delos::cpu::rows
