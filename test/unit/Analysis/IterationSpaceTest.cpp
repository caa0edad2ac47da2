// Dims unified into loops, and operands as addresses that are linear in them.
#include "lib/Analysis/IterationSpace.h"

#include "test/unit/Analysis/GraphText.h"

#include <catch2/catch.hpp>

using namespace delos;
using namespace delos::test;

static IterationSpace spaceOf(GraphText &text) {
  auto space = IterationSpace::of(text.block());
  REQUIRE(std::holds_alternative<IterationSpace>(space));
  return std::get<IterationSpace>(std::move(space));
}

TEST_CASE("a merged dim is the loops of its parts, on both sides of a contraction") {
  GraphText text(R"(func.func @f(%q: tensor<6x5x8xf32>, %k: tensor<2x7x8xf32>) -> tensor<6x5x7xf32> {
    %0 = graph.reshape %q : tensor<6x5x8xf32> -> tensor<2x3x5x8xf32>
    %1 = graph.contract %0, %k batch [0] x [0] contract [3] x [2] : (tensor<2x3x5x8xf32>, tensor<2x7x8xf32>) -> tensor<2x3x5x7xf32>
    %2 = graph.reshape %1 : tensor<2x3x5x7xf32> -> tensor<6x5x7xf32>
    return %2 : tensor<6x5x7xf32>
  })");
  IterationSpace space = spaceOf(text);
  auto contract = text.find<graph::ContractOp>();
  auto loops = space.flatLoopsOf(contract.getResult());
  REQUIRE(loops.size() == 4);
  auto query = space.accessAt(contract->getOpOperand(0)), key = space.accessAt(contract->getOpOperand(1));
  REQUIRE(query);
  REQUIRE(key);
  CHECK(query->address.of(loops[0]).isConstant(120));
  CHECK(query->address.of(loops[1]).isConstant(40));
  CHECK(key->address.of(loops[0]).isConstant(56));
  CHECK(key->address.of(loops[1]).isConstant(0));
  auto merged = text.find<graph::ReshapeOp>(1);
  CHECK(space.loopsOf(merged.getResult())[0].size() == 2);
}

TEST_CASE("slices of one tensor are offsets") {
  GraphText text(R"(func.func @f(%x: tensor<4x12xf32>) -> tensor<4x2x3xf32> {
    %0 = graph.slice %x starts <0, 0> strides [1, 1] : tensor<4x12xf32> -> tensor<4x6xf32>
    %1 = graph.slice %x starts <0, 6> strides [1, 1] : tensor<4x12xf32> -> tensor<4x6xf32>
    %2 = graph.reshape %0 : tensor<4x6xf32> -> tensor<4x2x3xf32>
    %3 = graph.reshape %1 : tensor<4x6xf32> -> tensor<4x2x3xf32>
    %4 = graph.map add %2, %3 : (tensor<4x2x3xf32>, tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
    return %4 : tensor<4x2x3xf32>
  })");
  IterationSpace space = spaceOf(text);
  auto map = text.find<graph::MapOp>();
  auto loops = space.flatLoopsOf(map.getResult());
  for (unsigned operand : {0u, 1u}) {
    auto access = space.accessAt(map->getOpOperand(operand));
    REQUIRE(access);
    CHECK(access->argument == 0);
    CHECK(access->address.offset.isConstant(6 * operand));
    CHECK(access->address.of(loops[0]).isConstant(12));
    CHECK(access->address.of(loops[1]).isConstant(3));
    CHECK(access->address.of(loops[2]).isConstant(1));
  }
}

TEST_CASE("one tensor read in two ways has loops of its own per use; a computed one cannot") {
  GraphText input(R"(func.func @f(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %0 = graph.transpose %x perm [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
    %1 = graph.map add %x, %0 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    return %1 : tensor<4x4xf32>
  })");
  IterationSpace space = spaceOf(input);
  auto loops = space.flatLoopsOf(input.find<graph::MapOp>().getResult());
  auto turned = space.accessAt(input.find<graph::MapOp>()->getOpOperand(1));
  REQUIRE(turned);
  CHECK(turned->address.of(loops[0]).isConstant(1));
  GraphText computed(R"(func.func @f(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %0 = graph.map exp %x : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %1 = graph.transpose %0 perm [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
    %2 = graph.map add %0, %1 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    return %2 : tensor<4x4xf32>
  })");
  CHECK(std::holds_alternative<IterationSpace::Conflict>(IterationSpace::of(computed.block())));
}

TEST_CASE("symbolic sizes give symbolic strides") {
  GraphText text(R"(
  func.func @f(%x: tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>) -> tensor<?x8xf32, #graph.dims<"b*s", 8>> {
    %0 = graph.reshape %x : tensor<?x?x8xf32, #graph.dims<"b", "s", 8>> -> tensor<?x8xf32, #graph.dims<"b*s", 8>>
    %1 = graph.map exp %0 : (tensor<?x8xf32, #graph.dims<"b*s", 8>>) -> tensor<?x8xf32, #graph.dims<"b*s", 8>>
    return %1 : tensor<?x8xf32, #graph.dims<"b*s", 8>>
  })");
  IterationSpace space = spaceOf(text);
  auto map = text.find<graph::MapOp>();
  auto loops = space.flatLoopsOf(map.getResult());
  REQUIRE(loops.size() == 3);
  auto access = space.accessAt(map->getOpOperand(0));
  REQUIRE(access);
  CHECK(access->address.of(loops[0]) == DimExpr::symbol("s") * DimExpr(8));
}
