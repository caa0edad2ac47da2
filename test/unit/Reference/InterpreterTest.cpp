/// The interpreter's errors and its handling of symbolic sizes; values are compared with NumPy in
/// test/python.
#include "lib/Reference/Interpreter.h"

#include "dialects/Graph/GraphOps.h"
#include "lib/Reference/Elements.h"
#include "test/unit/Support/RandomTensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch.hpp>

using namespace delos;
using namespace delos::reference;

namespace {

/// A module with one function @main.
class Program {
public:
  explicit Program(const std::string &text) : context(registry(), mlir::MLIRContext::Threading::DISABLED) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    REQUIRE(module);
  }
  absl::StatusOr<std::vector<RefTensor>> run(const std::vector<RefTensor> &inputs,
                                             const InterpreterOptions &options = {}) {
    return interpret(module->lookupSymbol<mlir::func::FuncOp>("main"), inputs, options);
  }
  std::string errorOf(const std::vector<RefTensor> &inputs) { return run(inputs).status().ToString(); }

private:
  static mlir::DialectRegistry registry() {
    mlir::DialectRegistry dialects;
    dialects.insert<graph::GraphDialect, mlir::func::FuncDialect>();
    return dialects;
  }
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

RefTensor floats(Shape shape, const std::vector<float> &values) {
  RefTensor tensor = RefTensor::zeros(DELOS_DTYPE_FLOAT32, std::move(shape)).value();
  storeAll(tensor, values);
  return tensor;
}

RefTensor integers(Shape shape, const std::vector<int64_t> &values) {
  RefTensor tensor = RefTensor::zeros(DELOS_DTYPE_INT64, std::move(shape)).value();
  storeAll(tensor, values);
  return tensor;
}

constexpr const char *kGather = R"(
  func.func @main(%x: tensor<3xf32>, %i: tensor<2xi64>) -> tensor<2xf32> {
    %0 = graph.gather %x, (%i) dims [0] source affine_map<(d0) -> (0)> index [affine_map<(d0) -> (d0)>]
      : (tensor<3xf32>, tensor<2xi64>) -> tensor<2xf32>
    return %0 : tensor<2xf32>
  })";

constexpr const char *kSymbolic = R"(
  func.func @main(%x: tensor<?x?xf32, #graph.dims<"2*n + 1", "n">>, %y: tensor<?xf32, #graph.dims<"n">>)
      -> tensor<?xf32, #graph.dims<"2*n + 1">> {
    %0 = graph.broadcast %y dims [1] : tensor<?xf32, #graph.dims<"n">> -> tensor<?x?xf32, #graph.dims<"2*n + 1", "n">>
    %1 = graph.map mul %x, %0 : (tensor<?x?xf32, #graph.dims<"2*n + 1", "n">>, tensor<?x?xf32, #graph.dims<"2*n + 1", "n">>)
      -> tensor<?x?xf32, #graph.dims<"2*n + 1", "n">>
    %2 = graph.reduce sum %1 dims [1] : tensor<?x?xf32, #graph.dims<"2*n + 1", "n">> -> tensor<?xf32, #graph.dims<"2*n + 1">>
    return %2 : tensor<?xf32, #graph.dims<"2*n + 1">>
  })";

} // namespace

TEST_CASE("negative indices count from the end, others outside are errors of the op") {
  Program program(kGather);
  RefTensor x = floats({3}, {1, 2, 3});
  auto result = program.run({x, integers({2}, {-1, 0})});
  REQUIRE(result.ok());
  CHECK(loadAll<float>((*result)[0]) == std::vector<float>{3, 1});
  for (int64_t index : {3, -4, 1000000}) {
    std::string error = program.errorOf({x, integers({2}, {0, index})});
    CHECK_THAT(error, Catch::Contains("OUT_OF_RANGE") && Catch::Contains("graph.gather") &&
                          Catch::Contains("of size 3") && Catch::Contains(std::to_string(index)));
  }
}

TEST_CASE("inputs are checked against the function") {
  Program program(kGather);
  RefTensor x = floats({3}, {1, 2, 3}), i = integers({2}, {0, 1});
  CHECK_THAT(program.errorOf({x}), Catch::Contains("expected 2 inputs, got 1"));
  CHECK_THAT(program.errorOf({i, i}), Catch::Contains("input 0 of @main: expected float32, got int64"));
  CHECK_THAT(program.errorOf({floats({4}, {1, 2, 3, 4}), i}), Catch::Contains("expected 3 (3), got 4"));
  CHECK_THAT(program.errorOf({floats({3, 1}, {1, 2, 3}), i}), Catch::Contains("expected rank 1, got [3, 1]"));
}

TEST_CASE("symbols are solved from the inputs and checked") {
  Program program(kSymbolic);
  std::mt19937_64 random(Catch::rngSeed());
  for (int64_t n : {0, 1, 2, 7}) {
    RefTensor x = test::randomTensor(random, DELOS_DTYPE_FLOAT32, {2 * n + 1, n});
    RefTensor y = test::randomTensor(random, DELOS_DTYPE_FLOAT32, {n});
    auto result = program.run({x, y});
    REQUIRE(result.ok());
    CHECK((*result)[0].shape() == Shape{2 * n + 1});
  }
  RefTensor x = test::randomTensor(random, DELOS_DTYPE_FLOAT32, {6, 2});
  CHECK_THAT(program.errorOf({x, floats({2}, {1, 2})}), Catch::Contains("expected 5 (2*n + 1), got 6"));
}

TEST_CASE("sizes that only the run knows are checked by the op") {
  Program program(R"(
    func.func @main(%x: tensor<?xf32, #graph.dims<"a">>, %y: tensor<?xf32, #graph.dims<"b">>) -> tensor<?xf32, #graph.dims<"a">> {
      %0 = graph.map add %x, %y : (tensor<?xf32, #graph.dims<"a">>, tensor<?xf32, #graph.dims<"b">>) -> tensor<?xf32, #graph.dims<"a">>
      return %0 : tensor<?xf32, #graph.dims<"a">>
    })");
  CHECK(program.run({floats({2}, {1, 2}), floats({2}, {1, 2})}).ok());
  CHECK_THAT(program.errorOf({floats({2}, {1, 2}), floats({1}, {1})}),
             Catch::Contains("graph.map") && Catch::Contains("expected [2], got [1]"));
}

TEST_CASE("an op that is no primitive is named") {
  Program program(R"(
    func.func private @other()
    func.func @main() {
      call @other() : () -> ()
      return
    })");
  CHECK_THAT(program.errorOf({}), Catch::Contains("UNIMPLEMENTED") && Catch::Contains("func.call"));
}

TEST_CASE("a tensor above the bound is refused") {
  Program program(R"(
    func.func @main() -> tensor<1000000x1000000xf32> {
      %0 = graph.iota 0 : tensor<1000000x1000000xf32>
      return %0 : tensor<1000000x1000000xf32>
    })");
  CHECK(program.run({}).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("float64 mode keeps what float16 would round away") {
  Program program(R"(
    func.func @main(%x: tensor<1xf16>) -> tensor<1xf16> {
      %0 = graph.constant dense<9.760000e-04> : tensor<1xf16>
      %1 = graph.map mul %0, %0 : (tensor<1xf16>, tensor<1xf16>) -> tensor<1xf16>
      %2 = graph.map add %x, %1 : (tensor<1xf16>, tensor<1xf16>) -> tensor<1xf16>
      %3 = graph.map sub %2, %x : (tensor<1xf16>, tensor<1xf16>) -> tensor<1xf16>
      return %3 : tensor<1xf16>
    })");
  RefTensor one = RefTensor::zeros(DELOS_DTYPE_FLOAT16, {1}).value();
  storeAll(one, std::vector<float>{1});
  auto rounded = program.run({one});
  InterpreterOptions wide;
  wide.float64 = true;
  auto exact = program.run({one}, wide);
  REQUIRE((rounded.ok() && exact.ok()));
  CHECK(loadAll<float>((*rounded)[0])[0] == 0);
  CHECK((*exact)[0].dtype() == DELOS_DTYPE_FLOAT64);
  CHECK(loadAll<double>((*exact)[0])[0] == Approx(9.52e-7).epsilon(0.01));
}

TEST_CASE("every value is observed once, in order") {
  Program program(kSymbolic);
  std::vector<Shape> seen;
  InterpreterOptions options;
  options.observe = [&](mlir::Value, const RefTensor &tensor) { seen.push_back(tensor.shape()); };
  REQUIRE(program.run({floats({3, 1}, {1, 2, 3}), floats({1}, {2})}, options).ok());
  CHECK(seen == std::vector<Shape>{{3, 1}, {1}, {3, 1}, {3, 1}, {3}});
}
