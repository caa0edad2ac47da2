// Every row of the table of algebraic rules, alone: both sides are evaluated on random and special values.
#include "passes/Graph/AlgebraRules.h"

#include "lib/Analysis/ConstantEvaluator.h"
#include "passes/Graph/Rewriting.h"

#include "llvm/ADT/STLExtras.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>

using namespace delos;
using graph::AlgebraRule;
using graph::Exactness;
using graph::RuleExpr;

namespace {

constexpr int64_t kCount = 257;
constexpr unsigned kSeed = 20240607;

mlir::Type dataType(mlir::MLIRContext &context, unsigned elementClass, int variant) {
  mlir::Builder b(&context);
  if (elementClass == graph::kFloat)
    return std::vector<mlir::Type>{b.getF32Type(), b.getF64Type(), b.getF16Type(), b.getBF16Type()}[variant];
  if (elementClass == graph::kBool)
    return b.getI1Type();
  unsigned width = 8u << variant;
  return elementClass == graph::kSignedInt ? b.getIntegerType(width)
                                           : b.getIntegerType(width, /*isSigned=*/false);
}

/// A function of the tensors x, y, z, w (those that occur) that returns the left side of a rule. x of a
/// non-negative rule is abs of an argument, so that the rule can see its sign.
struct RuleFunction {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  std::map<std::string, mlir::Value> names;
};

struct Builder {
  mlir::OpBuilder builder;
  RuleFunction &out;
  mlir::Type element;
  std::map<std::string, mlir::Attribute> constants;

  mlir::RankedTensorType tensor(mlir::Type type) { return mlir::RankedTensorType::get({kCount}, type); }

  mlir::Value name(const std::string &name, mlir::Type type) {
    if (auto it = out.names.find(name); it != out.names.end())
      return it->second;
    mlir::Block &body = out.function.getBody().front();
    return out.names[name] = body.addArgument(tensor(type), builder.getUnknownLoc());
  }
  mlir::Value build(const RuleExpr &expr, mlir::Type type) {
    auto loc = builder.getUnknownLoc();
    if (expr.kind == RuleExpr::Kind::Value)
      return name(expr.name, type);
    if (expr.kind == RuleExpr::Kind::Constant)
      return graph::createSplat(builder, loc, tensor(type), constants.at(expr.name));
    if (expr.kind == RuleExpr::Kind::Literal) {
      mlir::Attribute attr = mlir::isa<mlir::FloatType>(type)
                                 ? mlir::Attribute(builder.getFloatAttr(type, expr.literal))
                                 : builder.getIntegerAttr(type, static_cast<int64_t>(expr.literal));
      return graph::createSplat(builder, loc, tensor(type), attr);
    }
    bool isSelect = expr.fn == graph::ScalarFn::select;
    llvm::SmallVector<mlir::Value> operands;
    bool onBools = expr.fn == graph::ScalarFn::bit_not && expr.operands[0].kind == RuleExpr::Kind::Function &&
                   graph::describe(expr.operands[0].fn).givesBool;
    for (auto [position, operand] : llvm::enumerate(expr.operands)) {
      bool isCondition = (isSelect && position == 0);
      operands.push_back(build(operand, isCondition && !onBools ? mlir::Type(builder.getI1Type()) : type));
    }
    return graph::MapOp::create(builder, loc, expr.fn, operands);
  }
};

mlir::Attribute randomConstant(std::mt19937 &random, mlir::Type type) {
  if (mlir::isa<mlir::FloatType>(type)) {
    double mantissas[] = {1, -1, 1.5, -0.75, 3};
    double value = std::ldexp(mantissas[random() % 5], static_cast<int>(random() % 9) - 4);
    return mlir::FloatAttr::get(type, value);
  }
  int64_t value =
      type.isInteger(1) ? random() % 2 : static_cast<int64_t>(random() % 9) + (random() % 2 ? 0 : -4);
  if (mlir::cast<mlir::IntegerType>(type).isUnsigned())
    value = std::abs(value);
  return mlir::IntegerAttr::get(type, value);
}

ConstantTensor randomTensor(std::mt19937 &random, mlir::Type type, bool nonNegative) {
  ElementKind kind = elementKindOf(type);
  Lanes lanes;
  const double specials[] = {0.0, -0.0, 1.0,  -1.0, INFINITY, -INFINITY, NAN,
                             2.0, 0.5,  -0.5, 2.5,  1e-40,    65504.0};
  for (int64_t k = 0; k < kCount; ++k) {
    double value = static_cast<size_t>(k) < std::size(specials)
                       ? specials[k]
                       : std::ldexp(static_cast<double>(random()) / 2147483648.0 - 1,
                                    static_cast<int>(random() % 12) - 4);
    lanes.f.push_back(nonNegative ? std::fabs(value) : value);
    int64_t integer = static_cast<int64_t>((static_cast<uint64_t>(random()) << 32) | random());
    if (k % 3)
      integer = static_cast<int64_t>(k % 17) - 8;
    lanes.i.push_back(kind == ElementKind::Bool ? integer & 1 : integer);
  }
  std::vector<char> bytes(kCount * elementSize(kind));
  storeLanes(lanes, kCount, kind, bytes.data());
  return ConstantTensor::adopt({kCount}, type, std::move(bytes));
}

ConstantTensor evaluate(mlir::func::FuncOp function, llvm::ArrayRef<ConstantTensor> arguments) {
  llvm::DenseMap<mlir::Value, ConstantTensor> known;
  for (auto [argument, value] : llvm::zip(function.getArguments(), arguments))
    known.try_emplace(argument, value);
  EvaluationBudget budget{1 << 24, 1 << 24};
  for (mlir::Operation &op : function.getBody().front().without_terminator()) {
    llvm::SmallVector<ConstantTensor> operands;
    for (mlir::Value operand : op.getOperands())
      operands.push_back(known.at(operand));
    auto value = evaluateConstant(&op, operands, budget);
    REQUIRE(value);
    known.try_emplace(op.getResult(0), *value);
  }
  return known.at(function.getBody().front().getTerminator()->getOperand(0));
}

bool agree(Exactness exactness, ElementKind kind, const Lanes &a, const Lanes &b, int64_t k) {
  if (!isFloat(kind))
    return a.i[k] == b.i[k];
  double x = a.f[k], y = b.f[k];
  if (std::isnan(x) || std::isnan(y))
    return std::isnan(x) && std::isnan(y);
  if (x == y)
    return exactness != Exactness::Bits || std::signbit(x) == std::signbit(y);
  double unit = kind == ElementKind::F64   ? 0x1p-52
                : kind == ElementKind::F32 ? 0x1p-23
                : kind == ElementKind::F16 ? 0x1p-10
                                           : 0x1p-7;
  double tiny = kind == ElementKind::F16 ? 0x1p-24 : kind == ElementKind::F64 ? 5e-324 : 0x1p-133;
  // Rounding in another place may also decide between the largest number and infinity.
  bool overflows = std::isinf(x) != std::isinf(y) && std::signbit(x) == std::signbit(y);
  return exactness == Exactness::Rounding &&
         (overflows || std::fabs(x - y) <= 2 * unit * std::fabs(x) + 2 * tiny);
}

/// Applies one rule alone to its own left side and compares. False when the rule's condition refused these
/// constants.
bool holds(mlir::MLIRContext &context, const AlgebraRule &rule, mlir::Type element, std::mt19937 &random) {
  RuleFunction before;
  mlir::OpBuilder b(&context);
  before.module = mlir::ModuleOp::create(b.getUnknownLoc());
  b.setInsertionPointToEnd(before.module->getBody());
  before.function = mlir::func::FuncOp::create(b, b.getUnknownLoc(), "f", b.getFunctionType({}, {}));
  mlir::Block *body = before.function.addEntryBlock();
  Builder build{mlir::OpBuilder::atBlockEnd(body), before, element, {}};
  build.constants["c"] = randomConstant(random, element);
  build.constants["d"] = randomConstant(random, element);
  bool nonNegative = rule.condition && llvm::StringRef(rule.before).starts_with("pow");
  if (nonNegative) {
    mlir::Value argument = build.name("argument", element);
    before.names["x"] =
        graph::MapOp::create(build.builder, b.getUnknownLoc(), graph::ScalarFn::abs, argument);
  }
  mlir::Value result = build.build(RuleExpr::parse(rule.before), element);
  mlir::Operation *root = result.getDefiningOp();
  mlir::func::ReturnOp::create(build.builder, b.getUnknownLoc(), result);
  before.function.setFunctionType(b.getFunctionType(body->getArgumentTypes(), result.getType()));
  REQUIRE(mlir::succeeded(mlir::verify(*before.module)));

  auto after = mlir::OwningOpRef<mlir::ModuleOp>(before.module->clone());
  mlir::RewritePatternSet patterns(&context);
  graph::populateAlgebraPatterns(patterns, rule);
  auto rewritten = *after->getOps<mlir::func::FuncOp>().begin();
  if (!graph::rewriteToFixedPoint(rewritten, "test", std::move(patterns)))
    return false;
  REQUIRE(mlir::succeeded(mlir::verify(*after)));

  llvm::SmallVector<ConstantTensor> arguments;
  for (mlir::BlockArgument argument : body->getArguments())
    arguments.push_back(randomTensor(random, graph::typeOf(argument).getElementType(), false));
  ConstantTensor left = evaluate(before.function, arguments), right = evaluate(rewritten, arguments);
  Lanes a, c;
  left.load(0, kCount, a);
  right.load(0, kCount, c);
  for (int64_t k = 0; k < kCount; ++k) {
    INFO("element " << k << ": " << (isFloat(left.kind()) ? a.f[k] : a.i[k]) << " and "
                    << (isFloat(left.kind()) ? c.f[k] : c.i[k]));
    REQUIRE(agree(rule.exactness, left.kind(), a, c, k));
  }
  (void)root;
  return true;
}

} // namespace

TEST_CASE("both sides of every algebraic rule agree on random and special values") {
  mlir::MLIRContext context;
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  std::mt19937 random(kSeed);
  for (const AlgebraRule &rule : graph::algebraRules()) {
    for (unsigned elementClass : {graph::kFloat, graph::kSignedInt, graph::kUnsignedInt, graph::kBool}) {
      if (!(rule.classes & elementClass))
        continue;
      bool applied = false;
      for (int attempt = 0; attempt < 40; ++attempt) {
        mlir::Type element = dataType(context, elementClass, attempt % 4);
        std::string typeName;
        llvm::raw_string_ostream(typeName) << element;
        INFO(rule.before << " -> " << rule.after << " on " << typeName << ", seed " << kSeed);
        applied |= holds(context, rule, element, random);
      }
      INFO(rule.before << " never applied");
      CHECK(applied);
    }
  }
}
