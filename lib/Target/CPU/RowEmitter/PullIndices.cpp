// Index expressions in code, loads and stores.
#include "dialects/Graph/Dims.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/RowEmitter/PullEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using AtomKind = DimExpr::AtomKind;

Value PullEmitter::indexConstant(int64_t value, bool vector) {
  if (!vector)
    return arith::ConstantIndexOp::create(b, value);
  return intConstant(b, VectorType::get({laneScope()->lanes}, b.getIndexType()), value);
}

/// Memory of an index expression: hoisted and computed once per scope, like any member of the group.
Value PullEmitter::index(const DimExpr &expr) {
  unsigned depth = depthOf(expr.symbols());
  std::pair<void *, std::string> key{nullptr, expr.str()};
  if (auto it = scopes[depth].memo.find(key); it != scopes[depth].memo.end())
    return it->second;
  Value result = atDepth(depth, [&] { return emitIndex(expr, /*vector=*/false); });
  scopes[depth].memo[key] = result;
  return result;
}

Value PullEmitter::indexVector(const DimExpr &expr) {
  unsigned depth = fencedDepth(depthOf(expr.symbols()));
  std::pair<void *, std::string> key{nullptr, "v:" + expr.str()};
  if (auto it = scopes[depth].memo.find(key); it != scopes[depth].memo.end())
    return it->second;
  Value result = atDepth(depth, [&] { return emitIndex(expr, /*vector=*/true); });
  scopes[depth].memo[key] = result;
  return result;
}

/// Sums the terms of the outer loops first, so that each partial sum stands as far out as its variables
/// allow.
Value PullEmitter::emitIndex(const DimExpr &expr, bool vector) {
  if (auto constant = expr.asConstant())
    return indexConstant(*constant, vector);
  std::map<unsigned, DimExpr> byDepth;
  for (const DimExpr::Term &term : expr.terms()) {
    DimExpr part = DimExpr::ofTerm(term);
    bool constant = term.factors.empty();
    unsigned depth = constant ? 0 : depthOf(part.symbols());
    byDepth[depth] = byDepth[depth] + part;
  }
  if (byDepth.size() > 1) {
    DimExpr outer;
    for (auto it = byDepth.begin(); it != std::prev(byDepth.end()); ++it)
      outer = outer + it->second;
    Value left = vector && isVectorExpr(outer) ? indexVector(outer) : index(outer);
    Value right = emitIndex(byDepth.rbegin()->second, vector);
    if (vector)
      left = broadcastTo(b, left, laneScope()->lanes);
    return b.createOrFold<arith::AddIOp>(left, right);
  }
  Value sum;
  for (const DimExpr::Term &term : expr.terms()) {
    Value value = emitTerm(term, vector);
    sum = sum ? b.createOrFold<arith::AddIOp>(sum, value) : value;
  }
  return sum;
}

Value PullEmitter::emitTerm(const DimExpr::Term &term, bool vector) {
  Value product;
  for (const auto &atom : term.factors) {
    Value value = emitAtom(*atom, vector);
    product = product ? b.createOrFold<arith::MulIOp>(product, value) : value;
  }
  if (!product)
    return indexConstant(term.coefficient, vector);
  if (term.coefficient == 1)
    return product;
  return b.createOrFold<arith::MulIOp>(product, indexConstant(term.coefficient, vector));
}

Value PullEmitter::emitAtom(const DimExpr::Atom &atom, bool vector) {
  auto spread = [&](Value value) { return vector ? broadcastTo(b, value, laneScope()->lanes) : value; };
  // Whole atoms (sizes that are no polynomial) may be entries of the dim table.
  if (auto it = dimTable.find(atom.text); it != dimTable.end())
    return spread(kernel.symbol(it->second));
  if (atom.kind == AtomKind::Symbol) {
    auto it = variables.find(atom.text);
    assert(it != variables.end() && "index expression names an unknown variable");
    const IndexVariable &variable = it->second;
    if (!vector)
      return variable.scalar;
    if (variable.vector)
      return variable.vector;
    Value base = spread(variable.scalar);
    if (!variable.isLane)
      return base;
    auto type = cast<VectorType>(base.getType());
    return b.createOrFold<arith::AddIOp>(base, vector::StepOp::create(b, type).getResult());
  }
  bool inner = vector && isVectorExpr(DimExpr::ofTerm({{std::make_shared<const DimExpr::Atom>(atom)}, 1}));
  Value a = inner ? indexVector(atom.operands[0]) : index(atom.operands[0]);
  Value c = inner && isVectorExpr(atom.operands[1]) ? indexVector(atom.operands[1]) : index(atom.operands[1]);
  bool division =
      atom.kind == AtomKind::FloorDiv || atom.kind == AtomKind::CeilDiv || atom.kind == AtomKind::Mod;
  // A size of zero means that no element is ever touched: the quotient only must not trap.
  if (division && !atom.operands[1].asConstant())
    c = arith::MaxSIOp::create(b, c, intConstant(b, c.getType(), 1));
  if (inner)
    c = broadcastTo(b, c, laneScope()->lanes);
  bool natural = ranges.isNonNegative(atom.operands[0]);
  Value result;
  switch (atom.kind) {
  case AtomKind::FloorDiv:
    result = natural ? b.createOrFold<arith::DivUIOp>(a, c) : b.createOrFold<arith::FloorDivSIOp>(a, c);
    break;
  case AtomKind::CeilDiv:
    result = b.createOrFold<arith::CeilDivSIOp>(a, c);
    break;
  case AtomKind::Mod:
    if (natural) {
      result = b.createOrFold<arith::RemUIOp>(a, c);
    } else {
      Value quotient = arith::FloorDivSIOp::create(b, a, c);
      result = arith::SubIOp::create(b, a, arith::MulIOp::create(b, quotient, c));
    }
    break;
  case AtomKind::Min:
    result = b.createOrFold<arith::MinSIOp>(a, c);
    break;
  default:
    result = b.createOrFold<arith::MaxSIOp>(a, c);
  }
  return vector && !inner ? spread(result) : result;
}

Value PullEmitter::bufferOf(Value tensor) {
  auto argument = cast<BlockArgument>(tensor);
  return kernel.buffer(argument.getArgNumber());
}

static Type storedElement(Value buffer) { return cast<MemRefType>(buffer.getType()).getElementType(); }

/// How the lanes of an access lie in memory.
enum class LaneAccess { Uniform, Contiguous, Reversed, Scattered };

static LaneAccess classify(const DimExpr &offset, const std::string &lane,
                           llvm::function_ref<bool(const DimExpr &)> isVector) {
  if (!isVector(offset))
    return LaneAccess::Uniform;
  auto coefficient = lane.empty() ? std::nullopt : linearCoefficient(offset, lane);
  if (!coefficient || isVector(offset - *coefficient * variable(lane)))
    return LaneAccess::Scattered;
  if (coefficient->isConstant(1))
    return LaneAccess::Contiguous;
  return coefficient->isConstant(-1) ? LaneAccess::Reversed : LaneAccess::Scattered;
}

static Value reverseLanes(ImplicitLocOpBuilder &b, Value value) {
  int64_t lanes = cast<VectorType>(value.getType()).getNumElements();
  llvm::SmallVector<int64_t> order;
  for (int64_t lane = lanes; lane-- > 0;)
    order.push_back(lane);
  return vector::ShuffleOp::create(b, value, value, order);
}

/// Swaps rows and columns of a square block in log2(n) rounds of shuffles.
static void transposeSquare(ImplicitLocOpBuilder &b, llvm::SmallVectorImpl<Value> &rows) {
  int64_t size = rows.size();
  for (int64_t step = size / 2; step >= 1; step /= 2)
    for (int64_t k = 0; k < size; ++k) {
      if (k & step)
        continue;
      llvm::SmallVector<int64_t> upper, lower;
      for (int64_t lane = 0; lane < size; ++lane) {
        upper.push_back(lane & step ? size + lane - step : lane);
        lower.push_back(lane & step ? size + lane : lane + step);
      }
      Value a = rows[k], c = rows[k + step];
      rows[k] = vector::ShuffleOp::create(b, a, c, upper);
      rows[k + step] = vector::ShuffleOp::create(b, a, c, lower);
    }
}

Value PullEmitter::loadTransposed(Value buffer, const DimExpr &offset) {
  const Scope *lanes = laneScope();
  if (!transposed || currentMask() || lanes->laneVariable.empty())
    return {};
  auto along = linearCoefficient(offset, transposed->name);
  auto apart = linearCoefficient(offset, lanes->laneVariable);
  if (!along || !along->isConstant(1) || !apart || isVectorExpr(*apart) ||
      isVectorExpr(offset - *apart * variable(lanes->laneVariable)))
    return {};
  DimExpr origin = offset - variable(transposed->name) + variable(transposed->base);
  auto &blocks = scopes[variables.at(transposed->base).depth].transposed;
  llvm::SmallVector<Value> &rows = blocks[{buffer.getAsOpaquePointer(), origin.str()}];
  if (rows.empty()) {
    auto type = VectorType::get({lanes->lanes}, storedElement(buffer));
    for (int64_t lane = 0; lane < lanes->lanes; ++lane)
      rows.push_back(vector::LoadOp::create(b, type, buffer, ValueRange{index(origin + *apart * lane)}));
    transposeSquare(b, rows);
  }
  return rows[transposed->copy];
}

int64_t PullEmitter::laneStride(const DimExpr &offset) const {
  const Scope *lanes = laneScope();
  auto coefficient =
      lanes->laneVariable.empty() ? std::nullopt : linearCoefficient(offset, lanes->laneVariable);
  auto stride = coefficient ? coefficient->asConstant() : std::nullopt;
  if (!stride || *stride < 2 || *stride > 4 ||
      isVectorExpr(offset - *coefficient * variable(lanes->laneVariable)))
    return 0;
  return *stride;
}

/// Lanes that lie `stride` elements apart: the vectors that hold them all, and of each what it has. The last
/// vector ends with the last lane, so that nothing behind it is read.
static Value loadStrided(ImplicitLocOpBuilder &b, VectorType type, Value buffer, Value first,
                         int64_t stride) {
  int64_t lanes = type.getNumElements(), covered = 0;
  Value result;
  for (int64_t k = 0; k < stride; ++k) {
    int64_t begin = k + 1 < stride ? k * lanes : stride * (lanes - 1) + 1 - lanes;
    Value at = b.createOrFold<arith::AddIOp>(first, arith::ConstantIndexOp::create(b, begin));
    Value part = vector::LoadOp::create(b, type, buffer, ValueRange{at});
    llvm::SmallVector<int64_t> order;
    for (int64_t lane = 0; lane < lanes; ++lane)
      order.push_back(lane < covered || lane * stride >= begin + lanes ? lane
                                                                       : lanes + lane * stride - begin);
    while (covered < lanes && covered * stride < begin + lanes)
      ++covered;
    result = vector::ShuffleOp::create(b, result ? result : part, part, order);
  }
  return result;
}

Value PullEmitter::loadFrom(Value buffer, Type elementType, const DimExpr &offset) {
  const Scope *lanes = laneScope();
  auto isVector = [&](const DimExpr &expr) { return isVectorExpr(expr); };
  LaneAccess access = classify(offset, lanes ? lanes->laneVariable : std::string(), isVector);
  if (access == LaneAccess::Uniform)
    return fromStorage(b, memref::LoadOp::create(b, buffer, ValueRange{index(offset)}), elementType);
  if (access == LaneAccess::Scattered)
    if (Value vector = loadTransposed(buffer, offset))
      return fromStorage(b, vector, elementType);
  Value mask = currentMask();
  auto type = VectorType::get({lanes->lanes}, storedElement(buffer));
  if (access == LaneAccess::Scattered && !mask)
    if (int64_t stride = lanes->lanes > target.lanes(16) ? 0 : laneStride(offset))
      return fromStorage(b, loadStrided(b, type, buffer, index(offset), stride), elementType);
  Value zero = arith::ConstantOp::create(b, type, b.getZeroAttr(type));
  Value stored;
  if (access == LaneAccess::Contiguous && !mask) {
    prefetchNextRow(buffer, offset);
    stored = vector::LoadOp::create(b, type, buffer, ValueRange{index(offset)});
  } else if (access == LaneAccess::Contiguous) {
    stored = vector::MaskedLoadOp::create(b, type, buffer, ValueRange{index(offset)}, mask, zero);
  } else if (access == LaneAccess::Reversed && !mask) {
    Value first = index(offset - (lanes->lanes - 1));
    stored = reverseLanes(b, vector::LoadOp::create(b, type, buffer, ValueRange{first}));
  } else {
    Value all = mask ? mask : intConstant(b, VectorType::get({lanes->lanes}, b.getI1Type()), 1);
    Value origin = arith::ConstantIndexOp::create(b, 0);
    stored = vector::GatherOp::create(b, type, buffer, ValueRange{origin}, indexVector(offset), all, zero);
  }
  return fromStorage(b, stored, elementType);
}

/// Rows that are neither so short that the hardware is ahead of them nor so long that two do not fit into L1.
static bool isWorthPrefetching(const DimExpr &pitch, int64_t elementBytes, int64_t l1Bytes) {
  auto elements = pitch.asConstant();
  return !elements || (*elements * elementBytes >= 512 && *elements * elementBytes <= l1Bytes / 2);
}

void PullEmitter::prefetchNextRow(Value buffer, const DimExpr &offset) {
  if (!nest || nest->root)
    return;
  auto [first, isFirst] = firstPhase.try_emplace(buffer.getAsOpaquePointer(), phase);
  if (isFirst || phase != first->second + 1)
    return;
  const RowLoop *tile = nullptr;
  for (const RowLoop &loop : nest->loops)
    if (loop.isTile)
      tile = &loop;
  if (!tile || tile->chunk)
    return;
  auto pitch = linearCoefficient(offset, tile->name);
  int64_t bytes = cast<MemRefType>(buffer.getType()).getElementTypeBitWidth() / 8;
  if (!pitch || pitch->isConstant(0) || !isWorthPrefetching(*pitch, bytes, target.l1Bytes))
    return;
  memref::PrefetchOp::create(b, buffer, ValueRange{index(offset + *pitch)}, /*isWrite=*/false,
                             /*localityHint=*/3, /*isDataCache=*/true);
}

/// Streaming stores are made of whole cache lines.
static constexpr int64_t kLineBytes = 64;

/// The sizes that must all be multiples of a vector for every vector along the lanes to be aligned when the
/// buffer is: what each term of `offset` grows by with its loop variables, without what is a multiple anyway.
/// nullopt when that is not known.
static std::optional<llvm::SmallVector<DimExpr>> lanePitches(const DimExpr &offset, int64_t lanes,
                                                             const Ranges &ranges) {
  llvm::SmallVector<DimExpr> pitches;
  for (const DimExpr::Term &term : offset.terms()) {
    if (term.coefficient % lanes == 0)
      continue;
    DimExpr::Term pitch{{}, term.coefficient};
    for (const auto &atom : term.factors) {
      if (atom->kind != AtomKind::Symbol && !ranges.isUniform(DimExpr::ofTerm({{atom}, 1})))
        return std::nullopt;
      if (atom->kind != AtomKind::Symbol || !ranges.extentOf(atom->text))
        pitch.factors.push_back(atom);
    }
    // A constant distance that is no multiple.
    if (pitch.factors.empty())
      return std::nullopt;
    pitches.push_back(DimExpr::ofTerm(pitch));
  }
  return pitches;
}

Value PullEmitter::streamsTo(unsigned output, Type elementType, const DimExpr &offset) {
  const Scope *lanes = laneScope();
  std::optional<int64_t> traffic = plan.trafficBytes.asConstant();
  if (!lanes || lanes->laneVariable.empty() || !target.isX86() || (traffic && *traffic <= target.l3Bytes))
    return {};
  int64_t elementBytes = laneBits(elementType) / 8;
  int64_t vectorBytes = std::min<int64_t>(elementBytes * lanes->lanes, kLineBytes),
          step = vectorBytes / elementBytes;
  // Lane variables step by whole vectors from a multiple of them.
  auto pitches = lanePitches(offset - variable(lanes->laneVariable), step, ranges);
  if (vectorBytes < 16 || !pitches)
    return {};
  std::string text;
  for (const DimExpr &pitch : *pitches)
    text += ":" + pitch.str();
  std::pair<void *, std::string> key{nullptr, "streams:" + std::to_string(output) + text};
  if (auto it = scopes[0].memo.find(key); it != scopes[0].memo.end())
    return it->second;
  return scopes[0].memo[key] = atDepth(0, [&]() -> Value {
           auto isMultiple = [&](Value value, int64_t of) -> Value {
             Value rest = arith::RemUIOp::create(b, value, arith::ConstantIndexOp::create(b, of));
             Value zero = arith::ConstantIndexOp::create(b, 0);
             return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, rest, zero);
           };
           Value streams = isMultiple(kernel.bufferAddress(body.getNumArguments() + output), vectorBytes);
           for (const DimExpr &pitch : *pitches)
             streams = arith::AndIOp::create(b, streams, isMultiple(index(pitch), step));
           if (traffic)
             return streams;
           Value limit = arith::ConstantIndexOp::create(b, target.l3Bytes);
           Value large = arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, index(plan.trafficBytes), limit);
           return arith::AndIOp::create(b, streams, large);
         });
}

void PullEmitter::storeTo(Value buffer, Value value, Type elementType, const DimExpr &offset, Value streams) {
  const Scope *lanes = laneScope();
  auto isVector = [&](const DimExpr &expr) { return isVectorExpr(expr); };
  LaneAccess access = classify(offset, lanes ? lanes->laneVariable : std::string(), isVector);
  if (access == LaneAccess::Uniform) {
    memref::StoreOp::create(b, toStorage(b, value, elementType), buffer, ValueRange{index(offset)});
    return;
  }
  Value mask = currentMask();
  Value stored = toStorage(b, broadcastTo(b, value, lanes->lanes), elementType);
  if (access == LaneAccess::Contiguous && !mask) {
    Value at = index(offset);
    if (!streams) {
      vector::StoreOp::create(b, stored, buffer, ValueRange{at});
      return;
    }
    kernel.orderStreamingStores();
    auto branch = scf::IfOp::create(b, TypeRange{}, streams, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    int64_t bytes = std::min<int64_t>(laneBits(elementType) / 8 * lanes->lanes, kLineBytes);
    vector::StoreOp::create(b, stored, buffer, ValueRange{at}, /*nontemporal=*/true, llvm::Align(bytes));
    b.setInsertionPointToStart(branch.elseBlock());
    vector::StoreOp::create(b, stored, buffer, ValueRange{at});
  } else if (access == LaneAccess::Contiguous) {
    vector::MaskedStoreOp::create(b, buffer, ValueRange{index(offset)}, mask, stored);
  } else {
    Value all = mask ? mask : intConstant(b, VectorType::get({lanes->lanes}, b.getI1Type()), 1);
    Value origin = arith::ConstantIndexOp::create(b, 0);
    vector::ScatterOp::create(b, Type(), buffer, ValueRange{origin}, indexVector(offset), all, stored);
  }
}

void PullEmitter::store(Value value, unsigned output, const Position &position) {
  Value tensor = body.getTerminator()->getOperand(output);
  Type elementType = getElementTypeOrSelf(tensor.getType());
  const DimExpr &offset = position.offset(graph::dimsOf(tensor));
  const Scope *lanes = laneScope();
  auto isVector = [&](const DimExpr &expr) { return isVectorExpr(expr); };
  Value streams;
  if (classify(offset, lanes ? lanes->laneVariable : std::string(), isVector) == LaneAccess::Contiguous &&
      !currentMask())
    streams = streamsTo(output, elementType, offset);
  storeTo(kernel.buffer(body.getNumArguments() + output), value, elementType, offset, streams);
}
