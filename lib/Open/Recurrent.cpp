// Openers of RNN, GRU and LSTM, unrolled over a static sequence.
#include "lib/Open/Compositions.h"
#include "lib/Open/OpenerTable.h"

namespace delos::open {

namespace {

/// Longer sequences need a loop rather than an unrolled recurrence.
constexpr int64_t kMaxSteps = 512;

/// An activation by name with its parameters.
struct Activation {
  std::string name;
  double alpha, beta;

  Tensor operator()(Tensor x) const {
    if (name == "Relu")
      return relu(x);
    if (name == "Tanh")
      return map(ScalarFn::tanh, x);
    if (name == "Sigmoid")
      return map(ScalarFn::sigmoid, x);
    if (name == "Affine")
      return x * alpha + beta;
    if (name == "LeakyRelu")
      return select(map(ScalarFn::lt, x, 0.0), x * alpha, x);
    if (name == "ThresholdedRelu")
      return select(map(ScalarFn::gt, x, alpha), x, 0.0);
    if (name == "ScaledTanh")
      return map(ScalarFn::tanh, x * beta) * alpha;
    if (name == "HardSigmoid")
      return map(ScalarFn::max, map(ScalarFn::min, x * alpha + beta, 1.0), 0.0);
    if (name == "Elu")
      return select(map(ScalarFn::lt, x, 0.0), map(ScalarFn::expm1, x) * alpha, x);
    if (name == "Softsign")
      return x / (map(ScalarFn::abs, x) + 1.0);
    if (name == "Softplus")
      return softplus(x);
    return x ? x.builder().unsupported("activation '" + name + "'") : x;
  }
};

/// Which parameters an activation takes from the node's lists, and their defaults.
struct ActivationDefaults {
  llvm::StringLiteral name;
  bool hasAlpha, hasBeta;
  double alpha, beta;
};
constexpr ActivationDefaults kActivations[] = {
    {"Affine", true, true, 1, 0},           {"LeakyRelu", true, false, 0.01, 0},
    {"ThresholdedRelu", true, false, 1, 0}, {"ScaledTanh", true, true, 1, 1},
    {"HardSigmoid", true, true, 0.2, 0.5},  {"Elu", true, false, 1, 0},
};

std::vector<Activation> readActivations(Node &n, llvm::ArrayRef<llvm::StringRef> defaults,
                                        size_t directions) {
  std::vector<std::string> names = n.texts("activations");
  if (names.empty())
    for (size_t k = 0; k < directions * defaults.size(); ++k)
      names.push_back(defaults[k % defaults.size()].str());
  if (names.size() != directions * defaults.size())
    n.builder().fail("expected " + llvm::Twine(directions * defaults.size()) + " activations, got " +
                     llvm::Twine(names.size()));
  std::vector<double> alphas = n.reals("activation_alpha"), betas = n.reals("activation_beta");
  size_t nextAlpha = 0, nextBeta = 0;
  std::vector<Activation> activations;
  for (const std::string &name : names) {
    Activation activation{name, 0, 0};
    for (const ActivationDefaults &row : kActivations) {
      if (row.name != name)
        continue;
      activation.alpha = row.hasAlpha && nextAlpha < alphas.size() ? alphas[nextAlpha++] : row.alpha;
      activation.beta = row.hasBeta && nextBeta < betas.size() ? betas[nextBeta++] : row.beta;
    }
    activations.push_back(activation);
  }
  return activations;
}

/// What all three operators share: sequence [S, B, I], weights of one direction [G*H, ...], states [B, H].
struct Cell {
  int64_t steps, hidden, gates;
  double clip = 0;
  Tensor recurrence = {};           ///< [G*H, H]
  Tensor recurrentBias = {};        ///< [G*H], empty when absent
  Tensor peepholes = {};            ///< [3*H], empty when absent
  std::vector<Activation> act = {}; ///< of this direction
};

/// Columns of gate k of [B, G*H].
Tensor gate(OpenBuilder &b, Tensor x, const Cell &cell, int64_t k) {
  return b.slice(x, x.rank() - 1, k * cell.hidden, cell.hidden);
}

Tensor clipped(Tensor x, const Cell &cell) {
  return cell.clip > 0 ? map(ScalarFn::min, map(ScalarFn::max, x, -cell.clip), cell.clip) : x;
}

struct State {
  Tensor hidden, memory;
};

/// The products of the recurrence for some gates.
Tensor recurrent(OpenBuilder &b, const Cell &cell, Tensor hidden, int64_t first, int64_t count) {
  Tensor rows = b.slice(cell.recurrence, 0, first * cell.hidden, count * cell.hidden);
  Tensor product = b.contract(hidden, rows, {}, {}, 1, 1);
  return cell.recurrentBias
             ? product + b.slice(cell.recurrentBias, 0, first * cell.hidden, count * cell.hidden)
             : product;
}

State stepRNN(Node &n, const Cell &cell, Tensor input, State state) {
  Tensor sum = input + recurrent(n.builder(), cell, state.hidden, 0, 1);
  return {cell.act[0](clipped(sum, cell)), {}};
}

/// Gates z, r, h.
State stepGRU(Node &n, const Cell &cell, Tensor input, State state) {
  OpenBuilder &b = n.builder();
  Tensor products = recurrent(b, cell, state.hidden, 0, 2);
  auto sum = [&](int64_t k) { return clipped(gate(b, input, cell, k) + gate(b, products, cell, k), cell); };
  Tensor update = cell.act[0](sum(0)), reset = cell.act[0](sum(1));
  Tensor inner = n.flag("linear_before_reset", false) ? reset * recurrent(b, cell, state.hidden, 2, 1)
                                                      : recurrent(b, cell, reset * state.hidden, 2, 1);
  Tensor candidate = cell.act[1](clipped(gate(b, input, cell, 2) + inner, cell));
  return {(1.0 - update) * candidate + update * state.hidden, {}};
}

/// Gates i, o, f, c.
State stepLSTM(Node &n, const Cell &cell, Tensor input, State state) {
  OpenBuilder &b = n.builder();
  Tensor sum = input + recurrent(b, cell, state.hidden, 0, 4);
  auto withPeephole = [&](int64_t k, int64_t peephole, Tensor memory) {
    Tensor value = gate(b, sum, cell, k);
    if (cell.peepholes)
      value = value + b.slice(cell.peepholes, 0, peephole * cell.hidden, cell.hidden) * memory;
    return cell.act[0](clipped(value, cell));
  };
  Tensor in = withPeephole(0, 0, state.memory);
  Tensor forget = n.flag("input_forget", false) ? 1.0 - in : withPeephole(2, 2, state.memory);
  Tensor candidate = cell.act[1](clipped(gate(b, sum, cell, 3), cell));
  Tensor memory = forget * state.memory + in * candidate;
  return {withPeephole(1, 1, memory) * cell.act[2](memory), memory};
}

using StepFunction = State (*)(Node &, const Cell &, Tensor, State);

/// One kind of recurrent operator.
struct Kind {
  StepFunction step;
  int64_t gates;
  llvm::ArrayRef<llvm::StringRef> activations;
};

/// Runs one direction over inputs [S, B, G*H]; outputs [S, B, H] in the order of the sequence.
struct Run {
  Tensor outputs;
  State last;
};

Run runDirection(Node &n, const Kind &kind, const Cell &cell, Tensor inputs, State state, Tensor lengths,
                 bool isReverse) {
  OpenBuilder &b = n.builder();
  llvm::SmallVector<Tensor> outputs(cell.steps);
  for (int64_t k = 0; k < cell.steps && !b.failed(); ++k) {
    int64_t t = isReverse ? cell.steps - 1 - k : k;
    State next = kind.step(n, cell, b.squeeze(b.slice(inputs, 0, t, 1), 0), state);
    Tensor shown = next.hidden;
    if (lengths && shown) {
      // Beyond its length a sequence keeps its state and shows zeros; read backward it starts at its own end.
      Tensor inside = b.unsqueeze(map(ScalarFn::gt, lengths, b.scalar(t, lengths.elementType())), 1);
      shown = select(inside, next.hidden, 0.0);
      next.hidden = select(inside, next.hidden, state.hidden);
      if (next.memory)
        next.memory = select(inside, next.memory, state.memory);
    }
    state = next;
    outputs[t] = shown ? b.unsqueeze(shown, 0) : shown;
  }
  return {b.concat(outputs, 0), state};
}

/// Entry `direction` of an operand [D, ...]; empty when the operand is absent.
Tensor ofDirection(OpenBuilder &b, Tensor x, int64_t direction) {
  return x ? b.squeeze(b.slice(x, 0, direction, 1), 0) : x;
}

/// The initial state of a direction, zeros when the operand is absent. [D, B, H], or [B, D, H] with layout 1.
Tensor initialState(OpenBuilder &b, Tensor given, int64_t direction, bool batchFirst,
                    llvm::ArrayRef<DimExpr> dims, mlir::Type element) {
  if (given && batchFirst)
    given = b.transpose(given, {1, 0, 2});
  return given ? ofDirection(b, given, direction) : b.full(0, dims, element);
}

bool shapesFit(Node &n, const Kind &kind, Tensor x, int64_t directions, int64_t hidden) {
  OpenBuilder &b = n.builder();
  if (b.failed())
    return false;
  Tensor weights = n.in(1), recurrence = n.in(2);
  if (b.failed() || x.rank() != 3 || weights.rank() != 3 || recurrence.rank() != 3 || hidden < 1 ||
      !weights.dim(0).isConstant(directions) || !weights.dim(1).isConstant(kind.gates * hidden) ||
      !recurrence.dim(0).isConstant(directions) || !recurrence.dim(1).isConstant(kind.gates * hidden) ||
      !recurrence.dim(2).isConstant(hidden))
    b.fail("expected weights for " + llvm::Twine(directions) + " directions and hidden size " +
           llvm::Twine(hidden));
  return !b.failed();
}

/// The results of the directions as those of the node: [S, D, B, H] and [D, B, H], or batch first. A cell
/// without memory has no `memories`.
Tensors joinDirections(OpenBuilder &b, llvm::ArrayRef<Tensor> outputs, llvm::ArrayRef<Tensor> hiddens,
                       llvm::ArrayRef<Tensor> memories, bool batchFirst) {
  Tensor y = b.concat(outputs, 1);
  Tensors results{batchFirst ? b.transpose(y, {2, 0, 1, 3}) : y};
  for (llvm::ArrayRef<Tensor> states : {hiddens, memories})
    if (!states.empty()) {
      Tensor last = b.concat(states, 0);
      results.push_back(batchFirst ? b.transpose(last, {1, 0, 2}) : last);
    }
  return results;
}

Tensors openRecurrent(Node &n, const Kind &kind) {
  OpenBuilder &b = n.builder();
  llvm::StringRef direction = n.text("direction", "forward");
  int64_t directions = direction == "bidirectional" ? 2 : 1;
  bool batchFirst = n.flag("layout", false), hasMemory = kind.gates == 4;
  Tensor x = n.in(0);
  int64_t hidden = n.has("hidden_size") ? n.integer("hidden_size") : n.in(2).dim(2).asConstant().value_or(0);
  if (b.failed() || !shapesFit(n, kind, x, directions, hidden))
    return {};
  if (batchFirst)
    x = b.transpose(x, {1, 0, 2});
  auto steps = x.dim(0).asConstant();
  if (!steps || *steps < 1 || *steps > kMaxSteps)
    return {b.unsupported("a recurrence of " + x.dim(0).str() + " steps")};
  std::vector<Activation> activations = readActivations(n, kind.activations, directions);
  if (b.failed())
    return {};
  llvm::SmallVector<Tensor> outputs, hiddens, memories;
  for (int64_t d = 0; d < directions && !b.failed(); ++d) {
    size_t perDirection = kind.activations.size();
    Cell cell{*steps, hidden, kind.gates, n.real("clip", 0), ofDirection(b, n.in(2), d)};
    cell.act.assign(activations.begin() + d * perDirection, activations.begin() + (d + 1) * perDirection);
    cell.peepholes = hasMemory ? ofDirection(b, n.optional(7), d) : Tensor();
    // All input products at once: [S, B, G*H].
    Tensor inputs = b.contract(x, ofDirection(b, n.in(1), d), {}, {}, 2, 1);
    if (Tensor bias = ofDirection(b, n.optional(3), d)) {
      inputs = inputs + b.slice(bias, 0, 0, kind.gates * hidden);
      cell.recurrentBias = b.slice(bias, 0, kind.gates * hidden, kind.gates * hidden);
    }
    Dims stateDims{x.dim(1), DimExpr(hidden)};
    State state{initialState(b, n.optional(5), d, batchFirst, stateDims, x.elementType()), {}};
    if (hasMemory)
      state.memory = initialState(b, n.optional(6), d, batchFirst, stateDims, x.elementType());
    Run run = runDirection(n, kind, cell, inputs, state, n.optional(4), direction == "reverse" || d == 1);
    if (b.failed())
      return {};
    outputs.push_back(b.unsqueeze(run.outputs, 1));
    hiddens.push_back(b.unsqueeze(run.last.hidden, 0));
    if (hasMemory)
      memories.push_back(b.unsqueeze(run.last.memory, 0));
  }
  return joinDirections(b, outputs, hiddens, memories, batchFirst);
}

constexpr llvm::StringRef kRNN[] = {"Tanh"}, kGRU[] = {"Sigmoid", "Tanh"},
                          kLSTM[] = {"Sigmoid", "Tanh", "Tanh"};

Tensors openRNN(Node &n) { return openRecurrent(n, {stepRNN, 1, kRNN}); }
Tensors openGRU(Node &n) { return openRecurrent(n, {stepGRU, 3, kGRU}); }
Tensors openLSTM(Node &n) { return openRecurrent(n, {stepLSTM, 4, kLSTM}); }

constexpr OpenerRow kRows[] = {
    {"", "RNN", 1, openRNN, 3, 6},
    {"", "GRU", 1, openGRU, 3, 6},
    {"", "LSTM", 1, openLSTM, 3, 8},
};

} // namespace

llvm::ArrayRef<OpenerRow> recurrentOpeners() { return kRows; }

} // namespace delos::open
