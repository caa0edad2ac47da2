// Openers of the optimizers of ai.onnx.preview.training.
#include "lib/Open/OpenerTable.h"

namespace delos::open {

namespace {

/// Operands of an optimizer step: rate, step count, then the groups (parameters, gradients, states...) of
/// equal length.
struct Step {
  Tensor rate, count;
  size_t parameters;
  llvm::ArrayRef<Tensor> groups;
  Tensor at(size_t group, size_t k) const { return groups[group * parameters + k]; }
};

std::optional<Step> readStep(Node &n, size_t groupCount) {
  OpenBuilder &b = n.builder();
  llvm::ArrayRef<Tensor> operands = n.all();
  size_t rest = operands.size() - 2;
  if (b.failed() || operands.size() < 2 + groupCount || rest % groupCount != 0) {
    b.fail("expected 2 operands and " + llvm::Twine(groupCount) + " per parameter, got " +
           llvm::Twine(operands.size()));
    return std::nullopt;
  }
  return Step{b.reshape(operands[0], {}), b.reshape(operands[1], {}), rest / groupCount,
              operands.drop_front(2)};
}

/// The gradient with the derivative of the L2 penalty added.
Tensor regularised(Node &n, Tensor x, Tensor gradient) {
  double coefficient = n.real("norm_coefficient", 0);
  return coefficient == 0 ? gradient : x * coefficient + gradient;
}

/// Appends the outputs group by group.
Tensors byGroup(const std::vector<Tensors> &perParameter) {
  Tensors results;
  for (size_t group = 0; !perParameter.empty() && group < perParameter[0].size(); ++group)
    for (const Tensors &outputs : perParameter)
      results.push_back(outputs[group]);
  return results;
}

/// The step count as a number of the parameter's element type.
Tensor countLike(const Step &step, Tensor x) { return x.builder().cast(step.count, x.elementType()); }
Tensor rateLike(const Step &step, Tensor x) { return x.builder().cast(step.rate, x.elementType()); }

/// rate * sqrt(1 - beta^t) / (1 - alpha^t) from the first step on.
Tensor biasCorrectedRate(const Step &step, Tensor x, double alpha, double beta) {
  Tensor t = countLike(step, x), rate = rateLike(step, x);
  Tensor second = map(ScalarFn::sqrt, 1.0 - map(ScalarFn::pow, beta, t)),
         first = 1.0 - map(ScalarFn::pow, alpha, t);
  return select(map(ScalarFn::gt, t, 0.0), rate * second / first, rate);
}

Tensors openAdam(Node &n) {
  auto step = readStep(n, 4);
  if (!step)
    return {};
  double alpha = n.real("alpha", 0.9), beta = n.real("beta", 0.999), epsilon = n.real("epsilon", 0);
  double decay = n.real("norm_coefficient_post", 0);
  std::vector<Tensors> outputs;
  for (size_t k = 0; k < step->parameters; ++k) {
    Tensor x = step->at(0, k), gradient = regularised(n, x, step->at(1, k));
    Tensor first = step->at(2, k) * alpha + gradient * (1 - alpha);
    Tensor second = step->at(3, k) * beta + gradient * gradient * (1 - beta);
    Tensor rate = biasCorrectedRate(*step, x, alpha, beta);
    Tensor updated = x - rate * (first / (map(ScalarFn::sqrt, second) + epsilon));
    outputs.push_back({decay == 0 ? updated : updated * (1 - decay), first, second});
  }
  return byGroup(outputs);
}

Tensors openMomentum(Node &n) {
  OpenBuilder &b = n.builder();
  auto step = readStep(n, 3);
  llvm::StringRef mode = n.text("mode", "standard");
  if (!step || (mode != "standard" && mode != "nesterov"))
    return {b.fail("attribute 'mode': '" + mode + "' is neither standard nor nesterov")};
  double alpha = n.real("alpha", 0), beta = n.real("beta", 1);
  std::vector<Tensors> outputs;
  for (size_t k = 0; k < step->parameters; ++k) {
    Tensor x = step->at(0, k), gradient = regularised(n, x, step->at(1, k));
    Tensor weight = select(map(ScalarFn::gt, countLike(*step, x), 0.0), b.scalar(beta, x.elementType()), 1.0);
    Tensor momentum = step->at(2, k) * alpha + weight * gradient;
    Tensor direction = mode == "nesterov" ? gradient + momentum * alpha : momentum;
    outputs.push_back({x - rateLike(*step, x) * direction, momentum});
  }
  return byGroup(outputs);
}

Tensors openAdagrad(Node &n) {
  auto step = readStep(n, 3);
  if (!step)
    return {};
  double epsilon = n.real("epsilon", 1e-6), decay = n.real("decay_factor", 0);
  std::vector<Tensors> outputs;
  for (size_t k = 0; k < step->parameters; ++k) {
    Tensor x = step->at(0, k), gradient = regularised(n, x, step->at(1, k));
    Tensor rate = rateLike(*step, x) / (countLike(*step, x) * decay + 1.0);
    Tensor squares = step->at(2, k) + gradient * gradient;
    outputs.push_back({x - rate * gradient / (map(ScalarFn::sqrt, squares) + epsilon), squares});
  }
  return byGroup(outputs);
}

constexpr OpenerRow kRows[] = {
    {"ai.onnx.preview.training", "Adam", 1, openAdam, 3, kVariadic},
    {"ai.onnx.preview.training", "Momentum", 1, openMomentum, 3, kVariadic},
    {"ai.onnx.preview.training", "Adagrad", 1, openAdagrad, 3, kVariadic},
};

} // namespace

llvm::ArrayRef<OpenerRow> optimizerOpeners() { return kRows; }

} // namespace delos::open
