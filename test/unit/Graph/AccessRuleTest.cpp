// Access rules against brute force: what a rule says an op reads is what the op's value is made of.
#include "dialects/Graph/GraphOps.h"
#include "lib/Analysis/ConstantEvaluator.h"

#include "llvm/ADT/STLExtras.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch.hpp>

using namespace delos;

namespace {

using Point = llvm::SmallVector<int64_t>;

/// The only function of a text, and its first op.
struct Parsed {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::Operation *op = nullptr;

  Parsed(const std::string &arguments, const std::string &text) {
    context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(
        "func.func @f(" + arguments + ") {\n" + text + "\nreturn\n}", &context);
    REQUIRE(module);
    op = &(*module->getOps<mlir::func::FuncOp>().begin()).getBody().front().front();
  }
  graph::AccessRule rule() { return mlir::cast<graph::AccessRuleOpInterface>(op).getAccessRule(); }
};

/// Distinct values 1, 2, 3 ... of a static shape.
ConstantTensor counting(mlir::Value value, int64_t first = 1) {
  auto type = mlir::cast<mlir::RankedTensorType>(value.getType());
  Lanes lanes;
  for (int64_t k = 0; k < type.getNumElements(); ++k) {
    lanes.f.push_back(static_cast<double>(first + k));
    lanes.i.push_back(first + k);
  }
  ElementKind kind = elementKindOf(type.getElementType());
  std::vector<char> bytes(type.getNumElements() * elementSize(kind));
  storeLanes(lanes, type.getNumElements(), kind, bytes.data());
  return ConstantTensor::adopt(type.getShape(), type.getElementType(), std::move(bytes));
}

std::vector<double> valuesOf(const ConstantTensor &tensor) {
  Lanes lanes;
  tensor.load(0, tensor.elementCount(), lanes);
  return isFloat(tensor.kind()) ? lanes.f : std::vector<double>(lanes.i.begin(), lanes.i.end());
}

/// Calls `visit` with every point of the extents.
template <typename Visitor>
void forEachPoint(llvm::ArrayRef<int64_t> extents, Visitor &&visit) {
  Point point(extents.size(), 0);
  if (llvm::is_contained(extents, 0))
    return;
  for (;;) {
    visit(point);
    size_t dim = extents.size();
    while (dim > 0 && ++point[dim - 1] == extents[dim - 1])
      point[--dim] = 0;
    if (dim == 0)
      return;
  }
}

/// Row-major position; -1 outside the tensor.
int64_t positionOf(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> coordinates) {
  int64_t position = 0;
  for (auto [size, coordinate] : llvm::zip(dims, coordinates)) {
    if (coordinate < 0 || coordinate >= size)
      return -1;
    position = position * size + coordinate;
  }
  return position;
}

using Symbols = llvm::function_ref<std::optional<int64_t>(std::string_view)>;

/// The coordinates of an access at a point, with the rule's symbols evaluated.
Point coordinatesOf(const graph::AccessRule &rule, const graph::Access &access, llvm::ArrayRef<int64_t> point,
                    Symbols sizeOf) {
  mlir::MLIRContext *context = access.map.getContext();
  auto constantOf = [&](int64_t value) { return mlir::getAffineConstantExpr(value, context); };
  auto dims = llvm::map_to_vector(point, constantOf);
  auto symbols =
      llvm::map_to_vector(rule.symbols, [&](const DimExpr &s) { return constantOf(*s.evaluate(sizeOf)); });
  return llvm::map_to_vector(access.map.getResults(), [&](mlir::AffineExpr expr) {
    auto value = expr.replaceDimsAndSymbols(dims, symbols);
    return mlir::cast<mlir::AffineConstantExpr>(value).getValue();
  });
}

Point sizesOf(llvm::ArrayRef<DimExpr> dims, Symbols sizeOf) {
  return llvm::map_to_vector(dims, [&](const DimExpr &dim) { return *dim.evaluate(sizeOf); });
}

std::optional<int64_t> noSymbols(std::string_view) { return std::nullopt; }

/// Views of static shape: the result at each point is an operand's element there (the first operand that has
/// one).
void checkView(const std::string &arguments, const std::string &text, double padding = 0) {
  INFO(text);
  Parsed parsed(arguments, text);
  graph::AccessRule rule = parsed.rule();
  CHECK(rule.flopsPerPoint == 0);
  llvm::SmallVector<ConstantTensor> operands;
  for (mlir::Value operand : parsed.op->getOperands())
    operands.push_back(counting(operand, 1 + 1000 * operands.size()));
  EvaluationBudget budget{1 << 20, 1 << 20};
  auto result = evaluateConstant(parsed.op, operands, budget);
  REQUIRE(result);
  auto expected = valuesOf(*result);
  forEachPoint(sizesOf(rule.extents, noSymbols), [&](llvm::ArrayRef<int64_t> point) {
    double value = padding;
    for (auto [operand, access] : llvm::zip(operands, rule.operands)) {
      int64_t position = positionOf(operand.dims(), coordinatesOf(rule, access, point, noSymbols));
      CHECK((position >= 0 || access.mayExceed));
      if (position >= 0) {
        value = valuesOf(operand)[position];
        break;
      }
    }
    Point to = coordinatesOf(rule, rule.results[0], point, noSymbols);
    CHECK(value == expected[positionOf(result->dims(), to)]);
  });
}

/// Sums of products over all points of the rule.
std::vector<double> sumByRule(Parsed &parsed, llvm::ArrayRef<ConstantTensor> operands) {
  graph::AccessRule rule = parsed.rule();
  auto type = mlir::cast<mlir::RankedTensorType>(parsed.op->getResult(0).getType());
  std::vector<double> result(type.getNumElements(), 0);
  forEachPoint(sizesOf(rule.extents, noSymbols), [&](llvm::ArrayRef<int64_t> point) {
    double product = 1;
    for (auto [operand, access] : llvm::zip(operands, rule.operands)) {
      int64_t position = positionOf(operand.dims(), coordinatesOf(rule, access, point, noSymbols));
      CHECK((position >= 0 || access.mayExceed));
      product *= position >= 0 ? valuesOf(operand)[position] : 0;
    }
    result[positionOf(type.getShape(), coordinatesOf(rule, rule.results[0], point, noSymbols))] += product;
  });
  return result;
}

/// Reshapes move no element: source and result positions are equal at every point, for these sizes of the
/// symbols.
void checkSymbolicReshape(const std::string &from, const std::string &to,
                          std::initializer_list<std::pair<std::string_view, int64_t>> sizes) {
  INFO(from << " -> " << to);
  Parsed parsed("%x: " + from, "%0 = graph.reshape %x : " + from + " -> " + to);
  auto sizeOf = [&](std::string_view name) -> std::optional<int64_t> {
    for (auto [symbol, size] : sizes)
      if (symbol == name)
        return size;
    return std::nullopt;
  };
  graph::AccessRule rule = parsed.rule();
  Point source = sizesOf(graph::dimsOf(parsed.op->getOperand(0)), sizeOf),
        result = sizesOf(rule.extents, sizeOf);
  forEachPoint(result, [&](llvm::ArrayRef<int64_t> point) {
    CHECK(positionOf(source, coordinatesOf(rule, rule.operands[0], point, sizeOf)) ==
          positionOf(result, point));
  });
}

} // namespace

TEST_CASE("views read what their value shows") {
  std::string x = "%x: tensor<3x4x5xf32>";
  checkView(x, "%0 = graph.transpose %x perm [2, 0, 1] : tensor<3x4x5xf32> -> tensor<5x3x4xf32>");
  checkView(x, "%0 = graph.reshape %x : tensor<3x4x5xf32> -> tensor<2x6x5xf32>");
  checkView(x, "%0 = graph.reshape %x : tensor<3x4x5xf32> -> tensor<15x1x4xf32>");
  checkView(x, "%0 = graph.reverse %x dims [0, 2] : tensor<3x4x5xf32>");
  checkView(
      x, "%0 = graph.slice %x starts <1, 0, 2> strides [1, 3, 2] : tensor<3x4x5xf32> -> tensor<2x2x2xf32>");
  checkView("%x: tensor<1x4xf32>",
            "%0 = graph.broadcast %x dims [1, 2] : tensor<1x4xf32> -> tensor<2x3x4xf32>");
  checkView("%x: tensor<2x3xf32>, %y: tensor<2x1xf32>",
            "%0 = graph.concat %x, %y, %x dim 1 : (tensor<2x3xf32>, tensor<2x1xf32>, tensor<2x3xf32>) -> "
            "tensor<2x7xf32>");
  // The value operand stands for what lies outside.
  checkView(
      "%x: tensor<2x3xf32>, %v: tensor<f32>",
      "%0 = graph.pad %x with %v low <1, 2> high <0, 1> : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x6xf32>");
}

TEST_CASE("reshapes of symbolic sizes read row-major order") {
  std::string bsh = "tensor<?x?x12xf32, #graph.dims<\"b\", \"s\", 12>>";
  checkSymbolicReshape(bsh, "tensor<?x?x3x4xf32, #graph.dims<\"b\", \"s\", 3, 4>>", {{"b", 2}, {"s", 5}});
  checkSymbolicReshape(bsh, "tensor<?x12xf32, #graph.dims<\"b*s\", 12>>", {{"b", 3}, {"s", 4}});
  checkSymbolicReshape(bsh, "tensor<?x6xf32, #graph.dims<\"2*b*s\", 6>>", {{"b", 2}, {"s", 3}});
  checkSymbolicReshape("tensor<?x?xf32, #graph.dims<\"2*s\", \"b\">>",
                       "tensor<2x?x?xf32, #graph.dims<2, \"s\", \"b\">>", {{"b", 3}, {"s", 1}});
  checkSymbolicReshape(bsh, "tensor<?xf32, #graph.dims<\"12*b*s\">>", {{"b", 1}, {"s", 7}});
}

TEST_CASE("a grouped, strided, dilated, padded convolution reads its own group and window") {
  for (bool last : {false, true}) {
    std::string image = last ? "tensor<2x7x4xf64>" : "tensor<2x4x7xf64>",
                out = last ? "tensor<2x4x6xf64>" : "tensor<2x6x4xf64>";
    Parsed parsed("%x: " + image + ", %w: tensor<6x2x2xf64>",
                  "%0 = graph.conv %x, %w strides [2] dilations [3] low [1] high [2] groups 2 " +
                      std::string(last ? "channels_last " : "") + ": (" + image + ", tensor<6x2x2xf64>) -> " +
                      out);
    ConstantTensor x = counting(parsed.op->getOperand(0)), w = counting(parsed.op->getOperand(1));
    auto image3 = valuesOf(x), filter = valuesOf(w), sums = sumByRule(parsed, {x, w});
    forEachPoint({2, 6, 4}, [&](llvm::ArrayRef<int64_t> p) {
      double sum = 0;
      for (int64_t channel = 0; channel < 2; ++channel)
        for (int64_t k = 0; k < 2; ++k) {
          int64_t at = p[2] * 2 + k * 3 - 1, from = p[1] / 3 * 2 + channel;
          if (at >= 0 && at < 7)
            sum += filter[(p[1] * 2 + channel) * 2 + k] *
                   image3[last ? (p[0] * 7 + at) * 4 + from : (p[0] * 4 + from) * 7 + at];
        }
      CHECK(sums[last ? (p[0] * 4 + p[2]) * 6 + p[1] : (p[0] * 6 + p[1]) * 4 + p[2]] == sum);
    });
  }
}

TEST_CASE("a contraction pairs its dims whatever their order") {
  Parsed parsed("%x: tensor<4x2x3xf64>, %y: tensor<3x5x2xf64>",
                "%0 = graph.contract %x, %y batch [1] x [2] contract [2] x [0] : (tensor<4x2x3xf64>, "
                "tensor<3x5x2xf64>) -> tensor<2x4x5xf64>");
  ConstantTensor x = counting(parsed.op->getOperand(0)), y = counting(parsed.op->getOperand(1));
  auto left = valuesOf(x), right = valuesOf(y), sums = sumByRule(parsed, {x, y});
  forEachPoint({2, 4, 5}, [&](llvm::ArrayRef<int64_t> p) {
    double sum = 0;
    for (int64_t k = 0; k < 3; ++k)
      sum += left[(p[1] * 2 + p[0]) * 3 + k] * right[(k * 5 + p[2]) * 2 + p[0]];
    CHECK(sums[(p[0] * 4 + p[1]) * 5 + p[2]] == sum);
  });
}

TEST_CASE("a gather reads its indices in place and leaves the gathered coordinate open") {
  Parsed parsed("%x: tensor<9x4xf32>, %i: tensor<3xi64>",
                "%0 = graph.gather %x, (%i) dims [0] source affine_map<(d0, d1) -> (0, d1)> index "
                "[affine_map<(d0, d1) -> (d0)>] : "
                "(tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>");
  graph::AccessRule rule = parsed.rule();
  CHECK(graph::classify(rule) == graph::AccessClass::DataDependent);
  CHECK(rule.operands[0].dataDependent);
  CHECK_FALSE(rule.operands[1].dataDependent);
  forEachPoint({3, 4}, [&](llvm::ArrayRef<int64_t> p) {
    CHECK(coordinatesOf(rule, rule.operands[0], p, noSymbols)[1] == p[1]);
    CHECK(coordinatesOf(rule, rule.operands[1], p, noSymbols)[0] == p[0]);
  });
}
