// Between symbolic dims of the compiler and the runtime's formulas over numbered symbols.
#pragma once

#include "lib/Support/DimExpr.h"
#include "runtime/abi/Formula.h"

#include <map>
#include <string>
#include <vector>

namespace delos {

/// Numbers symbols in the order in which they are first asked for.
class SymbolNumbering {
public:
  int64_t indexOf(const std::string &name);
  const std::vector<std::string> &names() const { return ordered; }

private:
  std::map<std::string, int64_t> indices;
  std::vector<std::string> ordered;
};

/// The formula of an expression; its symbols join the numbering. An invalid expression gives the absent
/// formula.
runtime::Formula toFormula(const DimExpr &expr, SymbolNumbering &symbols);

/// The expression of a formula whose symbols are named; nullopt when the program is ill formed or a symbol
/// has no name.
std::optional<DimExpr> toDimExpr(const runtime::Formula &formula, const std::vector<std::string> &names);

} // namespace delos
