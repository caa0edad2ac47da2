// Loops, index arithmetic, masks and shuffles.
#include "lib/Target/CPU/Seam/LoopCode.h"

#include "lib/LoopOpt/GroupBufferization.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {

Value index(Builder &b, int64_t value) { return arith::ConstantIndexOp::create(b, value); }

Value plus(Builder &b, Value x, Value y) {
  auto cx = getConstantIntValue(x), cy = getConstantIntValue(y);
  if (cx && cy)
    return index(b, *cx + *cy);
  if (cx == 0)
    return y;
  if (cy == 0)
    return x;
  return arith::AddIOp::create(b, x, y);
}

Value minus(Builder &b, Value x, Value y) {
  auto cx = getConstantIntValue(x), cy = getConstantIntValue(y);
  if (cx && cy)
    return index(b, *cx - *cy);
  if (cy == 0)
    return x;
  return arith::SubIOp::create(b, x, y);
}

Value scaled(Builder &b, Value base, int64_t scale, int64_t offset) {
  if (auto constant = getConstantIntValue(base))
    return index(b, *constant * scale + offset);
  Value product = scale == 1 ? base : arith::MulIOp::create(b, base, index(b, scale)).getResult();
  return offset ? plus(b, product, index(b, offset)) : product;
}

Value dimSize(Builder &b, Value memref, unsigned dim) {
  auto type = cast<MemRefType>(memref.getType());
  if (!type.isDynamicDim(dim))
    return index(b, type.getDimSize(dim));
  // The size operand of a subview says more than its dim.
  if (auto view = memref.getDefiningOp<memref::SubViewOp>())
    if (view.getType().getRank() == view.getSourceType().getRank())
      if (auto value = dyn_cast<Value>(view.getMixedSizes()[dim]))
        return value;
  return memref::DimOp::create(b, memref, dim);
}

Values forLoop(Builder &b, Value lower, Value upper, int64_t step, ValueRange init,
               llvm::function_ref<Values(Value, ValueRange)> body) {
  auto low = getConstantIntValue(lower), high = getConstantIntValue(upper);
  if (low && high && *low >= *high)
    return Values(init);
  if (low && high && *low + step >= *high)
    return body(lower, init);
  auto loop = scf::ForOp::create(b, lower, upper, index(b, step), init);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  // Without carried values the builder has made the terminator already.
  if (!init.empty())
    scf::YieldOp::create(b, next);
  return Values(loop.getResults());
}

void forEach(Builder &b, Value lower, Value upper, int64_t step, llvm::function_ref<void(Value)> body) {
  forLoop(b, lower, upper, step, {}, [&](Value i, ValueRange) {
    body(i);
    return Values();
  });
}

void branch(Builder &b, Value condition, llvm::function_ref<void()> then,
            llvm::function_ref<void()> otherwise) {
  if (auto constant = getConstantIntValue(condition)) {
    if (*constant)
      then();
    else if (otherwise)
      otherwise();
    return;
  }
  auto choice = scf::IfOp::create(b, condition, /*withElseRegion=*/static_cast<bool>(otherwise));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  then();
  if (otherwise) {
    b.setInsertionPointToStart(choice.elseBlock());
    otherwise();
  }
}

Value splatConstant(Builder &b, Type type, TypedAttr value) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, vector, DenseElementsAttr::get(vector, Attribute(value)));
  return arith::ConstantOp::create(b, value);
}

Value zeroOf(Builder &b, Type type) {
  return arith::ConstantOp::create(b, type, cast<TypedAttr>(b.getZeroAttr(type)));
}

Value laneMask(Builder &b, int64_t lanes, Value count) {
  auto type = VectorType::get({lanes}, b.getI1Type());
  if (auto constant = getConstantIntValue(count)) {
    if (*constant >= lanes)
      return {};
    return vector::ConstantMaskOp::create(b, type, llvm::ArrayRef<int64_t>{std::max<int64_t>(*constant, 0)});
  }
  return vector::CreateMaskOp::create(b, type, ValueRange{count});
}

Values transposeSquare(Builder &b, Values rows) {
  int64_t lanes = rows.size();
  for (int64_t distance = lanes / 2; distance > 0; distance /= 2) {
    Values next(rows);
    llvm::SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool odd = lane & distance;
      low.push_back(odd ? lanes + lane - distance : lane);
      high.push_back(odd ? lanes + lane : lane + distance);
    }
    for (int64_t i = 0; i < lanes; ++i) {
      if (i & distance)
        continue;
      next[i] = vector::ShuffleOp::create(b, rows[i], rows[i + distance], low);
      next[i + distance] = vector::ShuffleOp::create(b, rows[i], rows[i + distance], high);
    }
    rows = next;
  }
  return rows;
}

std::pair<Value, bool> localRoot(Value value) {
  while (auto view = value.getDefiningOp<memref::SubViewOp>()) {
    bool fromOrigin = llvm::all_of(view.getMixedOffsets(),
                                   [](OpFoldResult offset) { return isConstantIntValue(offset, 0); });
    if (!fromOrigin || view.getType().getRank() != view.getSourceType().getRank())
      return {value, false};
    value = view.getSource();
  }
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return {value, function && function.getArgAttr(argument.getArgNumber(), loopopt::localArgument)};
  }
  return {value, value.getDefiningOp<memref::AllocaOp>() != nullptr};
}

} // namespace delos::cpu::seam
