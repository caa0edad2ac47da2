// Packing of one panel of a contraction's B operand inside the kernel.
#pragma once

#include "lib/Target/CPU/Seam/LoopCode.h"

namespace delos::cpu::seam {

/// Columns [column, column + width) and depth [kLow, kHigh) of `source`, to be laid out as `[k][...]` in
/// `panel`; `width` is a multiple of `lanes`.
struct PanelSource {
  mlir::Value source, panel;
  mlir::Value column, columns; ///< first column, and how many there are in all
  mlir::Value kLow, kHigh;
  int64_t width, lanes;
  bool depthIsContiguous; ///< neighbours along k are neighbours in memory, and k is the source's last dim
};

/// Room for a panel on the stack, in the entry block of the function around `user`.
mlir::Value panelRoom(Builder &b, mlir::Operation *user, int64_t depth, int64_t nr, mlir::Type element);

/// Emits the packing. `indexOf` gives the indices of element (n, k) of the source; `extend` converts what was
/// loaded to the panel's type. Squares of lanes x lanes go through registers where k is contiguous; lanes
/// beyond the last column repeat it.
void packPanel(Builder &b, const PanelSource &panel,
               llvm::function_ref<Values(mlir::Value, mlir::Value)> indexOf,
               llvm::function_ref<mlir::Value(mlir::Value)> extend);

} // namespace delos::cpu::seam
