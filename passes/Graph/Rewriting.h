// What the pattern passes over graph IR share: the bounded driver, splats, and element-wise ops as a family.
#pragma once

#include "dialects/Graph/GraphOps.h"

#include "llvm/ADT/FunctionExtras.h"
#include "mlir/IR/PatternMatch.h"

namespace delos::graph {

/// Applies the patterns to a fixed point, at most kMaxRounds rounds over the IR; returns whether anything
/// changed. Not converging is a warning at `root` naming the pass: the IR is valid, only less simple.
bool rewriteToFixedPoint(mlir::Operation *root, llvm::StringRef passName, mlir::RewritePatternSet &&patterns);
inline constexpr int64_t kMaxRounds = 32;

/// The one value of a constant whose elements are all equal, read through broadcasts, reshapes and
/// transposes; null otherwise.
mlir::Attribute splatOf(mlir::Value value);
/// A tensor of this type with all elements `value`; a broadcast of a scalar where the type has symbolic dims.
mlir::Value createSplat(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type,
                        mlir::Attribute value);

/// True for graph.map, graph.cast and graph.bitcast: result[p] depends on operands[p] alone.
bool isElementwise(mlir::Operation *op);
/// A copy of an element-wise op on other operands, with the sizes of the first of them.
mlir::Value cloneElementwise(mlir::OpBuilder &builder, mlir::Operation *op, mlir::ValueRange operands);

/// The results of `op` have uses, all of them in one op.
bool hasOneUser(mlir::Operation *op);
mlir::RankedTensorType typeOf(mlir::Value value);
/// `dims` in the order of `perm`, and the permutation that undoes `perm`.
Dims permuted(llvm::ArrayRef<DimExpr> dims, llvm::ArrayRef<int64_t> perm);
llvm::SmallVector<int64_t> inversePermutation(llvm::ArrayRef<int64_t> perm);

/// Dims [fromBegin, fromEnd) and [toBegin, toEnd) of a reshape's two shapes that hold the same elements.
struct ReshapeRun {
  unsigned fromBegin, fromEnd, toBegin, toEnd;
  bool isOneToOne() const { return fromEnd - fromBegin == 1 && toEnd - toBegin == 1; }
  /// Unit dims that only one side has.
  bool isInsertedOrRemoved() const { return fromBegin == fromEnd || toBegin == toEnd; }
};
/// The shapes cut into the shortest runs of equal products, in order. Where sizes cannot be compared, the
/// last run takes all the rest.
llvm::SmallVector<ReshapeRun> matchReshape(llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<DimExpr> to);

/// The coarsest shape of which both shapes of a reshape are merges: [8, 6, 5] and [2, 120] have [2, 4, 6, 5].
/// Nothing when the sizes of a run cannot be cut that way.
std::optional<Dims> commonRefinement(llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<DimExpr> to);

} // namespace delos::graph
