// Scan, sort and scatter: ops that need an order of their own.
#include "dialects/Graph/Dims.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/RowEmitter/NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

/// Coordinates of the op's operand: the nest's loops in order, with `value` for dim `dim`.
Coordinates NestEmitter::pointWith(const RowNest &nest, int64_t dim, const DimExpr &value) const {
  Coordinates point;
  for (const RowLoop &loop : nest.loops)
    point.push_back(variable(loop.name));
  point.insert(point.begin() + dim, value);
  return point;
}

/// Lanes of a running combination along them. Fixed, so that every target adds in the same order.
static constexpr int64_t kScanLanes = 16;

/// `value` with its lanes moved around by `by` towards the end of the scan (the front when `reverse`), and
/// where they did not come in again from the other end.
static std::pair<Value, Value> rotateLanes(ImplicitLocOpBuilder &b, Value value, int64_t by, bool reverse) {
  llvm::SmallVector<int64_t> order;
  llvm::SmallVector<bool> inside;
  for (int64_t lane = 0; lane < kScanLanes; ++lane) {
    int64_t from = reverse ? lane + by : lane - by;
    inside.push_back(from >= 0 && from < kScanLanes);
    order.push_back((from + kScanLanes) % kScanLanes);
  }
  auto type = VectorType::get({kScanLanes}, b.getI1Type());
  Value mask = arith::ConstantOp::create(b, type, DenseElementsAttr::get(type, inside));
  return {vector::ShuffleOp::create(b, value, value, order), mask};
}

/// One vector of a scan along the lanes: what to store, and the carry for the next vector in all lanes.
static std::pair<Value, Value> scanVector(ImplicitLocOpBuilder &b, graph::ScanOp scan, Value x, Value carry) {
  Type element = getElementTypeOrSelf(scan.getInput().getType());
  bool reverse = scan.getReverse();
  auto combine = [&](Value a, Value c) { return emitCombine(b, scan.getKind(), element, a, c); };
  for (int64_t by = 1; by < kScanLanes; by *= 2) {
    auto [moved, inside] = rotateLanes(b, x, by, reverse);
    x = arith::SelectOp::create(b, inside, combine(moved, x), x);
  }
  llvm::SmallVector<int64_t> last(kScanLanes, reverse ? 0 : kScanLanes - 1);
  Value total = vector::ShuffleOp::create(b, x, x, last);
  Value written;
  if (scan.getExclusive()) {
    auto [moved, inside] = rotateLanes(b, x, 1, reverse);
    written = arith::SelectOp::create(b, inside, combine(carry, moved), carry);
  } else {
    written = combine(carry, x);
  }
  return {roundTo(b, written, element), combine(carry, total)};
}

/// A running combination along the lanes: within a vector by doubling distances, from vector to vector by a
/// carry.
void NestEmitter::emitLaneScan(const RowNest &nest, graph::ScanOp scan) {
  ImplicitLocOpBuilder &b = e.b;
  graph::Dims dims = dimsOf(scan.getInput());
  const DimExpr &size = dims[scan.getDim()];
  Type element = getElementTypeOrSelf(scan.getInput().getType());
  TypedAttr scalar = neutralElement(scan.getKind(), element);
  Value neutral = constantLike(b, VectorType::get({kScanLanes}, scalar.getType()), scalar);
  Value zero = arith::ConstantIndexOp::create(b, 0), step = arith::ConstantIndexOp::create(b, kScanLanes);
  Value end = e.index(size), rest = b.createOrFold<arith::RemUIOp>(end, step);
  Value whole = b.createOrFold<arith::SubIOp>(end, rest);
  auto visit = [&](Operation *opener, Value base, Value mask, Value carry) {
    std::string name = "%scan" + std::to_string(e.serial++);
    e.ranges.bound(name, size);
    Scope &scope = e.scopes.emplace_back();
    scope.opener = opener, scope.lanes = kScanLanes, scope.laneVariable = name, scope.mask = mask;
    e.variables[name] = {base, {}, true, static_cast<unsigned>(e.scopes.size() - 1)};
    Position position = Position::atCoordinates(pointWith(nest, scan.getDim(), variable(name)));
    Value x = broadcastTo(b, e.pull(scan.getInput(), position), kScanLanes);
    if (mask)
      x = arith::SelectOp::create(b, mask, x, neutral);
    auto [written, next] = scanVector(b, scan, x, carry);
    for (unsigned output : nest.outputs)
      e.store(written, output, position);
    e.scopes.pop_back();
    return next;
  };
  auto vectors = [&](Value carry) -> Value {
    auto op = scf::ForOp::create(b, zero, whole, step, ValueRange{carry});
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(op.getBody());
    Value base = op.getInductionVar();
    // From the end: the vector that ends where the ones before began.
    if (scan.getReverse())
      base = arith::SubIOp::create(b, arith::SubIOp::create(b, end, step), base);
    scf::YieldOp::create(b, visit(op, base, {}, op.getRegionIterArgs()[0]));
    return op.getResult(0);
  };
  Value carry = vectors(neutral);
  auto tail = scf::IfOp::create(b, arith::CmpIOp::create(b, arith::CmpIPredicate::ne, rest, zero));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(tail.thenBlock());
  Value mask = vector::CreateMaskOp::create(b, VectorType::get({kScanLanes}, b.getI1Type()), rest);
  visit(tail, scan.getReverse() ? zero : whole, mask, carry);
}

/// A running combination whose lanes are another dim.
void NestEmitter::emitScan(const RowNest &nest, graph::ScanOp scan) {
  ImplicitLocOpBuilder &b = e.b;
  int64_t dim = scan.getDim();
  graph::Dims dims = dimsOf(scan.getInput());
  Type element = getElementTypeOrSelf(scan.getInput().getType());
  auto chain = [&] {
    if (dim + 1 == static_cast<int64_t>(dims.size()))
      return emitLaneScan(nest, scan);
    TypedAttr neutral = neutralElement(scan.getKind(), element);
    Value start = constantLike(b, VectorType::get({e.laneScope()->lanes}, neutral.getType()), neutral);
    std::string name = "%scan" + std::to_string(e.serial++);
    e.loop(name, dims[dim], start, [&](ValueRange carried) {
      DimExpr at = scan.getReverse() ? dims[dim] - 1 - variable(name) : variable(name);
      Position position = Position::atCoordinates(pointWith(nest, dim, at));
      Value x = e.pull(scan.getInput(), position);
      Value next = emitCombine(b, scan.getKind(), element, carried[0], x);
      Value written = roundTo(b, scan.getExclusive() ? carried[0] : next, element);
      for (unsigned output : nest.outputs)
        e.store(written, output, position);
      return llvm::SmallVector<Value>{next};
    });
  };
  std::function<void(size_t)> open = [&](size_t level) {
    if (level == nest.loops.size())
      return chain();
    openLoop(nest, level, [&] { open(level + 1); });
  };
  open(0);
}

/// True where key x sorts strictly before key y.
static Value sortsBefore(ImplicitLocOpBuilder &b, Type element, bool descending, Value x, Value y) {
  if (descending)
    std::swap(x, y);
  if (isa<FloatType>(element)) {
    // NaN is the largest.
    Value less = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, y);
    Value nanY = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, y, y);
    Value numberX = arith::CmpFOp::create(b, arith::CmpFPredicate::ORD, x, x);
    return arith::OrIOp::create(b, less, arith::AndIOp::create(b, nanY, numberX));
  }
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  return arith::CmpIOp::create(b, isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt, x, y);
}

namespace {

/// The two key rows and two position rows of a merge sort in scratch memory.
struct SortRows {
  Value keys, positions;
};

} // namespace

/// Merges [lo, mid) and [mid, hi) of `from` into `to`, taking from the right only what sorts strictly before.
static void mergeRuns(PullEmitter &e, Type element, bool descending, SortRows from, SortRows to, Value lo,
                      Value mid, Value hi) {
  ImplicitLocOpBuilder &b = e.b;
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto op = scf::ForOp::create(b, lo, hi, one, ValueRange{lo, mid});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.getBody());
  Value left = op.getRegionIterArgs()[0], right = op.getRegionIterArgs()[1];
  Value leftLeft = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, left, mid);
  Value rightLeft = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, right, hi);
  // Indices are clamped into the row: what is loaded past the end of a run is not used.
  Value last = arith::SubIOp::create(b, hi, one);
  Value safeLeft = arith::MinUIOp::create(b, left, last), safeRight = arith::MinUIOp::create(b, right, last);
  Value leftKey = fromStorage(b, memref::LoadOp::create(b, from.keys, ValueRange{safeLeft}), element);
  Value rightKey = fromStorage(b, memref::LoadOp::create(b, from.keys, ValueRange{safeRight}), element);
  Value before = sortsBefore(b, element, descending, rightKey, leftKey);
  Value truth = intConstant(b, b.getI1Type(), 1);
  Value leftDone = arith::XOrIOp::create(b, leftLeft, truth);
  Value takeRight = arith::AndIOp::create(b, rightLeft, arith::OrIOp::create(b, leftDone, before));
  Value source = arith::SelectOp::create(b, takeRight, safeRight, safeLeft);
  Value key = memref::LoadOp::create(b, from.keys, ValueRange{source});
  Value position = memref::LoadOp::create(b, from.positions, ValueRange{source});
  memref::StoreOp::create(b, key, to.keys, ValueRange{op.getInductionVar()});
  memref::StoreOp::create(b, position, to.positions, ValueRange{op.getInductionVar()});
  Value nextLeft = arith::SelectOp::create(b, takeRight, left, arith::AddIOp::create(b, left, one));
  Value nextRight = arith::SelectOp::create(b, takeRight, arith::AddIOp::create(b, right, one), right);
  scf::YieldOp::create(b, ValueRange{nextLeft, nextRight});
}

/// Bottom-up merge sort per row, scalar: its comparisons decide what is loaded next.
void NestEmitter::emitSort(const RowNest &nest, graph::SortOp sort) {
  ImplicitLocOpBuilder &b = e.b;
  int64_t dim = sort.getDim();
  const DimExpr size = dimsOf(sort.getInput())[dim];
  Type element = getElementTypeOrSelf(sort.getInput().getType());
  DimExpr row = DimExpr::ceilDiv(size * 8, DimExpr(64)) * 64;
  auto room = [&](int64_t k, Type type) { return e.kernel.scratch(type, e.index(row * k)); };
  SortRows rows[2] = {{room(0, element), room(1, b.getI64Type())},
                      {room(2, element), room(3, b.getI64Type())}};

  std::string fill = "%s" + std::to_string(e.serial++);
  e.loop(fill, size, {}, [&](ValueRange) {
    Position at = Position::atCoordinates(pointWith(nest, dim, variable(fill)));
    e.storeTo(rows[0].keys, e.pull(sort.getInput(), at), element, variable(fill));
    Value position = arith::IndexCastOp::create(b, b.getI64Type(), e.index(variable(fill)));
    e.storeTo(rows[0].positions, position, b.getI64Type(), variable(fill));
    return llvm::SmallVector<Value>();
  });

  // Passes come in pairs so that the rows need no swapping: 0 -> 1 -> 0.
  Value count = e.index(size), one = arith::ConstantIndexOp::create(b, 1);
  Value two = arith::ConstantIndexOp::create(b, 2), zero = arith::ConstantIndexOp::create(b, 0);
  auto passes = scf::WhileOp::create(b, TypeRange{b.getIndexType()}, ValueRange{one});
  {
    OpBuilder::InsertionGuard guard(b);
    Block *before = b.createBlock(&passes.getBefore(), {}, {b.getIndexType()}, {b.getLoc()});
    Value more = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, before->getArgument(0), count);
    scf::ConditionOp::create(b, more, before->getArguments());
    Block *after = b.createBlock(&passes.getAfter(), {}, {b.getIndexType()}, {b.getLoc()});
    Value width = after->getArgument(0);
    for (int pass = 0; pass < 2; ++pass) {
      Value span = arith::MulIOp::create(b, width, two);
      auto runs = scf::ForOp::create(b, zero, count, span);
      {
        OpBuilder::InsertionGuard inner(b);
        b.setInsertionPointToStart(runs.getBody());
        Value lo = runs.getInductionVar();
        Value mid = arith::MinUIOp::create(b, arith::AddIOp::create(b, lo, width), count);
        Value hi = arith::MinUIOp::create(b, arith::AddIOp::create(b, lo, span), count);
        mergeRuns(e, element, sort.getDescending(), rows[pass], rows[1 - pass], lo, mid, hi);
      }
      width = span;
    }
    scf::YieldOp::create(b, width);
  }

  std::string drain = "%s" + std::to_string(e.serial++);
  e.loop(drain, size, {}, [&](ValueRange) {
    Position at = Position::atCoordinates(pointWith(nest, dim, variable(drain)));
    for (unsigned output : nest.outputs) {
      bool values = body.getTerminator()->getOperand(output) == sort.getValues();
      Value x = values ? e.loadFrom(rows[0].keys, element, variable(drain))
                       : e.loadFrom(rows[0].positions, b.getI64Type(), variable(drain));
      e.store(x, output, at);
    }
    return llvm::SmallVector<Value>();
  });
}

static Value combineUpdate(ImplicitLocOpBuilder &b, graph::ScatterKind kind, Type element, Value old,
                           Value update) {
  using graph::ReduceKind;
  switch (kind) {
  case graph::ScatterKind::assign:
    return update;
  case graph::ScatterKind::add:
    return roundTo(b, emitCombine(b, ReduceKind::sum, element, old, update), element);
  case graph::ScatterKind::mul:
    return roundTo(b, emitCombine(b, ReduceKind::prod, element, old, update), element);
  case graph::ScatterKind::max:
    return emitCombine(b, ReduceKind::max, element, old, update);
  case graph::ScatterKind::min:
    return emitCombine(b, ReduceKind::min, element, old, update);
  }
  llvm_unreachable("unknown scatter");
}

/// A vector copy of the initial value, then the updates one by one in their order: two may meet on one
/// element.
void NestEmitter::emitScatter(const RowNest &nest, graph::ScatterOp scatter) {
  ImplicitLocOpBuilder &b = e.b;
  Type element = getElementTypeOrSelf(scatter.getInit().getType());
  unsigned output = nest.outputs[0];
  graph::Dims dims = dimsOf(scatter.getInit());
  DimExpr count = graph::elementCount(dims);
  std::string lane = "%c" + std::to_string(e.serial++);
  e.ranges.bound(lane, count);
  int64_t lanes = e.target.lanes(std::max(32u, laneBits(element)));
  e.laneLoop(lane, e.index(DimExpr(0)), e.index(count), {lanes, 1, count.asConstant()}, [&] {
    Position at = Position::atOffset(variable(lane));
    Value value = e.pull(scatter.getInit(), at);
    for (unsigned each : nest.outputs)
      e.store(value, each, at);
  });

  graph::Dims points = dimsOf(scatter.getUpdates());
  Coordinates point;
  llvm::SmallVector<std::string> names;
  for (size_t k = 0; k < points.size(); ++k) {
    names.push_back("%u" + std::to_string(e.serial++));
    point.push_back(variable(names.back()));
  }
  auto update = [&] {
    Coordinates target = e.ranges.evaluate(scatter.getTargetMap(), point, {});
    for (auto [k, indices] : llvm::enumerate(scatter.getIndices())) {
      AffineMap map = cast<AffineMapAttr>(scatter.getIndexMaps()[k]).getValue();
      int64_t dim = scatter.getDims()[k];
      target[dim] =
          e.gatheredIndex(indices, Position::atCoordinates(e.ranges.evaluate(map, point, {})), dims[dim]);
    }
    Position at = Position::atCoordinates(target);
    Value x = e.pull(scatter.getUpdates(), Position::atCoordinates(point));
    Value buffer = e.kernel.buffer(body.getNumArguments() + output);
    Value old = e.loadFrom(buffer, element, at.offset(dims));
    Value next = combineUpdate(b, scatter.getKind(), element, old, x);
    for (unsigned each : nest.outputs)
      e.store(next, each, at);
  };
  std::function<void(size_t)> open = [&](size_t level) {
    if (level == names.size())
      return update();
    e.loop(names[level], points[level], {}, [&](ValueRange) {
      open(level + 1);
      return llvm::SmallVector<Value>();
    });
  };
  open(0);
}
