// Register tiles of a contraction.
#include "lib/Target/CPU/Seam/MicroKernelExpansion.h"

#include "lib/Target/CPU/Seam/LoopCode.h"
#include "lib/Target/CPU/Seam/PanelPacking.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {
namespace {

/// Bytes of a panel that is packed in the kernel: it must stay in L1 while the row blocks pass.
constexpr int64_t packedPanelBytes = 32 << 10;

/// Columns of one panel that the tile stores, per vector: a mask, or null for all lanes.
struct Columns {
  int64_t vectors;
  Values masks;
};

class Expansion {
public:
  Expansion(RewriterBase &rewriter, fusion::MicroKernelOp op, const TargetDescription &target,
            const MicroKernelOptions &options)
      : op(op), target(target), options(options), b(op.getLoc(), rewriter) {
    b.setInsertionPoint(op);
  }

  LogicalResult run();

private:
  bool prepare();
  void forBatch(unsigned dim);
  void forPanels();
  void panel(Value column, const Columns &columns);
  void depthBlocks(Value column, const Columns &columns);
  void rowBlocks(Value column, const Columns &columns, Value kLow, Value kHigh, Value panelBuffer);
  void tile(Value row, int64_t rows, Value column, const Columns &columns, Value kLow, Value kHigh,
            Value panelBuffer);
  Values loadTile(Value row, int64_t rows, Value column, const Columns &columns);
  Values initialTile(Value row, int64_t rows, Value column, const Columns &columns, Value kLow);
  Value loadA(Value row, Value k);
  Value loadB(Value column, Value k, int64_t vector, const Columns &columns, Value kLow, Value panelBuffer);
  Values indexA(Value row, Value k) const;
  Values indexB(Value column, Value k) const;
  Values indexC(Value row, Value column) const;
  Value extend(Value value, bool isUnsigned);
  Value multiplyAdd(Value x, Value y, Value accumulator);
  Columns fullColumns() const { return {vectors, Values(vectors)}; }
  Columns restColumns(Value count);

  fusion::MicroKernelOp op;
  const TargetDescription &target;
  const MicroKernelOptions &options;
  Builder b;
  Value a, bOperand, c;
  AffineMap aMap, bMap;
  unsigned batchRank = 0;
  Type element;
  VectorType vectorType;
  int64_t mr = 0, nr = 0, lanes = 0, vectors = 0, kBlock = 0;
  Value rows, columnsTotal, depth, zero;
  bool packed = false, packsHere = false, depthIsContiguous = false, padded = false, onePass = true;
  Values batch;
};

} // namespace

bool Expansion::prepare() {
  a = op.getA();
  bOperand = op.getB();
  c = op.getC();
  aMap = op.getAIndexing();
  bMap = op.getBIndexing();
  batchRank = op.getBatchRank();
  packed = op.getPacked();
  auto type = cast<MemRefType>(c.getType());
  element = type.getElementType();
  lanes = target.lanes(element.getIntOrFloatBitWidth());
  mr = op.getMr();
  nr = op.getNr();
  if (lanes < 2 || nr % lanes)
    return false;
  vectors = nr / lanes;
  vectorType = VectorType::get({lanes}, element);
  zero = index(b, 0);
  rows = dimSize(b, c, batchRank);
  columnsTotal = dimSize(b, c, batchRank + 1);
  depth = dimSize(b, a, *aMap.getResultPosition(b.getAffineDimExpr(batchRank + 2)));
  auto bType = cast<MemRefType>(bOperand.getType());
  auto [strides, offset] = bType.getStridesAndOffset();
  unsigned nAt = *bMap.getResultPosition(b.getAffineDimExpr(batchRank + 1));
  unsigned kAt = *bMap.getResultPosition(b.getAffineDimExpr(batchRank + 2));
  auto contiguous = [&, strides = strides](unsigned at) {
    return at + 1 == strides.size() && strides[at] == 1;
  };
  packsHere = !packed && !contiguous(nAt);
  depthIsContiguous = !packed && contiguous(kAt);
  auto [root, isLocal] = localRoot(c);
  auto rootType = cast<MemRefType>(root.getType());
  padded = isLocal && rootType.getDimSize(rootType.getRank() - 1) % nr == 0 && (packed || packsHere);
  if (padded)
    c = root;
  kBlock = options.kBlock;
  if (packsHere && !kBlock)
    kBlock = std::max<int64_t>(lanes, packedPanelBytes / (nr * element.getIntOrFloatBitWidth() / 8));
  auto k = getConstantIntValue(depth);
  onePass = op.getZeroInit() && (kBlock == 0 || (k && *k <= kBlock));
  if (k && kBlock > *k)
    kBlock = std::max<int64_t>(*k, 1);
  return true;
}

//===-- Elements -----------------------------------------------------------------------------------===//

static Value at(AffineMap map, unsigned position, ArrayRef<Value> point) {
  return point[cast<AffineDimExpr>(map.getResult(position)).getPosition()];
}

Values Expansion::indexA(Value row, Value k) const {
  Values point(batch), result;
  point.append({row, zero, k});
  for (unsigned i = 0; i < aMap.getNumResults(); ++i)
    result.push_back(at(aMap, i, point));
  return result;
}

Values Expansion::indexB(Value column, Value k) const {
  Values point(batch), result;
  point.append({zero, column, k});
  for (unsigned i = 0; i < bMap.getNumResults(); ++i)
    result.push_back(at(bMap, i, point));
  return result;
}

Values Expansion::indexC(Value row, Value column) const {
  Values result(batch);
  result.append({row, column});
  return result;
}

Value Expansion::extend(Value value, bool isUnsigned) {
  Type from = getElementTypeOrSelf(value.getType());
  if (from == element)
    return value;
  Type to = element;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    to = VectorType::get(vector.getShape(), element);
  if (isa<FloatType>(element))
    return arith::ExtFOp::create(b, to, value);
  if (isUnsigned)
    return arith::ExtUIOp::create(b, to, value);
  return arith::ExtSIOp::create(b, to, value);
}

Value Expansion::multiplyAdd(Value x, Value y, Value accumulator) {
  if (!isa<FloatType>(element))
    return arith::AddIOp::create(b, arith::MulIOp::create(b, x, y), accumulator);
  // Without the instruction a fused multiply-add would become a call per lane.
  if (!target.hasFma)
    return arith::AddFOp::create(b, arith::MulFOp::create(b, x, y), accumulator);
  return vector::FMAOp::create(b, x, y, accumulator);
}

Value Expansion::loadA(Value row, Value k) {
  Value scalar = memref::LoadOp::create(b, a, indexA(row, k));
  return vector::BroadcastOp::create(b, vectorType, extend(scalar, op.getAUnsigned()));
}

Value Expansion::loadB(Value column, Value k, int64_t vector, const Columns &columns, Value kLow,
                       Value panelBuffer) {
  if (packsHere)
    return vector::LoadOp::create(b, vectorType, panelBuffer,
                                  ValueRange{minus(b, k, kLow), index(b, vector * lanes)});
  Type loaded = VectorType::get({lanes}, cast<MemRefType>(bOperand.getType()).getElementType());
  if (packed) {
    Values at = indexB(arith::DivUIOp::create(b, column, index(b, nr)), k);
    at.push_back(index(b, vector * lanes));
    return extend(vector::LoadOp::create(b, cast<VectorType>(loaded), bOperand, at), op.getBUnsigned());
  }
  Values at = indexB(scaled(b, column, 1, vector * lanes), k);
  if (Value mask = columns.masks[vector])
    return extend(
        vector::MaskedLoadOp::create(b, cast<VectorType>(loaded), bOperand, at, mask, zeroOf(b, loaded)),
        op.getBUnsigned());
  return extend(vector::LoadOp::create(b, cast<VectorType>(loaded), bOperand, at), op.getBUnsigned());
}

//===-- Register tile ------------------------------------------------------------------------------===//

Values Expansion::loadTile(Value row, int64_t count, Value column, const Columns &columns) {
  Values tile;
  for (int64_t r = 0; r < count; ++r)
    for (int64_t v = 0; v < columns.vectors; ++v) {
      Values at = indexC(scaled(b, row, 1, r), scaled(b, column, 1, v * lanes));
      if (Value mask = columns.masks[v])
        tile.push_back(vector::MaskedLoadOp::create(b, vectorType, c, at, mask, zeroOf(b, vectorType)));
      else
        tile.push_back(vector::LoadOp::create(b, vectorType, c, at));
    }
  return tile;
}

/// Zeros in the first pass over k of a zero-initialised contraction, else what C holds.
Values Expansion::initialTile(Value row, int64_t count, Value column, const Columns &columns, Value kLow) {
  if (!op.getZeroInit())
    return loadTile(row, count, column, columns);
  Values zeros(count * columns.vectors, zeroOf(b, vectorType));
  if (onePass)
    return zeros;
  Value first = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, kLow, zero);
  auto choice =
      scf::IfOp::create(b, SmallVector<Type>(zeros.size(), vectorType), first, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(b, zeros);
  b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(b, loadTile(row, count, column, columns));
  return Values(choice.getResults());
}

void Expansion::tile(Value row, int64_t count, Value column, const Columns &columns, Value kLow, Value kHigh,
                     Value panelBuffer) {
  Values rowAt;
  for (int64_t r = 0; r < count; ++r)
    rowAt.push_back(scaled(b, row, 1, r));
  Values initial = initialTile(row, count, column, columns, kLow);
  Values sums = forLoop(b, kLow, kHigh, 1, initial, [&](Value k, ValueRange accumulators) {
    Values line, next;
    for (int64_t v = 0; v < columns.vectors; ++v)
      line.push_back(loadB(column, k, v, columns, kLow, panelBuffer));
    for (int64_t r = 0; r < count; ++r) {
      Value x = loadA(rowAt[r], k);
      for (int64_t v = 0; v < columns.vectors; ++v)
        next.push_back(multiplyAdd(x, line[v], accumulators[r * columns.vectors + v]));
    }
    return next;
  });
  for (int64_t r = 0; r < count; ++r)
    for (int64_t v = 0; v < columns.vectors; ++v) {
      Values at = indexC(rowAt[r], scaled(b, column, 1, v * lanes));
      Value sum = sums[r * columns.vectors + v];
      if (Value mask = columns.masks[v])
        vector::MaskedStoreOp::create(b, c, at, mask, sum);
      else
        vector::StoreOp::create(b, sum, c, at);
    }
}

void Expansion::rowBlocks(Value column, const Columns &columns, Value kLow, Value kHigh, Value panelBuffer) {
  auto emit = [&](Value row, int64_t count) { tile(row, count, column, columns, kLow, kHigh, panelBuffer); };
  auto singles = [&](Value from) { forEach(b, from, rows, 1, [&](Value row) { emit(row, 1); }); };
  auto known = getConstantIntValue(rows);
  if (known && *known < mr)
    return emit(zero, *known);
  bool overlaps = options.overlapRows && onePass;
  auto blocks = [&] {
    Value last = minus(b, rows, index(b, mr));
    bool divides = known && *known % mr == 0;
    forEach(b, zero, rows, mr,
            [&](Value row) { emit(divides ? row : arith::MinUIOp::create(b, row, last).getResult(), mr); });
  };
  if (overlaps && known)
    return blocks();
  if (overlaps) {
    Value enough = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, rows, index(b, mr));
    return branch(b, enough, blocks, [&] { singles(zero); });
  }
  Value full = scaled(
      b, known ? index(b, *known / mr) : arith::DivUIOp::create(b, rows, index(b, mr)).getResult(), mr);
  forEach(b, zero, full, mr, [&](Value row) { emit(row, mr); });
  if (known)
    return *known % mr ? emit(full, *known % mr) : void();
  singles(full);
}

//===-- Panels -------------------------------------------------------------------------------------===//

void Expansion::depthBlocks(Value column, const Columns &columns) {
  if (!packsHere && kBlock == 0)
    return rowBlocks(column, columns, zero, depth, {});
  Value panelBuffer;
  if (packsHere)
    panelBuffer = panelRoom(b, op, kBlock, nr, element);
  forEach(b, zero, depth, kBlock, [&](Value kLow) {
    Value kHigh = depth;
    if (auto k = getConstantIntValue(depth); !k || *k > kBlock)
      kHigh = arith::MinUIOp::create(b, scaled(b, kLow, 1, kBlock), depth);
    if (packsHere)
      packPanel(
          b, {bOperand, panelBuffer, column, columnsTotal, kLow, kHigh, nr, lanes, depthIsContiguous},
          [&](Value n, Value k) { return indexB(n, k); },
          [&](Value loaded) { return extend(loaded, op.getBUnsigned()); });
    rowBlocks(column, columns, kLow, kHigh, panelBuffer);
  });
}

/// `count` < nr columns: only the vectors that hold some of them when the count is known, the others masked.
Columns Expansion::restColumns(Value count) {
  Columns columns;
  auto known = getConstantIntValue(count);
  columns.vectors = known ? (*known + lanes - 1) / lanes : vectors;
  for (int64_t v = 0; v < columns.vectors; ++v) {
    Value rest = minus(b, count, index(b, v * lanes));
    if (!known)
      rest = arith::MaxSIOp::create(b, rest, zero);
    columns.masks.push_back(laneMask(b, lanes, rest));
  }
  return columns;
}

void Expansion::forPanels() {
  if (padded) {
    forEach(b, zero, columnsTotal, nr, [&](Value column) { depthBlocks(column, fullColumns()); });
    return;
  }
  auto known = getConstantIntValue(columnsTotal);
  Value width = index(b, nr);
  Value full =
      known ? index(b, *known / nr * nr)
            : arith::MulIOp::create(b, arith::DivUIOp::create(b, columnsTotal, width), width).getResult();
  forEach(b, zero, full, nr, [&](Value column) { depthBlocks(column, fullColumns()); });
  Value rest = minus(b, columnsTotal, full);
  if (known) {
    if (*known % nr)
      depthBlocks(full, restColumns(rest));
    return;
  }
  Value any = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, rest, zero);
  branch(b, any, [&] { depthBlocks(full, restColumns(rest)); });
}

void Expansion::forBatch(unsigned dim) {
  if (dim == batchRank)
    return forPanels();
  forEach(b, zero, dimSize(b, op.getC(), dim), 1, [&](Value i) {
    batch.push_back(i);
    forBatch(dim + 1);
    batch.pop_back();
  });
}

LogicalResult Expansion::run() {
  if (!prepare())
    return op.emitOpError() << "expected nr to be a multiple of the " << lanes << " lanes of a vector";
  forBatch(0);
  op.erase();
  return success();
}

LogicalResult expandMicroKernel(RewriterBase &rewriter, fusion::MicroKernelOp op,
                                const TargetDescription &target, const MicroKernelOptions &options) {
  return Expansion(rewriter, op, target, options).run();
}

} // namespace delos::cpu::seam
