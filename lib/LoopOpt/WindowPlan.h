// Planning of kernels around a convolution or pooling.
#pragma once

#include "lib/LoopOpt/ContractionPlan.h"
#include "lib/LoopOpt/WindowGroup.h"

namespace delos::loopopt {

/// The knobs of a window kernel.
struct WindowSchedule {
  /// Register tile: pixels of one row, and channels (a multiple of the vector length, the width of packed
  /// panels).
  int64_t mr = 8, nr = 32;
  /// Rows of the last but one spatial dim per parallel tile; outer spatial dims go one by one.
  int64_t rowTile = 4;
  /// Channels per parallel tile: a multiple of nr that divides them, or 0 for all.
  int64_t channelTile = 0;
  /// Order of the parallel tiles: true when the rows are the outer loop.
  bool rowsOutside = true;
  /// Run a cheap epilogue on the registers of the micro tile.
  bool sink = true;
  /// Copy the input tile with its border, where there are few input channels.
  bool halo = false;
  /// Output tile m of F(m x m, 3 x 3), or 0 for the direct sum; `mr` is then a number of tiles.
  int64_t winograd = 0;
  int64_t unroll = 4;

  mlir::DictionaryAttr toAttribute(mlir::MLIRContext *context) const;
  static WindowSchedule fromAttribute(mlir::DictionaryAttr knobs);
};

/// A window kernel, decided.
struct WindowPlan {
  WindowGroup group;
  WindowSchedule schedule;
  DimExpr tiles, scratchBytes;
  std::vector<DimExpr> symbols;
  llvm::SmallVector<PackedConstant> packed;
  /// Extents of the copied input tile, in the order of the input's dims; empty without `schedule.halo`.
  llvm::SmallVector<int64_t> halo;
};

/// What F(m x m, 3 x 3) keeps between its steps, in elements: [n * n][tiles][width] for the transformed input
/// and the products of one panel. Rows and planes are padded so that they share no cache sets.
struct WinogradBuffers {
  int64_t tileRows, tileColumns, inputWidth, productWidth;
  int64_t tiles() const { return tileRows * tileColumns; }
};
WinogradBuffers winogradBuffers(int64_t outputTile, int64_t rows, int64_t columns, int64_t inputChannels,
                                int64_t nr, int64_t lanes);

/// Plans the kernel `body` around its one convolution or pooling; as `planContraction`.
std::variant<WindowPlan, Refusal> planWindow(mlir::Block &body, const VectorTarget &target,
                                             llvm::function_ref<bool(unsigned)> isConstantInput,
                                             const WindowSchedule *schedule = nullptr);

/// Multiply-adds (or combinations) of one launch; symbolic sizes are taken as typical.
double nominalMultiplyAdds(const WindowGroup &group);

} // namespace delos::loopopt
