/// .npy files: round trip of every dtype and refusal of damaged files.
#include "lib/Reference/Npy.h"

#include "test/unit/Support/RandomTensor.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace delos;
using namespace delos::reference;

namespace {

/// A file that disappears with the test.
struct TemporaryFile {
  TemporaryFile() { close(mkstemp(path)); }
  ~TemporaryFile() { std::remove(path); }
  char path[32] = "/tmp/delos-npy-XXXXXX";
};

std::string contents(const char *path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

TEST_CASE("every dtype survives a file") {
  std::mt19937_64 random(Catch::rngSeed());
  TemporaryFile file;
  for (DelosDType dtype : {DELOS_DTYPE_FLOAT32, DELOS_DTYPE_BFLOAT16, DELOS_DTYPE_FLOAT16, DELOS_DTYPE_BOOL,
                           DELOS_DTYPE_INT4, DELOS_DTYPE_UINT64, DELOS_DTYPE_FLOAT8E5M2, DELOS_DTYPE_INT16})
    for (const Shape &shape : {Shape{}, Shape{0}, Shape{7}, Shape{3, 0, 2}, Shape{2, 3, 5}}) {
      RefTensor tensor = test::randomTensor(random, dtype, shape, {-100, 100, 0.2});
      REQUIRE(writeNpy(file.path, tensor).ok());
      absl::StatusOr<RefTensor> again = readNpy(file.path, dtype);
      INFO(again.status().ToString());
      REQUIRE(again.ok());
      CHECK(test::firstDifference(tensor, *again, 0, 0).value_or("equal") == "equal");
    }
}

TEST_CASE("a file of another type or a damaged one is an error") {
  std::mt19937_64 random(Catch::rngSeed());
  TemporaryFile file;
  REQUIRE(writeNpy(file.path, test::randomTensor(random, DELOS_DTYPE_FLOAT32, {4, 4})).ok());
  CHECK_THAT(std::string(readNpy(file.path, DELOS_DTYPE_INT32).status().message()),
             Catch::Contains("expected elements of int32, got <f4"));
  std::string bytes = contents(file.path);
  for (size_t length = 0; length < bytes.size(); length += 5) {
    std::ofstream(file.path, std::ios::binary) << bytes.substr(0, length);
    CHECK_FALSE(readNpy(file.path, DELOS_DTYPE_FLOAT32).ok());
  }
  CHECK(readNpy("/nowhere/at/all.npy").status().code() == absl::StatusCode::kNotFound);
}
