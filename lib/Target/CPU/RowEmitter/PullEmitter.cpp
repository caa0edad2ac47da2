// Scopes, loops and the dispatch over members.
#include "lib/Target/CPU/RowEmitter/PullEmitter.h"

#include "dialects/Graph/Dims.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/RowEmitter/NestPlanner.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

PullEmitter::PullEmitter(ImplicitLocOpBuilder &builder, KernelFunction &kernel, Block &body,
                         const RowPlan &plan, const TargetDescription &target)
    : b(builder), kernel(kernel), plan(plan), target(target), body(body) {
  scopes.emplace_back();
  for (auto [k, dim] : llvm::enumerate(plan.dims))
    dimTable[dim.str()] = k;
}

//===-- Scopes
//---------------------------------------------------------------------------------------------===//

unsigned PullEmitter::depthOf(ArrayRef<std::string> symbols) const {
  unsigned depth = 0;
  for (const std::string &symbol : symbols)
    if (auto it = variables.find(symbol); it != variables.end())
      depth = std::max(depth, it->second.depth);
  return depth;
}

/// Code does not leave the innermost guard.
unsigned PullEmitter::fencedDepth(unsigned depth) const {
  for (unsigned level = scopes.size(); level-- > depth + 1;)
    if (scopes[level].isGuard)
      return level;
  return depth;
}

Value PullEmitter::atDepth(unsigned depth, const std::function<Value()> &emit) {
  if (depth + 1 >= scopes.size())
    return emit();
  OpBuilder::InsertionGuard guard(b);
  // A guard that is only a mask has no op of its own: its code stands in the scope around it.
  for (unsigned level = depth + 1; level < scopes.size(); ++level)
    if (scopes[level].opener) {
      b.setInsertionPoint(scopes[level].opener);
      break;
    }
  std::vector<Scope> inner(std::make_move_iterator(scopes.begin() + depth + 1),
                           std::make_move_iterator(scopes.end()));
  scopes.resize(depth + 1);
  Value result = emit();
  for (Scope &scope : inner)
    scopes.push_back(std::move(scope));
  return result;
}

const Scope *PullEmitter::laneScope() const {
  for (size_t level = scopes.size(); level-- > 0;)
    if (scopes[level].lanes)
      return &scopes[level];
  return nullptr;
}

bool PullEmitter::isVectorExpr(const DimExpr &expr) const {
  for (const std::string &symbol : expr.symbols())
    if (auto it = variables.find(symbol); it != variables.end() && (it->second.isLane || it->second.vector))
      return true;
  return false;
}

bool PullEmitter::isVectorPosition(const Position &position) const {
  for (const std::string &symbol : position.symbols())
    if (isVectorExpr(variable(symbol)))
      return true;
  return false;
}

Value PullEmitter::currentMask() const {
  for (size_t level = scopes.size(); level-- > 0;) {
    if (scopes[level].mask)
      return scopes[level].mask;
    if (!scopes[level].laneVariable.empty())
      return {};
  }
  return {};
}

//===-- Loops
//----------------------------------------------------------------------------------------------===//

llvm::SmallVector<Value> PullEmitter::loop(const std::string &name, Value lo, Value hi, ValueRange carried,
                                           const Body &body) {
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto op = scf::ForOp::create(b, lo, hi, one, carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(op.getBody());
    scopes.emplace_back().opener = op;
    variables[name] = {op.getInductionVar(), {}, false, static_cast<unsigned>(scopes.size() - 1)};
    llvm::SmallVector<Value> next = body(op.getRegionIterArgs());
    if (!carried.empty())
      scf::YieldOp::create(b, next);
    scopes.pop_back();
  }
  return llvm::SmallVector<Value>(op.getResults());
}

llvm::SmallVector<Value> PullEmitter::loop(const std::string &name, const DimExpr &extent, ValueRange carried,
                                           const Body &body) {
  ranges.bound(name, extent);
  return loop(name, arith::ConstantIndexOp::create(b, 0), index(extent), carried, body);
}

void PullEmitter::laneLoop(const std::string &name, Value lo, Value hi, LaneSteps steps,
                           const std::function<void()> &body) {
  auto enter = [&](Operation *opener, Value base, int64_t width, Value mask) {
    Scope &scope = scopes.emplace_back();
    scope.opener = opener;
    scope.lanes = width;
    scope.laneVariable = name;
    scope.mask = mask;
    variables[name] = {base, {}, true, static_cast<unsigned>(scopes.size() - 1)};
    body();
    scopes.pop_back();
  };
  ++phase;
  Value done = lo;
  auto wholeSteps = [&](int64_t width) {
    if (steps.count && *steps.count < width)
      return;
    Value step = arith::ConstantIndexOp::create(b, width);
    Value rest = arith::RemUIOp::create(b, arith::SubIOp::create(b, hi, done), step);
    Value end = arith::SubIOp::create(b, hi, rest);
    auto op = scf::ForOp::create(b, done, end, step);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(op.getBody());
    enter(op, op.getInductionVar(), width, {});
    done = end;
    if (steps.count)
      steps.count = *steps.count % width;
  };
  int64_t lanes = steps.lanes, wide = lanes * steps.panel;
  if (steps.panel > 1)
    wholeSteps(wide);
  if (steps.panel == 1 || steps.divisor % wide != 0)
    wholeSteps(lanes);
  if (steps.divisor % lanes == 0 || (steps.count && *steps.count == 0))
    return;
  Value some = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, done, hi);
  auto tail = scf::IfOp::create(b, some);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(tail.thenBlock());
  Value rest = arith::SubIOp::create(b, hi, done);
  Value mask = vector::CreateMaskOp::create(b, VectorType::get({lanes}, b.getI1Type()), rest);
  enter(tail, done, lanes, mask);
}

Value PullEmitter::guarded(Value condition, const std::function<Value()> &body,
                           const std::function<Value()> &otherwise) {
  // The type of the result is known once the body stands: build both regions, then the op around them.
  auto placeholder = scf::IfOp::create(b, TypeRange{}, condition, /*withElseRegion=*/true);
  Value result, fallback;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(placeholder.thenBlock()->getTerminator());
    Scope &scope = scopes.emplace_back();
    scope.opener = placeholder;
    scope.isGuard = true;
    result = body();
    scopes.pop_back();
    b.setInsertionPoint(placeholder.elseBlock()->getTerminator());
    Scope &other = scopes.emplace_back();
    other.opener = placeholder;
    other.isGuard = true;
    fallback = otherwise();
    if (auto vector = dyn_cast<VectorType>(result.getType())) {
      fallback = broadcastTo(b, fallback, vector.getNumElements());
    } else if (auto vector = dyn_cast<VectorType>(fallback.getType())) {
      b.setInsertionPoint(placeholder.thenBlock()->getTerminator());
      result = broadcastTo(b, result, vector.getNumElements());
    }
    scopes.pop_back();
  }
  auto op = scf::IfOp::create(b, TypeRange{result.getType()}, condition, /*withElseRegion=*/true);
  auto take = [&](Block *from, Block *to, Value value) {
    from->getTerminator()->erase();
    to->getOperations().splice(to->end(), from->getOperations());
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(to);
    scf::YieldOp::create(b, value);
  };
  take(placeholder.thenBlock(), op.thenBlock(), result);
  take(placeholder.elseBlock(), op.elseBlock(), fallback);
  placeholder->erase();
  return op.getResult(0);
}

//===-- Members
//--------------------------------------------------------------------------------------------===//

Value PullEmitter::pull(Value tensor, const Position &position) {
  unsigned own = depthOf(position.symbols()), depth = fencedDepth(own);
  std::pair<void *, std::string> key{tensor.getAsOpaquePointer(), position.key()};
  for (unsigned level = own; level <= depth && level < scopes.size(); ++level)
    if (auto it = scopes[level].memo.find(key); it != scopes[level].memo.end())
      return it->second;
  const KeptRow *row = keptRow(tensor);
  Value result = atDepth(depth, [&] { return row ? emitKept(*row, position) : emit(tensor, position); });
  scopes[std::min<size_t>(depth, scopes.size() - 1)].memo[key] = result;
  return result;
}

const KeptRow *PullEmitter::keptRow(Value value) const {
  if (nest)
    for (const KeptRow &row : nest->kept)
      if (row.value == value)
        return &row;
  return nullptr;
}

/// Rows keep the compute type: nothing is rounded on the way.
Value PullEmitter::keptBuffer(const KeptRow &row) {
  std::pair<void *, std::string> key{row.value.getAsOpaquePointer(), "row"};
  if (auto it = scopes[0].memo.find(key); it != scopes[0].memo.end())
    return it->second;
  Type type = computeType(getElementTypeOrSelf(row.value.getType()));
  return scopes[0].memo[key] = atDepth(0, [&] { return kernel.scratch(type, index(row.scratchOffset)); });
}

/// From scratch memory where an earlier phase completed the row; else computed, and stored when this phase
/// visits the whole row.
Value PullEmitter::emitKept(const KeptRow &row, const Position &position) {
  // A copy: emitting the row opens scopes, which moves them.
  const std::string lane = laneScope() ? laneScope()->laneVariable : std::string();
  std::string name = lane.empty() ? lane : rowKey(position, dimsOf(row.value), ranges, lane);
  if (name.empty())
    return emit(row.value, position);
  Type type = computeType(getElementTypeOrSelf(row.value.getType()));
  std::pair<void *, std::string> key{row.value.getAsOpaquePointer(), name};
  for (const Scope &scope : scopes)
    if (scope.keptRows.count(key))
      return loadFrom(keptBuffer(row), type, variable(lane));
  Value value = emit(row.value, position);
  // The room holds one row: the nest's other rows of the value (reversed, shifted) are computed where they
  // are needed.
  auto hasRoom = [&] { return rowOwners.try_emplace(key.first, name).first->second == name; };
  if (completing && !scopes.back().isGuard && hasRoom()) {
    storeTo(keptBuffer(row), value, type, variable(lane));
    completing->insert(key);
  }
  return value;
}

Value PullEmitter::emit(Value tensor, const Position &position) {
  Operation *op = tensor.getDefiningOp();
  if (!op)
    return loadFrom(bufferOf(tensor), getElementTypeOrSelf(tensor.getType()),
                    position.offset(dimsOf(tensor)));
  auto operand = [&](unsigned i) {
    return pull(op->getOperand(i), operandPosition(op, i, position, ranges));
  };
  auto elementOf = [](Value value) { return getElementTypeOrSelf(value.getType()); };
  if (auto map = dyn_cast<graph::MapOp>(op)) {
    llvm::SmallVector<Value> values;
    for (unsigned i = 0; i < op->getNumOperands(); ++i)
      values.push_back(operand(i));
    return emitFunction(b, map.getFn(), elementOf(op->getOperands().back()), values);
  }
  if (auto cast = dyn_cast<graph::CastOp>(op))
    return emitCast(b, operand(0), elementOf(cast.getInput()), elementOf(tensor), cast.getMode());
  if (isa<graph::BitcastOp>(op))
    return emitBitcast(b, operand(0), elementOf(op->getOperand(0)), elementOf(tensor));
  if (auto constant = dyn_cast<graph::ConstantOp>(op))
    return emitConstant(constant, position);
  if (auto iota = dyn_cast<graph::IotaOp>(op))
    return emitIota(iota, position);
  if (auto dims = dyn_cast<graph::DimsValueOp>(op))
    return emitDims(dims, position);
  if (auto random = dyn_cast<graph::RandomOp>(op))
    return emitRandom(random, position);
  if (auto concat = dyn_cast<graph::ConcatOp>(op))
    return emitConcat(concat, position);
  if (auto pad = dyn_cast<graph::PadOp>(op))
    return emitPad(pad, position);
  if (auto gather = dyn_cast<graph::GatherOp>(op))
    return emitGather(gather, position);
  if (isReducing(op))
    return emitReduction(op, position);
  return operand(0);
}
