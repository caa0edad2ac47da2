/// Random tensors and their comparison, for unit tests of anything that computes.
#pragma once

#include "lib/Reference/Tensor.h"

#include <optional>
#include <random>
#include <string>

namespace delos::test {

/// What the elements are drawn from.
struct RandomElements {
  /// Finite floats are uniform in [low, high]; integers too, clamped to their type.
  double low = -2, high = 2;
  /// Share of floats that are NaN, infinities, signed zeros, the least subnormal and the largest finite
  /// number, and of integers that are the bounds of their type.
  double specials = 0;
};

/// A tensor of any dtype of the interpreter. The same generator state gives the same tensor.
reference::RefTensor randomTensor(std::mt19937_64 &random, DelosDType dtype, reference::Shape shape,
                                  const RandomElements &elements = {});

/// A tensor with every byte 0xFF: NaN in every float, so that an element that nobody writes shows.
reference::RefTensor poisonedTensor(DelosDType dtype, reference::Shape shape);

/// The first element where two tensors of one dtype and shape differ by more than absolute + relative *
/// |expected|, in words; nothing when there is none. NaN equals NaN, an infinity equals itself, integers have
/// no tolerance.
std::optional<std::string> firstDifference(const reference::RefTensor &expected,
                                           const reference::RefTensor &got, double absolute, double relative);

} // namespace delos::test
