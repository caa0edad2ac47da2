// How far f32 results are from f64 references.
#pragma once

#include "test/math/FunctionTable.h"

namespace delos::test {

/// The largest error seen and where. A wrong NaN, infinity or sign of zero counts as an infinite error.
struct WorstError {
  double ulp = 0;
  float argument = 0, argument2 = 0, result = 0;
  double expected = 0;

  void merge(const WorstError &other) {
    if (other.ulp > ulp)
      *this = other;
  }
};

/// kBlock results to judge; x2 may be null.
struct ComparedBlock {
  const float *x, *x2, *got;
  const double *expected;
  Unit unit;
};

/// One ulp is the distance of the two floats around the expected value (or the argument), at least the
/// smallest denormal.
void compareBlock(const ComparedBlock &block, WorstError &worst);

} // namespace delos::test
