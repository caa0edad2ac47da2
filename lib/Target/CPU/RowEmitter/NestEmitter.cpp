// Tile loop, inner loops, and the public entry of the emitter.
#include "lib/Target/CPU/RowEmitter/NestEmitter.h"

#include "dialects/Graph/Dims.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <numeric>

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

void NestEmitter::emit(const RowNest &nest, const DimExpr &firstTile, bool isOnly) {
  ImplicitLocOpBuilder &b = e.b;
  e.nest = &nest;
  e.firstPhase.clear();
  e.rowOwners.clear();
  Value lo = e.kernel.begin(), hi = e.kernel.end();
  if (!isOnly) {
    Value first = e.index(firstTile), count = e.index(nest.tileCount), zero = e.index(DimExpr(0));
    auto clip = [&](Value tile) -> Value {
      Value shifted = arith::SubIOp::create(b, tile, first);
      return arith::MinSIOp::create(b, arith::MaxSIOp::create(b, shifted, zero), count);
    };
    lo = clip(lo), hi = clip(hi);
  }
  std::string tile = "%tile" + std::to_string(e.serial++);
  e.ranges.bound(tile, nest.tileCount);
  e.loop(tile, lo, hi, {}, [&](ValueRange) {
    llvm::SmallVector<DimExpr> extents;
    for (const RowLoop &loop : nest.loops)
      if (loop.isTile)
        extents.push_back(loop.chunk ? DimExpr::ceilDiv(loop.extent, loop.chunk) : loop.extent);
    Coordinates parts = Position::atOffset(variable(tile)).coordinates(extents, e.ranges);
    size_t next = 0;
    for (const RowLoop &loop : nest.loops) {
      e.ranges.bound(loop.name, loop.extent);
      if (!loop.isTile)
        continue;
      Value part = e.index(parts[next++]);
      if (loop.chunk) {
        Value chunk = arith::ConstantIndexOp::create(b, loop.chunk);
        chunkBegin = arith::MulIOp::create(b, part, chunk);
        chunkEnd =
            arith::MinSIOp::create(b, arith::AddIOp::create(b, chunkBegin, chunk), e.index(loop.extent));
      } else {
        e.variables[loop.name] = {part, {}, false, static_cast<unsigned>(e.scopes.size() - 1)};
      }
    }
    emitTile(nest);
    return llvm::SmallVector<Value>();
  });
}

void NestEmitter::emitTile(const RowNest &nest) {
  if (auto scan = dyn_cast_or_null<graph::ScanOp>(nest.root))
    return emitScan(nest, scan);
  if (auto sort = dyn_cast_or_null<graph::SortOp>(nest.root))
    return emitSort(nest, sort);
  if (auto scatter = dyn_cast_or_null<graph::ScatterOp>(nest.root))
    return emitScatter(nest, scatter);
  emitLevel(nest, 0);
}

/// Loops that the tile fixes need no code of their own.
static bool isFixed(const RowLoop &loop) { return loop.isTile && !loop.chunk; }

size_t NestEmitter::levelOf(const RowNest &nest, const Position &position) const {
  size_t level = 0;
  while (level < nest.loops.size() && isFixed(nest.loops[level]))
    ++level;
  for (size_t k = 0; k < nest.loops.size(); ++k)
    if (position.mentionsVariable(nest.loops[k].name))
      level = std::max(level, k + 1);
  return level;
}

void NestEmitter::openLoop(const RowNest &nest, size_t level, const std::function<void()> &inside) {
  const RowLoop &loop = nest.loops[level];
  if (isFixed(loop))
    return inside();
  if (!loop.isLane) {
    e.loop(loop.name, loop.extent, {}, [&](ValueRange) {
      inside();
      return llvm::SmallVector<Value>();
    });
    return;
  }
  PullEmitter::LaneSteps steps{nest.lanes, nest.panel, loop.extent.asConstant()};
  if (loop.chunk) {
    // All chunks but the last are whole.
    steps.divisor = steps.count ? std::gcd(*steps.count, loop.chunk) : 1;
    steps.count = {};
    e.laneLoop(loop.name, chunkBegin, chunkEnd, steps, inside);
    return;
  }
  e.laneLoop(loop.name, e.index(DimExpr(0)), e.index(loop.extent), steps, inside);
}

void NestEmitter::emitParts(const RowNest &nest, size_t level) {
  const RowLoop &loop = nest.loops[level];
  std::vector<DimExpr> ends = loop.cuts;
  ends.push_back(loop.extent);
  DimExpr begin(0);
  for (const DimExpr &end : ends) {
    // The variable counts from the part's begin.
    RowNest part = nest;
    part.loops[level].cuts.clear();
    part.loops[level].extent = end - begin;
    for (Position &position : part.positions)
      position = position.substitute(loop.name, begin + variable(loop.name));
    e.ranges.bound(loop.name, end - begin);
    openLoop(part, level, [&] { emitLevel(part, level + 1); });
    begin = end;
  }
  e.ranges.bound(loop.name, loop.extent);
}

/// In each lane step, blocks of as many iterations as there are lanes are unrolled, one block after the
/// other: longer pieces of each input row are read together. The rest, shorter than a block, runs outside.
void NestEmitter::emitTransposed(const RowNest &nest, size_t level) {
  ImplicitLocOpBuilder &b = e.b;
  const RowLoop &loop = nest.loops[level], &lane = nest.loops[level + 1];
  auto lanesOf = [&](const std::function<void()> &inside) {
    e.laneLoop(lane.name, e.index(DimExpr(0)), e.index(lane.extent),
               {nest.lanes, 1, lane.extent.asConstant()}, inside);
  };
  Value step = arith::ConstantIndexOp::create(b, nest.lanes);
  Value span = arith::SubIOp::create(b, chunkEnd, chunkBegin);
  Value rest = arith::RemUIOp::create(b, span, step);
  Value whole = arith::SubIOp::create(b, chunkEnd, rest);
  TransposedLoop block{loop.name, loop.name + "_block", 0};
  e.ranges.bound(block.base, loop.extent);
  lanesOf([&] {
    auto blocks = scf::ForOp::create(b, chunkBegin, whole, step);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(blocks.getBody());
    Scope &scope = e.scopes.emplace_back();
    scope.opener = blocks;
    // What is loaded for a whole block must not move in front of the loop, which may have no iterations.
    scope.isGuard = true;
    e.variables[block.base] = {
        blocks.getInductionVar(), {}, false, static_cast<unsigned>(e.scopes.size() - 1)};
    for (block.copy = 0; block.copy < nest.lanes; ++block.copy) {
      e.scopes.emplace_back();
      Value at = b.createOrFold<arith::AddIOp>(blocks.getInductionVar(),
                                               arith::ConstantIndexOp::create(b, block.copy));
      e.variables[loop.name] = {at, {}, false, static_cast<unsigned>(e.scopes.size() - 1)};
      e.transposed = block;
      emitLevel(nest, level + 2);
      e.scopes.pop_back();
    }
    e.transposed.reset();
    e.scopes.pop_back();
  });
  if (auto extent = loop.extent.asConstant(); extent && *extent % nest.lanes == 0)
    return;
  e.loop(loop.name, whole, chunkEnd, {}, [&](ValueRange) {
    lanesOf([&] { emitLevel(nest, level + 2); });
    return llvm::SmallVector<Value>();
  });
}

void NestEmitter::emitLevel(const RowNest &nest, size_t level) {
  for (const auto &[value, position] : nest.phases)
    if (levelOf(nest, position) == level)
      e.pull(value, position);
  for (auto [position, output] : llvm::zip_equal(nest.positions, nest.outputs))
    if (levelOf(nest, position) == level)
      e.store(e.pull(body.getTerminator()->getOperand(output), position), output, position);
  if (level < nest.loops.size() && nest.loops[level].isTransposed)
    emitTransposed(nest, level);
  else if (level < nest.loops.size() && !nest.loops[level].cuts.empty())
    emitParts(nest, level);
  else if (level < nest.loops.size())
    openLoop(nest, level, [&] { emitLevel(nest, level + 1); });
}

func::FuncOp delos::cpu::emitRows(OpBuilder &builder, StringRef name, Block &body, const RowPlan &plan,
                                  const TargetDescription &target) {
  Location loc = body.getParentOp()->getLoc();
  std::vector<KernelBuffer> buffers;
  auto addBuffer = [&](Value tensor) {
    buffers.push_back({getElementTypeOrSelf(tensor.getType()), {}, /*isFlat=*/true});
  };
  for (Value argument : body.getArguments())
    addBuffer(argument);
  for (Value output : body.getTerminator()->getOperands())
    addBuffer(output);
  ImplicitLocOpBuilder b(loc, builder);
  KernelFunction kernel(b, loc, name, buffers, plan.dims.size());
  PullEmitter emitter(b, kernel, body, plan, target);
  NestEmitter nests(emitter, body);
  DimExpr firstTile(0);
  for (const RowNest &nest : plan.nests) {
    nests.emit(nest, firstTile, plan.nests.size() == 1);
    firstTile = firstTile + nest.tileCount;
  }
  kernel.finish();
  return kernel.function();
}
