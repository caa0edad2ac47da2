// Derived properties of access rules.
#include "dialects/Graph/AccessRule.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace delos::graph {

static llvm::StringRef letterOf(IterationKind kind) {
  switch (kind) {
  case IterationKind::Parallel:
    return "parallel";
  case IterationKind::Reduction:
    return "reduction";
  case IterationKind::Window:
    return "window";
  case IterationKind::Sequential:
    return "sequential";
  }
  return "?";
}

DimExpr AccessRule::points() const {
  DimExpr product(1);
  for (const DimExpr &extent : extents)
    product = product * extent;
  return product;
}

bool AccessRule::isParallel() const {
  return llvm::all_of(kinds, [](IterationKind kind) { return kind == IterationKind::Parallel; });
}

static void printAccess(llvm::raw_ostream &os, const Access &access) {
  os << access.map;
  if (access.dataDependent)
    os << " data-dependent";
  if (access.mayExceed)
    os << " may-exceed";
}

void AccessRule::print(llvm::raw_ostream &os) const {
  os << "[";
  for (auto [index, kind] : llvm::enumerate(kinds))
    os << (index ? ", " : "") << letterOf(kind) << " " << extents[index].str();
  os << "]";
  for (auto [index, symbol] : llvm::enumerate(symbols))
    os << " s" << index << "=" << symbol.str();
  for (const Access &access : operands) {
    os << " reads ";
    printAccess(os, access);
  }
  for (const Access &access : results) {
    os << " writes ";
    printAccess(os, access);
  }
  os << " flops " << flopsPerPoint;
}

AccessClass classify(const AccessRule &rule) {
  if (llvm::any_of(rule.operands, [](const Access &access) { return access.dataDependent; }) ||
      llvm::any_of(rule.results, [](const Access &access) { return access.dataDependent; }))
    return AccessClass::DataDependent;
  auto has = [&](IterationKind kind) { return llvm::is_contained(rule.kinds, kind); };
  if (has(IterationKind::Sequential))
    return AccessClass::Scan;
  if (has(IterationKind::Window))
    return AccessClass::Window;
  if (has(IterationKind::Reduction))
    return rule.operands.size() >= 2 ? AccessClass::Contraction : AccessClass::Reduction;
  if (rule.operands.empty())
    return AccessClass::Source;
  return rule.flopsPerPoint == 0 ? AccessClass::View : AccessClass::Elementwise;
}

llvm::StringRef stringifyAccessClass(AccessClass value) {
  switch (value) {
  case AccessClass::Source:
    return "source";
  case AccessClass::View:
    return "view";
  case AccessClass::Elementwise:
    return "element-wise";
  case AccessClass::Reduction:
    return "reduction";
  case AccessClass::Scan:
    return "scan";
  case AccessClass::Window:
    return "window";
  case AccessClass::Contraction:
    return "contraction";
  case AccessClass::DataDependent:
    return "data-dependent";
  }
  return "?";
}

} // namespace delos::graph
