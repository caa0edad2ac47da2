// Range-aware quotients and remainders, and the two forms of a tensor position.
#include "lib/Target/CPU/RowEmitter/IndexArithmetic.h"

#include "mlir/IR/AffineExpr.h"

#include <cmath>

using namespace delos;
using namespace delos::cpu::rows;

using AtomKind = DimExpr::AtomKind;

const DimExpr *Ranges::extentOf(const std::string &name) const {
  auto it = extents.find(name);
  return it == extents.end() ? nullptr : &it->second;
}

/// The largest value of one atom.
static std::optional<DimExpr> boundAtom(const Ranges &ranges,
                                        const std::shared_ptr<const DimExpr::Atom> &atom) {
  DimExpr self = DimExpr::ofTerm({{atom}, 1});
  if (atom->kind == AtomKind::Symbol) {
    const DimExpr *extent = ranges.extentOf(atom->text);
    return extent ? *extent - 1 : self;
  }
  if (atom->kind == AtomKind::Mod)
    return atom->operands[1] - 1;
  if (atom->kind == AtomKind::FloorDiv)
    if (auto bound = ranges.upperBound(atom->operands[0]))
      return DimExpr::floorDiv(*bound, atom->operands[1]);
  return std::nullopt;
}

bool Ranges::isNonNegative(const DimExpr &expr) const {
  for (const DimExpr::Term &term : expr.terms()) {
    if (term.coefficient < 0)
      return false;
    for (const auto &atom : term.factors)
      if ((atom->kind == AtomKind::FloorDiv || atom->kind == AtomKind::Min || atom->kind == AtomKind::Max) &&
          !(isNonNegative(atom->operands[0]) && isNonNegative(atom->operands[1])))
        return false;
  }
  return expr.isValid();
}

std::optional<DimExpr> Ranges::upperBound(const DimExpr &expr) const {
  if (!isNonNegative(expr))
    return std::nullopt;
  DimExpr bound;
  for (const DimExpr::Term &term : expr.terms()) {
    DimExpr product(term.coefficient);
    for (const auto &atom : term.factors) {
      auto factor = boundAtom(*this, atom);
      if (!factor)
        return std::nullopt;
      product = product * *factor;
    }
    bound = bound + product;
  }
  return bound;
}

bool Ranges::isWithin(const DimExpr &expr, const DimExpr &bound) const {
  auto largest = upperBound(expr);
  if (!largest)
    return false;
  DimExpr room = bound - *largest;
  if (auto constant = room.asConstant())
    return *constant >= 1;
  return room.isProvablyPositive();
}

/// True when expr < 0 always holds.
static bool isNegative(const Ranges &ranges, const DimExpr &expr) {
  DimExpr positive, negative;
  for (const DimExpr::Term &term : expr.terms()) {
    DimExpr part = DimExpr::ofTerm(term);
    (term.coefficient > 0 ? positive : negative) = (term.coefficient > 0 ? positive : negative) + part;
  }
  auto largest = ranges.upperBound(positive);
  return largest && ranges.isNonNegative(DimExpr(-1) - negative - *largest);
}

bool Ranges::isOutside(const DimExpr &expr, const DimExpr &bound) const {
  return isNonNegative(expr - bound) || isNegative(*this, expr);
}

bool Ranges::isUniform(const DimExpr &expr) const {
  for (const std::string &name : expr.symbols())
    if (extentOf(name))
      return false;
  return true;
}

bool Ranges::fitsInt32(const DimExpr &expr) const {
  double magnitude = 0;
  for (const DimExpr::Term &term : expr.terms()) {
    double product = std::fabs(static_cast<double>(term.coefficient));
    for (const auto &atom : term.factors) {
      const DimExpr *extent = atom->kind == AtomKind::Symbol ? extentOf(atom->text) : nullptr;
      auto size = extent ? extent->asConstant() : std::nullopt;
      if (!size)
        return false;
      product *= static_cast<double>(*size);
    }
    magnitude += product;
  }
  return magnitude < 0x1p30;
}

/// Splits the terms of `a` into exact multiples of `b` (returned as their quotient) and the rest.
static std::pair<DimExpr, DimExpr> splitMultiples(const DimExpr &a, const DimExpr &b) {
  DimExpr quotient, rest;
  for (const DimExpr::Term &term : a.terms()) {
    DimExpr part = DimExpr::ofTerm(term);
    auto exact = part.divideExactly(b);
    auto divisor = b.asConstant();
    if (exact) {
      quotient = quotient + *exact;
    } else if (divisor && term.factors.empty() && *divisor > 0) {
      int64_t low = term.coefficient % *divisor;
      low += low < 0 ? *divisor : 0;
      quotient = quotient + (term.coefficient - low) / *divisor;
      rest = rest + low;
    } else {
      rest = rest + part;
    }
  }
  return {quotient, rest};
}

/// The only atom of an expression that is one atom; null otherwise.
static const DimExpr::Atom *asAtom(const DimExpr &expr) {
  if (expr.terms().size() != 1 || expr.terms()[0].coefficient != 1 || expr.terms()[0].factors.size() != 1)
    return nullptr;
  return expr.terms()[0].factors[0].get();
}

/// a = step * whole + rest with 0 <= rest < step, where `step` divides the constant `divisor`: what a
/// quotient or remainder by it may leave out. nullopt when there is no such form.
struct Stepped {
  int64_t step;
  DimExpr whole, rest;
};
static std::optional<Stepped> stepOf(const Ranges &ranges, const DimExpr &a, int64_t divisor) {
  for (const DimExpr::Term &candidate : a.terms()) {
    int64_t step = candidate.coefficient;
    if (step <= 1 || step >= divisor || divisor % step != 0)
      continue;
    Stepped result{step, {}, {}};
    for (const DimExpr::Term &term : a.terms()) {
      DimExpr::Term part = term;
      part.coefficient = term.coefficient % step == 0 ? term.coefficient / step : term.coefficient;
      DimExpr &sum = term.coefficient % step == 0 ? result.whole : result.rest;
      sum = sum + DimExpr::ofTerm(part);
    }
    if (ranges.isWithin(result.rest, DimExpr(step)))
      return result;
  }
  return std::nullopt;
}

DimExpr Ranges::floorDiv(const DimExpr &a, const DimExpr &b) const {
  if (b.isConstant(1))
    return a;
  if (const DimExpr::Atom *inner = asAtom(a); inner && inner->kind == AtomKind::FloorDiv)
    return floorDiv(inner->operands[0], inner->operands[1] * b);
  if (auto exact = a.divideExactly(b))
    return *exact;
  auto [quotient, rest] = splitMultiples(a, b);
  if (isWithin(rest, b))
    return quotient;
  if (auto divisor = b.asConstant())
    if (auto stepped = stepOf(*this, rest, *divisor))
      return quotient + floorDiv(stepped->whole, DimExpr(*divisor / stepped->step));
  return quotient + DimExpr::floorDiv(rest, b);
}

DimExpr Ranges::mod(const DimExpr &a, const DimExpr &b) const {
  if (b.isConstant(1) || a.divideExactly(b))
    return DimExpr(0);
  DimExpr rest = splitMultiples(a, b).second;
  if (isWithin(rest, b))
    return rest;
  if (auto divisor = b.asConstant())
    if (auto stepped = stepOf(*this, rest, *divisor))
      return mod(stepped->whole, DimExpr(*divisor / stepped->step)) * stepped->step + stepped->rest;
  return DimExpr::mod(rest, b);
}

DimExpr Ranges::evaluate(mlir::AffineExpr expr, llvm::ArrayRef<DimExpr> dims,
                         llvm::ArrayRef<DimExpr> symbols) const {
  using mlir::AffineExprKind;
  if (auto constant = mlir::dyn_cast<mlir::AffineConstantExpr>(expr))
    return DimExpr(constant.getValue());
  if (auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = mlir::dyn_cast<mlir::AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = mlir::cast<mlir::AffineBinaryOpExpr>(expr);
  DimExpr a = evaluate(binary.getLHS(), dims, symbols), b = evaluate(binary.getRHS(), dims, symbols);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return a + b;
  case AffineExprKind::Mul:
    return a * b;
  case AffineExprKind::FloorDiv:
    return floorDiv(a, b);
  case AffineExprKind::CeilDiv:
    return floorDiv(a + b - 1, b);
  default:
    return mod(a, b);
  }
}

Coordinates Ranges::evaluate(mlir::AffineMap map, llvm::ArrayRef<DimExpr> dims,
                             llvm::ArrayRef<DimExpr> symbols) const {
  Coordinates result;
  for (mlir::AffineExpr expr : map.getResults())
    result.push_back(evaluate(expr, dims, symbols));
  return result;
}

DimExpr delos::cpu::rows::variable(const std::string &name) { return DimExpr::symbol(name); }

static bool atomMentions(const DimExpr::Atom &atom, const std::string &name) {
  if (atom.kind == AtomKind::Symbol)
    return atom.text == name;
  return mentions(atom.operands[0], name) || mentions(atom.operands[1], name);
}

bool delos::cpu::rows::mentions(const DimExpr &expr, const std::string &name) {
  for (const DimExpr::Term &term : expr.terms())
    for (const auto &atom : term.factors)
      if (atomMentions(*atom, name))
        return true;
  return false;
}

std::optional<DimExpr> delos::cpu::rows::linearCoefficient(const DimExpr &expr, const std::string &name) {
  DimExpr coefficient;
  for (const DimExpr::Term &term : expr.terms()) {
    DimExpr::Term others{{}, term.coefficient};
    int occurrences = 0;
    for (const auto &atom : term.factors) {
      if (atom->kind == AtomKind::Symbol && atom->text == name)
        ++occurrences;
      else if (atomMentions(*atom, name))
        return std::nullopt;
      else
        others.factors.push_back(atom);
    }
    if (occurrences > 1)
      return std::nullopt;
    if (occurrences == 1)
      coefficient = coefficient + DimExpr::ofTerm(others);
  }
  return coefficient;
}

Coordinates delos::cpu::rows::stridesOf(llvm::ArrayRef<DimExpr> dims) {
  Coordinates strides(dims.size(), DimExpr(1));
  for (size_t k = dims.size(); k-- > 1;)
    strides[k - 1] = strides[k] * dims[k];
  return strides;
}

/// Undoes the splitting of an index: c*(x mod n) + c*n*(x floordiv n) is c*x.
static bool recombineOnce(DimExpr &expr) {
  for (const DimExpr::Term &term : expr.terms())
    for (size_t k = 0; k < term.factors.size(); ++k) {
      if (term.factors[k]->kind != AtomKind::Mod)
        continue;
      DimExpr::Term others = term;
      others.factors.erase(others.factors.begin() + k);
      const DimExpr &x = term.factors[k]->operands[0], &n = term.factors[k]->operands[1];
      DimExpr factor = DimExpr::ofTerm(others);
      DimExpr partner = factor * n * Ranges().floorDiv(x, n);
      DimExpr rest = expr - DimExpr::ofTerm(term) - partner;
      if (rest.terms().size() + partner.terms().size() + 1 != expr.terms().size())
        continue;
      expr = rest + factor * x;
      return true;
    }
  return false;
}

Position Position::atCoordinates(Coordinates coordinates) {
  Position position;
  position.forms = std::make_shared<Forms>();
  position.forms->coordinates = std::move(coordinates);
  return position;
}

Position Position::atOffset(DimExpr offset) {
  Position position;
  position.forms = std::make_shared<Forms>();
  position.forms->offset = std::move(offset);
  position.forms->isOffset = true;
  return position;
}

const DimExpr &Position::offset(llvm::ArrayRef<DimExpr> dims) const {
  if (!forms->offset) {
    DimExpr sum;
    Coordinates strides = stridesOf(dims);
    for (size_t k = 0; k < dims.size(); ++k)
      sum = sum + (*forms->coordinates)[k] * strides[k];
    while (recombineOnce(sum))
      ;
    forms->offset = sum;
  }
  return *forms->offset;
}

const Coordinates &Position::coordinates(llvm::ArrayRef<DimExpr> dims, const Ranges &ranges) const {
  if (!forms->coordinates) {
    Coordinates result, strides = stridesOf(dims);
    for (size_t k = 0; k < dims.size(); ++k) {
      // A size-1 dim has the one coordinate 0; the outermost needs no remainder.
      if (dims[k].isConstant(1)) {
        result.push_back(DimExpr(0));
        continue;
      }
      DimExpr quotient = ranges.floorDiv(*forms->offset, strides[k]);
      bool outermost = k == 0;
      result.push_back(outermost ? quotient : ranges.mod(quotient, dims[k]));
    }
    forms->coordinates = std::move(result);
  }
  return *forms->coordinates;
}

const std::string &Position::key() const {
  if (!forms->key.empty())
    return forms->key;
  if (forms->isOffset)
    return forms->key = "@" + forms->offset->str();
  std::string text = ":";
  for (const DimExpr &coordinate : *forms->coordinates)
    text += coordinate.str() + ";";
  return forms->key = text;
}

std::vector<std::string> Position::symbols() const {
  if (forms->isOffset)
    return forms->offset->symbols();
  std::vector<std::string> names;
  for (const DimExpr &coordinate : *forms->coordinates)
    for (std::string &name : coordinate.symbols())
      names.push_back(std::move(name));
  return names;
}

Position Position::substitute(const std::string &name, const DimExpr &value) const {
  auto replaced = [&](const DimExpr &expr) {
    return expr.substitute(
        [&](std::string_view symbol) { return symbol == name ? std::optional(value) : std::nullopt; });
  };
  if (forms->isOffset)
    return atOffset(replaced(*forms->offset));
  Coordinates coordinates;
  for (const DimExpr &coordinate : *forms->coordinates)
    coordinates.push_back(replaced(coordinate));
  return atCoordinates(std::move(coordinates));
}

bool Position::mentionsVariable(const std::string &name) const {
  if (forms->isOffset)
    return mentions(*forms->offset, name);
  for (const DimExpr &coordinate : *forms->coordinates)
    if (mentions(coordinate, name))
      return true;
  return false;
}
