/// Integer formulas of a plan's symbols, as flat postfix programs that an artifact can hold as plain numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace delos::runtime {

/// One step of a formula's program. Constant and Symbol are followed by one operand word (the value, the
/// symbol's index) and push; the others pop the right-hand side, then the left-hand side, and push the
/// result.
enum class FormulaOp : int64_t {
  Constant = 0,
  Symbol = 1,
  Add = 2,
  Sub = 3,
  Mul = 4,
  FloorDiv = 5, ///< Rounds towards minus infinity; no value when the divisor is 0.
  CeilDiv = 6,  ///< Rounds towards plus infinity; no value when the divisor is 0.
  Mod = 7,      ///< lhs - FloorDiv * rhs; no value when the divisor is 0.
  Min = 8,
  Max = 9,
};

/// A formula. Value type; an empty program is the "absent" formula and has no value.
///
/// Example: ceildiv(s0, 16) * 64 is {Symbol, 0, Constant, 16, CeilDiv, Constant, 64, Mul}.
class Formula {
public:
  /// The deepest operand stack that `check` accepts, so that evaluation needs no allocation.
  static constexpr int maxDepth = 64;

  Formula() = default;
  /// A formula from the words of an artifact; `check` it before the first use.
  explicit Formula(std::vector<int64_t> words) : words(std::move(words)) {}

  static Formula constant(int64_t value);
  static Formula symbol(int64_t index);
  /// `op` applied to two formulas. Folds constants (when they do not overflow) and the neutral elements 0
  /// and 1.
  static Formula binary(FormulaOp op, const Formula &lhs, const Formula &rhs);

  bool empty() const { return words.empty(); }
  std::span<const int64_t> program() const { return words; }

  /// The value, when the formula is a single constant.
  std::optional<int64_t> constantValue() const;

  /// True when the program is well formed: known steps, no operand missing or left over, depth <= maxDepth,
  /// and every symbol index in [0, symbolCount).
  bool check(int64_t symbolCount) const;

  /// The value for these symbols; nothing on overflow, on division by 0, or when the program is ill formed.
  std::optional<int64_t> evaluate(std::span<const int64_t> symbols) const;

  /// Infix text; symbols are written by name, or as s0, s1, ... beyond `names`.
  std::string print(std::span<const std::string> names = {}) const;

  friend bool operator==(const Formula &, const Formula &) = default;

private:
  std::vector<int64_t> words;
};

inline Formula operator+(const Formula &a, const Formula &b) { return Formula::binary(FormulaOp::Add, a, b); }
inline Formula operator-(const Formula &a, const Formula &b) { return Formula::binary(FormulaOp::Sub, a, b); }
inline Formula operator*(const Formula &a, const Formula &b) { return Formula::binary(FormulaOp::Mul, a, b); }

/// `value` rounded up to a multiple of `alignment` (> 0).
Formula alignUp(const Formula &value, int64_t alignment);

/// The product of `factors`; 1 when there are none.
Formula product(std::span<const Formula> factors);

} // namespace delos::runtime
