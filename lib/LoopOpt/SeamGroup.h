// The normal form of a kernel around one anchor op: iteration dims with roles, and how each value lies in
// them.
#pragma once

#include "dialects/Graph/GraphOps.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/Block.h"

#include <optional>
#include <string>
#include <utility>

namespace delos::loopopt {

/// What an iteration dim does in the anchor: N is the dim that the inner loops put into vectors (columns,
/// channels), K what the anchor sums over.
enum class Role { Batch, M, N, K };

/// One dim of the iteration space.
struct IterationDim {
  DimExpr extent;
  Role role;
};

/// Where each dim of a graph value lies in the iteration space: an iteration dim, or `noDim` for a dim of
/// size 1.
using DimMap = llvm::SmallVector<int, 6>;
inline constexpr int noDim = -1;

/// Why a kernel cannot be compiled on this path, and the op at whose operands the planner should cut.
struct Refusal {
  std::string reason;
  mlir::Operation *blocking = nullptr;
};

/// A dense tensor read or written in place: the shape it is viewed with and the iteration dim of each dim of
/// that view (a projected permutation; dims of size 1 are left out of both).
struct Access {
  llvm::SmallVector<DimExpr, 6> shape;
  DimMap dims;
};

/// A kernel input and the access to it.
struct InputAccess {
  unsigned input = 0;
  Access access;
};

/// A kernel body (block arguments are inputs, the terminator's operands are the outputs) around one anchor:
/// everything that depends on the anchor is element-wise, a view, or a reduction along N.
///
/// Graph values are placed in the *fine* iteration space, where dims of size 1 are left out; code is made for
/// the *coarse* one, where fine dims are merged or split.
class SeamGroup {
public:
  mlir::Block *block = nullptr;
  mlir::Operation *anchor = nullptr;
  mlir::Value product() const { return anchor->getResult(0); }
  llvm::SmallVector<IterationDim, 8> fineDims;

  /// Fine placement of each output's value and the dense shape it is written with.
  struct Output {
    mlir::Value value;
    Access access;
  };
  llvm::SmallVector<Output> outputs;

  /// The coarse dims that each fine dim becomes, outermost first, with the extents they have in it.
  /// Neighbouring fine dims with one coarse dim in common are merged.
  struct CoarseDim {
    int dim;
    DimExpr extent;
  };
  llvm::SmallVector<llvm::SmallVector<CoarseDim, 2>, 8> coarse;

  bool isDependent(mlir::Value value) const { return forward.contains(value); }
  /// Fine dims of a value that depends on the anchor.
  const DimMap &dimsOf(mlir::Value value) const { return forward.find(value)->second; }
  /// `access` (fine) in coarse dims.
  Access coarsen(const Access &access) const;
  llvm::SmallVector<int, 4> withRole(Role role) const;

  /// The operand of a view op and the placement of its dims, when the result's dims are placed by `dims`;
  /// nullopt when `op` is no view, or one that maps cannot express.
  static std::optional<std::pair<mlir::Value, DimMap>> throughView(mlir::Operation *op, const DimMap &dims);
  /// The kernel input that `value` is (a reshape of), viewed with the dims of `value`.
  static std::optional<InputAccess> asInput(mlir::Value value, const DimMap &dims);
  /// The kernel input that `value` is a view of; nullopt when it is computed.
  static std::optional<InputAccess> asViewedInput(mlir::Value value, const DimMap &dims);
  /// The placement of a reduction's operand when its result is placed by `dims`; the reduced dims lie along
  /// the dims of `role`. Nullopt when they are not all of them.
  std::optional<DimMap> throughReduce(graph::ReduceOp op, const DimMap &dims, Role role) const;

protected:
  using Check = std::optional<Refusal>;
  /// Places everything behind the anchor, whose result lies along `result`, and the outputs.
  Check placeBehind(const DimMap &result);
  /// Walks what `value` is computed from, placed by `dims`, down to inputs and to the anchor, collecting
  /// `accesses`; reductions on the way run over the dims of role `inner`.
  Check visit(mlir::Value value, const DimMap &dims, mlir::Operation *user, Role inner);
  Check visitOutputs();
  /// Finds the only op of `isAnchor`'s kind.
  Check findAnchor(llvm::function_ref<bool(mlir::Operation *)> isAnchor);

  /// Every access whose layout the code must respect, in fine dims.
  llvm::SmallVector<Access> accesses;

private:
  Check placeDependents();
  Check placeMap(mlir::Operation &op);
  Check placeReduce(graph::ReduceOp op);
  Check placeView(mlir::Operation &op);
  Check placeOutputs();

  llvm::DenseMap<mlir::Value, DimMap> forward;
};

} // namespace delos::loopopt
