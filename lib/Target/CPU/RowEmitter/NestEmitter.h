// Emits the loops of planned nests around the pull of their outputs.
#pragma once

#include "lib/Target/CPU/RowEmitter/PullEmitter.h"

namespace delos::cpu::rows {

class NestEmitter {
public:
  NestEmitter(PullEmitter &emitter, mlir::Block &body) : e(emitter), body(body) {}

  /// Emits `nest` for the part of the kernel's tile range that falls on its tiles, which start at
  /// `firstTile`.
  void emit(const RowNest &nest, const DimExpr &firstTile, bool isOnly);

private:
  void emitTile(const RowNest &nest);
  void emitLevel(const RowNest &nest, size_t level);
  /// Opens loop `level` and everything inside.
  void openLoop(const RowNest &nest, size_t level, const std::function<void()> &inside);
  /// The lane loop at `level` as one loop per part.
  void emitParts(const RowNest &nest, size_t level);
  /// A block of the transposed loop at `level` with the lane loop inside.
  void emitTransposed(const RowNest &nest, size_t level);
  size_t levelOf(const RowNest &nest, const Position &position) const;

  // Ops with their own algorithm, in SpecialNests.cpp; `point` are the coordinates of the nest's loops.
  void emitLaneScan(const RowNest &nest, graph::ScanOp scan);
  void emitScan(const RowNest &nest, graph::ScanOp scan);
  void emitSort(const RowNest &nest, graph::SortOp sort);
  void emitScatter(const RowNest &nest, graph::ScatterOp scatter);
  Coordinates pointWith(const RowNest &nest, int64_t dim, const DimExpr &value) const;

  PullEmitter &e;
  mlir::Block &body;
  /// Bounds of a lane loop that is split over tiles.
  mlir::Value chunkBegin, chunkEnd;
};

} // namespace delos::cpu::rows
