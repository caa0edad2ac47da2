/// Formats of narrow floats and conversions between dtypes.
#include "lib/Reference/Elements.h"

#include "lib/Reference/FloatFormat.h"
#include "lib/Reference/Philox.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace delos::reference;

static constexpr DelosDType kNarrowFloats[] = {
    DELOS_DTYPE_FLOAT16,    DELOS_DTYPE_BFLOAT16,       DELOS_DTYPE_FLOAT8E4M3FN, DELOS_DTYPE_FLOAT8E4M3FNUZ,
    DELOS_DTYPE_FLOAT8E5M2, DELOS_DTYPE_FLOAT8E5M2FNUZ, DELOS_DTYPE_FLOAT4E2M1,
};

TEST_CASE("every bit pattern of a narrow float survives decoding and encoding") {
  for (DelosDType dtype : kNarrowFloats) {
    const FloatFormat &format = *floatFormat(dtype);
    for (uint32_t bits = 0; bits < 2 * format.signBit(); ++bits) {
      float value = decode(format, bits);
      uint32_t again = encode(format, value);
      INFO("dtype " << dtype << " bits " << bits << " value " << value);
      if (std::isnan(value))
        CHECK(std::isnan(decode(format, again)));
      else
        CHECK(again == bits);
    }
  }
}

TEST_CASE("numbers between two patterns round to the nearer, ties to the even one") {
  for (DelosDType dtype : kNarrowFloats) {
    const FloatFormat &format = *floatFormat(dtype);
    for (uint32_t bits = 0; bits < format.largest(); ++bits) {
      double low = decode(format, bits), high = decode(format, bits + 1), middle = (low + high) / 2;
      INFO("dtype " << dtype << " between " << low << " and " << high);
      CHECK(encode(format, middle) == bits + bits % 2);
      CHECK(encode(format, std::nextafter(middle, low)) == bits);
      CHECK(encode(format, std::nextafter(middle, high)) == bits + 1);
    }
  }
}

TEST_CASE("what exceeds a format overflows or saturates") {
  const FloatFormat &half = *floatFormat(DELOS_DTYPE_FLOAT16);
  CHECK(decode(half, encode(half, 65519.0)) == 65504);
  CHECK(std::isinf(decode(half, encode(half, 65520.0))));
  const FloatFormat &small = *floatFormat(DELOS_DTYPE_FLOAT8E4M3FN);
  CHECK(std::isnan(decode(small, encode(small, 465.0))));
  CHECK(decode(small, encode(small, 464.0)) == 448);
  CHECK(decode(small, encode(small, -1e9, /*saturate=*/true)) == -448);
}

static RefTensor doubles(const std::vector<double> &values) {
  RefTensor tensor = RefTensor::zeros(DELOS_DTYPE_FLOAT64, {static_cast<int64_t>(values.size())}).value();
  storeAll(tensor, values);
  return tensor;
}

static std::vector<int64_t> castTo(DelosDType dtype, const std::vector<double> &values, Overflow overflow) {
  RefTensor result = RefTensor::zeros(dtype, {static_cast<int64_t>(values.size())}).value();
  convert(doubles(values), result, overflow);
  return loadAll<int64_t>(result);
}

TEST_CASE("floats to integers: truncation, saturation, low bits") {
  double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  CHECK(castTo(DELOS_DTYPE_INT8, {1.9, -1.9, 200, -200, nan, infinity, -infinity}, Overflow::Saturate) ==
        std::vector<int64_t>{1, -1, 127, -128, 0, 127, -128});
  CHECK(castTo(DELOS_DTYPE_INT8, {1.9, -1.9, 200, 256, nan, infinity}, Overflow::Wrap) ==
        std::vector<int64_t>{1, -1, -56, 0, 0, 0});
  CHECK(castTo(DELOS_DTYPE_UINT8, {-1.5, 300, nan}, Overflow::Saturate) == std::vector<int64_t>{0, 255, 0});
  CHECK(castTo(DELOS_DTYPE_INT64, {1e30, -1e30}, Overflow::Saturate) ==
        std::vector<int64_t>{INT64_MAX, INT64_MIN});
  CHECK(castTo(DELOS_DTYPE_BOOL, {0.0, -0.0, 0.25, nan}, Overflow::Wrap) == std::vector<int64_t>{0, 0, 1, 1});
  CHECK(castTo(DELOS_DTYPE_INT4, {7, 8, -9}, Overflow::Saturate) == std::vector<int64_t>{7, 7, -8});
  CHECK(castTo(DELOS_DTYPE_INT4, {7, 8, -9}, Overflow::Wrap) == std::vector<int64_t>{7, -8, 7});
}

TEST_CASE("a large integer rounds once on its way to a 16-bit float") {
  // Rounded to float first, this number becomes a tie of bfloat16 and would go down to 2^40.
  int64_t value = (int64_t{1} << 40) + (int64_t{1} << 32) + 1;
  RefTensor input = RefTensor::zeros(DELOS_DTYPE_INT64, {1}).value();
  storeAll(input, std::vector<int64_t>{value});
  RefTensor result = RefTensor::zeros(DELOS_DTYPE_BFLOAT16, {1}).value();
  convert(input, result, Overflow::Wrap);
  CHECK(loadAll<double>(result)[0] == std::ldexp(1 + 1.0 / 128, 40));
}

TEST_CASE("Philox gives the published numbers") {
  // Known answers of the Random123 library.
  CHECK(philox(0, 0) == std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
}

TEST_CASE("random numbers have the moments of their distribution") {
  constexpr int kCount = 20000;
  double uniform = 0, normal = 0, square = 0;
  for (uint64_t i = 0; i < kCount; ++i) {
    double u = uniformAt(42, i, 24), n = normalAt(42, i, 24);
    REQUIRE((u >= 0 && u < 1));
    uniform += u / kCount;
    normal += n / kCount;
    square += n * n / kCount;
  }
  CHECK(uniform == Approx(0.5).margin(0.01));
  CHECK(normal == Approx(0).margin(0.03));
  CHECK(square == Approx(1).margin(0.05));
}
