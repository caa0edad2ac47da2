// Which dims of a block's values are the same loop.
#pragma once

#include "lib/Support/DimExpr.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"

#include <map>
#include <optional>
#include <variant>

namespace delos {

/// A sum of loop variables times sizes, plus a size.
struct LinearForm {
  std::map<int, DimExpr> coefficients; ///< by loop; no zeros
  DimExpr offset;

  /// The coefficient of a loop, zero where it does not occur.
  DimExpr of(int loop) const;
  LinearForm plus(const LinearForm &other) const;
  LinearForm times(const DimExpr &factor) const;
  bool operator==(const LinearForm &other) const;
};

/// An element of a dense row-major block argument, at a linear form of loop variables.
struct StridedAccess {
  unsigned argument = 0;
  LinearForm address;
};

/// The loops of a block of graph ops: dims that must run together are one loop, a dim that a reshape splits
/// is the loops of its parts. Every view of a source (block argument, constant, index) has loops of its own,
/// so that one tensor can be read in several ways; where element-wise ops and reductions read an argument
/// itself, they run over one set. Built once, linear in the number of dims; the block must not change while
/// it is used.
class IterationSpace {
public:
  /// The loops along one dim, outermost first; none for a dim of size 1.
  using Loops = llvm::SmallVector<int, 2>;

  /// Why there is no such space: the op whose dims would have to be two loops at once.
  struct Conflict {
    mlir::Operation *op = nullptr;
  };
  static std::variant<IterationSpace, Conflict> of(mlir::Block &block);

  /// The loops along each dim of an op's result, or of what an operand reads.
  llvm::ArrayRef<Loops> loopsOf(mlir::Value result) const { return known(results, result); }
  llvm::ArrayRef<Loops> loopsAt(mlir::OpOperand &use) const;
  /// All of them in one list.
  llvm::SmallVector<int, 6> flatLoopsOf(mlir::Value result) const;
  const DimExpr &extent(int loop) const { return axes[loop].extent; }
  /// The index along a dim that consists of `loops`.
  LinearForm indexOf(const Loops &loops) const;

  /// The element that an operand reads when it is a view (transpose, broadcast, reshape, slice) of a block
  /// argument; nullopt when it is computed, or when the view is not linear in the loops.
  std::optional<StridedAccess> accessAt(mlir::OpOperand &use) const;
  /// Where an element of `result`, written densely, lies.
  LinearForm addressOf(mlir::Value result) const;

private:
  struct Axis {
    DimExpr extent;
    int parent = -1;
    llvm::SmallVector<int, 2> parts = {};
  };
  using Axes = llvm::SmallVector<int, 6>; ///< per dim; -1 for size 1

  int addAxis(const DimExpr &extent);
  Axes addAxes(mlir::Value value);
  const Axes &axesAt(mlir::OpOperand &use);
  int rootOf(int axis) const;
  bool unify(int a, int b);
  bool split(int whole, llvm::ArrayRef<int> parts);
  bool visit(mlir::Operation &op);
  bool visitContract(mlir::Operation &op, const Axes &result);
  bool visitReshape(const Axes &source, const Axes &target);
  void flatten(int axis, Loops &loops) const;
  bool settle();
  llvm::ArrayRef<Loops> known(const llvm::DenseMap<mlir::Value, llvm::SmallVector<Loops, 6>> &table,
                              mlir::Value value) const;

  llvm::SmallVector<Axis> axes;
  llvm::DenseMap<mlir::Value, Axes> resultAxes;
  llvm::DenseMap<mlir::OpOperand *, Axes> useAxes;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Loops, 6>> results;
  llvm::DenseMap<mlir::OpOperand *, llvm::SmallVector<Loops, 6>> uses;
};

} // namespace delos
