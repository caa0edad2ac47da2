// Opening as a whole: all or nothing, values to specialise on, locations.
#include "lib/Open/OpenModule.h"

#include "dialects/Graph/GraphOps.h"
#include "dialects/Onnx/OnnxDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch.hpp>

using namespace delos;

namespace {

struct Fixture {
  Fixture() { context.loadDialect<graph::GraphDialect, onnx::OnnxDialect, mlir::func::FuncDialect>(); }

  mlir::OwningOpRef<mlir::ModuleOp> parse(llvm::StringRef text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    REQUIRE(module);
    return module;
  }

  template <typename Op>
  unsigned count(mlir::ModuleOp module) {
    unsigned found = 0;
    module.walk([&](Op) { ++found; });
    return found;
  }

  mlir::MLIRContext context;
};

constexpr llvm::StringLiteral kReshape = R"(
  func.func @main(%x: tensor<2x6xf32> {onnx.name = "x"}, %s: tensor<2xi64> {onnx.name = "shape"}) -> tensor<*xf32> {
    %0 = onnx.node "Relu"(%x) opset 14 name "first" : (tensor<2x6xf32>) -> tensor<2x6xf32>
    %1 = onnx.node "Reshape"(%0, %s) opset 14 name "second" : (tensor<2x6xf32>, tensor<2xi64>) -> tensor<*xf32>
    return %1 : tensor<*xf32>
  })";

} // namespace

TEST_CASE_METHOD(Fixture, "a module that cannot be opened stays as it is") {
  auto module = parse(kReshape);
  std::vector<open::OpenProblem> problems;
  absl::Status status = open::openModule(*module, {}, &problems);
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].unsupported);
  CHECK(problems[0].neededInputs == std::vector<std::string>{"shape"});
  CHECK(count<onnx::NodeOp>(*module) == 2);
  CHECK(count<graph::MapOp>(*module) == 0);
}

TEST_CASE_METHOD(Fixture, "a value to specialise on makes a shape known") {
  auto module = parse(kReshape);
  auto type = mlir::RankedTensorType::get({2}, mlir::IntegerType::get(&context, 64));
  auto shape = mlir::DenseElementsAttr::get(type, llvm::ArrayRef<int64_t>{4, -1});
  module->lookupSymbol<mlir::func::FuncOp>("main").setArgAttr(1, onnx::valueAttrName, shape);
  REQUIRE(open::openModule(*module).ok());
  REQUIRE(mlir::succeeded(mlir::verify(*module)));
  CHECK(count<onnx::NodeOp>(*module) == 0);
  auto function = module->lookupSymbol<mlir::func::FuncOp>("main");
  CHECK(function.getNumArguments() == 2);
  CHECK(function.getResultTypes()[0] ==
        mlir::RankedTensorType::get({4, 3}, mlir::Float32Type::get(&context)));
}

TEST_CASE_METHOD(Fixture, "every op carries the name of its node") {
  auto module = parse(R"(
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %0 = onnx.node "Relu"(%x) opset 14 name "activation" : (tensor<2xf32>) -> tensor<2xf32>
      return %0 : tensor<2xf32>
    })");
  REQUIRE(open::openModule(*module).ok());
  module->walk([](graph::MapOp op) {
    auto name = mlir::dyn_cast<mlir::NameLoc>(op.getLoc());
    REQUIRE(name);
    CHECK(name.getName().getValue() == "activation");
  });
  CHECK(count<graph::MapOp>(*module) == 1);
}

TEST_CASE_METHOD(Fixture, "opening stops at the bound on ops") {
  auto module = parse(R"(
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %count = onnx.constant dense<1000> : tensor<i64>
      %yes = onnx.constant dense<true> : tensor<i1>
      %y = onnx.node "Loop"(%count, %yes, %x) opset 16 bodies ["body"] {
      ^bb0(%i: tensor<i64>, %c: tensor<i1>, %v: tensor<2xf32>):
        %next = onnx.node "Add"(%v, %v) opset 14 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
        onnx.yield %c, %next : tensor<i1>, tensor<2xf32>
      } : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<2xf32>
      return %y : tensor<2xf32>
    })");
  open::OpenOptions options;
  options.maxOps = 100;
  absl::Status status = open::openModule(*module, options);
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CHECK(status.message().find("more than 100 ops") != std::string::npos);
}
