// Planning of kernels around a contraction: which tiles, how many of them, how much scratch.
#pragma once

#include "lib/LoopOpt/ContractionGroup.h"
#include "lib/LoopOpt/PackedConstant.h"

#include "mlir/IR/Attributes.h"

#include <optional>
#include <variant>

namespace delos::loopopt {

/// What the plans need to know of the machine.
struct VectorTarget {
  int64_t vectorBits = 512;
  int64_t vectorRegisters = 32;
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 1 << 20;
  int64_t l3Bytes = 16 << 20;
  int64_t cores = 1;
  /// Largest output tile m of F(m x m, 3 x 3) that convolutions may use: 0, 2 or 4.
  int64_t winograd = 2;
  /// Of one core, multiply-adds in f32 counted as two; sets the length of a parallel tile.
  double flopsPerSecond = 2.0e11;
  /// Of vectors, per cycle of one core, and cycles until the result of a multiply-add can be added to.
  double multiplyAddsPerCycle = 2, loadsPerCycle = 2, multiplyAddLatency = 4;

  int64_t lanes(int64_t elementBits) const { return vectorBits / elementBits; }
};

/// What becomes of rows that do not fill a register tile: `Clamp` runs a full tile that repeats the last row
/// and stores only what exists (one code copy, any size); `Narrow` gives a static rest a tile of its own.
enum class TailPolicy { Clamp, Narrow };

/// The knobs of a contraction kernel.
struct ContractionSchedule {
  /// Register tile; nr is a multiple of the vector length and the width of packed panels.
  int64_t mr = 8, nr = 48;
  /// Rows per parallel tile.
  int64_t rowBlock = 16;
  /// Columns computed before their epilogue runs; a multiple of nr.
  int64_t columnTile = 384;
  /// Columns per parallel tile: a multiple of columnTile, or 0 for all.
  int64_t columnChunk = 0;
  /// Order of the parallel tiles: true when the rows are the outer loop.
  bool rowsOutside = true;
  /// Depth of one pass over k; 0 for the whole.
  int64_t kBlock = 0;
  TailPolicy tail = TailPolicy::Clamp;
  /// Vectors per step of the element-wise loops.
  int64_t unroll = 4;

  /// The `knobs` of `#fusion.schedule<contraction, {...}>`, and back.
  mlir::DictionaryAttr toAttribute(mlir::MLIRContext *context) const;
  static ContractionSchedule fromAttribute(mlir::DictionaryAttr knobs);
};

/// A kernel of this path, decided.
struct ContractionPlan {
  ContractionGroup group;
  ContractionSchedule schedule;
  /// Number of parallel tiles, and bytes of scratch per worker.
  DimExpr tiles, scratchBytes;
  /// The dim table: every symbol of the body's types, sorted.
  std::vector<DimExpr> symbols;
  /// Constant inputs that the kernel expects repacked.
  llvm::SmallVector<PackedConstant> packed;
};

/// Multiply-adds of one launch; symbolic sizes are taken as typical.
double nominalMultiplyAdds(const ContractionGroup &group);

/// The symbols of all types in `body`, sorted; refuses sizes that index arithmetic does not express.
std::variant<std::vector<DimExpr>, Refusal> collectSymbols(mlir::Block &body);

/// Plans the kernel `body` (inputs = block arguments, outputs = the terminator's operands) around its one
/// contraction. Pure. `isConstantInput` says which inputs are compile-time constants; a constant right-hand
/// side is repacked. With `schedule` the knobs are given (checked) instead of chosen.
std::variant<ContractionPlan, Refusal> planContraction(mlir::Block &body, const VectorTarget &target,
                                                       llvm::function_ref<bool(unsigned)> isConstantInput,
                                                       const ContractionSchedule *schedule = nullptr);

} // namespace delos::loopopt
