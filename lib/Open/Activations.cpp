// Openers of activation functions, softmax and dropout.
#include "lib/Open/Compositions.h"
#include "lib/Open/OpenerTable.h"

#include <cmath>

namespace delos::open {

Tensor softplus(Tensor x) {
  return map(ScalarFn::max, x, 0.0) + map(ScalarFn::log1p, map(ScalarFn::exp, -map(ScalarFn::abs, x)));
}

Tensor relu(Tensor x) { return map(ScalarFn::max, x, 0.0); }

/// The maximum along dims, with 0 where it is infinite, so that subtracting it never gives NaN.
static Tensor finiteMaximum(Tensor x, llvm::ArrayRef<int64_t> dims) {
  Tensor maximum = x ? x.builder().reduce(ReduceKind::max, x, dims, /*keepDims=*/true) : x;
  return select(map(ScalarFn::is_inf, maximum), 0.0, maximum);
}

Tensor softmax(Tensor x, llvm::ArrayRef<int64_t> dims) {
  if (!x)
    return {};
  OpenBuilder &b = x.builder();
  Tensor shifted = map(ScalarFn::exp, x - b.reduce(ReduceKind::max, x, dims, /*keepDims=*/true));
  return shifted / b.reduce(ReduceKind::sum, shifted, dims, /*keepDims=*/true);
}

Tensor logSoftmax(Tensor x, llvm::ArrayRef<int64_t> dims) {
  if (!x)
    return {};
  OpenBuilder &b = x.builder();
  Tensor shifted = x - b.reduce(ReduceKind::max, x, dims, /*keepDims=*/true);
  return shifted - map(ScalarFn::log, b.reduce(ReduceKind::sum, map(ScalarFn::exp, shifted), dims, true));
}

Tensor logSumExp(Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims) {
  if (!x)
    return {};
  OpenBuilder &b = x.builder();
  Tensor maximum = finiteMaximum(x, dims);
  Tensor sum = b.reduce(ReduceKind::sum, map(ScalarFn::exp, x - maximum), dims, /*keepDims=*/true);
  Tensor result = map(ScalarFn::log, sum) + maximum;
  return keepDims ? result : b.squeeze(result, dims);
}

Tensor gelu(Tensor x, bool byTanh) {
  if (byTanh) {
    constexpr double kScale = 0.7978845608028654; // sqrt(2 / pi)
    Tensor inner = (x + x * x * x * 0.044715) * kScale;
    return x * 0.5 * (map(ScalarFn::tanh, inner) + 1.0);
  }
  return x * 0.5 * (map(ScalarFn::erf, x * M_SQRT1_2) + 1.0);
}

namespace {

/// An activation computed in at least f32 and rounded once.
template <Tensor (*function)(Node &, Tensor)>
Tensors openWidened(Node &n) {
  Tensor x = n.in(0);
  return {narrow(function(n, widen(x)), x.elementType())};
}

Tensor leakyRelu(Node &n, Tensor x) {
  return select(map(ScalarFn::lt, x, 0.0), x * n.real("alpha", 0.01), x);
}

Tensor elu(Node &n, Tensor x) {
  Tensor negative = map(ScalarFn::expm1, x) * n.real("alpha", 1.0);
  return select(map(ScalarFn::lt, x, 0.0), negative, x);
}

Tensor selu(Node &n, Tensor x) {
  double alpha = n.real("alpha", 1.67326319217681884765625),
         gamma = n.real("gamma", 1.05070102214813232421875);
  return select(map(ScalarFn::le, x, 0.0), map(ScalarFn::expm1, x) * (alpha * gamma), x * gamma);
}

Tensor celu(Node &n, Tensor x) {
  double alpha = n.real("alpha", 1.0);
  return relu(x) + map(ScalarFn::min, map(ScalarFn::expm1, x / alpha) * alpha, 0.0);
}

Tensor hardSigmoid(Node &n, Tensor x) {
  return map(ScalarFn::max, map(ScalarFn::min, x * n.real("alpha", 0.2) + n.real("beta", 0.5), 1.0), 0.0);
}

Tensor hardSwish(Node &, Tensor x) {
  return x * map(ScalarFn::max, map(ScalarFn::min, x * (1.0 / 6.0) + 0.5, 1.0), 0.0);
}

Tensor thresholdedRelu(Node &n, Tensor x) {
  return select(map(ScalarFn::gt, x, n.real("alpha", 1.0)), x, 0.0);
}
Tensor openedSoftplus(Node &, Tensor x) { return softplus(x); }
Tensor softsign(Node &, Tensor x) { return x / (map(ScalarFn::abs, x) + 1.0); }
Tensor mish(Node &, Tensor x) { return x * map(ScalarFn::tanh, softplus(x)); }
Tensor swish(Node &n, Tensor x) { return x * map(ScalarFn::sigmoid, x * n.real("alpha", 1.0)); }
Tensor openedGelu(Node &n, Tensor x) { return gelu(x, n.text("approximate", "none") == "tanh"); }

Tensors openRelu(Node &n) { return {relu(n.in(0))}; }

Tensors openShrink(Node &n) {
  Tensor x = n.in(0);
  double lambda = n.real("lambd", 0.5), bias = n.real("bias", 0.0);
  Tensor above = select(map(ScalarFn::gt, x, lambda), x - bias, 0.0);
  return {select(map(ScalarFn::lt, x, -lambda), x + bias, above)};
}

Tensors openPRelu(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), slope = n.in(1);
  // Before version 7 a slope per channel stands for dim 1.
  if (n.opset() < 7 && slope.rank() == 1 && x.rank() > 2 && !slope.dim(0).isConstant(1))
    slope = b.broadcastAlong(slope, x.dims(), 1);
  return {select(map(ScalarFn::lt, x, 0.0), x * slope, x)};
}

/// The dims that softmax-like operators normalise over: one dim, before version 13 all from `axis` on.
Ints normalisedDims(Node &n, int64_t rank) {
  bool isFlattening = n.opset() < 13;
  // A flattening axis may equal the rank: nothing is normalised over then.
  int64_t axis = n.integer("axis", isFlattening ? 1 : -1);
  if (isFlattening && axis == rank)
    return {};
  int64_t first = n.axis(axis, rank);
  return isFlattening ? range(first, rank) : Ints{first};
}

template <Tensor (*function)(Tensor, llvm::ArrayRef<int64_t>)>
Tensors openSoftmax(Node &n) {
  Tensor x = n.in(0);
  return {narrow(function(widen(x), normalisedDims(n, x.rank())), x.elementType())};
}

Tensors openHardmax(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), flat = x;
  Ints dims = normalisedDims(n, x.rank());
  if (b.failed() || dims.empty())
    return {x};
  int64_t dim = dims.front();
  if (dims.size() > 1) {
    Dims all = x.dims(), to(all.begin(), all.begin() + dim);
    to.push_back(graph::elementCount(llvm::ArrayRef(all).drop_front(dim)));
    flat = b.reshape(x, to);
  }
  Tensor winner = b.argReduce(ReduceKind::max, flat, dim, /*last=*/false, /*keepDims=*/true);
  Tensor hit = map(ScalarFn::eq, b.iota(flat.dims(), dim, b.i64()), winner);
  return {b.reshape(b.cast(hit, x.elementType()), x.dims())};
}

/// Outside training the operand passes through and the mask is true everywhere.
Tensors passThrough(Node &n, mlir::Type maskType) {
  Tensor x = n.in(0);
  return {x, n.wantsResult(1) ? n.builder().full(1, x.dims(), maskType) : Tensor()};
}

Tensors openDropoutByAttributes(Node &n) {
  Tensor x = n.in(0);
  return passThrough(n, n.opset() < 10 ? x.elementType() : n.builder().i1());
}

Tensors openDropout(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  double ratio = 0.5;
  bool training = false;
  if (n.optional(2)) {
    auto mode = n.knownFlag(2);
    if (!mode)
      return {};
    training = *mode;
  }
  if (training && n.optional(1)) {
    auto given = n.knownReals(1);
    if (!given || given->size() != 1)
      return {b.fail("expected one ratio")};
    ratio = given->front();
  }
  if (!training || ratio == 0)
    return passThrough(n, b.i1());
  Tensor draw = b.random(graph::RandomKind::uniform, n.seed(), x.dims(), b.f32());
  Tensor keep = map(ScalarFn::ge, draw, ratio);
  return {select(keep, x * (1.0 / (1.0 - ratio)), 0.0), keep};
}

constexpr OpenerRow kRows[] = {
    {"", "Relu", 1, openRelu, 1, 1},
    {"", "LeakyRelu", 1, openWidened<leakyRelu>, 1, 1},
    {"", "PRelu", 1, openPRelu, 2, 2},
    {"", "ThresholdedRelu", 10, openWidened<thresholdedRelu>, 1, 1},
    {"", "Elu", 1, openWidened<elu>, 1, 1},
    {"", "Selu", 1, openWidened<selu>, 1, 1},
    {"", "Celu", 12, openWidened<celu>, 1, 1},
    {"", "HardSigmoid", 1, openWidened<hardSigmoid>, 1, 1},
    {"", "HardSwish", 14, openWidened<hardSwish>, 1, 1},
    {"", "Softplus", 1, openWidened<openedSoftplus>, 1, 1},
    {"", "Softsign", 1, openWidened<softsign>, 1, 1},
    {"", "Mish", 18, openWidened<mish>, 1, 1},
    {"", "Swish", 24, openWidened<swish>, 1, 1},
    {"", "Gelu", 20, openWidened<openedGelu>, 1, 1},
    {"com.microsoft", "Gelu", 1, openWidened<openedGelu>, 1, 1},
    {"", "Shrink", 9, openShrink, 1, 1},
    {"", "Softmax", 1, openSoftmax<softmax>, 1, 1},
    {"", "LogSoftmax", 1, openSoftmax<logSoftmax>, 1, 1},
    {"", "Hardmax", 1, openHardmax, 1, 1},
    {"", "Dropout", 1, openDropoutByAttributes, 1, 1},
    {"", "Dropout", 12, openDropout, 1, 3},
};

} // namespace

llvm::ArrayRef<OpenerRow> activationOpeners() { return kRows; }

} // namespace delos::open
