// The builder's views, reductions, contractions and windows.
#include "lib/Open/OpenBuilder.h"

#include "llvm/ADT/STLExtras.h"

namespace delos::open {

//===-- Views ---------------------------------------------------------------------------------===//

Tensor OpenBuilder::broadcast(Tensor x, llvm::ArrayRef<DimExpr> dims) {
  if (missing(x))
    return {};
  int64_t lead = static_cast<int64_t>(dims.size()) - x.rank();
  if (lead < 0)
    return fail("a tensor of rank " + llvm::Twine(x.rank()) + " does not broadcast to " + describe(dims));
  return broadcastAlong(x, dims, range(lead, dims.size()));
}

Tensor OpenBuilder::broadcastAlong(Tensor x, llvm::ArrayRef<DimExpr> dims, llvm::ArrayRef<int64_t> places) {
  if (missing(x))
    return {};
  Dims from = x.dims();
  if (from.size() != places.size())
    return fail("expected " + llvm::Twine(from.size()) + " places, got " + llvm::Twine(places.size()));
  for (auto [size, place] : llvm::zip(from, places)) {
    if (!expectDim(place, dims.size()))
      return {};
    if (size.isConstant(1))
      continue;
    if (!graph::mayBeEqual(size, dims[place]))
      return fail("shape " + describe(from) + " does not broadcast to " + describe(dims));
    requireEqual(size, dims[place]);
  }
  auto type = resultType(dims, x.elementType());
  if (!type || type == x.value().getType())
    return type ? x : Tensor();
  return emit(graph::BroadcastOp::create(ops, location, type, x.value(), places));
}

Tensor OpenBuilder::reshape(Tensor x, llvm::ArrayRef<DimExpr> dims) {
  if (missing(x))
    return {};
  auto type = resultType(dims, x.elementType());
  if (!type || type == x.value().getType())
    return type ? x : Tensor();
  DimExpr from = graph::elementCount(x.dims()), to = graph::elementCount(dims);
  if (!graph::mayBeEqual(from, to))
    return fail("cannot reshape " + describe(x.dims()) + " to " + describe(dims) + ": " + from.str() +
                " elements are not " + to.str());
  requireEqual(from, to);
  return emit(graph::ReshapeOp::create(ops, location, type, x.value()));
}

Tensor OpenBuilder::unsqueeze(Tensor x, llvm::ArrayRef<int64_t> places) {
  if (missing(x))
    return {};
  Dims from = x.dims(), to;
  size_t next = 0;
  for (size_t k = 0; k < from.size() + places.size(); ++k) {
    bool isAdded = llvm::is_contained(places, static_cast<int64_t>(k));
    if (!isAdded && next >= from.size())
      return fail("expected distinct axes below " + llvm::Twine(from.size() + places.size()));
    to.push_back(isAdded ? DimExpr(1) : from[next++]);
  }
  return reshape(x, to);
}

Tensor OpenBuilder::squeeze(Tensor x, llvm::ArrayRef<int64_t> dims) {
  if (missing(x))
    return {};
  Dims from = x.dims(), to;
  for (auto [position, size] : llvm::enumerate(from))
    if (!llvm::is_contained(dims, static_cast<int64_t>(position)))
      to.push_back(size);
    else if (!graph::mayBeEqual(size, DimExpr(1)))
      return fail("cannot squeeze dim " + llvm::Twine(position) + " of size " + size.str());
  return reshape(x, to);
}

Tensor OpenBuilder::transpose(Tensor x, llvm::ArrayRef<int64_t> perm) {
  if (missing(x))
    return {};
  Dims from = x.dims(), to;
  Ints sorted(perm);
  llvm::sort(sorted);
  if (sorted != range(0, x.rank()))
    return fail("expected a permutation of " + llvm::Twine(x.rank()) + " dims");
  if (Ints(perm) == sorted)
    return x;
  for (int64_t dim : perm)
    to.push_back(from[dim]);
  auto type = resultType(to, x.elementType());
  return type ? emit(graph::TransposeOp::create(ops, location, type, x.value(), perm)) : Tensor();
}

Tensor OpenBuilder::slice(Tensor x, int64_t dim, const DimExpr &start, const DimExpr &size, int64_t stride) {
  if (missing(x) || !expectDim(dim, x.rank()))
    return {};
  if (stride < 0) {
    // The element at start comes first: count it from the end of the reversed tensor.
    DimExpr fromEnd = x.dim(dim) - 1 - start;
    return stride == INT64_MIN ? fail("slice step out of range")
                               : slice(reverse(x, dim), dim, fromEnd, size, -stride);
  }
  Dims to = x.dims(), starts(to.size(), DimExpr(0));
  DimExpr last = start + (size - 1) * stride;
  if (start.asConstant().value_or(0) < 0 || stride == 0 || !last.isValid() ||
      (!size.isConstant(0) && (last - to[dim]).asConstant().value_or(-1) >= 0))
    return fail("slice of " + size.str() + " elements from " + start.str() + " by " + llvm::Twine(stride) +
                " leaves dim " + llvm::Twine(dim) + " of size " + to[dim].str());
  to[dim] = size;
  starts[dim] = start;
  auto type = resultType(to, x.elementType());
  if (!type || (type == x.value().getType() && start.isConstant(0) && stride == 1))
    return type ? x : Tensor();
  Ints strides(to.size(), 1);
  strides[dim] = stride;
  return emit(
      graph::SliceOp::create(ops, location, type, x.value(), graph::dimsAttr(context(), starts), strides));
}

Tensor OpenBuilder::reverse(Tensor x, llvm::ArrayRef<int64_t> dims) {
  if (missing(x))
    return {};
  for (int64_t dim : dims)
    if (!expectDim(dim, x.rank()))
      return {};
  return emit(graph::ReverseOp::create(ops, location, x.value().getType(), x.value(), dims));
}

Tensor OpenBuilder::concat(llvm::ArrayRef<Tensor> parts, int64_t dim) {
  if (missing(parts))
    return {};
  if (parts.empty())
    return fail("expected at least one operand to concatenate");
  if (!expectDim(dim, parts[0].rank()))
    return {};
  Dims to = parts[0].dims();
  to[dim] = DimExpr(0);
  llvm::SmallVector<mlir::Value> inputs;
  for (const Tensor &part : parts) {
    Dims from = part.dims();
    bool fits = from.size() == to.size() && part.elementType() == parts[0].elementType();
    for (size_t k = 0; fits && k < to.size(); ++k)
      fits = static_cast<int64_t>(k) == dim || graph::mayBeEqual(from[k], to[k]);
    if (!fits)
      return fail("cannot concatenate " + describe(part.elementType()) + describe(from) + " to " +
                  describe(parts[0].elementType()) + describe(parts[0].dims()) + " along dim " +
                  llvm::Twine(dim));
    for (size_t k = 0; k < to.size(); ++k)
      if (static_cast<int64_t>(k) != dim)
        requireEqual(from[k], to[k]);
    to[dim] = to[dim] + from[dim];
    inputs.push_back(part.value());
  }
  if (inputs.size() == 1)
    return parts[0];
  auto type = resultType(to, parts[0].elementType());
  return type ? emit(graph::ConcatOp::create(ops, location, type, inputs, dim)) : Tensor();
}

Tensor OpenBuilder::pad(Tensor x, Tensor value, llvm::ArrayRef<DimExpr> low, llvm::ArrayRef<DimExpr> high,
                        llvm::ArrayRef<int64_t> interior) {
  if (missing({x, value}))
    return {};
  if (value.rank() != 0)
    value = reshape(value, {});
  Dims lows(low), highs(high), to = x.dims();
  if (lows.size() != to.size() || highs.size() != to.size() ||
      (!interior.empty() && interior.size() != to.size()))
    return fail("expected " + llvm::Twine(2 * to.size()) + " paddings, got " +
                llvm::Twine(lows.size() + highs.size()));
  for (size_t k = 0; k < to.size(); ++k) {
    DimExpr between = interior.empty() ? DimExpr(0) : DimExpr::max(to[k] - 1, DimExpr(0)) * interior[k];
    DimExpr spread = to[k] + between, padded = spread;
    bool cropsLow = lows[k].asConstant().value_or(0) < 0, cropsHigh = highs[k].asConstant().value_or(0) < 0;
    padded = padded + (cropsLow ? DimExpr(0) : lows[k]) + (cropsHigh ? DimExpr(0) : highs[k]);
    to[k] = padded;
  }
  // What is cropped goes last: the padded (or spread) tensor first, then a slice of it.
  auto clamp = [](const DimExpr &entry) { return entry.asConstant().value_or(0) < 0 ? DimExpr(0) : entry; };
  Dims grown(llvm::map_range(lows, clamp)), grownHigh(llvm::map_range(highs, clamp));
  auto type = resultType(to, x.elementType());
  if (!type || missing(value))
    return {};
  Tensor result = x;
  if (type != x.value().getType()) {
    auto between = interior.empty() ? mlir::DenseI64ArrayAttr() : ops.getDenseI64ArrayAttr(interior);
    result = emit(graph::PadOp::create(ops, location, type, x.value(), value.value(),
                                       graph::dimsAttr(context(), grown),
                                       graph::dimsAttr(context(), grownHigh), between));
  }
  for (size_t k = 0; k < to.size(); ++k) {
    DimExpr cutLow = grown[k] - lows[k], cutHigh = grownHigh[k] - highs[k];
    if (!cutLow.isConstant(0) || !cutHigh.isConstant(0))
      result = slice(result, k, cutLow, to[k] - cutLow - cutHigh);
  }
  return result;
}

//===-- Reductions ----------------------------------------------------------------------------===//

static Dims keptDims(llvm::ArrayRef<DimExpr> from, llvm::ArrayRef<int64_t> reduced, bool keepDims) {
  Dims to;
  for (auto [position, size] : llvm::enumerate(from)) {
    bool isReduced = llvm::is_contained(reduced, static_cast<int64_t>(position));
    if (!isReduced || keepDims)
      to.push_back(isReduced ? DimExpr(1) : size);
  }
  return to;
}

Tensor OpenBuilder::reduce(ReduceKind kind, Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  if (missing(x))
    return {};
  for (int64_t dim : dims)
    if (!expectDim(dim, x.rank()))
      return {};
  bool bits = kind == ReduceKind::bit_and || kind == ReduceKind::bit_or;
  if (bits ? x.isFloat() : x.isBool())
    return unsupported(llvm::Twine(stringifyReduceKind(kind)) + " of " + describe(x.elementType()));
  if (dims.empty())
    return x;
  Tensor reduced = emit(graph::ReduceOp::create(ops, location, kind, x.value(), dims));
  return reshape(reduced, keptDims(x.dims(), dims, keepDims));
}

Tensor OpenBuilder::mean(Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  if (missing(x))
    return {};
  DimExpr count(1);
  for (int64_t dim : dims)
    count = count * x.dim(dim);
  return reduce(ReduceKind::sum, x, dims, keepDims) / size(count, x.elementType());
}

Tensor OpenBuilder::argReduce(ReduceKind kind, Tensor x, int64_t dim, bool last, bool keepDims) {
  if (missing(x) || !expectDim(dim, x.rank()))
    return {};
  if (x.isBool())
    return unsupported("arg_reduce of bool");
  auto type = resultType(keptDims(x.dims(), dim, false), i64());
  if (!type)
    return {};
  Tensor index = emit(graph::ArgReduceOp::create(ops, location, type, kind, x.value(), dim, last));
  return reshape(index, keptDims(x.dims(), dim, keepDims));
}

Tensor OpenBuilder::scan(ReduceKind kind, Tensor x, int64_t dim, bool exclusive, bool reverse) {
  if (missing(x) || !expectDim(dim, x.rank()))
    return {};
  if (x.isBool())
    return unsupported("scan of bool");
  return emit(
      graph::ScanOp::create(ops, location, x.value().getType(), kind, x.value(), dim, exclusive, reverse));
}

std::pair<Tensor, Tensor> OpenBuilder::sort(Tensor x, int64_t dim, bool descending) {
  if (missing(x) || !expectDim(dim, x.rank()))
    return {};
  auto created =
      graph::SortOp::create(ops, location, x.value().getType(),
                            graph::withElementType(x.value().getType(), i64()), x.value(), dim, descending);
  ++opCount;
  return {Tensor(*this, created.getValues()), Tensor(*this, created.getPositions())};
}

Tensor OpenBuilder::windowReduce(ReduceKind kind, Tensor x, const WindowShape &window,
                                 llvm::ArrayRef<DimExpr> spatial) {
  if (missing(x))
    return {};
  size_t lead = x.rank() - spatial.size();
  Dims to = x.dims();
  auto perDim = [&](llvm::ArrayRef<int64_t> entries, int64_t neutral) {
    Ints all(lead, neutral);
    all.append(entries.begin(), entries.end());
    return all;
  };
  for (size_t k = 0; k < spatial.size(); ++k)
    to[lead + k] = spatial[k];
  if (x.isBool())
    return unsupported("window of bool");
  auto type = resultType(to, x.elementType());
  if (!type)
    return {};
  return emit(graph::WindowReduceOp::create(ops, location, type, kind, x.value(), perDim(window.kernel, 1),
                                            perDim(window.strides, 1), perDim(window.dilations, 1),
                                            perDim(window.low, 0)));
}

//===-- Contractions --------------------------------------------------------------------------===//

Tensor OpenBuilder::contract(Tensor lhs, Tensor rhs, llvm::ArrayRef<int64_t> lhsBatch,
                             llvm::ArrayRef<int64_t> rhsBatch, llvm::ArrayRef<int64_t> lhsContract,
                             llvm::ArrayRef<int64_t> rhsContract, mlir::Type elementType) {
  if (missing({lhs, rhs}))
    return {};
  Dims left = lhs.dims(), right = rhs.dims(), to;
  if (lhs.isBool() || rhs.isBool())
    return unsupported("contraction of bool");
  if (!elementType && lhs.elementType() != rhs.elementType())
    return fail("expected operands of one element type, got " + describe(lhs.elementType()) + " and " +
                describe(rhs.elementType()));
  auto pair = [&](int64_t l, int64_t r) {
    if (!graph::mayBeEqual(left[l], right[r]))
      fail("shapes " + describe(left) + " and " + describe(right) + " do not fit: dim " + llvm::Twine(l) +
           " is " + left[l].str() + ", dim " + llvm::Twine(r) + " is " + right[r].str());
    else
      requireEqual(left[l], right[r]);
  };
  Ints leftUsed(lhsBatch), rightUsed(rhsBatch);
  llvm::append_range(leftUsed, lhsContract);
  llvm::append_range(rightUsed, rhsContract);
  for (auto [l, r] : llvm::zip(leftUsed, rightUsed))
    pair(l, r);
  for (int64_t dim : lhsBatch)
    to.push_back(left[dim]);
  for (int64_t dim : otherDims(left.size(), leftUsed))
    to.push_back(left[dim]);
  for (int64_t dim : otherDims(right.size(), rightUsed))
    to.push_back(right[dim]);
  auto type = resultType(to, elementType ? elementType : lhs.elementType());
  if (!type)
    return {};
  return emit(graph::ContractOp::create(ops, location, type, lhs.value(), rhs.value(), lhsBatch, rhsBatch,
                                        lhsContract, rhsContract));
}

Tensor OpenBuilder::matmul(Tensor lhs, Tensor rhs, mlir::Type elementType) {
  if (missing({lhs, rhs}))
    return {};
  int64_t left = lhs.rank(), right = rhs.rank();
  if (left == 0 || right == 0)
    return fail("expected operands of rank at least 1, got scalars");
  int64_t inner = right == 1 ? 0 : right - 2;
  if (left == 1 && right > 2) {
    Tensor row = matmul(unsqueeze(lhs, 0), rhs, elementType);
    return squeeze(row, row.rank() - 2);
  }
  if (right <= 2)
    return contract(lhs, rhs, {}, {}, left - 1, inner, elementType);
  if (left == 2) {
    // A broadcast matrix on the left: contract the two and bring its rows back between.
    Tensor product = contract(rhs, lhs, {}, {}, inner, 1, elementType);
    Ints perm = range(0, product.rank() - 2);
    perm.append({product.rank() - 1, product.rank() - 2});
    return transpose(product, perm);
  }
  Dims leftDims = lhs.dims(), rightDims = rhs.dims();
  Dims batch = broadcastDims(llvm::ArrayRef(leftDims).drop_back(2), llvm::ArrayRef(rightDims).drop_back(2));
  auto withBatch = [&](Tensor x, llvm::ArrayRef<DimExpr> from) {
    Dims to(batch);
    to.append(from.end() - 2, from.end());
    return broadcast(x, to);
  };
  Ints batchDims = range(0, batch.size());
  int64_t rank = batch.size() + 2;
  return contract(withBatch(lhs, leftDims), withBatch(rhs, rightDims), batchDims, batchDims, rank - 1,
                  rank - 2, elementType);
}

Tensor OpenBuilder::conv(Tensor input, Tensor filter, const WindowShape &window, int64_t groups,
                         mlir::Type elementType) {
  if (missing({input, filter}))
    return {};
  Dims from = input.dims(), weights = filter.dims(), to{from[0], weights[0]};
  for (size_t k = 0; k < window.kernel.size(); ++k) {
    DimExpr reach = (weights[2 + k] - 1) * window.dilations[k] + 1;
    DimExpr room = from[2 + k] + window.low[k] + window.high[k] - reach;
    if (room.asConstant().value_or(0) < 0)
      return fail("the window of dim " + llvm::Twine(k) + " is larger than its padded input");
    to.push_back(DimExpr::floorDiv(room, DimExpr(window.strides[k])) + 1);
  }
  auto type = resultType(to, elementType ? elementType : input.elementType());
  if (!type)
    return {};
  return emit(graph::ConvOp::create(ops, location, type, input.value(), filter.value(), window.strides,
                                    window.dilations, window.low, window.high, groups,
                                    /*channels_last=*/false));
}

} // namespace delos::open
