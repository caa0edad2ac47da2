// Openers of attention and of what stands around it: rotary embeddings, linear attention, causal convolution.
#include "lib/Open/Compositions.h"
#include "lib/Open/OpenerTable.h"

#include <cmath>

namespace delos::open {

namespace {

/// [B, S, H*D] -> [B, H, S, D].
Tensor splitHeads(OpenBuilder &b, Tensor x, int64_t heads) {
  auto size = x.dim(2).divideExactly(DimExpr(heads));
  if (!size)
    return b.fail("expected a hidden size in multiples of " + llvm::Twine(heads) + " heads, got " +
                  x.dim(2).str());
  return b.transpose(b.reshape(x, {x.dim(0), x.dim(1), DimExpr(heads), *size}), {0, 2, 1, 3});
}

/// [B, H, S, D] -> [B, S, H*D].
Tensor joinHeads(OpenBuilder &b, Tensor x) {
  return b.reshape(b.transpose(x, {0, 2, 1, 3}), {x.dim(0), x.dim(2), x.dim(1) * x.dim(3)});
}

/// [B, Hkv*G, S, D] -> [B, Hkv, G, S, D]: query heads grouped by the key head they share.
Tensor groupHeads(OpenBuilder &b, Tensor x, const DimExpr &keyHeads) {
  auto group = x.dim(1).divideExactly(keyHeads);
  if (!group)
    return b.fail("expected query heads in multiples of " + keyHeads.str() + " key heads, got " +
                  x.dim(1).str());
  return b.reshape(x, {x.dim(0), keyHeads, *group, x.dim(2), x.dim(3)});
}
Tensor ungroupHeads(OpenBuilder &b, Tensor x) {
  return b.reshape(x, {x.dim(0), x.dim(1) * x.dim(2), x.dim(3), x.dim(4)});
}

/// queries [B, Hq, S, D] with keys [B, Hkv, T, D] -> [B, Hq, S, T], without repeating the keys.
Tensor groupedProduct(OpenBuilder &b, Tensor queries, Tensor keys, int64_t keyDim) {
  if (b.failed())
    return {};
  Tensor grouped = groupHeads(b, queries, keys.dim(1));
  return b.failed() ? Tensor() : ungroupHeads(b, b.contract(grouped, keys, {0, 1}, {0, 1}, 4, keyDim));
}

//===-- Attention -----------------------------------------------------------------------------===//

/// Scores where `keep` holds, -inf elsewhere.
Tensor masked(Tensor scores, Tensor keep) { return select(keep, scores, -INFINITY); }

/// The mask operand applied to the scores [B, H, S, T]; one that is too short masks out the rest.
Tensor applyMask(Node &n, Tensor scores, Tensor mask) {
  OpenBuilder &b = n.builder();
  if (!mask || b.failed())
    return scores;
  DimExpr missing = scores.dim(3) - mask.dim(mask.rank() - 1);
  if (missing.asConstant().value_or(0) > 0) {
    Dims low(mask.rank(), DimExpr(0)), high(low);
    high.back() = missing;
    mask = b.pad(mask, b.scalar(mask.isBool() ? 0.0 : -INFINITY, mask.elementType()), low, high);
  }
  return mask.isBool() ? masked(scores, mask) : scores + b.cast(mask, scores.elementType());
}

/// Keys after the query's position are masked out; `past` keys precede the first query.
Tensor applyCausal(Node &n, Tensor scores, const DimExpr &past) {
  OpenBuilder &b = n.builder();
  if (!n.flag("is_causal", false) || b.failed())
    return scores;
  Dims plane{scores.dim(2), scores.dim(3)};
  Tensor query = b.iota(plane, 0, b.i64()) + b.size(past, b.i64());
  return masked(scores, map(ScalarFn::le, b.iota(plane, 1, b.i64()), query));
}

/// Keys beyond each batch entry's length are masked out.
Tensor applyLengths(Node &n, Tensor scores, Tensor lengths) {
  OpenBuilder &b = n.builder();
  if (!lengths || b.failed())
    return scores;
  Dims dims{scores.dim(0), DimExpr(1), DimExpr(1), scores.dim(3)};
  Tensor length = b.broadcastAlong(b.cast(lengths, b.i64()), dims, int64_t(0));
  return masked(scores, map(ScalarFn::lt, b.iota(dims, 3, b.i64()), length));
}

/// Queries, keys and values as [B, H, S, D].
bool readHeads(Node &n, Tensor &query, Tensor &key, Tensor &value) {
  OpenBuilder &b = n.builder();
  if (b.failed() || query.rank() != key.rank() || key.rank() != value.rank() ||
      (query.rank() != 3 && query.rank() != 4)) {
    b.fail("expected query, key and value of one rank, 3 or 4");
    return false;
  }
  if (query.rank() == 4)
    return true;
  int64_t queryHeads = n.integer("q_num_heads"), keyHeads = n.integer("kv_num_heads");
  if (b.failed() || queryHeads < 1 || keyHeads < 1) {
    b.fail("expected at least one head");
    return false;
  }
  query = splitHeads(b, query, queryHeads);
  key = splitHeads(b, key, keyHeads);
  value = splitHeads(b, value, keyHeads);
  return !b.failed();
}

Tensors openAttention(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor query = n.in(0), key = n.in(1), value = n.in(2), pastKey = n.optional(4), pastValue = n.optional(5);
  bool isPacked = query.rank() == 3;
  mlir::Type element = query.elementType();
  if (!readHeads(n, query, key, value))
    return {};
  if (pastKey)
    key = b.concat({pastKey, key}, 2);
  if (pastValue)
    value = b.concat({pastValue, value}, 2);
  auto depth = query.dim(3).asConstant();
  if (!depth && !n.has("scale"))
    return {b.unsupported("a head of symbolic size " + query.dim(3).str())};
  double scale = n.real("scale", 1 / std::sqrt(static_cast<double>(std::max<int64_t>(depth.value_or(1), 1))));
  double root = std::sqrt(scale), cap = n.real("softcap", 0);
  // Scaling both sides keeps 16-bit products in range.
  Tensor scores = groupedProduct(b, widen(query) * root, widen(key) * root, 3), raw = scores;
  if (cap != 0)
    raw = scores = map(ScalarFn::tanh, scores / cap) * cap;
  scores = applyMask(n, scores, n.optional(3));
  scores = applyCausal(n, scores, pastKey ? pastKey.dim(2) : DimExpr(0));
  scores = applyLengths(n, scores, n.optional(6));
  Tensor biased = scores;
  if (mlir::Type precision = n.elementType("softmax_precision", {}); precision && precision.isF64())
    scores = b.cast(scores, precision);
  if (b.failed())
    return {};
  Tensor weights = softmax(scores, 3);
  int64_t mode = n.integer("qk_matmul_output_mode", 0);
  Tensor shown = mode == 2 ? biased : mode == 3 ? weights : raw;
  Tensor y = groupedProduct(b, narrow(weights, widen(value).elementType()), widen(value), 2);
  if (b.failed())
    return {};
  y = narrow(isPacked ? joinHeads(b, y) : y, element);
  return {y, key, value, narrow(shown, element)};
}

/// A body that maps the scores or weights as a whole.
Tensor applyBody(Node &n, llvm::StringRef name, Tensor x) {
  mlir::Region *body = n.body(name);
  if (!body || n.builder().failed())
    return x;
  Tensors results;
  if (!n.open(*body, {x}, results) || results.size() != 1)
    return n.builder().fail("expected body '" + name + "' to yield one tensor");
  return results[0];
}

Tensors openFlexAttention(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor query = n.in(0), key = n.in(1), value = n.in(2);
  if (b.failed() || query.rank() != 4 || key.rank() != 4 || value.rank() != 4)
    return {b.fail("expected query, key and value of rank 4")};
  auto depth = query.dim(3).asConstant();
  if (!depth && !n.has("scale"))
    return {b.unsupported("a head of symbolic size " + query.dim(3).str())};
  double scale = n.real("scale", 1 / std::sqrt(static_cast<double>(std::max<int64_t>(depth.value_or(1), 1))));
  double root = std::sqrt(scale);
  Tensor scores = groupedProduct(b, widen(query) * root, widen(key) * root, 3);
  mlir::Type precision = n.elementType("softmax_precision", scores ? scores.elementType() : mlir::Type());
  if (b.failed())
    return {};
  scores = applyBody(n, "score_mod", b.cast(scores, precision));
  Tensor weights = applyBody(n, "prob_mod", softmax(scores, 3));
  if (b.failed())
    return {};
  return {narrow(groupedProduct(b, weights, b.cast(value, weights.elementType()), 2), value.elementType())};
}

//===-- RotaryEmbedding -----------------------------------------------------------------------===//

/// Tables of cos or sin for every position of x [B, S, H, D/2]: looked up by position, or given per token.
Tensor rotationTable(Node &n, Tensor cache) {
  OpenBuilder &b = n.builder();
  Tensor positions = n.optional(3), table = positions ? b.take(cache, positions, 0) : cache;
  return table && table.rank() == 3 ? b.unsqueeze(table, 2) : b.fail("expected caches of one row per token");
}

Tensors openRotaryEmbedding(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), given = x;
  if (b.failed() || (x.rank() != 3 && x.rank() != 4))
    return {b.fail("expected an operand of rank 3 or 4")};
  if (x.rank() == 4) {
    x = b.transpose(x, {0, 2, 1, 3});
  } else {
    int64_t heads = n.integer("num_heads");
    auto size = heads > 0 ? x.dim(2).divideExactly(DimExpr(heads)) : std::nullopt;
    if (!size)
      return {b.fail("expected a hidden size in multiples of num_heads, got " + x.dim(2).str())};
    x = b.reshape(x, {x.dim(0), x.dim(1), DimExpr(heads), *size});
  }
  DimExpr size = x.dim(3);
  int64_t rotated = n.integer("rotary_embedding_dim", 0);
  auto whole = size.asConstant();
  if (!whole || rotated < 0 || rotated > *whole || (rotated ? rotated : *whole) % 2 != 0)
    return {b.fail("expected an even number of rotated elements, at most the head's " + size.str())};
  rotated = rotated ? rotated : *whole;
  int64_t half = rotated / 2;
  bool interleaved = n.flag("interleaved", false);
  Tensor first = b.slice(x, 3, 0, half, interleaved ? 2 : 1);
  Tensor second = b.slice(x, 3, interleaved ? 1 : half, half, interleaved ? 2 : 1);
  Tensor cosine = rotationTable(n, n.in(1)), sine = rotationTable(n, n.in(2));
  Tensor left = cosine * first - sine * second, right = sine * first + cosine * second;
  Tensor turned;
  if (interleaved) {
    Dims dims{x.dim(0), x.dim(1), x.dim(2), DimExpr(rotated)};
    turned = b.reshape(b.concat({b.unsqueeze(left, 4), b.unsqueeze(right, 4)}, 4), dims);
  } else {
    turned = b.concat({left, right}, 3);
  }
  if (rotated < *whole)
    turned = b.concat({turned, b.slice(x, 3, rotated, *whole - rotated)}, 3);
  return {given.rank() == 3 ? b.reshape(turned, given.dims()) : b.transpose(turned, {0, 2, 1, 3})};
}

//===-- LinearAttention -----------------------------------------------------------------------===//

/// Longer sequences need a loop rather than an unrolled recurrence.
constexpr int64_t kMaxSteps = 512;

/// The operands of a linear attention as [B, H, T, ...] in f32.
struct Recurrence {
  Tensor query, key, value, decay = {}, rate = {}, state = {};
};

/// [B, T, H*D] -> [B, H, T, D] in f32; a width other than a multiple of `heads` is an error.
Tensor perHead(OpenBuilder &b, Tensor x, int64_t heads) {
  if (b.failed() || x.rank() != 3)
    return b.fail("expected operands of rank 3");
  return splitHeads(b, widen(x), heads);
}

/// Row t of [B, H, T, D] -> [B, H, D].
Tensor rowOf(OpenBuilder &b, Tensor x, int64_t t) { return b.squeeze(b.slice(x, 2, t, 1), 2); }

/// One step: decays the state, corrects the value, adds the outer product; returns the query's reading.
Tensor advance(OpenBuilder &b, Recurrence &r, int64_t t) {
  Tensor key = rowOf(b, r.key, t), value = rowOf(b, r.value, t);
  if (r.decay)
    r.state = r.state * b.unsqueeze(map(ScalarFn::exp, rowOf(b, r.decay, t)), 3);
  if (r.rate)
    value = rowOf(b, r.rate, t) * (value - b.contract(key, r.state, {0, 1}, {0, 1}, 2, 2));
  r.state = r.state + b.unsqueeze(key, 3) * b.unsqueeze(value, 2);
  return groupedProduct(b, b.slice(r.query, 2, t, 1), r.state, 2);
}

Tensors openLinearAttention(Node &n) {
  OpenBuilder &b = n.builder();
  int64_t queryHeads = n.integer("q_num_heads"), keyHeads = n.integer("kv_num_heads");
  llvm::StringRef rule = n.text("update_rule", "gated_delta");
  bool gated = rule.starts_with("gated"), corrected = rule.ends_with("delta");
  if (b.failed() || queryHeads < 1 || keyHeads < 1 || (!gated && !corrected && rule != "linear"))
    return {b.fail("expected heads and an update rule")};
  Tensor past = n.optional(3);
  Recurrence r{perHead(b, n.in(0), queryHeads), perHead(b, n.in(1), keyHeads), perHead(b, n.in(2), keyHeads)};
  if (gated)
    r.decay = perHead(b, n.in(4), keyHeads);
  if (corrected)
    r.rate = perHead(b, n.in(5), n.in(5).dim(2).isConstant(1) ? 1 : keyHeads);
  if (b.failed())
    return {};
  auto steps = r.query.dim(2).asConstant(), depth = r.query.dim(3).asConstant();
  if (!steps || *steps < 1 || *steps > kMaxSteps || !depth)
    return {b.unsupported("a recurrence of " + r.query.dim(2).str() + " steps")};
  Dims stateDims{r.key.dim(0), r.key.dim(1), r.key.dim(3), r.value.dim(3)};
  r.state = past ? widen(past) : b.full(0, stateDims, r.key.elementType());
  llvm::SmallVector<Tensor> rows;
  for (int64_t t = 0; t < *steps && !b.failed(); ++t)
    rows.push_back(advance(b, r, t));
  double scale = n.real("scale", 0);
  if (scale == 0)
    scale = 1 / std::sqrt(static_cast<double>(*depth));
  Tensor y = b.failed() ? Tensor() : joinHeads(b, b.concat(rows, 2)) * scale;
  return {narrow(y, n.in(0).elementType()), narrow(r.state, (past ? past : n.in(0)).elementType())};
}

//===-- CausalConvWithState -------------------------------------------------------------------===//

Tensors openCausalConvWithState(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), weight = n.in(1), bias = n.optional(2), past = n.optional(3);
  llvm::StringRef activation = n.text("activation", "none");
  if (b.failed() || x.rank() != 3 || weight.rank() != 3)
    return {b.fail("expected an input and a weight of rank 3")};
  auto taps = weight.dim(2).asConstant(), channels = x.dim(1).asConstant();
  if (!taps || !channels || *taps < 1 || !weight.dim(0).isConstant(*channels) || !weight.dim(1).isConstant(1))
    return {b.fail("expected a weight of one filter per channel, got " + describe(weight.dims()))};
  if (activation != "none" && activation != "silu" && activation != "swish")
    return {b.fail("attribute 'activation': '" + activation + "' is none of none, silu, swish")};
  Tensor before = past ? past : b.full(0, {x.dim(0), x.dim(1), DimExpr(*taps - 1)}, x.elementType());
  Tensor padded = b.concat({before, x}, 2);
  Tensor y = b.conv(padded, weight, {{*taps}, {1}, {1}, {0}, {0}}, *channels);
  if (bias)
    y = y + b.broadcastAlong(bias, y.dims(), 1);
  if (activation != "none") {
    Tensor wide = widen(y);
    y = narrow(wide * map(ScalarFn::sigmoid, wide), x.elementType());
  }
  return {y, b.slice(padded, 2, padded.dim(2) - (*taps - 1), *taps - 1)};
}

constexpr OpenerRow kRows[] = {
    {"", "Attention", 23, openAttention, 3, 7},
    {"ai.onnx.preview", "FlexAttention", 1, openFlexAttention, 3, 3},
    {"", "RotaryEmbedding", 23, openRotaryEmbedding, 3, 4},
    {"", "LinearAttention", 27, openLinearAttention, 3, 6},
    {"", "CausalConvWithState", 27, openCausalConvWithState, 2, 4},
};

} // namespace

llvm::ArrayRef<OpenerRow> attentionOpeners() { return kRows; }

} // namespace delos::open
