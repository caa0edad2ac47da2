// Element-wise trees and row reductions over one tile, as the fewest linalg ops: one per level of reductions.
#pragma once

#include "lib/LoopOpt/ElementCode.h"
#include "lib/LoopOpt/SeamGroup.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace delos::loopopt {

/// Attribute of the ops that `StageEmitter` makes: per result `[graph::ReduceKind, element type]`, or `[]`
/// where it is not a reduction.
inline constexpr llvm::StringLiteral reductionsAttribute = "delos.reductions";

/// A tensor of the current tile and the coarse dim of each of its dims.
struct TileTensor {
  mlir::Value tensor;
  llvm::SmallVector<int, 6> dims;
  /// The element type of the graph value; elements are of its storage type, or of its compute type when
  /// `inComputeForm`, then still to be rounded to the element type.
  mlir::Type elementType;
  bool inComputeForm = false;
};

/// What the emitter asks of the tile that it works in.
class TileContext {
public:
  virtual ~TileContext() = default;
  /// The part of a kernel input (or inline constant) that the tile reads.
  virtual TileTensor read(mlir::Value value, const Access &fineAccess) = 0;
  /// The extent of a coarse dim in this tile.
  virtual mlir::OpFoldResult tileSize(int dim) = 0;
};

/// Emits values over a space of coarse dims (batch..., m, inner), inner being n behind the anchor and k
/// before it. The level of a value is the number of reductions along inner on its longest path; per level
/// there is one op for what varies along inner (with the reductions of the next level as further results) and
/// one for what does not.
class StageEmitter {
public:
  StageEmitter(const SeamGroup &group, const ElementCode &code, TileContext &tile, Role innerRole,
               llvm::ArrayRef<int> space)
      : group(group), code(code), tile(tile), innerRole(innerRole), space(space) {}

  /// Makes a value available that other code has computed (the anchor's tile).
  void provide(mlir::Value value, TileTensor tensor) { ready[value] = std::move(tensor); }
  /// Asks for `value` (placed by the fine `dims`), written into `destination` when given (storage form).
  void request(mlir::Value value, const DimMap &dims, std::optional<TileTensor> destination = std::nullopt);
  /// Emits everything requested. `fullStage()` is then the op of level 0 over the whole space, if any.
  void emit(mlir::OpBuilder &builder, mlir::Location loc);

  /// The tensor of a requested value; of request `i` when it has a destination of its own.
  const TileTensor &result(mlir::Value value) const { return ready.find(value)->second; }
  mlir::Value written(unsigned request) const { return requests[request].written; }
  mlir::linalg::GenericOp fullStage() const { return columnsOp; }

private:
  struct Request {
    mlir::Value value;
    std::optional<TileTensor> destination;
    mlir::Value written;
  };
  /// One op's worth of values.
  struct Stage {
    llvm::SetVector<mlir::Value> values;
    llvm::SetVector<mlir::Value> reductions;
  };
  struct Operand {
    mlir::Value value;
    DimMap dims;
    TileTensor tensor;
  };
  struct Body;

  bool spansInner(mlir::Value value) const;
  int levelOf(mlir::Value value);
  /// True for values that must not be computed twice.
  bool isExpensive(mlir::Value value) const { return innerRole == Role::N && group.isDependent(value); }
  void demand(mlir::Value value, const DimMap &dims, int level, bool inRow);
  void require(mlir::Value value, const DimMap &dims);
  int directRequest(mlir::Value value) const;
  void emitStage(mlir::OpBuilder &builder, mlir::Location loc, const Stage &stage, bool full);
  void collect(mlir::Value value, const DimMap &dims, llvm::SmallVectorImpl<Operand> &operands);
  std::optional<Operand> asOperand(mlir::Value value, const DimMap &dims);
  mlir::AffineMap mapOf(llvm::ArrayRef<int> dims, llvm::ArrayRef<int> loops,
                        mlir::MLIRContext *context) const;
  TileTensor makeTemporary(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                           llvm::ArrayRef<int> dims);
  llvm::SmallVector<int, 6> dimsOfTensor(mlir::Value value) const;

  const SeamGroup &group;
  const ElementCode &code;
  TileContext &tile;
  Role innerRole;
  llvm::SmallVector<int, 6> space;
  llvm::SmallVector<Request> requests;
  llvm::DenseMap<mlir::Value, DimMap> placed;
  llvm::DenseMap<mlir::Value, int> levels;
  llvm::DenseMap<mlir::Value, TileTensor> ready;
  llvm::SmallVector<Stage> fullStages, rowStages;
  mlir::linalg::GenericOp columnsOp;
};

} // namespace delos::loopopt
