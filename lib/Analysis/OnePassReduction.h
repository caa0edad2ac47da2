// The algebra of reductions that depend on one another: which of them one pass over their axis can compute.
//
// Input: a block of graph ops and one loop of its iteration space, the axis. Reductions over it are taken in
// the order of their dependences, r_k = (+)_j e_k(x_j, r_1 .. r_{k-1}). One pass is possible when every
// e_k is a product h_k(x_j) * exp(A(x_j) - r) * c_k(r ..) with at most one exponential, r = max_j A(x_j) and
// (+) linear in scaling: c_k leaves the loop, and what is accumulated under an old maximum is brought to the
// new one by exp(r_old - r_new). Nothing is matched by name: bodies become trees, trees are split into
// factors (Milakov and Gimelshein, "Online normalizer calculation for softmax", generalised).
#pragma once

#include "lib/Analysis/IterationSpace.h"

#include "llvm/ADT/ArrayRef.h"

#include <memory>
#include <string>

namespace delos {

/// A node of a tree of scalar arithmetic; equal trees are one node.
struct ScalarExpr {
  enum class Kind {
    Input,     ///< an element of a block argument, `access`
    Constant,  ///< `value` is defined by a splat constant
    Index,     ///< a loop index as a number, `access.address`
    Size,      ///< `access.address.offset`
    Function,  ///< `op` (map, cast, bitcast) of `operands`
    Reduction, ///< the result of `op` (reduce or contract) over the axis
    Product,   ///< an element of contraction `op` that is not over the axis
  };
  Kind kind;
  mlir::Operation *op = nullptr;
  /// A value with this expression, for its element type.
  mlir::Value value;
  llvm::SmallVector<const ScalarExpr *, 3> operands = {};
  StridedAccess access = {};
  /// Varies along the axis; depends on a reduction over it.
  bool onAxis = false, afterReduction = false;
  unsigned id = 0;

  /// "exp(sub(S, max(S)))".
  std::string str() const;
};

/// A factor, or (inverse) a divisor.
struct ScalarFactor {
  const ScalarExpr *expr;
  bool inverse = false;
};

/// One reduction over the axis in its one-pass form.
struct OnePassReduction {
  mlir::Operation *op = nullptr;
  const ScalarExpr *leaf = nullptr;
  /// What is combined; for a contraction the computed operand, which `operand` says.
  const ScalarExpr *term = nullptr;
  unsigned operand = 0;
  /// term = weight * (rescaled ? exp(score - maximum) : 1) * post.
  llvm::SmallVector<ScalarFactor, 2> weight, post;
  bool rescaled = false;
};

/// The reductions of a block over one axis, as one pass.
struct OnePassForm {
  /// In the order of their dependences.
  llvm::SmallVector<OnePassReduction, 3> reductions;
  /// The expression whose running maximum every rescaled reduction is relative to, and that maximum; null
  /// when nothing is rescaled.
  const ScalarExpr *score = nullptr, *maximum = nullptr;
  /// What the block yields.
  llvm::SmallVector<const ScalarExpr *, 2> outputs;

  /// The loop index range in which the score can be more than -inf: bounds on the axis variable j as linear
  /// forms of the other loops, lower <= j <= upper.
  llvm::SmallVector<LinearForm, 1> lowerBounds, upperBounds;
  /// The comparisons behind the bounds, and what each is between them.
  llvm::SmallVector<std::pair<const ScalarExpr *, bool>, 1> boundConditions;

  const OnePassReduction *find(const ScalarExpr *leaf) const;
  std::shared_ptr<void> owner; ///< keeps the expressions
};

/// Why one pass is not enough: the expression that stands in the way, and the op that it belongs to.
struct OnePassRefusal {
  std::string reason;
  mlir::Operation *blocking = nullptr;
};

/// Derives the one-pass form of all reductions over `axis`. Linear in the size of the block.
std::variant<OnePassForm, OnePassRefusal> deriveOnePass(mlir::Block &block, const IterationSpace &space,
                                                        int axis);

/// Splits an expression into factors that depend on `leaf` (exactly one: the leaf itself) and others; nullopt
/// when the leaf is no factor.
std::optional<llvm::SmallVector<ScalarFactor, 2>> factorsBeside(const ScalarExpr *expr,
                                                                const ScalarExpr *leaf);

} // namespace delos
