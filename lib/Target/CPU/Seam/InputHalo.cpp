// Rows of zeros, with the input's row in their middle.
#include "lib/Target/CPU/Seam/InputHalo.h"

#include "llvm/Support/MathExtras.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {
namespace {

class HaloCopy {
public:
  HaloCopy(Builder &b, fusion::ConvOp op, ArrayRef<int64_t> shape, int64_t lanes)
      : b(b), op(op), shape(shape), lanes(lanes), type(cast<MemRefType>(op.getX().getType())) {}
  InputHalo run(Workspace &workspace);

private:
  void allocate(Workspace &workspace);
  void forDim(unsigned dim, Value inside);
  void line(Value inside);
  void copyLine();

  Builder &b;
  fusion::ConvOp op;
  ArrayRef<int64_t> shape;
  int64_t lanes;
  MemRefType type;
  Value source, room, vectorZero;
  /// Dims before the contiguous run of a row, elements of the run, and before the input's first in it.
  unsigned outer = 0;
  int64_t length = 0, padded = 0, before = 0, inputLength = 0;
  Values from, to;
};

} // namespace

/// The run is the columns, with the channels when they come last.
void HaloCopy::allocate(Workspace &workspace) {
  unsigned rank = shape.size(), column = op.getXDim(op.getSpatialRank());
  bool channelsLast = column + 2 == rank;
  outer = channelsLast ? rank - 2 : rank - 1;
  int64_t width = channelsLast ? shape.back() : 1;
  length = shape[column] * width;
  padded = llvm::alignTo(length, lanes);
  before = *getConstantIntValue(op.getPads().back()) * width;
  inputLength = type.getDimSize(column) * width;
  source = op.getX();
  if (channelsLast) {
    SmallVector<ReassociationIndices> merge;
    for (unsigned d = 0; d < outer; ++d)
      merge.push_back({d});
    merge.push_back({outer, outer + 1});
    source = memref::CollapseShapeOp::create(b, source, merge);
  }
  SmallVector<int64_t> extents(shape.take_front(outer));
  extents.push_back(padded);
  room = workspace.allocate(extents, type.getElementType());
  vectorZero = zeroOf(b, VectorType::get({lanes}, type.getElementType()));
  from.assign(outer + 1, index(b, 0));
  to = from;
}

/// Copies the input's elements of the row at `from` behind the border of the row at `to`.
void HaloCopy::copyLine() {
  auto vector = cast<VectorType>(vectorZero.getType());
  auto move = [&](Value at, Value mask) {
    Values read(from), write(to);
    read.back() = at;
    write.back() = scaled(b, at, 1, before);
    if (mask)
      vector::MaskedStoreOp::create(b, room, write, mask,
                                    vector::MaskedLoadOp::create(b, vector, source, read, mask, vectorZero));
    else
      vector::StoreOp::create(b, vector::LoadOp::create(b, vector, source, read), room, write);
  };
  int64_t full = inputLength / lanes * lanes;
  forEach(b, index(b, 0), index(b, full), lanes, [&](Value at) { move(at, {}); });
  if (inputLength > full)
    move(index(b, full), laneMask(b, lanes, index(b, inputLength - full)));
}

void HaloCopy::line(Value inside) {
  forEach(b, index(b, 0), index(b, padded), lanes, [&](Value at) {
    Values write(to);
    write.back() = at;
    vector::StoreOp::create(b, vectorZero, room, write);
  });
  if (inside)
    branch(b, inside, [&] { copyLine(); });
  else
    copyLine();
}

/// Loops over the positions of a dim of x before the run; those beyond the input stay zero.
void HaloCopy::forDim(unsigned dim, Value inside) {
  if (dim == outer)
    return line(inside);
  int spatial = -1;
  for (unsigned s = 0; s + 1 < op.getSpatialRank(); ++s)
    if (op.getXDim(s + 1) == dim)
      spatial = s;
  forEach(b, index(b, 0), index(b, shape[dim]), 1, [&](Value i) {
    Value here = inside;
    to[dim] = from[dim] = i;
    if (spatial >= 0) {
      from[dim] = minus(b, i, op.getPads()[spatial]);
      Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, from[dim], dimSize(b, op.getX(), dim));
      here = here ? arith::AndIOp::create(b, here, fits).getResult() : fits;
    }
    forDim(dim + 1, here);
  });
}

InputHalo HaloCopy::run(Workspace &workspace) {
  allocate(workspace);
  forDim(0, {});
  InputHalo halo;
  unsigned rank = shape.size();
  SmallVector<int64_t> sizes(shape), strides(rank, 1);
  for (unsigned d = rank - 1; d-- > 0;)
    strides[d] = d + 1 == outer ? padded : strides[d + 1] * shape[d + 1];
  auto layout = StridedLayoutAttr::get(b.getContext(), 0, strides);
  halo.view = memref::ReinterpretCastOp::create(b, MemRefType::get(sizes, type.getElementType(), layout),
                                                room, /*offset=*/0, sizes, strides);
  if (outer + 2 == rank)
    halo.merged = room;
  return halo;
}

InputHalo copyWithHalo(Builder &b, fusion::ConvOp op, ArrayRef<int64_t> shape, int64_t lanes,
                       Workspace &workspace) {
  return HaloCopy(b, op, shape, lanes).run(workspace);
}

} // namespace delos::cpu::seam
