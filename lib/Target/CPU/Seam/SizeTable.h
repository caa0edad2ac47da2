// Expressions of sizes over the dim table of a kernel.
#pragma once

#include "lib/Support/DimExpr.h"

#include "llvm/ADT/ArrayRef.h"
#include "mlir/IR/AffineExpr.h"

#include <algorithm>
#include <string>
#include <vector>

namespace delos::cpu {

/// Expressions of sizes as affine expressions of the dim table.
class SizeTable {
public:
  SizeTable(mlir::MLIRContext *context, llvm::ArrayRef<DimExpr> symbols) : context(context) {
    for (const DimExpr &symbol : symbols)
      names.push_back(symbol.str());
  }

  unsigned size() const { return names.size(); }

  /// Null for expressions that have no affine form (min, max).
  mlir::AffineExpr affine(const DimExpr &expr) const {
    mlir::AffineExpr sum = mlir::getAffineConstantExpr(0, context);
    for (const DimExpr::Term &term : expr.terms()) {
      mlir::AffineExpr product = mlir::getAffineConstantExpr(term.coefficient, context);
      for (const auto &factor : term.factors) {
        mlir::AffineExpr value = atom(*factor);
        if (!value)
          return {};
        product = product * value;
      }
      sum = sum + product;
    }
    return sum;
  }

private:
  mlir::AffineExpr atom(const DimExpr::Atom &factor) const {
    if (factor.kind == DimExpr::AtomKind::Symbol)
      return mlir::getAffineSymbolExpr(std::find(names.begin(), names.end(), factor.text) - names.begin(),
                                       context);
    mlir::AffineExpr a = affine(factor.operands[0]), b = affine(factor.operands[1]);
    if (!a || !b)
      return {};
    switch (factor.kind) {
    case DimExpr::AtomKind::FloorDiv:
      return a.floorDiv(b);
    case DimExpr::AtomKind::CeilDiv:
      return a.ceilDiv(b);
    case DimExpr::AtomKind::Mod:
      return a % b;
    default:
      return {};
    }
  }

  mlir::MLIRContext *context;
  std::vector<std::string> names;
};

} // namespace delos::cpu
