/// Comparison of results with an oracle's.
#include "tools/delos/Comparison.h"

#include "lib/Reference/Elements.h"
#include "tools/delos/RefTensors.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace delos::tool {
namespace {

struct Tolerance {
  DType dtype;
  double relative;
};

/// Of the output's largest magnitude. Narrow types: a few units in the last place.
constexpr Tolerance tolerances[] = {
    {DType::Float32, 1e-4},       {DType::Float64, 1e-4},       {DType::Complex64, 1e-4},
    {DType::Complex128, 1e-4},    {DType::Float16, 4e-3},       {DType::BFloat16, 3e-2},
    {DType::Float8E4M3FN, 0.2},   {DType::Float8E4M3FNUZ, 0.2}, {DType::Float8E5M2, 0.3},
    {DType::Float8E5M2FNUZ, 0.3},
};

double toleranceOf(DType dtype) {
  for (Tolerance entry : tolerances)
    if (entry.dtype == dtype)
      return entry.relative;
  return 0;
}

double difference(double result, double oracle) {
  if (result == oracle || (std::isnan(result) && std::isnan(oracle)))
    return 0;
  double error = std::abs(result - oracle);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

} // namespace

std::vector<double> toDoubles(const Tensor &tensor) {
  if (tensor.dtype() == DType::Complex64) {
    const auto *parts = tensor.dataAs<float>();
    return {parts, parts + 2 * tensor.elementCount()};
  }
  if (tensor.dtype() == DType::Complex128) {
    const auto *parts = tensor.dataAs<double>();
    return {parts, parts + 2 * tensor.elementCount()};
  }
  StatusOr<reference::RefTensor> held = toReference(tensor);
  if (!held.ok())
    return {};
  return reference::withCarrier(held->dtype(), [&](auto zero) {
    auto values = reference::loadAll<decltype(zero)>(*held);
    return std::vector<double>(values.begin(), values.end());
  });
}

OutputComparison compareOutput(const std::string &name, const Tensor &result, const Tensor &oracle) {
  OutputComparison comparison;
  comparison.name = name;
  comparison.tolerance = toleranceOf(result.dtype());
  if (result.dtype() != oracle.dtype() || !std::ranges::equal(result.shape(), oracle.shape())) {
    comparison.maxError = std::numeric_limits<double>::infinity();
    comparison.problem =
        absl::StrCat("expected ", dtypeName(oracle.dtype()), "[", absl::StrJoin(oracle.shape(), ", "),
                     "], got ", dtypeName(result.dtype()), "[", absl::StrJoin(result.shape(), ", "), "]");
    return comparison;
  }
  std::vector<double> ours = toDoubles(result), theirs = toDoubles(oracle);
  for (size_t i = 0; i < ours.size(); ++i) {
    comparison.maxError = std::max(comparison.maxError, difference(ours[i], theirs[i]));
    if (std::isfinite(theirs[i]))
      comparison.magnitude = std::max(comparison.magnitude, std::abs(theirs[i]));
  }
  comparison.agrees = comparison.maxError <= comparison.tolerance * comparison.magnitude;
  return comparison;
}

} // namespace delos::tool
