// F(m x m, 3 x 3): tiles in, products, tiles out.
#include "lib/Target/CPU/Seam/WinogradExpansion.h"

#include "lib/LoopOpt/WindowPlan.h"
#include "lib/LoopOpt/Winograd.h"
#include "lib/Target/CPU/Seam/SunkEpilogue.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu::seam {
namespace {

class Winograd {
public:
  Winograd(RewriterBase &rewriter, fusion::ConvOp op, const TargetDescription &target,
           const WindowOptions &options, Workspace &workspace)
      : op(op), target(target), options(options), workspace(workspace), b(op.getLoc(), rewriter),
        sink(TileSink::find(op, op.getC(), options.sink)) {
    b.setInsertionPoint(sink.position(op));
  }
  LogicalResult run();

private:
  void prepare();
  void forTiles(llvm::function_ref<void(Value tile, Value row, Value column)> body);
  void transformInput(Value entry);
  void inputTile(Value entry, Value tile, Value row, Value column, bool checked);
  void storeTransformed(Values tile, Value at, Value channel);
  void multiply(Value panel);
  void transformProducts(Value entry, Value panel, Value columnsLeft);
  void outputTile(Value entry, Value tile, Value row, Value column, Value channel, Value offset, Value mask);
  Value combination(ArrayRef<double> factors, ArrayRef<Value> values);
  Values bothDims(ArrayRef<double> matrix, int64_t results, ArrayRef<Value> tile);
  bool staysInside(unsigned dim) const;

  fusion::ConvOp op;
  const TargetDescription &target;
  const WindowOptions &options;
  Workspace &workspace;
  Builder b;
  TileSink sink;
  const loopopt::WinogradTransform *transform = nullptr;
  Value x, c, zero, zeroVector, inputs, products, rows, tileRows, tiles;
  VectorType vector;
  int64_t m = 0, n = 0, lanes = 0, nr = 0, depth = 0, tileColumns = 0, columns = 0;
};

} // namespace

//===-- Set-up -------------------------------------------------------------------------------------===//

void Winograd::prepare() {
  x = op.getX();
  c = op.getC();
  m = *op.getWinograd();
  transform = loopopt::winogradTransform(m);
  n = transform->inputTile;
  nr = op.getNr();
  lanes = target.lanes(32);
  vector = VectorType::get({lanes}, b.getF32Type());
  zero = index(b, 0);
  zeroVector = zeroOf(b, vector);
  depth = cast<MemRefType>(x.getType()).getDimSize(3);
  columns = cast<MemRefType>(c.getType()).getDimSize(2);
  rows = dimSize(b, c, 1);
  tileColumns = (columns + m - 1) / m;
  auto known = getConstantIntValue(rows);
  tileRows =
      known ? index(b, (*known + m - 1) / m) : arith::CeilDivUIOp::create(b, rows, index(b, m)).getResult();
  tiles = scaled(b, tileRows, tileColumns);
  auto shape = loopopt::winogradBuffers(m, options.rowTile, columns, depth, nr, lanes);
  auto part = [&](int64_t width, int64_t used) -> Value {
    Value room = workspace.allocate({n, n, shape.tiles(), width}, b.getF32Type());
    SmallVector<OpFoldResult> offsets(4, b.getIndexAttr(0)), strides(4, b.getIndexAttr(1));
    SmallVector<OpFoldResult> sizes{b.getIndexAttr(n), b.getIndexAttr(n), getAsOpFoldResult(tiles),
                                    b.getIndexAttr(used)};
    return memref::SubViewOp::create(b, room, offsets, sizes, strides);
  };
  inputs = part(shape.inputWidth, depth);
  products = part(shape.productWidth, nr);
}

/// True when no tile reaches beyond the input along a spatial dim.
bool Winograd::staysInside(unsigned dim) const {
  fusion::ConvOp conv = op;
  auto pad = getConstantIntValue(conv.getPads()[dim - 1]);
  int64_t in = cast<MemRefType>(x.getType()).getDimSize(dim),
          out = cast<MemRefType>(c.getType()).getDimSize(dim);
  return pad == 0 && !ShapedType::isDynamic(in) && !ShapedType::isDynamic(out) &&
         (out + m - 1) / m * m + 2 <= in;
}

void Winograd::forTiles(llvm::function_ref<void(Value, Value, Value)> body) {
  forEach(b, zero, tileRows, 1, [&](Value row) {
    forEach(b, zero, index(b, tileColumns), 1, [&](Value column) {
      body(plus(b, scaled(b, row, tileColumns), column), scaled(b, row, m), scaled(b, column, m));
    });
  });
}

//===-- Transforms ---------------------------------------------------------------------------------===//

/// The sum of factors * values, from left to right; the first term with factor 1 goes first.
Value Winograd::combination(ArrayRef<double> factors, ArrayRef<Value> values) {
  Value sum;
  auto constant = [&](double factor) {
    return splatConstant(b, vector, b.getF32FloatAttr(static_cast<float>(factor)));
  };
  size_t first = llvm::find(factors, 1.0) - factors.begin();
  if (first < factors.size())
    sum = values[first];
  for (size_t i = 0; i < factors.size(); ++i) {
    double factor = factors[i];
    if (factor == 0 || i == first)
      continue;
    if (!sum)
      sum = arith::MulFOp::create(b, values[i], constant(factor));
    else if (factor == 1)
      sum = arith::AddFOp::create(b, sum, values[i]);
    else if (factor == -1)
      sum = arith::SubFOp::create(b, sum, values[i]);
    else if (target.hasFma)
      sum = vector::FMAOp::create(b, values[i], constant(factor), sum);
    else
      sum = arith::AddFOp::create(b, sum, arith::MulFOp::create(b, values[i], constant(factor)));
  }
  return sum;
}

/// matrix * tile * matrix^T, for a square tile and a matrix of `results` rows.
Values Winograd::bothDims(ArrayRef<double> matrix, int64_t results, ArrayRef<Value> tile) {
  Values half(results * n), result;
  for (int64_t j = 0; j < n; ++j) {
    Values line;
    for (int64_t i = 0; i < n; ++i)
      line.push_back(tile[i * n + j]);
    for (int64_t i = 0; i < results; ++i)
      half[i * n + j] = combination(matrix.slice(i * n, n), line);
  }
  for (int64_t i = 0; i < results; ++i)
    for (int64_t j = 0; j < results; ++j)
      result.push_back(combination(matrix.slice(j * n, n), ArrayRef(half).slice(i * n, n)));
  return result;
}

/// Reads one tile of `n x n` pixels, all channels; with `checked`, pixels outside count as zero.
void Winograd::inputTile(Value entry, Value tile, Value row, Value column, bool checked) {
  Value firstRow = minus(b, row, op.getPads()[0]), firstColumn = minus(b, column, op.getPads()[1]);
  Values rowAt, columnAt, rowFits, columnFits;
  auto place = [&](Value first, unsigned dim, Values &at, Values &fits) {
    Value size = dimSize(b, x, dim);
    for (int64_t i = 0; i < n; ++i) {
      Value position = scaled(b, first, 1, i), inside;
      if (checked) {
        inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, position, size);
        position = arith::SelectOp::create(b, inside, position, zero);
      }
      at.push_back(position);
      fits.push_back(inside);
    }
  };
  place(firstRow, 1, rowAt, rowFits);
  place(firstColumn, 2, columnAt, columnFits);
  Values outside;
  for (int64_t i = 0; checked && i < n * n; ++i)
    outside.push_back(arith::AndIOp::create(b, rowFits[i / n], columnFits[i % n]));
  auto block = [&](Value channel, Value mask) {
    Values pixels;
    for (int64_t i = 0; i < n * n; ++i) {
      Values at{entry, rowAt[i / n], columnAt[i % n], channel};
      Value pixel = mask ? vector::MaskedLoadOp::create(b, vector, x, at, mask, zeroVector).getResult()
                         : vector::LoadOp::create(b, vector, x, at).getResult();
      pixels.push_back(checked ? arith::SelectOp::create(b, outside[i], pixel, zeroVector).getResult()
                               : pixel);
    }
    storeTransformed(bothDims({transform->input, static_cast<size_t>(n * n)}, n, pixels), tile, channel);
  };
  int64_t full = depth / lanes * lanes;
  forEach(b, zero, index(b, full), lanes, [&](Value channel) { block(channel, {}); });
  if (depth > full)
    block(index(b, full), laneMask(b, lanes, index(b, depth - full)));
}

/// Stores whole vectors: rows of the buffer end with room for one.
void Winograd::storeTransformed(Values tile, Value at, Value channel) {
  Value room = inputs.getDefiningOp<memref::SubViewOp>().getSource();
  for (int64_t i = 0; i < n * n; ++i)
    vector::StoreOp::create(b, tile[i], room, ValueRange{index(b, i / n), index(b, i % n), at, channel});
}

void Winograd::transformInput(Value entry) {
  forTiles([&](Value tile, Value row, Value column) {
    Value inside;
    auto require = [&](unsigned dim, Value first) {
      if (staysInside(dim))
        return;
      Value origin = minus(b, first, op.getPads()[dim - 1]);
      Value low = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, origin, zero);
      Value high =
          arith::CmpIOp::create(b, arith::CmpIPredicate::sle, scaled(b, origin, 1, n), dimSize(b, x, dim));
      Value both = arith::AndIOp::create(b, low, high);
      inside = inside ? arith::AndIOp::create(b, inside, both).getResult() : both;
    };
    require(1, row);
    require(2, column);
    if (!inside)
      return inputTile(entry, tile, row, column, false);
    branch(
        b, inside, [&] { inputTile(entry, tile, row, column, false); },
        [&] { inputTile(entry, tile, row, column, true); });
  });
}

/// Writes m x m pixels of `lanes` channels, those that exist.
void Winograd::outputTile(Value entry, Value tile, Value row, Value column, Value channel, Value offset,
                          Value mask) {
  Values read;
  for (int64_t i = 0; i < n * n; ++i)
    read.push_back(vector::LoadOp::create(b, vector, products,
                                          ValueRange{index(b, i / n), index(b, i % n), tile, offset}));
  Values pixels = bothDims({transform->output, static_cast<size_t>(m * n)}, m, read);
  auto known = getConstantIntValue(rows);
  bool wholeRows = known && *known % m == 0, wholeColumns = columns % m == 0;
  for (int64_t i = 0; i < m; ++i) {
    Value at = scaled(b, row, 1, i);
    auto line = [&] {
      for (int64_t j = 0; j < m; ++j) {
        Value to = scaled(b, column, 1, j);
        auto store = [&] { sink.store(b, pixels[i * m + j], {entry, at, to, channel}, mask); };
        if (j == 0 || wholeColumns)
          store();
        else
          branch(b, arith::CmpIOp::create(b, arith::CmpIPredicate::ult, to, index(b, columns)), store);
      }
    };
    if (i == 0 || wholeRows)
      line();
    else
      branch(b, arith::CmpIOp::create(b, arith::CmpIPredicate::ult, at, rows), line);
  }
}

/// The products of one panel to pixels; `columnsLeft` channels of it exist.
void Winograd::transformProducts(Value entry, Value panel, Value columnsLeft) {
  Value first = scaled(b, panel, nr);
  auto known = getConstantIntValue(columnsLeft);
  int64_t vectors = known ? std::min((*known + lanes - 1) / lanes, nr / lanes) : nr / lanes;
  forTiles([&](Value tile, Value row, Value column) {
    for (int64_t v = 0; v < vectors; ++v)
      outputTile(entry, tile, row, column, scaled(b, first, 1, v * lanes), index(b, v * lanes),
                 laneMask(b, lanes, minus(b, columnsLeft, index(b, v * lanes))));
  });
}

//===-- Products -----------------------------------------------------------------------------------===//

/// Every one of the n x n planes of transformed tiles times the panel's filters.
void Winograd::multiply(Value panel) {
  SmallVector<OpFoldResult> offsets(5, b.getIndexAttr(0)), strides(5, b.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes{b.getIndexAttr(1), b.getIndexAttr(n), b.getIndexAttr(n),
                                  b.getIndexAttr(depth), b.getIndexAttr(nr)};
  offsets[0] = getAsOpFoldResult(panel);
  Value filters = memref::SubViewOp::create(b, op.getW(), offsets, sizes, strides);
  // (i, j, tile, channel, depth) -> (panel, i, j, depth): the packed operand's dims.
  AffineExpr i, j, t, o, k;
  bindDims(b.getContext(), i, j, t, o, k);
  auto filterMap = AffineMap::get(5, 0, {o, i, j, k}, b.getContext());
  fusion::MicroKernelOp::create(b, TypeRange{}, inputs, filters, products, b.getI64IntegerAttr(op.getMr()),
                                b.getI64IntegerAttr(nr), b.getUnitAttr(), b.getUnitAttr(), AffineMapAttr(),
                                AffineMapAttr::get(filterMap), UnitAttr(), UnitAttr());
}

LogicalResult Winograd::run() {
  prepare();
  int64_t channels = cast<MemRefType>(c.getType()).getDimSize(3);
  forEach(b, zero, dimSize(b, c, 0), 1, [&](Value entry) {
    transformInput(entry);
    forEach(b, zero, index(b, channels / nr), 1, [&](Value panel) {
      multiply(panel);
      transformProducts(entry, panel, index(b, nr));
    });
    if (channels % nr) {
      Value panel = index(b, channels / nr);
      multiply(panel);
      transformProducts(entry, panel, index(b, channels % nr));
    }
  });
  sink.erase();
  op.erase();
  return success();
}

LogicalResult expandWinograd(RewriterBase &rewriter, fusion::ConvOp op, const TargetDescription &target,
                             const WindowOptions &options, Workspace &workspace) {
  if (target.lanes(32) < 2 || static_cast<int64_t>(op.getNr()) % target.lanes(32))
    return op.emitOpError() << "expected nr to be a multiple of the " << target.lanes(32)
                            << " lanes of a vector";
  return Winograd(rewriter, op, target, options, workspace).run();
}

} // namespace delos::cpu::seam
