// The access rule: what an op touches at every point of its iteration space.
#pragma once

#include "lib/Support/DimExpr.h"

#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/Support/LLVM.h"

namespace llvm {
class raw_ostream;
}

namespace delos::graph {

/// What a loop over one iteration dim may do.
enum class IterationKind {
  Parallel,   ///< points are independent
  Reduction,  ///< points combine into one result element (any order)
  Window,     ///< a reduction whose input positions overlap between result elements
  Sequential, ///< points depend on the previous one (scan, sort)
};

/// How one operand is read, or one result written.
struct Access {
  /// Iteration point -> element. Symbols s0.. are AccessRule::symbols. Where `dataDependent` is set, the map
  /// says only which coordinates are known; the others are zero. Coordinates outside the tensor read the
  /// padding value.
  mlir::AffineMap map;
  bool dataDependent = false;
  /// True when points may fall outside the tensor (pad, convolution, window).
  bool mayExceed = false;
};

/// Iteration space and accesses of one op. Everything else (class, legality, footprint, cost) is derived from
/// it.
struct AccessRule {
  llvm::SmallVector<IterationKind> kinds;
  llvm::SmallVector<DimExpr> extents;
  /// Values of the maps' symbols (dynamic sizes that occur in an index expression).
  llvm::SmallVector<DimExpr> symbols;
  llvm::SmallVector<Access> operands;
  llvm::SmallVector<Access> results;
  /// Arithmetic operations per iteration point; 0 for views. Transcendental functions count what they cost in
  /// multiply-adds.
  double flopsPerPoint = 0;

  /// The product of the extents.
  DimExpr points() const;
  bool isParallel() const;
  void print(llvm::raw_ostream &os) const;
};

/// Classes derived from a rule, in the order of how much they constrain fusion.
enum class AccessClass { Source, View, Elementwise, Reduction, Scan, Window, Contraction, DataDependent };
AccessClass classify(const AccessRule &rule);
llvm::StringRef stringifyAccessClass(AccessClass value);

} // namespace delos::graph
