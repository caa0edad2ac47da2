// Transposing copies.
#include "lib/Target/CPU/OnePass/SquareCopy.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::onepass {

using namespace seam;

/// The bits of a stored element (scalar or vector) in the type of the target.
static Value widen(Builder &b, Value value, Type element) {
  Type from = getElementTypeOrSelf(value.getType());
  if (from == element)
    return value;
  auto shaped = [&](Type type) -> Type {
    auto vector = dyn_cast<VectorType>(value.getType());
    return vector ? VectorType::get(vector.getShape(), type) : type;
  };
  unsigned bits = from.getIntOrFloatBitWidth();
  if (isa<FloatType>(from))
    value = arith::BitcastOp::create(b, shaped(b.getIntegerType(bits)), value);
  return bits == 32 ? value : arith::ExtUIOp::create(b, shaped(element), value).getResult();
}

static Value scaledBy(KernelFrame &frame, Value value, ArrayRef<double> scales) {
  Builder &b = frame.b;
  for (double scale : scales) {
    Value factor = splatConstant(b, value.getType(), b.getF32FloatAttr(scale));
    value = arith::MulFOp::create(b, value, factor);
  }
  return value;
}

/// One square: rows from `row`, columns from `column`, `mask` on the columns (null: all).
static void emitSquare(KernelFrame &frame, const LaneCopy &copy, Value row, Value column, Value mask) {
  Builder &b = frame.b;
  Type element = cast<MemRefType>(copy.target.getType()).getElementType();
  auto loaded = VectorType::get({frame.lanes}, cast<MemRefType>(copy.source.getType()).getElementType());
  Values rows;
  for (int64_t r = 0; r < frame.lanes; ++r) {
    Value at = arith::MinSIOp::create(b, scaled(b, row, 1, r), copy.lastRow);
    Value address = plus(b, plus(b, copy.base, arith::MulIOp::create(b, at, copy.rowStride)), column);
    Value line = mask ? vector::MaskedLoadOp::create(b, loaded, copy.source, ValueRange{address}, mask,
                                                     zeroOf(b, loaded))
                            .getResult()
                      : vector::LoadOp::create(b, loaded, copy.source, ValueRange{address}).getResult();
    rows.push_back(scaledBy(frame, widen(b, line, element), copy.scales));
  }
  rows = transposeSquare(b, rows);
  for (int64_t c = 0; c < frame.lanes; ++c)
    vector::StoreOp::create(b, rows[c], copy.target, ValueRange{scaled(b, column, 1, c), row});
}

static void emitElements(KernelFrame &frame, const LaneCopy &copy) {
  Builder &b = frame.b;
  Type element = cast<MemRefType>(copy.target.getType()).getElementType();
  Value zero = index(b, 0);
  forEach(b, zero, copy.columns, 1, [&](Value column) {
    Value start = plus(b, copy.base, arith::MulIOp::create(b, column, copy.columnStride));
    forEach(b, zero, index(b, copy.width), 1, [&](Value row) {
      Value at = arith::MinSIOp::create(b, row, copy.lastRow);
      Value address = plus(b, start, arith::MulIOp::create(b, at, copy.rowStride));
      Value value = widen(b, memref::LoadOp::create(b, copy.source, ValueRange{address}), element);
      memref::StoreOp::create(b, scaledBy(frame, value, copy.scales), copy.target, ValueRange{column, row});
    });
  });
}

void emitLaneCopy(KernelFrame &frame, const LaneCopy &copy) {
  Builder &b = frame.b;
  if (getConstantIntValue(copy.columnStride) != 1)
    return emitElements(frame, copy);
  Value zero = index(b, 0), width = index(b, copy.width);
  auto squares = [&](Value from, Value to, bool masked) {
    forEach(b, from, to, frame.lanes, [&](Value column) {
      Value mask = masked ? laneMask(b, frame.lanes, minus(b, copy.columns, column)) : Value();
      forEach(b, zero, width, frame.lanes, [&](Value row) { emitSquare(frame, copy, row, column, mask); });
    });
  };
  auto known = getConstantIntValue(copy.columns);
  if (!known)
    return squares(zero, copy.columns, true);
  int64_t full = *known / frame.lanes * frame.lanes;
  squares(zero, index(b, full), false);
  squares(index(b, full), copy.columns, true);
}

/// Squares of the result, rows by columns, handed to `take(row, column, vector)`.
static void forSquares(KernelFrame &frame, const LaneStore &store, Value fromColumn, Value toColumn,
                       llvm::function_ref<void(Value, Value, Value)> take) {
  Builder &b = frame.b;
  Value zero = index(b, 0);
  forEach(b, zero, index(b, store.width), frame.lanes, [&](Value row) {
    Value factor = vector::LoadOp::create(b, frame.vectorType, store.factors, ValueRange{zero, row});
    forEach(b, fromColumn, toColumn, frame.lanes, [&](Value column) {
      Values lines;
      for (int64_t c = 0; c < frame.lanes; ++c) {
        Value line = vector::LoadOp::create(b, frame.vectorType, store.source,
                                            ValueRange{scaled(b, column, 1, c), row});
        lines.push_back(arith::MulFOp::create(b, line, factor));
      }
      lines = transposeSquare(b, lines);
      for (int64_t r = 0; r < frame.lanes; ++r)
        take(scaled(b, row, 1, r), column, lines[r]);
    });
  });
}

/// From the staging memory, one row after the other.
static void copyRows(KernelFrame &frame, const LaneStore &store) {
  Builder &b = frame.b;
  Value zero = index(b, 0);
  forEach(b, zero, store.rows, 1, [&](Value row) {
    Value start = plus(b, store.base, arith::MulIOp::create(b, row, store.rowStride));
    if (!store.columnStride.isConstant(1)) {
      forEach(b, zero, index(b, store.columns), 1, [&](Value column) {
        Value value = memref::LoadOp::create(b, store.staging, ValueRange{row, column});
        Value address = plus(b, start, frame.times(column, store.columnStride));
        memref::StoreOp::create(b, value, store.target, ValueRange{address});
      });
      return;
    }
    auto copyVector = [&](Value column, Value mask) {
      Value line = vector::LoadOp::create(b, frame.vectorType, store.staging, ValueRange{row, column});
      Values at{plus(b, start, column)};
      if (mask)
        vector::MaskedStoreOp::create(b, store.target, at, mask, line);
      else
        vector::StoreOp::create(b, line, store.target, at);
    };
    int64_t full = store.columns / frame.lanes * frame.lanes;
    forEach(b, zero, index(b, full), frame.lanes, [&](Value column) { copyVector(column, {}); });
    if (full < store.columns)
      copyVector(index(b, full), laneMask(b, frame.lanes, index(b, store.columns - full)));
  });
}

void emitLaneStore(KernelFrame &frame, const LaneStore &store) {
  Builder &b = frame.b;
  Value zero = index(b, 0);
  int64_t padded = (store.columns + frame.lanes - 1) / frame.lanes * frame.lanes;
  auto staged = [&] {
    forSquares(frame, store, zero, index(b, padded), [&](Value row, Value column, Value line) {
      vector::StoreOp::create(b, line, store.staging, ValueRange{row, column});
    });
    copyRows(frame, store);
  };
  if (padded != store.columns || !store.columnStride.isConstant(1))
    return staged();
  // Full tiles go straight to their place.
  Value isFull = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, store.rows, index(b, store.width));
  auto direct = [&] {
    forSquares(frame, store, zero, index(b, padded), [&](Value row, Value column, Value line) {
      Value start = plus(b, store.base, arith::MulIOp::create(b, row, store.rowStride));
      vector::StoreOp::create(b, line, store.target, ValueRange{plus(b, start, column)});
    });
  };
  branch(b, isFull, direct, staged);
}

} // namespace delos::cpu::onepass
