/// Binding of symbols and the checks of a run's inputs.
#include "runtime/executor/ShapeBinding.h"

#include "runtime/abi/DType.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace delos::runtime {
namespace {

std::string quote(const std::string &name) { return absl::StrCat("'", name, "'"); }

std::vector<std::string> symbolNames(const Plan &plan) {
  std::vector<std::string> names;
  for (const Symbol &symbol : plan.symbols)
    names.push_back(symbol.name);
  return names;
}

absl::Status wrongCount(const Plan &plan, size_t got) {
  std::string names = absl::StrJoin(plan.inputs, ", ", [](std::string *out, const ValueInfo &input) {
    absl::StrAppend(out, quote(input.name));
  });
  return absl::InvalidArgumentError(absl::StrCat("expected ", plan.inputs.size(),
                                                 plan.inputs.size() == 1 ? " input (" : " inputs (", names,
                                                 "), got ", got));
}

absl::Status wrongShape(const Plan &plan, const ValueInfo &input, const TensorView &tensor,
                        const std::string &why) {
  return absl::InvalidArgumentError(absl::StrCat("input ", quote(input.name), ": expected shape ",
                                                 printShape(plan, input), ", got [",
                                                 absl::StrJoin(tensor.shape, ", "), "]", why));
}

absl::Status checkTypeAndRank(const Plan &plan, const ValueInfo &input, const TensorView &tensor) {
  if (tensor.dtype != input.dtype)
    return absl::InvalidArgumentError(absl::StrCat("input ", quote(input.name), ": expected ",
                                                   dtypeName(input.dtype), ", got ",
                                                   dtypeName(tensor.dtype)));
  if (tensor.shape.size() != input.shape.size())
    return wrongShape(plan, input, tensor, "");
  for (int64_t extent : tensor.shape)
    if (extent < 0)
      return wrongShape(plan, input, tensor, ": an extent is negative");
  if (!tensor.data && elementCount(tensor.shape) != 0)
    return absl::InvalidArgumentError(absl::StrCat("input ", quote(input.name), ": has no data"));
  return absl::OkStatus();
}

absl::Status checkExtents(const Plan &plan, const ValueInfo &input, const TensorView &tensor,
                          std::span<const int64_t> symbols) {
  for (size_t dim = 0; dim < input.shape.size(); ++dim) {
    auto expected = input.shape[dim].evaluate(symbols);
    if (expected == tensor.shape[dim])
      continue;
    std::string wanted = expected ? absl::StrCat(*expected) : "a size that does not overflow";
    return wrongShape(plan, input, tensor,
                      absl::StrCat(": dimension ", dim, " must be ", wanted, ", got ", tensor.shape[dim]));
  }
  return absl::OkStatus();
}

/// What the compiler assumed of the sizes holds for these.
absl::Status checkEqualities(const Plan &plan, std::span<const int64_t> symbols) {
  for (const SizeEquality &equality : plan.equalities) {
    auto left = equality.left.evaluate(symbols), right = equality.right.evaluate(symbols);
    if (left && right && *left == *right)
      continue;
    std::vector<std::string> names = symbolNames(plan);
    auto text = [](const std::optional<int64_t> &value) { return value ? absl::StrCat(*value) : "no size"; };
    return absl::InvalidArgumentError(absl::StrCat("the model needs ", equality.left.print(names), " = ",
                                                   equality.right.print(names), ", the inputs' shapes give ",
                                                   text(left), " and ", text(right)));
  }
  return absl::OkStatus();
}

} // namespace

std::string printShape(const Plan &plan, const ValueInfo &value) {
  std::vector<std::string> names = symbolNames(plan), dims;
  for (const Formula &dim : value.shape)
    dims.push_back(dim.print(names));
  return absl::StrCat("[", absl::StrJoin(dims, ", "), "]");
}

absl::Status bindShapes(const Plan &plan, std::span<const TensorView> inputs, std::vector<int64_t> &symbols) {
  if (inputs.size() != plan.inputs.size())
    return wrongCount(plan, inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i)
    if (absl::Status status = checkTypeAndRank(plan, plan.inputs[i], inputs[i]); !status.ok())
      return status;
  symbols.assign(plan.symbols.size(), 0);
  for (size_t i = 0; i < symbols.size(); ++i)
    if (plan.symbols[i].input != Symbol::definedByInstruction)
      symbols[i] = inputs[plan.symbols[i].input].shape[plan.symbols[i].dim];
  for (size_t i = 0; i < inputs.size(); ++i)
    if (absl::Status status = checkExtents(plan, plan.inputs[i], inputs[i], symbols); !status.ok())
      return status;
  return checkEqualities(plan, symbols);
}

absl::Status evaluateShape(const ValueInfo &value, std::span<const int64_t> symbols,
                           std::vector<int64_t> &shape) {
  shape.clear();
  for (const Formula &dim : value.shape) {
    auto extent = dim.evaluate(symbols);
    if (!extent || *extent < 0)
      return absl::InvalidArgumentError(absl::StrCat("output ", quote(value.name), ": a dimension ",
                                                     extent ? "is negative" : "overflows",
                                                     " for these input shapes"));
    shape.push_back(*extent);
  }
  return absl::OkStatus();
}

} // namespace delos::runtime
