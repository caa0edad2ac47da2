// The normal form of a kernel around one contraction.
#pragma once

#include "lib/LoopOpt/SeamGroup.h"

#include <variant>

namespace delos::loopopt {

/// A group around one `graph.contract`. Fine dims: batch dims, M dims, N dims, K dims, in the order of the
/// contraction's result and of its contracted dims. The coarse space merges fine dims that every access keeps
/// together: any number of batch dims, then exactly one m, n and k (fine M and N dims that do not merge
/// become batch dims).
class ContractionGroup : public SeamGroup {
public:
  /// The normal form of `body`, or why there is none. Nothing is changed. `isConstantInput` tells which
  /// inputs are constants: a constant right-hand side is repacked, so its layout constrains nothing.
  static std::variant<ContractionGroup, Refusal> analyze(mlir::Block &body,
                                                         llvm::function_ref<bool(unsigned)> isConstantInput);

  mlir::Value lhs() const { return mlir::cast<graph::ContractOp>(anchor).getLhs(); }
  mlir::Value rhs() const { return mlir::cast<graph::ContractOp>(anchor).getRhs(); }
  /// Fine dims of the operands of the contraction.
  DimMap lhsDims, rhsDims;

  /// The coarse space: batch dims..., m, n, k.
  llvm::SmallVector<DimExpr, 6> batch;
  DimExpr m = 1, n = 1, k = 1;
  unsigned mDim() const { return batch.size(); }
  unsigned nDim() const { return batch.size() + 1; }
  unsigned kDim() const { return batch.size() + 2; }
  /// The coarse dim of a fine one.
  int coarseOf(int fine) const { return coarse[fine].front().dim; }

  /// The right-hand side is a constant input of the kernel, repacked at compile time.
  bool packsConstant = false;

private:
  Check placeContract();
  Check visitAll();
  Check mergeDims();
  bool staysTogether(int first) const;
  bool lackRole(llvm::ArrayRef<Access> operand, Role role) const;
};

} // namespace delos::loopopt
