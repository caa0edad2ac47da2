// Conversion between DimExpr and Formula.
#include "lib/Support/DimFormula.h"

namespace delos {

using runtime::Formula;
using runtime::FormulaOp;

int64_t SymbolNumbering::indexOf(const std::string &name) {
  auto [it, inserted] = indices.try_emplace(name, static_cast<int64_t>(ordered.size()));
  if (inserted)
    ordered.push_back(name);
  return it->second;
}

static FormulaOp opOf(DimExpr::AtomKind kind) {
  switch (kind) {
  case DimExpr::AtomKind::FloorDiv:
    return FormulaOp::FloorDiv;
  case DimExpr::AtomKind::CeilDiv:
    return FormulaOp::CeilDiv;
  case DimExpr::AtomKind::Mod:
    return FormulaOp::Mod;
  case DimExpr::AtomKind::Min:
    return FormulaOp::Min;
  default:
    return FormulaOp::Max;
  }
}

static Formula atomFormula(const DimExpr::Atom &atom, SymbolNumbering &symbols) {
  if (atom.kind == DimExpr::AtomKind::Symbol)
    return Formula::symbol(symbols.indexOf(atom.text));
  return Formula::binary(opOf(atom.kind), toFormula(atom.operands[0], symbols),
                         toFormula(atom.operands[1], symbols));
}

Formula toFormula(const DimExpr &expr, SymbolNumbering &symbols) {
  if (!expr.isValid())
    return Formula();
  Formula sum = Formula::constant(0);
  for (const DimExpr::Term &term : expr.terms()) {
    Formula product = Formula::constant(term.coefficient);
    for (const auto &atom : term.factors)
      product = product * atomFormula(*atom, symbols);
    sum = sum + product;
  }
  return sum;
}

static std::optional<DimExpr> apply(FormulaOp op, const DimExpr &a, const DimExpr &b) {
  switch (op) {
  case FormulaOp::Add:
    return a + b;
  case FormulaOp::Sub:
    return a - b;
  case FormulaOp::Mul:
    return a * b;
  case FormulaOp::FloorDiv:
    return DimExpr::floorDiv(a, b);
  case FormulaOp::CeilDiv:
    return DimExpr::ceilDiv(a, b);
  case FormulaOp::Mod:
    return DimExpr::mod(a, b);
  case FormulaOp::Min:
    return DimExpr::min(a, b);
  case FormulaOp::Max:
    return DimExpr::max(a, b);
  default:
    return std::nullopt;
  }
}

std::optional<DimExpr> toDimExpr(const Formula &formula, const std::vector<std::string> &names) {
  if (!formula.check(static_cast<int64_t>(names.size())))
    return std::nullopt;
  std::vector<DimExpr> stack;
  auto program = formula.program();
  for (size_t i = 0; i < program.size(); ++i) {
    auto op = static_cast<FormulaOp>(program[i]);
    if (op == FormulaOp::Constant || op == FormulaOp::Symbol) {
      int64_t operand = program[++i];
      stack.push_back(op == FormulaOp::Constant ? DimExpr(operand) : DimExpr::symbol(names[operand]));
      continue;
    }
    DimExpr right = stack.back();
    stack.pop_back();
    auto value = apply(op, stack.back(), right);
    if (!value)
      return std::nullopt;
    stack.back() = *value;
  }
  return stack.empty() ? std::nullopt : std::optional<DimExpr>(stack.back());
}

} // namespace delos
