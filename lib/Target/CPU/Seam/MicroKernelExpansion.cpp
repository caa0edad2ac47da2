// Register tiles of a contraction.
#include "lib/Target/CPU/Seam/MicroKernelExpansion.h"

#include "lib/Target/CPU/Seam/LoopCode.h"
#include "lib/Target/CPU/Seam/PanelPacking.h"

#include "llvm/Support/MathExtras.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {
namespace {

/// How the register tiles read B.
enum class BForm {
  Panels,     ///< packed at compile time
  InPlace,    ///< its rows, whose columns are contiguous
  Copied,     ///< the first row block reads it in place and leaves a panel for the others
  Transposed, ///< packed before the row blocks, through register transposes
};

/// The share of L2 that a panel made in the kernel takes: A and C pass through beside it.
constexpr int64_t panelShare = 12;

/// Up to this many row blocks B is read in stretches along its rows: k is the outer loop, the columns of a
/// tile the inner one.
constexpr int64_t fewRowBlocks = 8;

/// The share of L1 that panels are fetched ahead of their use.
constexpr double prefetchShare = 0.375;

/// Columns of one panel that the tile stores, per vector: a mask, or null for all lanes.
struct Columns {
  int64_t vectors;
  Values masks;
};

/// One pass over k of one panel.
struct Pass {
  Value column;
  Columns columns;
  Value kLow, kHigh;
  /// Where the panel lies, null when B is read from where it is.
  Value panel;
  /// What is fetched into the cache meanwhile, where B is read in place: another column, and how much deeper.
  Value aheadColumn, aheadDepth;
};

/// Rows [first, first + count); when `clamped`, those from the last row on repeat it and are not stored.
struct RowBlock {
  Value first;
  int64_t count;
  bool clamped;
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
  void chooseForm();
  void chooseDepth();
  void forBatch(unsigned dim);
  void passes();
  void forPanels(llvm::function_ref<void(Value, const Columns &)> body);
  void forPasses(llvm::function_ref<void(Value, Value)> body);
  void panelPass(Value column, const Columns &columns, Value kLow, Value kHigh);
  std::pair<Value, Value> nextPass(Value column, Value kLow);
  void rowBlocks(const Pass &pass);
  void tile(const Pass &pass, const RowBlock &block, bool copies = false);
  Values rowsToRead(const RowBlock &block);
  Values loadTile(const Pass &pass, const Values &rowAt);
  Values initialTile(const Pass &pass, const Values &rowAt);
  void storeTile(const Pass &pass, const RowBlock &block, const Values &sums);
  Value loadA(Value row, Value k);
  Value loadB(const Pass &pass, Value k, int64_t vector, bool copies);
  void prefetchB(const Pass &pass, Value k);
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
  BForm form = BForm::Panels;
  bool depthOutside = false;
  bool depthIsContiguous = false, padded = false, onePass = true;
  Values batch;
  Value panelBuffer;
};

} // namespace

bool Expansion::prepare() {
  a = op.getA();
  bOperand = op.getB();
  c = op.getC();
  aMap = op.getAIndexing();
  bMap = op.getBIndexing();
  batchRank = op.getBatchRank();
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
  chooseForm();
  auto [root, isLocal] = localRoot(c);
  auto rootType = cast<MemRefType>(root.getType());
  padded = isLocal && rootType.getDimSize(rootType.getRank() - 1) % nr == 0 &&
           (form == BForm::Panels || form == BForm::Transposed);
  if (padded)
    c = root;
  chooseDepth();
  return true;
}

void Expansion::chooseForm() {
  auto [strides, offset] = cast<MemRefType>(bOperand.getType()).getStridesAndOffset();
  auto contiguous = [&, strides = strides](unsigned dim) {
    unsigned at = *bMap.getResultPosition(b.getAffineDimExpr(batchRank + dim));
    return at + 1 == strides.size() && strides[at] == 1;
  };
  depthIsContiguous = contiguous(2);
  // Few row blocks read B where it is; so do any where its rows are one dense panel.
  auto known = getConstantIntValue(rows), width = getConstantIntValue(columnsTotal);
  unsigned kAt = *bMap.getResultPosition(b.getAffineDimExpr(batchRank + 2));
  bool isPanel = width && *width == nr && strides[kAt] == nr;
  bool inPlace = isPanel || (known && *known <= mr);
  form = op.getPacked()   ? BForm::Panels
         : !contiguous(1) ? BForm::Transposed
         : inPlace        ? BForm::InPlace
                          : BForm::Copied;
}

/// The depth of a pass: panels that the kernel makes stay in L2 while the row blocks pass.
void Expansion::chooseDepth() {
  bool makesPanels = form == BForm::Copied || form == BForm::Transposed;
  auto known = getConstantIntValue(depth);
  kBlock = options.kBlock;
  bool inPlace = form == BForm::InPlace || form == BForm::Copied;
  depthOutside = inPlace && getConstantIntValue(rows).value_or(mr * fewRowBlocks + 1) <= mr * fewRowBlocks;
  if ((makesPanels || depthOutside) && !kBlock) {
    int64_t bytes = depthOutside ? target.l1Bytes / 4 : target.l2Bytes / panelShare;
    int64_t most = std::max<int64_t>(lanes, bytes / (nr * element.getIntOrFloatBitWidth() / 8));
    int64_t passes = known ? llvm::divideCeilSigned(std::max<int64_t>(*known, 1), most) : 1;
    kBlock =
        known ? llvm::alignTo(llvm::divideCeilSigned(std::max<int64_t>(*known, 1), passes), lanes) : most;
  }
  onePass = op.getZeroInit() && (kBlock == 0 || (known && *known <= kBlock));
  if (known && kBlock > *known)
    kBlock = std::max<int64_t>(*known, 1);
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

Value Expansion::loadB(const Pass &pass, Value k, int64_t vector, bool copies) {
  if (pass.panel && !copies)
    return vector::LoadOp::create(b, vectorType, pass.panel,
                                  ValueRange{minus(b, k, pass.kLow), index(b, vector * lanes)});
  auto loaded = VectorType::get({lanes}, cast<MemRefType>(bOperand.getType()).getElementType());
  Value result;
  if (form == BForm::Panels) {
    Values at = indexB(arith::DivUIOp::create(b, pass.column, index(b, nr)), k);
    at.push_back(index(b, vector * lanes));
    result = vector::LoadOp::create(b, loaded, bOperand, at);
  } else {
    Values at = indexB(scaled(b, pass.column, 1, vector * lanes), k);
    if (Value mask = pass.columns.masks[vector])
      result = vector::MaskedLoadOp::create(b, loaded, bOperand, at, mask, zeroOf(b, loaded));
    else
      result = vector::LoadOp::create(b, loaded, bOperand, at);
  }
  result = extend(result, op.getBUnsigned());
  if (copies)
    vector::StoreOp::create(b, result, pass.panel,
                            ValueRange{minus(b, k, pass.kLow), index(b, vector * lanes)});
  return result;
}

/// Fetches what the k loops read later: panels a part of L1 ahead, of B in place the next pass. The
/// hardware's prefetchers stop at pages, and streams of a few lines per page do not start them.
void Expansion::prefetchB(const Pass &pass, Value k) {
  bool panels = form == BForm::Panels;
  int64_t bytes = nr * cast<MemRefType>(bOperand.getType()).getElementTypeBitWidth() / 8;
  for (int64_t v = 0; v < pass.columns.vectors; ++v) {
    Values at;
    if (panels) {
      Value ahead = scaled(b, k, 1, static_cast<int64_t>(target.l1Bytes * prefetchShare / bytes));
      at = indexB(arith::DivUIOp::create(b, pass.column, index(b, nr)), ahead);
      at.push_back(index(b, v * lanes));
    } else {
      at = indexB(scaled(b, pass.aheadColumn, 1, v * lanes), plus(b, k, pass.aheadDepth));
    }
    memref::PrefetchOp::create(b, bOperand, at, /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
  }
}

//===-- Register tile ------------------------------------------------------------------------------===//

Values Expansion::rowsToRead(const RowBlock &block) {
  Values rowAt;
  for (int64_t r = 0; r < block.count; ++r) {
    Value row = scaled(b, block.first, 1, r);
    if (block.clamped && r)
      row = arith::MinUIOp::create(b, row, minus(b, rows, index(b, 1)));
    rowAt.push_back(row);
  }
  return rowAt;
}

Values Expansion::loadTile(const Pass &pass, const Values &rowAt) {
  Values tile;
  for (Value row : rowAt)
    for (int64_t v = 0; v < pass.columns.vectors; ++v) {
      Values at = indexC(row, scaled(b, pass.column, 1, v * lanes));
      if (Value mask = pass.columns.masks[v])
        tile.push_back(vector::MaskedLoadOp::create(b, vectorType, c, at, mask, zeroOf(b, vectorType)));
      else
        tile.push_back(vector::LoadOp::create(b, vectorType, c, at));
    }
  return tile;
}

/// Zeros in the first pass over k of a zero-initialised contraction, else what C holds.
Values Expansion::initialTile(const Pass &pass, const Values &rowAt) {
  if (!op.getZeroInit())
    return loadTile(pass, rowAt);
  Values zeros(rowAt.size() * pass.columns.vectors, zeroOf(b, vectorType));
  if (onePass)
    return zeros;
  Value first = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, pass.kLow, zero);
  auto choice =
      scf::IfOp::create(b, SmallVector<Type>(zeros.size(), vectorType), first, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(b, zeros);
  b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(b, loadTile(pass, rowAt));
  return Values(choice.getResults());
}

void Expansion::storeTile(const Pass &pass, const RowBlock &block, const Values &sums) {
  int64_t width = pass.columns.vectors;
  for (int64_t r = 0; r < block.count; ++r) {
    Value row = scaled(b, block.first, 1, r);
    auto store = [&] {
      for (int64_t v = 0; v < width; ++v) {
        Values at = indexC(row, scaled(b, pass.column, 1, v * lanes));
        if (Value mask = pass.columns.masks[v])
          vector::MaskedStoreOp::create(b, c, at, mask, sums[r * width + v]);
        else
          vector::StoreOp::create(b, sums[r * width + v], c, at);
      }
    };
    if (block.clamped && r)
      branch(b, arith::CmpIOp::create(b, arith::CmpIPredicate::ult, row, rows), store);
    else
      store();
  }
}

void Expansion::tile(const Pass &pass, const RowBlock &block, bool copies) {
  Values rowAt = rowsToRead(block);
  int64_t width = pass.columns.vectors;
  Values sums =
      forLoop(b, pass.kLow, pass.kHigh, 1, initialTile(pass, rowAt), [&](Value k, ValueRange accumulators) {
        Values line, next;
        for (int64_t v = 0; v < width; ++v)
          line.push_back(loadB(pass, k, v, copies));
        if (!pass.panel || copies)
          prefetchB(pass, k);
        for (int64_t r = 0; r < block.count; ++r) {
          Value x = loadA(rowAt[r], k);
          for (int64_t v = 0; v < width; ++v)
            next.push_back(multiplyAdd(x, line[v], accumulators[r * width + v]));
        }
        return next;
      });
  storeTile(pass, block, sums);
}

void Expansion::rowBlocks(const Pass &pass) {
  auto known = getConstantIntValue(rows);
  if (known && *known <= mr)
    return tile(pass, {zero, *known, false});
  bool divides = known && *known % mr == 0;
  bool narrows = known && !divides && options.narrowTail;
  Value from = zero;
  if (form == BForm::Copied) {
    tile(pass, {zero, mr, !known}, /*copies=*/true);
    from = index(b, mr);
  }
  Value to = narrows ? index(b, *known / mr * mr) : rows;
  forEach(b, from, to, mr, [&](Value row) { tile(pass, {row, mr, !divides && !narrows}); });
  if (narrows)
    tile(pass, {to, *known % mr, false});
}

//===-- Panels -------------------------------------------------------------------------------------===//

/// The pass after this one as a column and a distance along k.
std::pair<Value, Value> Expansion::nextPass(Value column, Value kLow) {
  Value nextColumn = scaled(b, column, 1, nr), nextLow = scaled(b, kLow, 1, std::max<int64_t>(kBlock, 1));
  if (kBlock == 0)
    return {nextColumn, zero};
  if (depthOutside) {
    Value last = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, nextColumn, columnsTotal);
    return {arith::SelectOp::create(b, last, zero, nextColumn),
            arith::SelectOp::create(b, last, index(b, kBlock), zero)};
  }
  Value last = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, nextLow, depth);
  return {arith::SelectOp::create(b, last, nextColumn, column),
          arith::SelectOp::create(b, last, minus(b, zero, kLow), index(b, kBlock))};
}

void Expansion::panelPass(Value column, const Columns &columns, Value kLow, Value kHigh) {
  Pass pass{column, columns, kLow, kHigh, panelBuffer, {}, {}};
  if (form == BForm::InPlace || form == BForm::Copied)
    std::tie(pass.aheadColumn, pass.aheadDepth) = nextPass(column, kLow);
  if (form == BForm::Transposed)
    packPanel(
        b,
        {bOperand, panelBuffer, column, columnsTotal, kLow, kHigh, columns.vectors * lanes, lanes,
         depthIsContiguous},
        [&](Value n, Value k) { return indexB(n, k); },
        [&](Value loaded) { return extend(loaded, op.getBUnsigned()); });
  rowBlocks(pass);
}

void Expansion::forPasses(llvm::function_ref<void(Value, Value)> body) {
  if (kBlock == 0)
    return body(zero, depth);
  // A sum over nothing is zero: without a pass C would not be written.
  Value end = getConstantIntValue(depth) ? depth : arith::MaxUIOp::create(b, depth, index(b, 1)).getResult();
  forEach(b, zero, end, kBlock, [&](Value kLow) {
    Value kHigh = depth;
    if (auto k = getConstantIntValue(depth); !k || *k > kBlock)
      kHigh = arith::MinUIOp::create(b, scaled(b, kLow, 1, kBlock), depth);
    body(kLow, kHigh);
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

void Expansion::forPanels(llvm::function_ref<void(Value, const Columns &)> body) {
  if (padded) {
    forEach(b, zero, columnsTotal, nr, [&](Value column) { body(column, fullColumns()); });
    return;
  }
  auto known = getConstantIntValue(columnsTotal);
  Value width = index(b, nr);
  Value full =
      known ? index(b, *known / nr * nr)
            : arith::MulIOp::create(b, arith::DivUIOp::create(b, columnsTotal, width), width).getResult();
  forEach(b, zero, full, nr, [&](Value column) { body(column, fullColumns()); });
  Value rest = minus(b, columnsTotal, full);
  if (known) {
    if (*known % nr)
      body(full, restColumns(rest));
    return;
  }
  Value any = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, rest, zero);
  branch(b, any, [&] { body(full, restColumns(rest)); });
}

void Expansion::passes() {
  if (depthOutside)
    return forPasses([&](Value kLow, Value kHigh) {
      forPanels([&](Value column, const Columns &columns) { panelPass(column, columns, kLow, kHigh); });
    });
  forPanels([&](Value column, const Columns &columns) {
    forPasses([&](Value kLow, Value kHigh) { panelPass(column, columns, kLow, kHigh); });
  });
}

void Expansion::forBatch(unsigned dim) {
  if (dim == batchRank)
    return passes();
  forEach(b, zero, dimSize(b, op.getC(), dim), 1, [&](Value i) {
    batch.push_back(i);
    forBatch(dim + 1);
    batch.pop_back();
  });
}

LogicalResult Expansion::run() {
  if (!prepare())
    return op.emitOpError() << "expected nr to be a multiple of the " << lanes << " lanes of a vector";
  if (form == BForm::Copied || form == BForm::Transposed)
    panelBuffer = panelRoom(b, op, kBlock, nr, element);
  forBatch(0);
  op.erase();
  return success();
}

LogicalResult expandMicroKernel(RewriterBase &rewriter, fusion::MicroKernelOp op,
                                const TargetDescription &target, const MicroKernelOptions &options) {
  return Expansion(rewriter, op, target, options).run();
}

} // namespace delos::cpu::seam
