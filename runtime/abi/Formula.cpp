/// Building, checking, evaluating and printing formulas.
#include "runtime/abi/Formula.h"

#include <algorithm>
#include <array>

namespace delos::runtime {
namespace {

bool hasOperand(FormulaOp op) { return op == FormulaOp::Constant || op == FormulaOp::Symbol; }

bool isKnown(int64_t word) {
  return word >= static_cast<int64_t>(FormulaOp::Constant) && word <= static_cast<int64_t>(FormulaOp::Max);
}

std::optional<int64_t> floorDiv(int64_t lhs, int64_t rhs) {
  if (rhs == 0 || (lhs == INT64_MIN && rhs == -1))
    return std::nullopt;
  return lhs / rhs - (lhs % rhs != 0 && (lhs < 0) != (rhs < 0));
}

std::optional<int64_t> ceilDiv(int64_t lhs, int64_t rhs) {
  if (rhs == 0 || (lhs == INT64_MIN && rhs == -1))
    return std::nullopt;
  return lhs / rhs + (lhs % rhs != 0 && (lhs < 0) == (rhs < 0));
}

std::optional<int64_t> floorMod(int64_t lhs, int64_t rhs) {
  if (rhs == 0)
    return std::nullopt;
  if (rhs == -1)
    return 0;
  int64_t rest = lhs % rhs;
  return rest != 0 && (rest < 0) != (rhs < 0) ? rest + rhs : rest;
}

std::optional<int64_t> apply(FormulaOp op, int64_t lhs, int64_t rhs) {
  int64_t result = 0;
  switch (op) {
  case FormulaOp::Add:
    return __builtin_add_overflow(lhs, rhs, &result) ? std::nullopt : std::optional(result);
  case FormulaOp::Sub:
    return __builtin_sub_overflow(lhs, rhs, &result) ? std::nullopt : std::optional(result);
  case FormulaOp::Mul:
    return __builtin_mul_overflow(lhs, rhs, &result) ? std::nullopt : std::optional(result);
  case FormulaOp::FloorDiv:
    return floorDiv(lhs, rhs);
  case FormulaOp::CeilDiv:
    return ceilDiv(lhs, rhs);
  case FormulaOp::Mod:
    return floorMod(lhs, rhs);
  case FormulaOp::Min:
    return std::min(lhs, rhs);
  case FormulaOp::Max:
    return std::max(lhs, rhs);
  default:
    return std::nullopt;
  }
}

/// The operand that `op` leaves unchanged for this constant on the right (x + 0, x * 1, x / 1, ...).
bool isRightNeutral(FormulaOp op, int64_t value) {
  switch (op) {
  case FormulaOp::Add:
  case FormulaOp::Sub:
    return value == 0;
  case FormulaOp::Mul:
  case FormulaOp::FloorDiv:
  case FormulaOp::CeilDiv:
    return value == 1;
  default:
    return false;
  }
}

bool isLeftNeutral(FormulaOp op, int64_t value) {
  return (op == FormulaOp::Add && value == 0) || (op == FormulaOp::Mul && value == 1);
}

std::string printBinary(FormulaOp op, const std::string &lhs, const std::string &rhs) {
  static constexpr std::array<const char *, 10> spelling = {"",           "",          " + ",   " - ", " * ",
                                                            " floordiv ", " ceildiv ", " mod ", "min", "max"};
  const char *text = spelling[static_cast<size_t>(op)];
  if (op == FormulaOp::Min || op == FormulaOp::Max)
    return std::string(text) + "(" + lhs + ", " + rhs + ")";
  return "(" + lhs + text + rhs + ")";
}

} // namespace

Formula Formula::constant(int64_t value) {
  return Formula({static_cast<int64_t>(FormulaOp::Constant), value});
}

Formula Formula::symbol(int64_t index) { return Formula({static_cast<int64_t>(FormulaOp::Symbol), index}); }

Formula Formula::binary(FormulaOp op, const Formula &lhs, const Formula &rhs) {
  auto left = lhs.constantValue(), right = rhs.constantValue();
  if (left && right)
    if (auto folded = apply(op, *left, *right))
      return constant(*folded);
  if (right && isRightNeutral(op, *right))
    return lhs;
  if (left && isLeftNeutral(op, *left))
    return rhs;
  if ((op == FormulaOp::Min || op == FormulaOp::Max) && lhs == rhs)
    return lhs;
  std::vector<int64_t> words(lhs.words);
  words.insert(words.end(), rhs.words.begin(), rhs.words.end());
  words.push_back(static_cast<int64_t>(op));
  return Formula(std::move(words));
}

std::optional<int64_t> Formula::constantValue() const {
  if (words.size() != 2 || words[0] != static_cast<int64_t>(FormulaOp::Constant))
    return std::nullopt;
  return words[1];
}

bool Formula::check(int64_t symbolCount) const {
  int depth = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if (!isKnown(words[i]))
      return false;
    auto op = static_cast<FormulaOp>(words[i]);
    if (!hasOperand(op)) {
      if (--depth < 1)
        return false;
      continue;
    }
    if (++i == words.size() || ++depth > maxDepth)
      return false;
    if (op == FormulaOp::Symbol && (words[i] < 0 || words[i] >= symbolCount))
      return false;
  }
  return depth == 1;
}

std::optional<int64_t> Formula::evaluate(std::span<const int64_t> symbols) const {
  if (auto value = constantValue())
    return value;
  if (!check(static_cast<int64_t>(symbols.size())))
    return std::nullopt;
  std::array<int64_t, maxDepth> stack;
  int depth = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    auto op = static_cast<FormulaOp>(words[i]);
    if (hasOperand(op)) {
      int64_t word = words[++i];
      stack[depth++] = op == FormulaOp::Symbol ? symbols[word] : word;
      continue;
    }
    auto result = apply(op, stack[depth - 2], stack[depth - 1]);
    if (!result)
      return std::nullopt;
    stack[--depth - 1] = *result;
  }
  return stack[0];
}

std::string Formula::print(std::span<const std::string> names) const {
  if (words.empty())
    return "<absent>";
  std::vector<std::string> stack;
  for (size_t i = 0; i < words.size(); ++i) {
    if (!isKnown(words[i]) || (!hasOperand(FormulaOp(words[i])) && stack.size() < 2) ||
        (hasOperand(FormulaOp(words[i])) && i + 1 == words.size()))
      return "<ill formed>";
    auto op = static_cast<FormulaOp>(words[i]);
    if (op == FormulaOp::Constant) {
      stack.push_back(std::to_string(words[++i]));
    } else if (op == FormulaOp::Symbol) {
      auto index = static_cast<uint64_t>(words[++i]);
      stack.push_back(index < names.size() ? names[index] : "s" + std::to_string(words[i]));
    } else {
      std::string rhs = std::move(stack.back());
      stack.pop_back();
      stack.back() = printBinary(op, stack.back(), rhs);
    }
  }
  return stack.size() == 1 ? stack[0] : "<ill formed>";
}

Formula alignUp(const Formula &value, int64_t alignment) {
  Formula unit = Formula::constant(alignment);
  return Formula::binary(FormulaOp::CeilDiv, value, unit) * unit;
}

Formula product(std::span<const Formula> factors) {
  Formula result = Formula::constant(1);
  for (const Formula &factor : factors)
    result = result * factor;
  return result;
}

} // namespace delos::runtime
