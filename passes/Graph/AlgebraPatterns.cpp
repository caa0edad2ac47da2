// From rows of the table of algebraic rules to rewrite patterns.
#include "lib/Analysis/ScalarEvaluation.h"
#include "passes/Graph/AlgebraRules.h"
#include "passes/Graph/Rewriting.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cassert>
#include <cmath>

namespace delos::graph {

using mlir::failure;
using mlir::LogicalResult;
using mlir::PatternRewriter;
using mlir::success;

//===-- Parsing -------------------------------------------------------------------------------------===//

namespace {

RuleExpr parseExpr(llvm::StringRef &text) {
  text = text.ltrim();
  llvm::StringRef word =
      text.take_while([](char c) { return llvm::isAlnum(c) || c == '_' || c == '-' || c == '.'; });
  text = text.drop_front(word.size());
  RuleExpr expr{RuleExpr::Kind::Function, {}, word.str(), 0, {}};
  if (text.consume_front("(")) {
    auto fn = symbolizeScalarFn(word);
    assert(fn && "a function of the table");
    expr.fn = *fn;
    do
      expr.operands.push_back(parseExpr(text));
    while (text.consume_front(","));
    text.consume_front(")");
  } else if (!word.getAsDouble(expr.literal) || word.ends_with("inf")) {
    expr.kind = RuleExpr::Kind::Literal;
    if (word.ends_with("inf"))
      expr.literal = word.starts_with("-") ? -INFINITY : INFINITY;
  } else {
    expr.kind = word == "c" || word == "d" ? RuleExpr::Kind::Constant : RuleExpr::Kind::Value;
  }
  text = text.ltrim();
  return expr;
}

bool isCommutative(ScalarFn fn) {
  switch (fn) {
  case ScalarFn::add:
  case ScalarFn::mul:
  case ScalarFn::max:
  case ScalarFn::min:
  case ScalarFn::bit_and:
  case ScalarFn::bit_or:
  case ScalarFn::bit_xor:
  case ScalarFn::eq:
  case ScalarFn::ne:
    return true;
  default:
    return false;
  }
}

//===-- Matching ------------------------------------------------------------------------------------===//

bool equals(mlir::Attribute attr, double literal) {
  if (auto real = mlir::dyn_cast_or_null<mlir::FloatAttr>(attr))
    return real.getValueAsDouble() == literal;
  auto integer = mlir::dyn_cast_or_null<mlir::IntegerAttr>(attr);
  if (!integer || literal != std::floor(literal))
    return false;
  bool isUnsigned = classOf(integer.getType()) & (kBool | kUnsignedInt);
  const llvm::APInt &value = integer.getValue();
  return isUnsigned ? literal >= 0 && value == static_cast<uint64_t>(literal)
                    : value.getSExtValue() == static_cast<int64_t>(literal);
}

bool matches(const RuleExpr &expr, mlir::Value value, RuleMatch &match);

bool matchesInOrder(const RuleExpr &expr, mlir::ValueRange operands, RuleMatch &match, bool swapped) {
  for (size_t k = 0; k < operands.size(); ++k)
    if (!matches(expr.operands[k], operands[swapped ? operands.size() - 1 - k : k], match))
      return false;
  return true;
}

bool matchesFunction(const RuleExpr &expr, mlir::Value value, RuleMatch &match) {
  auto map = value.getDefiningOp<MapOp>();
  if (!map || map.getFn() != expr.fn || map.getInputs().size() != expr.operands.size())
    return false;
  RuleMatch attempt = match;
  bool matched = matchesInOrder(expr, map.getInputs(), attempt, /*swapped=*/false);
  if (!matched && isCommutative(expr.fn)) {
    attempt = match;
    matched = matchesInOrder(expr, map.getInputs(), attempt, /*swapped=*/true);
  }
  if (matched)
    match = std::move(attempt);
  return matched;
}

bool matches(const RuleExpr &expr, mlir::Value value, RuleMatch &match) {
  switch (expr.kind) {
  case RuleExpr::Kind::Function:
    return matchesFunction(expr, value, match);
  case RuleExpr::Kind::Value:
    return match.values.try_emplace(expr.name, value).first->second == value;
  case RuleExpr::Kind::Constant:
    if (mlir::Attribute splat = splatOf(value))
      return match.constants.try_emplace(expr.name, splat).first->second == splat;
    return false;
  case RuleExpr::Kind::Literal:
    return equals(splatOf(value), expr.literal);
  }
  return false;
}

//===-- Building ------------------------------------------------------------------------------------===//

mlir::Attribute literalAttr(double literal, mlir::Type elementType) {
  if (mlir::isa<mlir::FloatType>(elementType))
    return mlir::FloatAttr::get(elementType, literal);
  return mlir::IntegerAttr::get(elementType, static_cast<int64_t>(literal));
}

/// fn of constants; null when it is not evaluated for this element type.
mlir::Attribute evaluate(ScalarFn fn, llvm::ArrayRef<mlir::Attribute> operands, mlir::Type elementType) {
  ElementKind kind = elementKindOf(elementType);
  if (kind == ElementKind::None)
    return {};
  auto scalar = mlir::RankedTensorType::get({}, elementType);
  llvm::SmallVector<Lanes> lanes(operands.size());
  for (auto [attr, lane] : llvm::zip(operands, lanes))
    ConstantTensor::read(mlir::DenseElementsAttr::get(scalar, attr))->load(0, 1, lane);
  Lanes result;
  if (!evaluateScalars(fn, kind, lanes, 1, result))
    return {};
  std::vector<char> bytes(elementSize(kind));
  storeLanes(result, 1, kind, bytes.data());
  auto value = ConstantTensor::adopt({}, elementType, std::move(bytes)).toAttribute(scalar, "");
  return mlir::cast<mlir::DenseElementsAttr>(value).getSplatValue<mlir::Attribute>();
}

/// The right side of a rule over one match.
struct RuleBuilder {
  const RuleMatch &match;
  mlir::Type dataType; ///< element type of x
  MapOp op;            ///< gives sizes and location
  PatternRewriter &rewriter;

  /// The value of an expression without x, y, z; null for others.
  mlir::Attribute constantOf(const RuleExpr &expr, mlir::Type elementType) const {
    if (expr.kind == RuleExpr::Kind::Constant)
      return match.constants.lookup(expr.name);
    if (expr.kind == RuleExpr::Kind::Literal)
      return literalAttr(expr.literal, elementType);
    if (expr.kind == RuleExpr::Kind::Value)
      return {};
    llvm::SmallVector<mlir::Attribute> operands;
    for (const RuleExpr &operand : expr.operands)
      operands.push_back(constantOf(operand, dataType));
    return llvm::is_contained(operands, mlir::Attribute()) ? mlir::Attribute()
                                                           : evaluate(expr.fn, operands, dataType);
  }

  mlir::Value build(const RuleExpr &expr, mlir::Type elementType) {
    if (expr.kind == RuleExpr::Kind::Value)
      return match.values.lookup(expr.name);
    auto typed = [&](mlir::Type element) { return withElementType(op.getType(), element); };
    if (mlir::Attribute constant = constantOf(expr, elementType))
      return createSplat(rewriter, op.getLoc(), typed(elementType), constant);
    auto operands = llvm::map_to_vector(expr.operands, [&](const RuleExpr &e) { return build(e, dataType); });
    mlir::Type result = describe(expr.fn).givesBool ? rewriter.getI1Type() : dataType;
    return MapOp::create(rewriter, op.getLoc(), typed(result), expr.fn, operands);
  }
};

/// Every constant function on the right side can be evaluated for this type.
bool isBuildable(const RuleExpr &expr, const RuleBuilder &builder) {
  if (expr.kind != RuleExpr::Kind::Function)
    return true;
  bool constantOnly = llvm::none_of(expr.operands, [&](const RuleExpr &operand) {
    return operand.kind == RuleExpr::Kind::Value || operand.kind == RuleExpr::Kind::Function;
  });
  if (constantOnly)
    return builder.constantOf(expr, builder.dataType) != nullptr;
  return llvm::all_of(expr.operands, [&](const RuleExpr &operand) { return isBuildable(operand, builder); });
}

struct AlgebraPattern : mlir::OpRewritePattern<MapOp> {
  AlgebraPattern(mlir::MLIRContext *context, const AlgebraRule &rule)
      : OpRewritePattern(context), rule(rule), before(RuleExpr::parse(rule.before)),
        after(RuleExpr::parse(rule.after)) {
    setDebugName(rule.before);
  }

  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    RuleMatch match;
    if (op.getFn() != before.fn || !matches(before, op.getResult(), match))
      return failure();
    mlir::Type dataType = typeOf(match.values.lookup("x")).getElementType();
    if (!(classOf(dataType) & rule.classes))
      return rewriter.notifyMatchFailure(op, "the rule does not hold for this element type");
    if (rule.condition && !rule.condition(match))
      return rewriter.notifyMatchFailure(op, "the rule's condition does not hold");
    if (after.kind == RuleExpr::Kind::Value && match.values.lookup(after.name).getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the operand names its sizes differently");
    RuleBuilder builder{match, dataType, op, rewriter};
    if (!isBuildable(after, builder))
      return rewriter.notifyMatchFailure(op, "constants of this element type are not evaluated");
    rewriter.replaceOp(op, builder.build(after, typeOf(op).getElementType()));
    return success();
  }

private:
  AlgebraRule rule;
  RuleExpr before, after;
};

} // namespace

RuleExpr RuleExpr::parse(llvm::StringRef text) { return parseExpr(text); }

void populateAlgebraPatterns(mlir::RewritePatternSet &patterns, llvm::ArrayRef<AlgebraRule> rules) {
  for (const AlgebraRule &rule : rules)
    patterns.add(std::make_unique<AlgebraPattern>(patterns.getContext(), rule));
}

} // namespace delos::graph
