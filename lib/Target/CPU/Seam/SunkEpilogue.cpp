// Finding and running sunk epilogues.
#include "lib/Target/CPU/Seam/SunkEpilogue.h"

#include "lib/Target/CPU/Seam/VectorBody.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {

/// Ops that use the memory behind `root` through views.
static void collectUsers(Value root, SmallVectorImpl<Operation *> &users) {
  for (Operation *user : root.getUsers()) {
    if (auto view = dyn_cast<memref::SubViewOp>(user); view && view.getSource() == root)
      collectUsers(view, users);
    else
      users.push_back(user);
  }
}

/// True when vectors along the last loop read or write this operand in place, or it does not vary along it.
static bool isDirect(linalg::GenericOp op, OpOperand &operand) {
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type)
    return true;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  unsigned last = op.getNumLoops() - 1;
  if (!map.isProjectedPermutation())
    return false;
  if (!map.isFunctionOfDim(last))
    return true;
  auto [strides, offset] = type.getStridesAndOffset();
  return cast<AffineDimExpr>(map.getResults().back()).getPosition() == last && strides.back() == 1;
}

static bool isCheap(linalg::GenericOp op) {
  return llvm::none_of(op.getBody()->without_terminator(), [](Operation &inside) {
    return isa<math::MathDialect>(inside.getDialect()) &&
           !isa<math::FmaOp, math::AbsFOp, math::SqrtOp>(inside);
  });
}

TileSink TileSink::find(Operation *producer, Value buffer, bool mayFuse) {
  TileSink sink;
  sink.buffer = buffer;
  auto [root, isLocal] = localRoot(buffer);
  if (!mayFuse || !isLocal)
    return sink;
  SmallVector<Operation *> users;
  collectUsers(root, users);
  llvm::erase(users, producer);
  if (users.size() != 1 || users[0]->getBlock() != producer->getBlock() ||
      !producer->isBeforeInBlock(users[0]))
    return sink;
  auto next = dyn_cast<linalg::GenericOp>(users[0]);
  if (!next || next.getNumReductionLoops() || !next.hasPureBufferSemantics() || !isCheap(next) ||
      next.getNumLoops() != static_cast<unsigned>(cast<MemRefType>(buffer.getType()).getRank()))
    return sink;
  for (OpOperand &operand : next->getOpOperands())
    if (!isDirect(next, operand))
      return sink;
  OpOperand *input = nullptr;
  for (OpOperand *candidate : next.getDpsInputOperands())
    if (localRoot(candidate->get()).first == root)
      input = candidate;
  if (!input || !next.getMatchingIndexingMap(input).isIdentity())
    return sink;
  sink.epilogue = next;
  sink.operand = input->getOperandNumber();
  return sink;
}

static Values indicesOf(AffineMap map, ArrayRef<Value> point) {
  Values result;
  for (AffineExpr expr : map.getResults())
    result.push_back(point[cast<AffineDimExpr>(expr).getPosition()]);
  return result;
}

static void storeVector(Builder &b, Value value, Value target, ValueRange at, Value mask) {
  if (mask)
    vector::MaskedStoreOp::create(b, target, at, mask, value);
  else
    vector::StoreOp::create(b, value, target, at);
}

void TileSink::store(Builder &b, Value value, ArrayRef<Value> indices, Value mask) const {
  if (!epilogue)
    return storeVector(b, value, buffer, indices, mask);
  int64_t lanes = cast<VectorType>(value.getType()).getNumElements();
  auto maps = linalg::GenericOp(epilogue).getIndexingMapsArray();
  Block *body = epilogue->getRegion(0).empty() ? nullptr : &epilogue->getRegion(0).front();
  unsigned last = indices.size() - 1;
  Values arguments(body->getNumArguments());
  for (auto [i, argument] : llvm::enumerate(body->getArguments())) {
    if (i == operand) {
      arguments[i] = value;
      continue;
    }
    if (argument.use_empty())
      continue;
    Value source = epilogue->getOperand(i);
    if (!isa<MemRefType>(source.getType())) {
      arguments[i] = vector::BroadcastOp::create(b, VectorType::get({lanes}, source.getType()), source);
      continue;
    }
    auto type = VectorType::get({lanes}, cast<MemRefType>(source.getType()).getElementType());
    Values at = indicesOf(maps[i], indices);
    if (!maps[i].isFunctionOfDim(last))
      arguments[i] = vector::BroadcastOp::create(b, type, memref::LoadOp::create(b, source, at).getResult());
    else if (mask)
      arguments[i] = vector::MaskedLoadOp::create(b, type, source, at, mask, zeroOf(b, type));
    else
      arguments[i] = vector::LoadOp::create(b, type, source, at);
  }
  Values yields = cloneAsVectors(b, *body, arguments, lanes);
  unsigned inputs = linalg::GenericOp(epilogue).getNumDpsInputs();
  for (auto [i, result] : llvm::enumerate(yields)) {
    if (!isa<VectorType>(result.getType()))
      result = vector::BroadcastOp::create(b, VectorType::get({lanes}, result.getType()), result);
    storeVector(b, result, epilogue->getOperand(inputs + i), indicesOf(maps[inputs + i], indices), mask);
  }
}

void TileSink::prefetch(Builder &b, ArrayRef<Value> indices) const {
  if (!epilogue)
    return;
  auto maps = linalg::GenericOp(epilogue).getIndexingMapsArray();
  unsigned inputs = linalg::GenericOp(epilogue).getNumDpsInputs(), last = indices.size() - 1;
  // What is read once: it varies over more than the last dim.
  auto streams = [&](unsigned i) {
    return i != operand && isa<MemRefType>(epilogue->getOperand(i).getType()) &&
           maps[i].getNumResults() > 1 && maps[i].isFunctionOfDim(last);
  };
  for (unsigned i = 0; i < inputs; ++i)
    if (streams(i))
      memref::PrefetchOp::create(b, epilogue->getOperand(i), indicesOf(maps[i], indices), /*isWrite=*/false,
                                 /*localityHint=*/3, /*isDataCache=*/true);
}

void TileSink::erase() {
  if (epilogue)
    epilogue->erase();
  epilogue = {};
}

} // namespace delos::cpu::seam
