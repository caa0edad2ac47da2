/// Sizes and names of element types.
#include "runtime/abi/DType.h"

#include <catch2/catch.hpp>

using namespace delos::runtime;

TEST_CASE("sub-byte elements are packed and rounded up to a byte", "[abi]") {
  CHECK(byteSize(DELOS_DTYPE_INT4, 3) == 2);
  CHECK(byteSize(DELOS_DTYPE_UINT2, 5) == 2);
  CHECK(byteSize(DELOS_DTYPE_BOOL, 5) == 5);
  CHECK(byteSize(DELOS_DTYPE_COMPLEX128, 2) == 32);
  CHECK(byteSize(DELOS_DTYPE_FLOAT32, 0) == 0);
}

TEST_CASE("impossible sizes have no value", "[abi]") {
  CHECK_FALSE(byteSize(DELOS_DTYPE_STRING, 1));
  CHECK_FALSE(byteSize(DELOS_DTYPE_FLOAT32, -1));
  CHECK_FALSE(byteSize(DELOS_DTYPE_FLOAT64, INT64_MAX / 8));
}

TEST_CASE("every type is found by its name", "[abi]") {
  for (int i = DELOS_DTYPE_FLOAT32; i <= DELOS_DTYPE_INT2; ++i) {
    auto dtype = static_cast<DelosDType>(i);
    CHECK(dtypeNamed(dtypeName(dtype)) == dtype);
  }
  CHECK_FALSE(dtypeNamed("float31"));
}
