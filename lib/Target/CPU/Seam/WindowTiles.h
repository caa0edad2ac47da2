// The register tiles of window ops: what WindowExpansion.cpp and WindowTaps.cpp share.
#pragma once

#include "lib/Target/CPU/Seam/SunkEpilogue.h"
#include "lib/Target/CPU/Seam/WindowExpansion.h"

namespace delos::cpu::seam {

/// How the pixels of a tile are read where the window may leave the row.
enum class Border {
  None,  ///< every window lies inside
  Row,   ///< the pixel's channels or a row of zeros, chosen once per window position
  Lanes, ///< every element loaded from a safe place, then replaced
};

/// A block of channels: the first one, vectors, and a mask or null for each of them.
struct Channels {
  mlir::Value first;
  int64_t vectors;
  Values masks;
};
using ChannelBody = llvm::function_ref<void(const Channels &)>;
/// Emits a block of pixels from the given one on.
using PixelBody = llvm::function_ref<void(mlir::Value, int64_t)>;

/// Code for one window op. Member functions of WindowTaps.cpp emit what a register tile sums over.
class WindowTiles {
public:
  WindowTiles(mlir::RewriterBase &rewriter, fusion::ConvOp op, const TargetDescription &target,
              const WindowOptions &options, Workspace &workspace)
      : op(op), target(target), options(options), workspace(workspace), b(op.getLoc(), rewriter),
        sink(TileSink::find(op, op.getC(), options.sink)) {
    b.setInsertionPoint(sink.position(op));
  }
  mlir::LogicalResult run();

private:
  mlir::LogicalResult prepare();
  void chooseBorder();
  void addBorder();
  mlir::Value makeZeroRow();
  bool dimStaysInside(unsigned s) const;
  void forOuter(unsigned dim);
  void forChannels(ChannelBody body);
  void forRows(unsigned dim, PixelBody body);
  void forPixels(PixelBody body);
  void forKnownPixels(int64_t width, int64_t inputWidth, int64_t pad, PixelBody body);
  Values channelSums(mlir::Value base, int64_t count, const Channels &channels, mlir::ValueRange initial);
  void prefetchRow(mlir::Value base, int64_t count, const Channels &channels);
  void tile(mlir::Value pixel, int64_t count, const Channels &channels);
  Values overWindow(unsigned s, mlir::ValueRange sums,
                    llvm::function_ref<Values(mlir::ValueRange)> innermost);
  Values denseTaps(mlir::Value base, int64_t count, mlir::Value channel, int64_t vectors,
                   mlir::ValueRange sums);
  Values multiply(llvm::ArrayRef<mlir::Value> pixels, llvm::ArrayRef<mlir::Value> weights,
                  mlir::ValueRange sums);
  Values loadWeights(mlir::Value from, llvm::ArrayRef<mlir::Value> last, mlir::Value panel, int64_t vectors);
  Values mergedTaps(mlir::Value base, int64_t count, mlir::Value panel, int64_t vectors,
                    mlir::ValueRange sums);
  Values denseTap(mlir::Value base, mlir::Value tap, int64_t count, mlir::Value panel, int64_t vectors,
                  mlir::ValueRange sums);
  Values channelTaps(mlir::Value base, int64_t count, mlir::Value channel, int64_t vectors,
                     llvm::ArrayRef<mlir::Value> masks, mlir::ValueRange sums, bool checked);
  mlir::Value inputRow(mlir::Value column);
  mlir::Value loadPixel(mlir::Value column, mlir::Value depth);
  Values inputIndices(mlir::Value column, mlir::Value channel) const;
  mlir::Value loadChannels(mlir::Value column, mlir::Value channel, mlir::Value mask);
  mlir::Value extend(mlir::Value value);
  mlir::Value multiplyAdd(mlir::Value x, mlir::Value y, mlir::Value accumulator);
  mlir::Value combine(mlir::Value x, mlir::Value accumulator);
  mlir::Value neutral();
  mlir::VectorType vectorOf(mlir::Type type) const { return mlir::VectorType::get({lanes}, type); }
  bool isDense() { return op.getKind() == fusion::WindowKind::dense; }

  fusion::ConvOp op;
  const TargetDescription &target;
  const WindowOptions &options;
  Workspace &workspace;
  Builder b;
  TileSink sink;
  mlir::Value x, w, c, zero, zeroRow;
  /// Columns and channels of the copied input as one dim; null unless they are one.
  mlir::Value mergedX;
  Values pads;
  mlir::MemRefType xType;
  mlir::Type element;
  unsigned spatial = 0, channelDim = 0;
  bool grouped = false;
  int64_t mr = 0, nr = 0, lanes = 0;
  Border border = Border::None;
  /// No window leaves the row: of any tile, and of the one that is emitted.
  bool lastInside = false, tileInside = false;
  /// Position in the result: n, o_1..o_s, [g]; and of the window along each spatial dim.
  Values at, window;
  llvm::SmallVector<mlir::Value, 3> inputAt; ///< input position along the spatial dims but the last
};

} // namespace delos::cpu::seam
