// The functions under test: how a kernel calls them, what is right, and what is promised.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace delos::test {

/// Blocks of this many values go through kernels and references.
inline constexpr size_t kBlock = 4096;

/// Largest errors in units in the last place of f32, and the same for the precise form.
struct Promise {
  double fast, precise;
};

/// What an error is counted in.
enum class Unit {
  Result,   ///< Units in the last place of the result.
  Argument, ///< Of the argument or the result, whichever is larger.
};

/// `reference` fills y[0..kBlock) with f64 values of f32 arguments, at most 2^-25 f32 ulp off.
struct MathFunction {
  const char *name; ///< Of graph.map, or any where `node` is there.
  int operands;
  Promise promise;
  void (*reference)(const double *x, const double *x2, double *y);
  const char *node = nullptr; ///< An ONNX operator of one operand and its attributes, opened into primitives.
  const char *attributes = "";
  Unit unit = Unit::Result;
};

const std::vector<MathFunction> &mathFunctions();

/// What the references stand on: "libmvec" or "libm".
std::string referenceLibrary();

} // namespace delos::test
