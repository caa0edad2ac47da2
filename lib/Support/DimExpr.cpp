// Canonical polynomials over dimension symbols (see the header).
#include "lib/Support/DimExpr.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace delos {

namespace {

using Factors = std::vector<std::shared_ptr<const DimExpr::Atom>>;

std::string textOf(const Factors &factors) {
  std::string text;
  for (const auto &atom : factors)
    text += (text.empty() ? "" : "*") + atom->text;
  return text;
}

DimExpr fromAtom(DimExpr::AtomKind kind, std::string text, std::vector<DimExpr> operands);

int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
int64_t ceilDivide(int64_t a, int64_t b) { return -floorDivide(-a, b); }

/// The value of a call on constants; nullopt for a divisor <= 0.
std::optional<int64_t> applyAtom(DimExpr::AtomKind kind, int64_t a, int64_t b) {
  using K = DimExpr::AtomKind;
  if (kind == K::Min)
    return std::min(a, b);
  if (kind == K::Max)
    return std::max(a, b);
  if (b <= 0)
    return std::nullopt;
  if (kind == K::FloorDiv)
    return floorDivide(a, b);
  if (kind == K::CeilDiv)
    return ceilDivide(a, b);
  return a - b * floorDivide(a, b);
}

const char *nameOf(DimExpr::AtomKind kind) {
  switch (kind) {
  case DimExpr::AtomKind::FloorDiv:
    return "floordiv";
  case DimExpr::AtomKind::CeilDiv:
    return "ceildiv";
  case DimExpr::AtomKind::Mod:
    return "mod";
  case DimExpr::AtomKind::Min:
    return "min";
  case DimExpr::AtomKind::Max:
    return "max";
  case DimExpr::AtomKind::Symbol:
    return "symbol";
  }
  return "?";
}

DimExpr call(DimExpr::AtomKind kind, const DimExpr &a, const DimExpr &b) {
  if (!a.isValid() || !b.isValid())
    return DimExpr::invalid();
  auto ca = a.asConstant(), cb = b.asConstant();
  if (ca && cb)
    if (auto value = applyAtom(kind, *ca, *cb))
      return DimExpr(*value);
  return fromAtom(kind, std::string(nameOf(kind)) + "(" + a.str() + ", " + b.str() + ")", {a, b});
}

} // namespace

DimExpr::DimExpr(int64_t value) {
  if (value != 0)
    sum.push_back({{}, value});
}

DimExpr DimExpr::invalid() {
  DimExpr expr;
  expr.overflowed = true;
  return expr;
}

DimExpr DimExpr::ofTerm(Term term) {
  DimExpr expr;
  if (term.coefficient != 0)
    expr.sum.push_back(std::move(term));
  return expr;
}

/// A total order of factor lists, by the texts of their atoms: negative, zero or positive.
static int compareFactors(const Factors &a, const Factors &b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (a[i] != b[i])
      if (int order = a[i]->text.compare(b[i]->text))
        return order;
  return static_cast<int>(a.size()) - static_cast<int>(b.size());
}

bool DimExpr::operator==(const DimExpr &other) const {
  auto equal = [](const Term &a, const Term &b) {
    return a.coefficient == b.coefficient && compareFactors(a.factors, b.factors) == 0;
  };
  return overflowed == other.overflowed &&
         std::equal(sum.begin(), sum.end(), other.sum.begin(), other.sum.end(), equal);
}

void DimExpr::add(const Term &term) {
  auto it = std::lower_bound(sum.begin(), sum.end(), term.factors, [](const Term &t, const Factors &key) {
    return compareFactors(t.factors, key) < 0;
  });
  if (it == sum.end() || compareFactors(it->factors, term.factors) != 0) {
    if (term.coefficient != 0)
      sum.insert(it, term);
    return;
  }
  if (__builtin_add_overflow(it->coefficient, term.coefficient, &it->coefficient))
    overflowed = true;
  else if (it->coefficient == 0)
    sum.erase(it);
}

/// The result of an operation on two constants, most of all operations; nullopt when one is not, or on
/// overflow.
template <typename Operation>
static std::optional<DimExpr> onConstants(const DimExpr &a, const DimExpr &b, Operation operation) {
  auto left = a.asConstant(), right = b.asConstant();
  int64_t value;
  if (!left || !right || operation(*left, *right, &value))
    return std::nullopt;
  return DimExpr(value);
}

DimExpr DimExpr::operator+(const DimExpr &other) const {
  if (auto value = onConstants(
          *this, other, [](int64_t a, int64_t b, int64_t *r) { return __builtin_add_overflow(a, b, r); }))
    return *value;
  if (!isValid() || !other.isValid())
    return invalid();
  DimExpr result = *this;
  for (const Term &term : other.sum)
    result.add(term);
  return result.isValid() ? result : invalid();
}

DimExpr DimExpr::operator-(const DimExpr &other) const { return *this + other * DimExpr(-1); }

DimExpr DimExpr::operator*(const DimExpr &other) const {
  if (auto value = onConstants(
          *this, other, [](int64_t a, int64_t b, int64_t *r) { return __builtin_mul_overflow(a, b, r); }))
    return *value;
  if (!isValid() || !other.isValid())
    return invalid();
  DimExpr result;
  for (const Term &a : sum)
    for (const Term &b : other.sum) {
      Term product;
      if (__builtin_mul_overflow(a.coefficient, b.coefficient, &product.coefficient))
        return invalid();
      product.factors = a.factors;
      product.factors.insert(product.factors.end(), b.factors.begin(), b.factors.end());
      std::sort(product.factors.begin(), product.factors.end(),
                [](const auto &x, const auto &y) { return x->text < y->text; });
      result.add(product);
    }
  return result.isValid() ? result : invalid();
}

namespace {

DimExpr fromAtom(DimExpr::AtomKind kind, std::string text, std::vector<DimExpr> operands) {
  auto atom = std::make_shared<DimExpr::Atom>(DimExpr::Atom{kind, std::move(text), std::move(operands)});
  return DimExpr::ofTerm({{atom}, 1});
}

/// The factors of `a` without those of `b`; nullopt when `b` has one that `a` lacks.
std::optional<Factors> removeFactors(Factors a, const Factors &b) {
  for (const auto &factor : b) {
    auto it = std::find_if(a.begin(), a.end(), [&](const auto &x) { return x->text == factor->text; });
    if (it == a.end())
      return std::nullopt;
    a.erase(it);
  }
  return a;
}

/// The leading term in graded lexicographic order, which products respect (the order of the texts is not such
/// an order).
const DimExpr::Term &leadingTerm(const std::vector<DimExpr::Term> &terms) {
  return *std::max_element(terms.begin(), terms.end(), [](const auto &a, const auto &b) {
    if (a.factors.size() != b.factors.size())
      return a.factors.size() < b.factors.size();
    return std::lexicographical_compare(b.factors.begin(), b.factors.end(), a.factors.begin(),
                                        a.factors.end(),
                                        [](const auto &x, const auto &y) { return x->text < y->text; });
  });
}

} // namespace

DimExpr DimExpr::symbol(std::string_view name) { return fromAtom(AtomKind::Symbol, std::string(name), {}); }

std::optional<DimExpr> DimExpr::divideExactly(const DimExpr &divisor) const {
  if (auto a = asConstant(), b = divisor.asConstant(); a && b)
    return *b != 0 && *b != -1 && *a % *b == 0 ? std::optional<DimExpr>(*a / *b) : std::nullopt;
  if (!isValid() || !divisor.isValid() || divisor.sum.empty())
    return std::nullopt;
  // Long division by the divisor's leading term; every step removes one term of the remainder or fails.
  DimExpr remainder = *this, quotient;
  const Term lead = leadingTerm(divisor.sum);
  for (size_t steps = 0; !remainder.sum.empty(); ++steps) {
    const Term top = leadingTerm(remainder.sum);
    auto factors = removeFactors(top.factors, lead.factors);
    if (!factors || top.coefficient % lead.coefficient != 0 || steps > 64)
      return std::nullopt;
    DimExpr part = ofTerm({*factors, top.coefficient / lead.coefficient});
    quotient = quotient + part;
    remainder = remainder - part * divisor;
    if (!remainder.isValid() || !quotient.isValid())
      return std::nullopt;
  }
  return quotient;
}

DimExpr DimExpr::floorDiv(const DimExpr &a, const DimExpr &b) {
  if (auto exact = a.divideExactly(b))
    return *exact;
  return call(AtomKind::FloorDiv, a, b);
}

DimExpr DimExpr::ceilDiv(const DimExpr &a, const DimExpr &b) {
  if (auto exact = a.divideExactly(b))
    return *exact;
  return call(AtomKind::CeilDiv, a, b);
}

DimExpr DimExpr::mod(const DimExpr &a, const DimExpr &b) {
  if (a.divideExactly(b))
    return DimExpr(0);
  return call(AtomKind::Mod, a, b);
}

DimExpr DimExpr::min(const DimExpr &a, const DimExpr &b) {
  if (a == b)
    return a;
  return a.str() < b.str() ? call(AtomKind::Min, a, b) : call(AtomKind::Min, b, a);
}

DimExpr DimExpr::max(const DimExpr &a, const DimExpr &b) {
  if (a == b)
    return a;
  return a.str() < b.str() ? call(AtomKind::Max, a, b) : call(AtomKind::Max, b, a);
}

std::optional<int64_t> DimExpr::asConstant() const {
  if (!isValid())
    return std::nullopt;
  if (sum.empty())
    return 0;
  if (sum.size() == 1 && sum[0].factors.empty())
    return sum[0].coefficient;
  return std::nullopt;
}

bool DimExpr::isProvablyPositive() const {
  if (!isValid() || sum.empty())
    return false;
  // Negative parts are covered when positive ones of at least the same degree outweigh them; only the simple
  // case is decided: no negative coefficient, and one term that is a constant or a product of symbols.
  bool anchored = false;
  for (const Term &term : sum) {
    if (term.coefficient < 0)
      return false;
    anchored |= std::all_of(term.factors.begin(), term.factors.end(),
                            [](const auto &atom) { return atom->kind == AtomKind::Symbol; });
  }
  return anchored;
}

std::optional<int64_t>
DimExpr::evaluate(const std::function<std::optional<int64_t>(std::string_view)> &symbolValue) const {
  if (!isValid())
    return std::nullopt;
  int64_t total = 0;
  for (const Term &term : sum) {
    int64_t product = term.coefficient;
    for (const auto &atom : term.factors) {
      std::optional<int64_t> value;
      if (atom->kind == AtomKind::Symbol) {
        value = symbolValue(atom->text);
      } else {
        auto a = atom->operands[0].evaluate(symbolValue), b = atom->operands[1].evaluate(symbolValue);
        if (a && b)
          value = applyAtom(atom->kind, *a, *b);
      }
      if (!value || __builtin_mul_overflow(product, *value, &product))
        return std::nullopt;
    }
    if (__builtin_add_overflow(total, product, &total))
      return std::nullopt;
  }
  return total;
}

DimExpr
DimExpr::substitute(const std::function<std::optional<DimExpr>(std::string_view)> &replacement) const {
  if (!isValid())
    return *this;
  DimExpr result;
  for (const Term &term : sum) {
    DimExpr product(term.coefficient);
    for (const auto &atom : term.factors) {
      if (atom->kind == AtomKind::Symbol) {
        product = product * replacement(atom->text).value_or(ofTerm({{atom}, 1}));
        continue;
      }
      DimExpr a = atom->operands[0].substitute(replacement), b = atom->operands[1].substitute(replacement);
      switch (atom->kind) {
      case AtomKind::FloorDiv:
        product = product * floorDiv(a, b);
        break;
      case AtomKind::CeilDiv:
        product = product * ceilDiv(a, b);
        break;
      case AtomKind::Mod:
        product = product * mod(a, b);
        break;
      case AtomKind::Min:
        product = product * min(a, b);
        break;
      default:
        product = product * max(a, b);
      }
    }
    result = result + product;
  }
  return result;
}

std::vector<std::string> DimExpr::symbols() const {
  std::set<std::string> names;
  for (const Term &term : sum)
    for (const auto &atom : term.factors) {
      if (atom->kind == AtomKind::Symbol)
        names.insert(atom->text);
      for (const DimExpr &operand : atom->operands)
        for (std::string &name : operand.symbols())
          names.insert(std::move(name));
    }
  return {names.begin(), names.end()};
}

std::string DimExpr::str() const {
  if (!isValid())
    return "<overflow>";
  if (sum.empty())
    return "0";
  std::string text;
  // The constant term sorts first (its text is empty); it reads better last.
  size_t shift = sum[0].factors.empty() ? 1 : 0;
  for (size_t i = 0; i < sum.size(); ++i) {
    const Term &shown = sum[(i + shift) % sum.size()];
    int64_t coefficient = shown.coefficient;
    if (!text.empty())
      text += coefficient < 0 ? " - " : " + ";
    else if (coefficient < 0)
      text += "-";
    uint64_t magnitude = coefficient < 0 ? 0 - static_cast<uint64_t>(coefficient) : coefficient;
    if (shown.factors.empty())
      text += std::to_string(magnitude);
    else
      text += (magnitude == 1 ? "" : std::to_string(magnitude) + "*") + textOf(shown.factors);
  }
  return text;
}

namespace {

/// Recursive descent over the printed form. Depth is bounded so that a hostile text cannot exhaust the stack.
class Parser {
public:
  explicit Parser(std::string_view text) : text(text) {}

  std::optional<DimExpr> parseAll() {
    auto value = parseSum();
    skipSpace();
    if (!value || position != text.size() || !value->isValid())
      return std::nullopt;
    return value;
  }

private:
  static constexpr int kMaxDepth = 64;

  void skipSpace() {
    while (position < text.size() && std::isspace(static_cast<unsigned char>(text[position])))
      ++position;
  }
  bool consume(char c) {
    skipSpace();
    if (position >= text.size() || text[position] != c)
      return false;
    ++position;
    return true;
  }

  std::optional<DimExpr> parseSum() {
    if (++depth > kMaxDepth)
      return std::nullopt;
    bool negative = consume('-');
    auto total = parseProduct();
    if (total && negative)
      total = DimExpr(0) - *total;
    while (total) {
      bool plus = consume('+');
      if (!plus && !consume('-'))
        break;
      auto next = parseProduct();
      if (!next)
        return std::nullopt;
      total = plus ? *total + *next : *total - *next;
    }
    --depth;
    return total;
  }

  std::optional<DimExpr> parseProduct() {
    auto product = parseFactor();
    while (product && consume('*')) {
      auto next = parseFactor();
      if (!next)
        return std::nullopt;
      product = *product * *next;
    }
    return product;
  }

  std::optional<DimExpr> parseFactor() {
    if (consume('(')) {
      auto inner = parseSum();
      return inner && consume(')') ? inner : std::nullopt;
    }
    skipSpace();
    if (position < text.size() && std::isdigit(static_cast<unsigned char>(text[position])))
      return parseNumber();
    std::string name = parseName();
    if (name.empty())
      return std::nullopt;
    return consume('(') ? parseCall(name) : DimExpr::symbol(name);
  }

  std::optional<DimExpr> parseNumber() {
    int64_t value = 0;
    for (; position < text.size() && std::isdigit(static_cast<unsigned char>(text[position])); ++position)
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, text[position] - '0', &value))
        return std::nullopt;
    return DimExpr(value);
  }

  std::string parseName() {
    size_t begin = position;
    while (position < text.size() && (std::isalnum(static_cast<unsigned char>(text[position])) ||
                                      std::string_view("_.$").find(text[position]) != std::string_view::npos))
      ++position;
    return std::string(text.substr(begin, position - begin));
  }

  std::optional<DimExpr> parseCall(const std::string &name) {
    auto a = parseSum();
    if (!a || !consume(','))
      return std::nullopt;
    auto b = parseSum();
    if (!b || !consume(')'))
      return std::nullopt;
    if (name == "floordiv")
      return DimExpr::floorDiv(*a, *b);
    if (name == "ceildiv")
      return DimExpr::ceilDiv(*a, *b);
    if (name == "mod")
      return DimExpr::mod(*a, *b);
    if (name == "min")
      return DimExpr::min(*a, *b);
    if (name == "max")
      return DimExpr::max(*a, *b);
    return std::nullopt;
  }

  std::string_view text;
  size_t position = 0;
  int depth = 0;
};

} // namespace

std::optional<DimExpr> DimExpr::parse(std::string_view text) { return Parser(text).parseAll(); }

std::string sanitizeSymbolName(std::string_view text) {
  std::string name;
  for (char c : text)
    name += std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$' ? c : '_';
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])))
    name.insert(name.begin(), '_');
  return name;
}

} // namespace delos
