// Estimates from access rules, and reports as attributes.
#include "dialects/Fusion/FusionDialect.h"
#include "dialects/Graph/GraphOps.h"
#include "lib/Cost/AnalyticCost.h"
#include "lib/Pipelines/InitAll.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch.hpp>

using namespace delos;

namespace {

/// A parsed function of graph ops.
struct Graph {
  explicit Graph(llvm::StringRef text) {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    REQUIRE(module);
    auto function = *module->getOps<mlir::func::FuncOp>().begin();
    for (mlir::Operation &op : function.getBody().front().without_terminator())
      ops.push_back(&op);
  }
  Estimate estimate(llvm::ArrayRef<mlir::Operation *> members, DimHints hints = {}) const {
    return estimateGroup(members, MachineModel(), hints);
  }
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<mlir::Operation *> ops;
};

} // namespace

TEST_CASE("a value between members does not move, one that leaves does") {
  Graph graph(R"(func.func @f(%x: tensor<8x16xf32>) -> tensor<8x16xf32> {
    %0 = graph.map neg %x : (tensor<8x16xf32>) -> tensor<8x16xf32>
    %1 = graph.map neg %0 : (tensor<8x16xf32>) -> tensor<8x16xf32>
    return %1 : tensor<8x16xf32>
  })");
  constexpr double kTensor = 8 * 16 * 4;
  Estimate first = graph.estimate(graph.ops[0]), both = graph.estimate(graph.ops);
  CHECK(first.bytesRead == kTensor);
  CHECK(first.bytesWritten == kTensor);
  CHECK(both.bytesRead == kTensor);
  CHECK(both.bytesWritten == kTensor);
  CHECK(both.flops == 2 * 8 * 16);
}

TEST_CASE("an input that two members read moves once") {
  Graph graph(R"(func.func @f(%x: tensor<64xf32>) -> tensor<64xf32> {
    %0 = graph.map neg %x : (tensor<64xf32>) -> tensor<64xf32>
    %1 = graph.map add %0, %x : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    return %1 : tensor<64xf32>
  })");
  CHECK(graph.estimate(graph.ops).bytesRead == 64 * 4);
}

TEST_CASE("work behind a broadcast repeats, a reduction's does not") {
  Graph graph(R"(func.func @f(%x: tensor<4x32xf32>, %b: tensor<32xf32>) -> tensor<4x32xf32> {
    %e = graph.map exp %b : (tensor<32xf32>) -> tensor<32xf32>
    %be = graph.broadcast %e dims [1] : tensor<32xf32> -> tensor<4x32xf32>
    %s = graph.reduce sum %x dims [1] : tensor<4x32xf32> -> tensor<4xf32>
    %bs = graph.broadcast %s dims [0] : tensor<4xf32> -> tensor<4x32xf32>
    %y = graph.map add %be, %bs : (tensor<4x32xf32>, tensor<4x32xf32>) -> tensor<4x32xf32>
    return %y : tensor<4x32xf32>
  })");
  double exp = graph::describe(graph::ScalarFn::exp).flops;
  CHECK(graph.estimate(graph.ops).flops == 4 * 32 * exp + 4 * 32 + 4 * 32);
}

TEST_CASE("symbolic dims take their hints") {
  Graph graph(R"(func.func @f(%x: tensor<?xf32, #graph.dims<"n">>) -> tensor<?xf32, #graph.dims<"n">> {
    %0 = graph.map neg %x : (tensor<?xf32, #graph.dims<"n">>) -> tensor<?xf32, #graph.dims<"n">>
    return %0 : tensor<?xf32, #graph.dims<"n">>
  })");
  DimHints hints;
  hints.sizes["n"] = 1000;
  CHECK(graph.estimate(graph.ops, hints).flops == 1000);
  CHECK(graph.estimate(graph.ops).flops == DimHints().fallback);
}

TEST_CASE("a report survives its attribute") {
  Graph graph("func.func @f() { return }");
  Estimate estimate{1e6, 2e3, 3e3, 4e-5, 12};
  GroupReport report = GroupReport::accepted(estimate, Fidelity::Generated);
  report.resources.spills = 7;
  GroupReport back = GroupReport::fromAttribute(report.toAttribute(&graph.context));
  CHECK(back.ok);
  CHECK(back.fidelity == Fidelity::Generated);
  CHECK(back.estimate.flops == 1e6);
  CHECK(back.estimate.bytes() == 5e3);
  CHECK(back.estimate.parallelTasks == 12);
  CHECK(back.resources.spills == 7);
  GroupReport refusal =
      GroupReport::fromAttribute(GroupReport::refused("too big", {}, "L2").toAttribute(&graph.context));
  CHECK_FALSE(refusal.ok);
  CHECK(refusal.reason == "too big");
  CHECK(refusal.limit == "L2");
}
