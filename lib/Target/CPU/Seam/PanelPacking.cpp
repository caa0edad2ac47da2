// Transposition of a panel through registers.
#include "lib/Target/CPU/Seam/PanelPacking.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {

Value panelRoom(Builder &b, Operation *user, int64_t depth, int64_t nr, Type element) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&user->getParentOfType<func::FuncOp>().getBody().front());
  return memref::AllocaOp::create(b, MemRefType::get({depth, nr}, element), ValueRange{},
                                  b.getI64IntegerAttr(64));
}

/// lanes x lanes elements from (n, k) on.
static void packSquare(Builder &b, const PanelSource &panel, int64_t firstLane, Value k,
                       llvm::function_ref<Values(Value, Value)> indexOf,
                       llvm::function_ref<Value(Value)> extend) {
  Value lastColumn = minus(b, panel.columns, index(b, 1));
  auto loaded = VectorType::get({panel.lanes}, cast<MemRefType>(panel.source.getType()).getElementType());
  Values rows;
  for (int64_t i = 0; i < panel.lanes; ++i) {
    Value n = arith::MinUIOp::create(b, scaled(b, panel.column, 1, firstLane + i), lastColumn);
    rows.push_back(extend(vector::LoadOp::create(b, loaded, panel.source, indexOf(n, k))));
  }
  rows = transposeSquare(b, rows);
  Value depth = minus(b, k, panel.kLow);
  for (int64_t i = 0; i < panel.lanes; ++i)
    vector::StoreOp::create(b, rows[i], panel.panel, ValueRange{scaled(b, depth, 1, i), index(b, firstLane)});
}

/// One element after the other: for the rest of k, and for layouts where nothing is contiguous.
static void packScalars(Builder &b, const PanelSource &panel, Value from,
                        llvm::function_ref<Values(Value, Value)> indexOf,
                        llvm::function_ref<Value(Value)> extend) {
  Value lastColumn = minus(b, panel.columns, index(b, 1));
  forEach(b, from, panel.kHigh, 1, [&](Value k) {
    forEach(b, index(b, 0), index(b, panel.width), 1, [&](Value lane) {
      Value n = arith::MinUIOp::create(b, plus(b, panel.column, lane), lastColumn);
      Value element = extend(memref::LoadOp::create(b, panel.source, indexOf(n, k)));
      memref::StoreOp::create(b, element, panel.panel, ValueRange{minus(b, k, panel.kLow), lane});
    });
  });
}

void packPanel(Builder &b, const PanelSource &panel, llvm::function_ref<Values(Value, Value)> indexOf,
               llvm::function_ref<Value(Value)> extend) {
  if (!panel.depthIsContiguous)
    return packScalars(b, panel, panel.kLow, indexOf, extend);
  Value length = minus(b, panel.kHigh, panel.kLow), step = index(b, panel.lanes);
  auto known = getConstantIntValue(length);
  Value squares = known ? index(b, *known / panel.lanes * panel.lanes)
                        : arith::MulIOp::create(b, arith::DivUIOp::create(b, length, step), step).getResult();
  Value end = plus(b, panel.kLow, squares);
  forEach(b, panel.kLow, end, panel.lanes, [&](Value k) {
    for (int64_t lane = 0; lane < panel.width; lane += panel.lanes)
      packSquare(b, panel, lane, k, indexOf, extend);
  });
  packScalars(b, panel, end, indexOf, extend);
}

} // namespace delos::cpu::seam
