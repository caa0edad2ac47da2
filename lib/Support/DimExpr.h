// Symbolic dimension sizes: integer expressions over named symbols in a canonical form.
//
// A DimExpr is a polynomial with int64 coefficients over atoms; an atom is a symbol ("batch") or one of
// floordiv, ceildiv, mod, min, max of two expressions. Two expressions that are equal as polynomials have the
// same terms and the same text, so equality of text is equality. Symbols stand for sizes and are never
// negative. Arithmetic that leaves int64 gives the invalid expression, which absorbs everything and prints as
// "<overflow>".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace delos {

class DimExpr {
public:
  enum class AtomKind { Symbol, FloorDiv, CeilDiv, Mod, Min, Max };
  struct Atom;
  /// A product of atoms, sorted by their text, with its coefficient.
  struct Term {
    std::vector<std::shared_ptr<const Atom>> factors;
    int64_t coefficient = 0;
  };

  /// Zero.
  DimExpr() = default;
  DimExpr(int64_t value);

  static DimExpr symbol(std::string_view name);
  static DimExpr ofTerm(Term term);
  static DimExpr invalid();
  static DimExpr floorDiv(const DimExpr &a, const DimExpr &b);
  static DimExpr ceilDiv(const DimExpr &a, const DimExpr &b);
  static DimExpr mod(const DimExpr &a, const DimExpr &b);
  static DimExpr min(const DimExpr &a, const DimExpr &b);
  static DimExpr max(const DimExpr &a, const DimExpr &b);

  /// Parses the form that `str` prints (and any sum, product, parentheses of it); nullopt when the text is
  /// not an expression.
  static std::optional<DimExpr> parse(std::string_view text);

  DimExpr operator+(const DimExpr &other) const;
  DimExpr operator-(const DimExpr &other) const;
  DimExpr operator*(const DimExpr &other) const;
  bool operator==(const DimExpr &other) const;
  bool operator!=(const DimExpr &other) const { return !(*this == other); }

  bool isValid() const { return !overflowed; }
  /// The value when no symbol occurs.
  std::optional<int64_t> asConstant() const;
  bool isConstant(int64_t value) const { return asConstant() == value; }
  /// True when the value is provably >= 1 for every assignment of symbols >= 1.
  bool isProvablyPositive() const;

  /// The quotient when `divisor` divides this polynomial exactly (batch*seq*768 by seq*768 is batch).
  std::optional<DimExpr> divideExactly(const DimExpr &divisor) const;

  /// The value under an assignment; nullopt when a symbol is missing, a divisor is <= 0, or int64 overflows.
  std::optional<int64_t>
  evaluate(const std::function<std::optional<int64_t>(std::string_view)> &symbolValue) const;
  DimExpr substitute(const std::function<std::optional<DimExpr>(std::string_view)> &replacement) const;
  /// The symbols that occur, sorted, each once.
  std::vector<std::string> symbols() const;

  std::string str() const;
  const std::vector<Term> &terms() const { return sum; }

private:
  void add(const Term &term);
  std::vector<Term> sum; // sorted by the text of the factors; no zero coefficients
  bool overflowed = false;
};

struct DimExpr::Atom {
  AtomKind kind;
  std::string text;              // a symbol's name, or the canonical text of the call
  std::vector<DimExpr> operands; // two for calls, none for symbols
};

/// The name when `text` can be a symbol: letters, digits, '_', '.', '$', not starting with a digit; otherwise
/// a spelling that can.
std::string sanitizeSymbolName(std::string_view text);

} // namespace delos
