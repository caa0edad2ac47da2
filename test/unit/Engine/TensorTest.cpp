/// Tensors at the engine's border.
#include "delos/Engine.h"

#include "lib/Engine/Compiler.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace delos;

TEST_CASE("an allocated tensor is dense and aligned", "[tensor]") {
  auto tensor = Tensor::allocate(DType::Float32, {3, 5});
  REQUIRE(tensor.ok());
  CHECK(tensor->byteSize() == 60);
  CHECK(tensor->isContiguous());
  CHECK(reinterpret_cast<uintptr_t>(tensor->data()) % 64 == 0);
  CHECK(tensor->owner() != nullptr);
}

TEST_CASE("a borrowed tensor keeps its strides and its owner", "[tensor]") {
  auto owner = std::make_shared<std::vector<float>>(12);
  auto tensor = Tensor::adopt(DType::Float32, {4, 3}, owner, owner->data(), {1, 4});
  REQUIRE(tensor.ok());
  CHECK_FALSE(tensor->isContiguous());
  CHECK(owner.use_count() == 2);
  Tensor copy = *tensor;
  CHECK(copy.data() == owner->data());
}

TEST_CASE("extents of 1 may have any stride", "[tensor]") {
  float data[3] = {};
  CHECK(Tensor::borrow(DType::Float32, {1, 3}, data, {100, 1})->isContiguous());
  CHECK_FALSE(Tensor::borrow(DType::Float32, {2, 3}, data, {0, 1})->isContiguous());
}

TEST_CASE("impossible tensors are refused", "[tensor]") {
  CHECK_FALSE(Tensor::allocate(DType::Float32, {-1}).ok());
  CHECK_FALSE(Tensor::allocate(DType::Float32, {INT64_MAX, 2}).ok());
  CHECK_FALSE(Tensor::allocate(DType::String, {1}).ok());
  CHECK_FALSE(Tensor::borrow(DType::Float32, {2}, nullptr, {1, 1}).ok());
  CHECK_FALSE(Tensor::borrow(DType::Int4, {2, 2}, nullptr, {1, 2}).ok());
  CHECK(Tensor::borrow(DType::Float32, {0, INT64_MAX, INT64_MAX}, nullptr).ok());
}
