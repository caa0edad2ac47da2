// Random tensors and their comparison.
#include "test/unit/Support/RandomTensor.h"

#include "lib/Reference/Elements.h"
#include "runtime/abi/DType.h"

#include "absl/strings/str_cat.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace delos::test {

using reference::RefTensor;
using reference::Shape;
using reference::str;

namespace {

double randomFloat(std::mt19937_64 &random, const RandomElements &elements) {
  using Limits = std::numeric_limits<float>;
  static constexpr double kSpecials[] = {
      Limits::quiet_NaN(),  Limits::infinity(), -Limits::infinity(), 0.0, -0.0,
      Limits::denorm_min(), Limits::max()};
  std::uniform_real_distribution<double> share(0, 1), number(elements.low, elements.high);
  return share(random) < elements.specials ? kSpecials[random() % std::size(kSpecials)] : number(random);
}

template <typename I>
I randomInteger(std::mt19937_64 &random, DelosDType dtype, const RandomElements &elements) {
  I least = reference::leastOf<I>(dtype), greatest = reference::greatestOf<I>(dtype);
  std::uniform_real_distribution<double> share(0, 1);
  if (share(random) < elements.specials)
    return random() % 2 ? least : greatest;
  double low = std::max(elements.low, static_cast<double>(least));
  double high = std::min(elements.high, static_cast<double>(greatest));
  return std::uniform_int_distribution<I>(static_cast<I>(low), static_cast<I>(std::max(low, high)))(random);
}

} // namespace

RefTensor randomTensor(std::mt19937_64 &random, DelosDType dtype, Shape shape,
                       const RandomElements &elements) {
  RefTensor tensor = RefTensor::zeros(dtype, std::move(shape)).value();
  reference::withCarrier(dtype, [&](auto zero) {
    using C = decltype(zero);
    std::vector<C> values(tensor.elementCount());
    for (C &value : values)
      if constexpr (std::is_floating_point_v<C>)
        value = static_cast<C>(randomFloat(random, elements));
      else
        value = randomInteger<C>(random, dtype, elements);
    reference::storeAll(tensor, values);
  });
  return tensor;
}

RefTensor poisonedTensor(DelosDType dtype, Shape shape) {
  RefTensor tensor = RefTensor::zeros(dtype, std::move(shape)).value();
  if (tensor.byteSize() > 0)
    std::memset(tensor.data(), 0xFF, tensor.byteSize());
  return tensor;
}

static bool isClose(double expected, double got, double absolute, double relative) {
  if (std::isnan(expected) || std::isnan(got))
    return std::isnan(expected) && std::isnan(got);
  return expected == got || std::fabs(expected - got) <= absolute + relative * std::fabs(expected);
}

std::optional<std::string> firstDifference(const RefTensor &expected, const RefTensor &got, double absolute,
                                           double relative) {
  if (expected.dtype() != got.dtype() || expected.shape() != got.shape())
    return absl::StrCat("expected ", runtime::dtypeName(expected.dtype()), str(expected.shape()), ", got ",
                        runtime::dtypeName(got.dtype()), str(got.shape()));
  return reference::withCarrier(expected.dtype(), [&](auto zero) -> std::optional<std::string> {
    using C = decltype(zero);
    std::vector<C> a = reference::loadAll<C>(expected), b = reference::loadAll<C>(got);
    for (size_t i = 0; i < a.size(); ++i) {
      bool close = a[i] == b[i];
      if constexpr (std::is_floating_point_v<C>)
        close = isClose(a[i], b[i], absolute, relative);
      if (!close)
        return absl::StrCat("element ", i, " of ", str(expected.shape()), ": expected ", a[i], ", got ",
                            b[i]);
    }
    return std::nullopt;
  });
}

} // namespace delos::test
