// Cost of a group of graph ops from access rules alone: microseconds to compute, no code and no clock.
#pragma once

#include "lib/Cost/GroupReport.h"
#include "lib/Cost/MachineModel.h"
#include "lib/Support/DimExpr.h"

#include "mlir/IR/Operation.h"

#include <map>
#include <string>

namespace delos {

/// Sizes assumed for symbolic dims in estimates, by name. Missing ones count as `fallback`.
struct DimHints {
  std::map<std::string, int64_t, std::less<>> sizes;
  int64_t fallback = 64;

  /// The value of an expression under the hints; 1 when it cannot be computed.
  double evaluate(const DimExpr &expr) const;
};

/// Estimates one launch that computes `members` (graph ops in topological order). A value that enters or
/// leaves the group moves once per element; a value between members stays in registers. An op behind a
/// broadcast is computed as often as the broadcast repeats it, unless it is a reduction (those are kept per
/// row). Linear in the number of operands.
Estimate estimateGroup(llvm::ArrayRef<mlir::Operation *> members, const MachineModel &machine,
                       const DimHints &hints);

/// Bytes of a tensor value under the hints.
double bytesOf(mlir::Value value, const DimHints &hints);

} // namespace delos
