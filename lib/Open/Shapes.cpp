// Openers of shape operators: reshaping, permuting, repeating, joining and splitting tensors.
#include "lib/Open/OpenerTable.h"

namespace delos::open {

namespace {

//===-- Reshaping -----------------------------------------------------------------------------===//

/// Resolves 0 (copy) and -1 (the rest) of a Reshape.
Dims reshapeDims(Node &n, llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<DimExpr> target, bool allowZero) {
  OpenBuilder &b = n.builder();
  Dims to(target);
  int64_t rest = -1;
  DimExpr product(1);
  for (auto [position, size] : llvm::enumerate(to)) {
    if (size.isConstant(-1)) {
      if (rest >= 0)
        b.fail("a shape has at most one -1");
      rest = position;
      continue;
    }
    if (size.isConstant(0) && !allowZero) {
      if (position >= from.size())
        b.fail("shape entry " + llvm::Twine(position) + " copies a dim that the operand does not have");
      else
        size = from[position];
    }
    product = product * size;
  }
  if (b.failed() || rest < 0)
    return to;
  DimExpr total = graph::elementCount(from);
  auto quotient = total.divideExactly(product);
  bool bothKnown = total.asConstant() && product.asConstant();
  if (product.isConstant(0) || (bothKnown && !quotient))
    b.fail("cannot reshape " + describe(from) + " to " + describe(target));
  to[rest] = quotient ? *quotient : product.isConstant(0) ? DimExpr(0) : DimExpr::floorDiv(total, product);
  return to;
}

Tensors reshapeTo(Node &n, llvm::ArrayRef<DimExpr> target, bool allowZero) {
  Tensor x = n.in(0);
  Dims to = reshapeDims(n, x.dims(), target, allowZero);
  return {n.builder().failed() ? Tensor() : n.builder().reshape(x, to)};
}

Tensors openReshapeByAttribute(Node &n) {
  Ints shape = n.integers("shape");
  return reshapeTo(n, Dims(shape.begin(), shape.end()), /*allowZero=*/false);
}

Tensors openReshape(Node &n) {
  auto target = n.known(1);
  return target ? reshapeTo(n, *target, n.flag("allowzero", false)) : Tensors();
}

Tensors openFlatten(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  int64_t axis = n.integer("axis", 1), rank = x.rank();
  int64_t split = axis == rank ? rank : n.axis(axis, rank);
  if (b.failed())
    return {};
  Dims dims = x.dims();
  llvm::ArrayRef<DimExpr> all(dims);
  return {
      b.reshape(x, {graph::elementCount(all.take_front(split)), graph::elementCount(all.drop_front(split))})};
}

/// Axes from operand 1 (since 13) or the attribute; nullopt after a failure or when absent.
std::optional<Ints> statedAxes(Node &n) {
  if (n.opset() >= 13)
    return n.optional(1) ? n.knownIntegers(1) : std::nullopt;
  return n.has("axes") ? std::optional(n.integers("axes")) : std::nullopt;
}

Tensors openSqueeze(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  auto axes = statedAxes(n);
  if (b.failed())
    return {};
  if (axes)
    return {b.squeeze(x, n.axes(*axes, x.rank()))};
  Ints ones;
  for (int64_t dim = 0; dim < x.rank(); ++dim)
    if (x.dim(dim).isConstant(1))
      ones.push_back(dim);
    else if (!x.dim(dim).asConstant())
      return {b.unsupported("the rank of the result depends on size " + x.dim(dim).str())};
  return {b.squeeze(x, ones)};
}

Tensors openUnsqueeze(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  auto axes = statedAxes(n);
  if (b.failed() || !axes)
    return {b.fail("axes are missing")};
  Ints places = n.axes(*axes, x.rank() + axes->size());
  return {b.failed() ? Tensor() : b.unsqueeze(x, places)};
}

Tensors openTranspose(Node &n) {
  Tensor x = n.in(0);
  Ints perm = n.integers("perm");
  if (!n.has("perm"))
    for (int64_t dim = x.rank(); dim-- > 0;)
      perm.push_back(dim);
  return {n.builder().transpose(x, perm)};
}

//===-- Sizes as values -----------------------------------------------------------------------===//

Tensors openShape(Node &n) {
  Tensor x = n.in(0);
  Dims dims = x.dims();
  int64_t rank = x.rank();
  auto bound = [&](llvm::StringRef name, int64_t otherwise) {
    int64_t value = n.opset() < 15 ? otherwise : n.integer(name, otherwise);
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  int64_t start = bound("start", 0), end = bound("end", rank);
  return {n.builder().sizes(llvm::ArrayRef(dims).slice(start, std::max<int64_t>(end - start, 0)))};
}

Tensors openSize(Node &n) {
  return {n.builder().size(graph::elementCount(n.in(0).dims()), n.builder().i64())};
}

Tensors openExpand(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  auto shape = n.known(1);
  if (!shape || !x)
    return {};
  Dims to = b.broadcastDims(x.dims(), *shape);
  return {b.failed() ? Tensor() : b.broadcast(x, to)};
}

Tensors openTile(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  auto repeats = n.known(1);
  if (!repeats || !x)
    return {};
  Dims from = x.dims(), spread, to;
  if (repeats->size() != from.size())
    return {b.fail("expected " + llvm::Twine(from.size()) + " repeats, got " + llvm::Twine(repeats->size()))};
  Ints places;
  for (auto [size, count] : llvm::zip(from, *repeats)) {
    if (count.isConstant(1)) {
      places.push_back(spread.size());
      spread.push_back(size);
    } else {
      places.push_back(spread.size() + 1);
      spread.append({count, size});
    }
    to.push_back(size * count);
  }
  return {b.reshape(b.broadcastAlong(x, spread, places), to)};
}

//===-- Joining and splitting -----------------------------------------------------------------===//

Tensors openConcat(Node &n) {
  llvm::ArrayRef<Tensor> parts = n.all();
  // Before version 4 the axis defaults to 1.
  int64_t axis = n.opset() < 4 ? n.integer("axis", 1) : n.integer("axis");
  return {n.builder().concat(parts, n.axis(axis, n.in(0).rank()))};
}

/// The sizes of a Split that states none: equal parts, the last one smaller when they do not divide.
Dims equalParts(Node &n, const DimExpr &size, int64_t count) {
  OpenBuilder &b = n.builder();
  auto constant = size.asConstant();
  if (count < 1 || count > 65536) {
    b.fail("expected 1 to 65536 parts, got " + llvm::Twine(count));
    return {};
  }
  if (!constant) {
    auto part = size.divideExactly(DimExpr(count));
    if (!part)
      b.unsupported("size " + size.str() + " is not known to split into " + llvm::Twine(count) + " parts");
    return Dims(count, part.value_or(DimExpr(0)));
  }
  int64_t chunk = (*constant + count - 1) / count;
  Dims parts;
  for (int64_t begin = 0; static_cast<int64_t>(parts.size()) < count; begin += chunk)
    parts.push_back(std::clamp<int64_t>(*constant - begin, 0, chunk));
  return parts;
}

Tensors openSplit(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  int64_t dim = n.axis(n.integer("axis", 0), x.rank());
  std::optional<Dims> parts;
  if (n.opset() >= 13 && n.optional(1)) {
    parts = n.known(1);
  } else if (n.opset() < 13 && n.has("split")) {
    Ints stated = n.integers("split");
    parts = Dims(stated.begin(), stated.end());
  } else if (!b.failed()) {
    parts = equalParts(n, x.dim(dim), n.integer("num_outputs", n.resultCount()));
  }
  if (b.failed() || !parts)
    return {};
  if (parts->size() < n.resultCount())
    return {b.fail("expected " + llvm::Twine(n.resultCount()) + " parts, got " + llvm::Twine(parts->size()))};
  Tensors results;
  DimExpr start(0);
  for (const DimExpr &size : *parts) {
    results.push_back(b.slice(x, dim, start, size));
    start = start + size;
  }
  if (!graph::mayBeEqual(start, x.dim(dim)))
    b.fail("the parts add up to " + start.str() + ", not to dim " + llvm::Twine(dim) + " of size " +
           x.dim(dim).str());
  return results;
}

//===-- Blocks --------------------------------------------------------------------------------===//

/// [N, C, H, W] with C = b*b*c: blocks of channels become blocks of pixels.
Tensors openDepthToSpace(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  int64_t block = n.integer("blocksize");
  if (b.failed() || x.rank() != 4 || block < 1 || block > 4096)
    return {b.fail("expected an operand of rank 4 and a positive block size")};
  Dims d = x.dims();
  auto channels = d[1].divideExactly(DimExpr(block * block));
  if (!channels)
    return {
        b.fail("expected channels in multiples of " + llvm::Twine(block * block) + ", got " + d[1].str())};
  bool rowMajor = n.text("mode", "DCR") == "DCR";
  Tensor split = rowMajor ? b.reshape(x, {d[0], block, block, *channels, d[2], d[3]})
                          : b.reshape(x, {d[0], *channels, block, block, d[2], d[3]});
  Tensor moved = b.transpose(split, rowMajor ? Ints{0, 3, 4, 1, 5, 2} : Ints{0, 1, 4, 2, 5, 3});
  return {b.reshape(moved, {d[0], *channels, d[2] * block, d[3] * block})};
}

Tensors openSpaceToDepth(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  int64_t block = n.integer("blocksize");
  if (b.failed() || x.rank() != 4 || block < 1 || block > 4096)
    return {b.fail("expected an operand of rank 4 and a positive block size")};
  Dims d = x.dims();
  auto height = d[2].divideExactly(DimExpr(block)), width = d[3].divideExactly(DimExpr(block));
  if (!height || !width)
    return {b.fail("expected sizes in multiples of " + llvm::Twine(block) + ", got " + describe(d))};
  Tensor split = b.reshape(x, {d[0], d[1], *height, block, *width, block});
  return {b.reshape(b.transpose(split, {0, 3, 5, 1, 2, 4}), {d[0], d[1] * (block * block), *height, *width})};
}

constexpr OpenerRow kRows[] = {
    {"", "Reshape", 1, openReshapeByAttribute, 1, 1},
    {"", "Reshape", 5, openReshape, 2, 2},
    {"", "Flatten", 1, openFlatten, 1, 1},
    {"", "Squeeze", 1, openSqueeze, 1, 2},
    {"", "Unsqueeze", 1, openUnsqueeze, 1, 2},
    {"", "Transpose", 1, openTranspose, 1, 1},
    {"", "Shape", 1, openShape, 1, 1},
    {"", "Size", 1, openSize, 1, 1},
    {"", "Expand", 8, openExpand, 2, 2},
    {"", "Tile", 6, openTile, 2, 2},
    {"", "Concat", 1, openConcat, 1, kVariadic},
    {"", "Split", 2, openSplit, 1, 2},
    {"", "DepthToSpace", 1, openDepthToSpace, 1, 1},
    {"", "SpaceToDepth", 1, openSpaceToDepth, 1, 1},
};

} // namespace

llvm::ArrayRef<OpenerRow> shapeOpeners() { return kRows; }

} // namespace delos::open
