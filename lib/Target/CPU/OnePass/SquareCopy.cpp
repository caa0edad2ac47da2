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

void emitLaneStore(KernelFrame &frame, Value source, int64_t columns, int64_t width, Value staging,
                   Value target, Value base, Value rowStride, const DimExpr &columnStride, Value rows) {
  Builder &b = frame.b;
  Value zero = index(b, 0);
  int64_t padded = (columns + frame.lanes - 1) / frame.lanes * frame.lanes;
  forEach(b, zero, index(b, padded), frame.lanes, [&](Value column) {
    forEach(b, zero, index(b, width), frame.lanes, [&](Value row) {
      Values lines;
      for (int64_t c = 0; c < frame.lanes; ++c)
        lines.push_back(
            vector::LoadOp::create(b, frame.vectorType, source, ValueRange{scaled(b, column, 1, c), row}));
      lines = transposeSquare(b, lines);
      for (int64_t r = 0; r < frame.lanes; ++r)
        vector::StoreOp::create(b, lines[r], staging, ValueRange{scaled(b, row, 1, r), column});
    });
  });
  forEach(b, zero, rows, 1, [&](Value row) {
    Value start = plus(b, base, arith::MulIOp::create(b, row, rowStride));
    if (!columnStride.isConstant(1)) {
      forEach(b, zero, index(b, columns), 1, [&](Value column) {
        Value value = memref::LoadOp::create(b, staging, ValueRange{row, column});
        memref::StoreOp::create(b, value, target,
                                ValueRange{plus(b, start, frame.times(column, columnStride))});
      });
      return;
    }
    auto copyVector = [&](Value column, Value mask) {
      Value line = vector::LoadOp::create(b, frame.vectorType, staging, ValueRange{row, column});
      Values at{plus(b, start, column)};
      if (mask)
        vector::MaskedStoreOp::create(b, target, at, mask, line);
      else
        vector::StoreOp::create(b, line, target, at);
    };
    int64_t full = columns / frame.lanes * frame.lanes;
    forEach(b, zero, index(b, full), frame.lanes, [&](Value column) { copyVector(column, {}); });
    if (full < columns)
      copyVector(index(b, full), laneMask(b, frame.lanes, index(b, columns - full)));
  });
}

} // namespace delos::cpu::onepass
