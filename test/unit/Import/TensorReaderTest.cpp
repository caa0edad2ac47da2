// Tensor data: every place a file can keep it in gives the same bytes.
#include "lib/Import/TensorReader.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cstring>
#include <deque>
#include <random>

using namespace delos;
using namespace delos::importer;

namespace {

struct Reader {
  ImportOptions options;
  ExternalData external{"", options.limits};
  TensorReader tensors{external, options};
  std::deque<::onnx::TensorProto> protos; // stay where they are: the reader knows them by address

  ::onnx::TensorProto &proto(int32_t type, const std::vector<int64_t> &dims) {
    ::onnx::TensorProto &made = protos.emplace_back();
    made.set_data_type(type);
    for (int64_t dim : dims)
      made.add_dims(dim);
    return made;
  }
};

} // namespace

TEST_CASE("tensors: typed fields and raw data agree") {
  Reader reader;
  std::mt19937 random(7);
  for (const delos::onnx::ElementInfo &info : delos::onnx::elementTypes()) {
    if (info.bits == 0)
      continue;
    int64_t count = 13;
    ::onnx::TensorProto &raw = reader.proto(info.code, {count}), &typed = reader.proto(info.code, {count});
    std::string bytes(size_t(delos::onnx::rawBytes(info, count)), '\0');
    for (char &byte : bytes)
      byte = info.name == "BOOL" ? char(random() % 2) : char(random());
    raw.set_raw_data(bytes);
    bool is32 = info.name == "FLOAT" || info.name == "COMPLEX64",
         is64 = info.name == "DOUBLE" || info.name == "COMPLEX128";
    size_t step = is32 ? 4 : is64 ? 8 : std::max<size_t>(1, info.bits / 8);
    for (size_t at = 0; at < bytes.size(); at += step) {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, step);
      if (is32)
        typed.add_float_data(std::bit_cast<float>(uint32_t(word)));
      else if (is64)
        typed.add_double_data(std::bit_cast<double>(word));
      else if (info.name == "INT64")
        typed.add_int64_data(int64_t(word));
      else if (info.name == "UINT32" || info.name == "UINT64")
        typed.add_uint64_data(word);
      else
        typed.add_int32_data(int32_t(word));
    }
    INFO(std::string(info.name));
    auto first = reader.tensors.read(raw, {}), second = reader.tensors.read(typed, {});
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    CHECK((*first)->bytes == bytes);
    CHECK((*second)->bytes == bytes);
    CHECK((*first)->hash == (*second)->hash);
  }
}

TEST_CASE("tensors: negative numbers fit narrow signed types, wide ones fit none") {
  Reader reader;
  auto narrow = [&](int32_t number) {
    ::onnx::TensorProto &made = reader.proto(::onnx::TensorProto::INT8, {1});
    made.add_int32_data(number);
    auto tensor = reader.tensors.read(made, {});
    return tensor.ok() ? int((*tensor)->bytes[0]) : 1000;
  };
  CHECK(narrow(-128) == -128);
  CHECK(narrow(127) == 127);
  CHECK(narrow(255) == -1);
  CHECK(narrow(-129) == 1000);
  CHECK(narrow(256) == 1000);
}

TEST_CASE("tensors: content decides the hash, shape and type included") {
  Reader reader;
  auto hashOf = [&](int32_t type, std::vector<int64_t> dims, std::string bytes) {
    ::onnx::TensorProto &made = reader.proto(type, dims);
    made.set_raw_data(bytes);
    made.set_name("named " + bytes);
    auto tensor = reader.tensors.read(made, {});
    REQUIRE(tensor.ok());
    return (*tensor)->hash;
  };
  uint64_t base = hashOf(::onnx::TensorProto::INT8, {2, 3}, "abcdef");
  CHECK(base == hashOf(::onnx::TensorProto::INT8, {2, 3}, "abcdef"));
  CHECK(base != hashOf(::onnx::TensorProto::INT8, {3, 2}, "abcdef"));
  CHECK(base != hashOf(::onnx::TensorProto::UINT8, {2, 3}, "abcdef"));
  CHECK(base != hashOf(::onnx::TensorProto::INT8, {2, 3}, "abcdeg"));
}

TEST_CASE("tensors: element counts are bounded without overflow") {
  ImportLimits limits;
  auto count = [&](std::vector<int64_t> dims) { return countElements(dims, limits, {}); };
  CHECK(*count({}) == 1);
  CHECK(*count({0, 7}) == 0);
  CHECK(*count({5, 7, 11}) == 385);
  CHECK(!count({-1}).ok());
  CHECK(!count({INT64_MIN}).ok());
  CHECK(!count({int64_t(1) << 32, int64_t(1) << 32, 0}).ok());
  CHECK(!count({INT64_MAX, INT64_MAX, INT64_MAX}).ok());
  CHECK(!count(std::vector<int64_t>(33, 1)).ok());
}
