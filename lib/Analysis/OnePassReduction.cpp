// Trees of block values, their factors, and the rules (see the header).
#include "lib/Analysis/OnePassReduction.h"

#include "dialects/Graph/GraphOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <deque>

namespace delos {

using llvm::ArrayRef;
using llvm::SmallVector;
using mlir::OpOperand;
using mlir::Value;
using Kind = ScalarExpr::Kind;
using Expr = const ScalarExpr *;
using Factors = SmallVector<ScalarFactor, 2>;

//===-- Text ---------------------------------------------------------------------------------------===//

static std::string nameOf(const ScalarExpr &expr) {
  switch (expr.kind) {
  case Kind::Input:
    return "in" + std::to_string(expr.access.argument);
  case Kind::Constant: {
    std::string text;
    llvm::raw_string_ostream os(text);
    auto constant = expr.value.getDefiningOp<graph::ConstantOp>();
    auto splat = mlir::cast<mlir::SplatElementsAttr>(constant.getValue());
    if (mlir::isa<mlir::FloatType>(splat.getElementType()))
      os << llvm::format("%g", splat.getSplatValue<llvm::APFloat>().convertToDouble());
    else
      splat.getSplatValue<llvm::APInt>().print(os, /*isSigned=*/true);
    return text;
  }
  case Kind::Index:
    return "index";
  case Kind::Size:
    return expr.access.address.offset.str();
  case Kind::Product:
    return "product";
  case Kind::Reduction:
    if (auto reduce = mlir::dyn_cast<graph::ReduceOp>(expr.op))
      return graph::stringifyReduceKind(reduce.getKind()).str();
    return "contract";
  case Kind::Function:
    if (auto map = mlir::dyn_cast<graph::MapOp>(expr.op))
      return graph::stringifyScalarFn(map.getFn()).str();
    return expr.op->getName().stripDialect().str();
  }
  return "";
}

/// Long trees are cut where they stop being readable.
static void print(const ScalarExpr &expr, int depth, std::string &text) {
  text += nameOf(expr);
  if (expr.operands.empty())
    return;
  text += "(";
  for (auto [i, operand] : llvm::enumerate(expr.operands)) {
    text += i ? ", " : "";
    if (depth == 0)
      text += "...";
    else
      print(*operand, depth - 1, text);
  }
  text += ")";
}

std::string ScalarExpr::str() const {
  std::string text;
  print(*this, 5, text);
  return text;
}

//===-- Trees --------------------------------------------------------------------------------------===//

namespace {

/// Builds trees from block values; owns them.
class Trees {
public:
  Trees(const IterationSpace &space, int axis) : space(space), axis(axis) {}

  /// The expression of what an operand reads; null when some op on the way has none, which `blocking` names.
  Expr at(OpOperand &use);
  mlir::Operation *blocking = nullptr;
  /// Reductions over the axis as they were met, operands first.
  SmallVector<Expr> reductions;

private:
  Expr ofOp(mlir::Operation *op);
  Expr ofReduction(mlir::Operation *op, unsigned operand);
  Expr intern(ScalarExpr expr, const std::string &key);
  Expr refuse(mlir::Operation *op) {
    blocking = blocking ? blocking : op;
    return nullptr;
  }
  bool isOnAxis(ArrayRef<IterationSpace::Loops> dims) const {
    return llvm::any_of(dims, [&](const auto &loops) { return llvm::is_contained(loops, axis); });
  }

  const IterationSpace &space;
  int axis;
  std::deque<ScalarExpr> pool;
  llvm::StringMap<Expr> known;
  llvm::DenseMap<mlir::Operation *, Expr> ofOps;
};

} // namespace

Expr Trees::intern(ScalarExpr expr, const std::string &key) {
  Expr &entry = known[key];
  if (entry)
    return entry;
  expr.id = pool.size();
  for (Expr operand : expr.operands) {
    expr.onAxis |= operand->onAxis;
    expr.afterReduction |= operand->afterReduction;
  }
  if (expr.kind == Kind::Reduction) {
    expr.onAxis = false;
    expr.afterReduction = true;
  }
  pool.push_back(std::move(expr));
  return entry = &pool.back();
}

static std::string keyOf(const LinearForm &form) {
  std::string key = form.offset.str();
  for (const auto &[loop, coefficient] : form.coefficients)
    key += " + " + std::to_string(loop) + "*" + coefficient.str();
  return key;
}

static std::string typeKey(Value value) {
  std::string text;
  llvm::raw_string_ostream(text) << mlir::cast<mlir::RankedTensorType>(value.getType()).getElementType();
  return text;
}

Expr Trees::at(OpOperand &use) {
  if (auto access = space.accessAt(use)) {
    ScalarExpr leaf{Kind::Input, nullptr, use.get()};
    leaf.access = *access;
    leaf.onAxis = access->address.coefficients.count(axis);
    return intern(std::move(leaf), "in" + std::to_string(access->argument) + " " + keyOf(access->address));
  }
  mlir::Operation *op = use.get().getDefiningOp();
  if (!op)
    return refuse(use.getOwner());
  if (auto constant = mlir::dyn_cast<graph::ConstantOp>(op)) {
    auto splat = mlir::dyn_cast<mlir::SplatElementsAttr>(constant.getValue());
    if (!splat)
      return refuse(op);
    std::string key;
    llvm::raw_string_ostream(key) << "constant " << splat.getSplatValue<mlir::Attribute>();
    return intern({Kind::Constant, op, op->getResult(0)}, key);
  }
  if (auto iota = mlir::dyn_cast<graph::IotaOp>(op)) {
    ScalarExpr leaf{Kind::Index, op, op->getResult(0)};
    leaf.access.address = space.indexOf(space.loopsAt(use)[iota.getDim()]);
    leaf.onAxis = leaf.access.address.coefficients.count(axis);
    std::string key = "index " + keyOf(leaf.access.address) + typeKey(leaf.value);
    return intern(std::move(leaf), key);
  }
  if (auto sizes = mlir::dyn_cast<graph::DimsValueOp>(op)) {
    graph::Dims dims = graph::dimsOf(sizes.getDims());
    if (dims.size() != 1)
      return refuse(op);
    ScalarExpr leaf{Kind::Size, op, op->getResult(0)};
    leaf.access.address.offset = dims[0];
    return intern(std::move(leaf), "size " + dims[0].str());
  }
  auto [entry, isFirst] = ofOps.try_emplace(op, nullptr);
  if (!isFirst)
    return entry->second;
  Expr expr = ofOp(op);
  return ofOps[op] = expr;
}

Expr Trees::ofReduction(mlir::Operation *op, unsigned operand) {
  Expr term = at(op->getOpOperand(operand));
  if (!term)
    return nullptr;
  ScalarExpr leaf{Kind::Reduction, op, op->getResult(0), {term}};
  std::string key = "over axis " + nameOf(leaf) + " " + std::to_string(term->id);
  // Two contractions of one term are two reductions: their other operands differ.
  if (mlir::isa<graph::ContractOp>(op))
    key += " " + std::to_string(reductions.size());
  size_t before = pool.size();
  Expr expr = intern(std::move(leaf), key);
  if (pool.size() != before)
    reductions.push_back(expr);
  return expr;
}

Expr Trees::ofOp(mlir::Operation *op) {
  if (mlir::isa<graph::TransposeOp, graph::BroadcastOp, graph::ReshapeOp>(op))
    return at(op->getOpOperand(0));
  if (auto reduce = mlir::dyn_cast<graph::ReduceOp>(op)) {
    SmallVector<int> over;
    for (int64_t dim : reduce.getDims())
      llvm::append_range(over, space.loopsAt(op->getOpOperand(0))[dim]);
    return over.size() == 1 && over[0] == axis ? ofReduction(op, 0) : refuse(op);
  }
  if (auto contract = mlir::dyn_cast<graph::ContractOp>(op)) {
    SmallVector<int> over;
    for (int64_t dim : contract.getLhsContract())
      llvm::append_range(over, space.loopsAt(op->getOpOperand(0))[dim]);
    if (!llvm::is_contained(over, axis)) {
      ScalarExpr product{Kind::Product, op, op->getResult(0)};
      product.onAxis = isOnAxis(space.loopsOf(op->getResult(0)));
      return intern(std::move(product), "product " + std::to_string(pool.size()));
    }
    bool leftComputed = !space.accessAt(op->getOpOperand(0)),
         rightComputed = !space.accessAt(op->getOpOperand(1));
    if (over.size() != 1 || leftComputed == rightComputed)
      return refuse(op);
    return ofReduction(op, leftComputed ? 0 : 1);
  }
  if (!mlir::isa<graph::MapOp, graph::CastOp, graph::BitcastOp>(op))
    return refuse(op);
  ScalarExpr function{Kind::Function, op, op->getResult(0)};
  std::string key = nameOf(function) + typeKey(op->getResult(0));
  if (auto cast = mlir::dyn_cast<graph::CastOp>(op))
    key += std::to_string(static_cast<int>(cast.getMode()));
  for (OpOperand &operand : op->getOpOperands()) {
    Expr expr = at(operand);
    if (!expr)
      return nullptr;
    function.operands.push_back(expr);
    key += "," + std::to_string(expr->id);
  }
  return intern(std::move(function), key);
}

//===-- Factors ------------------------------------------------------------------------------------===//

static bool isFunction(Expr expr, graph::ScalarFn fn) {
  auto map = expr->kind == Kind::Function ? mlir::dyn_cast<graph::MapOp>(expr->op) : graph::MapOp();
  return map && map.getFn() == fn;
}

namespace {

/// term = weight * anchor * post, in factors.
struct Split {
  Factors weight, post;
  Expr anchor = nullptr;
  std::string refusal;

  void refuse(const char *why, Expr expr) {
    if (refusal.empty())
      refusal = std::string(why) + ": " + expr->str();
  }

  void take(Expr expr, bool inverse) {
    if (!expr->afterReduction)
      return weight.push_back({expr, inverse});
    if (!expr->onAxis)
      return post.push_back({expr, inverse});
    if (isFunction(expr, graph::ScalarFn::mul) || isFunction(expr, graph::ScalarFn::div)) {
      take(expr->operands[0], inverse);
      return take(expr->operands[1], inverse != isFunction(expr, graph::ScalarFn::div));
    }
    if (isFunction(expr, graph::ScalarFn::exp) && !inverse) {
      if (anchor && anchor != expr)
        return refuse("a product of two exponentials of running reductions", expr);
      if (anchor)
        return refuse("a power of an exponential of a running reduction", expr);
      anchor = expr;
      return;
    }
    if (isFunction(expr, graph::ScalarFn::add) || isFunction(expr, graph::ScalarFn::sub))
      return refuse("a sum of what varies along the axis and a reduction over it, outside of exp", expr);
    refuse("a factor that mixes what varies along the axis and a reduction over it", expr);
  }
};

/// A signed term of a sum.
using Term = std::pair<unsigned, bool>;

struct Exponent {
  SmallVector<Term> varying;
  SmallVector<std::pair<Expr, bool>> fixed;
  Expr mixed = nullptr;

  void take(Expr expr, bool negative) {
    if (!expr->afterReduction)
      return varying.push_back({expr->id, negative});
    if (!expr->onAxis)
      return fixed.push_back({expr, negative});
    bool subtracts = isFunction(expr, graph::ScalarFn::sub);
    if (!subtracts && !isFunction(expr, graph::ScalarFn::add)) {
      mixed = expr;
      return;
    }
    take(expr->operands[0], negative);
    take(expr->operands[1], negative != subtracts);
  }
};

} // namespace

/// The maximum that bounds the exponent of `anchor`, or why it is not bounded.
static std::variant<Expr, std::string> boundOf(Expr anchor) {
  Exponent exponent;
  exponent.take(anchor->operands[0], false);
  if (exponent.mixed)
    return "an exponent that is no sum of what varies along the axis and a reduction over it: " +
           anchor->operands[0]->str();
  if (exponent.fixed.size() != 1 || !exponent.fixed[0].second ||
      exponent.fixed[0].first->kind != Kind::Reduction)
    return "an exponent that is not relative to one reduction: " + anchor->operands[0]->str();
  Expr bound = exponent.fixed[0].first;
  auto reduce = mlir::dyn_cast<graph::ReduceOp>(bound->op);
  if (!reduce || reduce.getKind() != graph::ReduceKind::max)
    return "an exponent that is not relative to a maximum, so that rescaling may overflow: " +
           anchor->operands[0]->str();
  Exponent covered;
  covered.take(bound->operands[0], false);
  llvm::sort(covered.varying);
  llvm::sort(exponent.varying);
  if (bound->operands[0]->afterReduction || covered.varying != exponent.varying)
    return "an exponent relative to the maximum of something else: " + anchor->operands[0]->str();
  return bound;
}

std::optional<Factors> factorsBeside(Expr expr, Expr leaf) {
  if (expr == leaf)
    return Factors();
  bool divides = isFunction(expr, graph::ScalarFn::div);
  if (!divides && !isFunction(expr, graph::ScalarFn::mul))
    return std::nullopt;
  for (unsigned side = 0; side < (divides ? 1u : 2u); ++side)
    if (auto factors = factorsBeside(expr->operands[side], leaf)) {
      factors->push_back({expr->operands[1 - side], divides});
      return factors;
    }
  return std::nullopt;
}

//===-- Bounds -------------------------------------------------------------------------------------===//

/// The integer expression as a linear form of the loops; nullopt where it is none.
static std::optional<LinearForm> linearOf(Expr expr) {
  if (expr->kind == Kind::Index || expr->kind == Kind::Size)
    return expr->access.address;
  if (expr->kind == Kind::Constant) {
    auto splat =
        mlir::cast<mlir::SplatElementsAttr>(expr->value.getDefiningOp<graph::ConstantOp>().getValue());
    LinearForm form;
    if (mlir::isa<mlir::IntegerType>(splat.getElementType()))
      form.offset = DimExpr(splat.getSplatValue<llvm::APInt>().getSExtValue());
    else if (double value = splat.getSplatValue<llvm::APFloat>().convertToDouble();
             std::abs(value) < 1e9 && value == std::floor(value))
      form.offset = DimExpr(static_cast<int64_t>(value));
    else
      return std::nullopt;
    return form;
  }
  if (expr->kind != Kind::Function)
    return std::nullopt;
  if (mlir::isa<graph::CastOp>(expr->op))
    return linearOf(expr->operands[0]);
  bool subtracts = isFunction(expr, graph::ScalarFn::sub);
  if (!subtracts && !isFunction(expr, graph::ScalarFn::add))
    return std::nullopt;
  auto left = linearOf(expr->operands[0]), right = linearOf(expr->operands[1]);
  if (!left || !right)
    return std::nullopt;
  return left->plus(right->times(DimExpr(subtracts ? -1 : 1)));
}

static bool isMinusInfinity(Expr expr) {
  if (expr->kind != Kind::Constant)
    return false;
  auto splat = mlir::cast<mlir::SplatElementsAttr>(expr->value.getDefiningOp<graph::ConstantOp>().getValue());
  if (!mlir::isa<mlir::FloatType>(splat.getElementType()))
    return false;
  llvm::APFloat value = splat.getSplatValue<llvm::APFloat>();
  return value.isInfinity() && value.isNegative();
}

namespace {

/// Collects the index comparisons outside of which a score is -inf.
class Bounds {
public:
  Bounds(OnePassForm &form, int axis) : form(form), axis(axis) {}

  void ofScore(Expr expr) {
    if (isFunction(expr, graph::ScalarFn::select)) {
      if (isMinusInfinity(expr->operands[2])) {
        ofCondition(expr->operands[0], true);
        ofScore(expr->operands[1]);
      } else if (isMinusInfinity(expr->operands[1])) {
        ofCondition(expr->operands[0], false);
        ofScore(expr->operands[2]);
      }
    } else if (isFunction(expr, graph::ScalarFn::add)) {
      ofScore(expr->operands[0]);
      ofScore(expr->operands[1]);
    }
  }

private:
  void ofCondition(Expr expr, bool holds) {
    auto map = expr->kind == Kind::Function ? mlir::dyn_cast<graph::MapOp>(expr->op) : graph::MapOp();
    if (!map)
      return;
    graph::ScalarFn fn = map.getFn();
    if (fn == graph::ScalarFn::bit_not)
      return ofCondition(expr->operands[0], !holds);
    if (fn == (holds ? graph::ScalarFn::bit_and : graph::ScalarFn::bit_or)) {
      ofCondition(expr->operands[0], holds);
      return ofCondition(expr->operands[1], holds);
    }
    using F = graph::ScalarFn;
    bool less = fn == F::lt || fn == F::le, greater = fn == F::gt || fn == F::ge;
    if (!less && !greater)
      return;
    auto left = linearOf(expr->operands[0]), right = linearOf(expr->operands[1]);
    if (!left || !right)
      return;
    bool strict = fn == F::lt || fn == F::gt;
    if (!holds) {
      std::swap(less, greater);
      strict = !strict;
    }
    // small <= large, with what is strict taken into the offset.
    LinearForm small = less ? *left : *right, large = less ? *right : *left;
    if (strict)
      small.offset = small.offset + DimExpr(1);
    if (add(large.plus(small.times(DimExpr(-1)))))
      form.boundConditions.push_back({expr, holds});
  }

  /// `difference` >= 0, solved for the axis where its coefficient is 1 or -1.
  bool add(LinearForm difference) {
    DimExpr own = difference.of(axis);
    difference.coefficients.erase(axis);
    if (own.isConstant(-1))
      form.upperBounds.push_back(difference);
    else if (own.isConstant(1))
      form.lowerBounds.push_back(difference.times(DimExpr(-1)));
    else
      return false;
    return true;
  }

  OnePassForm &form;
  int axis;
};

} // namespace

//===-- Derivation ---------------------------------------------------------------------------------===//

const OnePassReduction *OnePassForm::find(Expr leaf) const {
  auto found = llvm::find_if(reductions, [&](const auto &reduction) { return reduction.leaf == leaf; });
  return found == reductions.end() ? nullptr : &*found;
}

/// Takes one reduction into the form; empty, or why not.
static std::string takeReduction(OnePassForm &form, Expr leaf, const IterationSpace &space) {
  OnePassReduction reduction;
  reduction.op = leaf->op;
  reduction.leaf = leaf;
  reduction.term = leaf->operands[0];
  auto reduce = mlir::dyn_cast<graph::ReduceOp>(leaf->op);
  if (!reduce)
    reduction.operand = space.accessAt(leaf->op->getOpOperand(0)) ? 1 : 0;
  Split split;
  split.take(reduction.term, false);
  if (!split.refusal.empty())
    return split.refusal;
  if (reduction.term->afterReduction && reduce && reduce.getKind() != graph::ReduceKind::sum)
    return "a " + graph::stringifyReduceKind(reduce.getKind()).str() +
           ", which does not commute with rescaling: " + leaf->str();
  reduction.weight = split.weight;
  reduction.post = split.post;
  reduction.rescaled = split.anchor != nullptr;
  if (split.anchor) {
    auto bound = boundOf(split.anchor);
    if (auto *why = std::get_if<std::string>(&bound))
      return *why;
    if (form.maximum && form.maximum != std::get<Expr>(bound))
      return "exponentials relative to two maxima: " + split.anchor->str();
    form.maximum = std::get<Expr>(bound);
    form.score = form.maximum->operands[0];
  }
  form.reductions.push_back(std::move(reduction));
  return "";
}

std::variant<OnePassForm, OnePassRefusal> deriveOnePass(mlir::Block &block, const IterationSpace &space,
                                                        int axis) {
  auto trees = std::make_shared<Trees>(space, axis);
  OnePassForm form;
  form.owner = trees;
  for (OpOperand &output : block.getTerminator()->getOpOperands()) {
    Expr expr = trees->at(output);
    if (!expr)
      return OnePassRefusal{"an op without an expression", trees->blocking};
    form.outputs.push_back(expr);
  }
  for (Expr leaf : trees->reductions)
    if (std::string why = takeReduction(form, leaf, space); !why.empty())
      return OnePassRefusal{why, leaf->op};
  if (form.score)
    Bounds(form, axis).ofScore(form.score);
  return form;
}

} // namespace delos
