// Applies the expansions and sends what is left to libm.
#include "lib/Target/CPU/VectorMath.h"

#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace delos::cpu;

static const delos::cpu::math::ExpansionRow *rowOf(StringRef name) {
  for (ArrayRef<delos::cpu::math::ExpansionRow> rows :
       {delos::cpu::math::exponentialExpansions(), delos::cpu::math::trigonometricExpansions()})
    for (const delos::cpu::math::ExpansionRow &row : rows)
      if (row.name == name)
        return &row;
  return nullptr;
}

/// Ops that the LLVM dialect and the machine have themselves.
static bool isNative(Operation *op) {
  return isa<mlir::math::AbsFOp, mlir::math::AbsIOp, mlir::math::CeilOp, mlir::math::FloorOp,
             mlir::math::TruncOp, mlir::math::RoundEvenOp, mlir::math::SqrtOp, mlir::math::FmaOp,
             mlir::math::CopySignOp, mlir::math::CtPopOp, mlir::math::CountLeadingZerosOp,
             mlir::math::CountTrailingZerosOp, mlir::math::IPowIOp>(op);
}

static Type elementOf(Operation *op) { return getElementTypeOrSelf(op->getResult(0).getType()); }

/// f16 and bf16 are computed in f32.
static void widen(Operation *op) {
  ImplicitLocOpBuilder b(op->getLoc(), op);
  auto wideType = [&](Type type) -> Type {
    if (auto vector = dyn_cast<VectorType>(type))
      return VectorType::get(vector.getShape(), b.getF32Type());
    return b.getF32Type();
  };
  Type narrow = op->getResult(0).getType();
  for (OpOperand &operand : op->getOpOperands())
    operand.set(arith::ExtFOp::create(b, wideType(narrow), operand.get()));
  op->getResult(0).setType(wideType(narrow));
  b.setInsertionPointAfter(op);
  Value back = arith::TruncFOp::create(b, narrow, op->getResult(0));
  op->getResult(0).replaceAllUsesExcept(back, back.getDefiningOp());
}

static void expandAll(Operation *root) {
  SmallVector<Operation *> worklist;
  root->walk([&](Operation *op) {
    if (isa_and_nonnull<mlir::math::MathDialect>(op->getDialect()) && !isNative(op))
      worklist.push_back(op);
  });
  for (Operation *op : worklist) {
    if (elementOf(op).isF16() || elementOf(op).isBF16())
      widen(op);
    const delos::cpu::math::ExpansionRow *row = rowOf(op->getName().getStringRef());
    bool fits = row && (elementOf(op).isF32() || (elementOf(op).isF64() && row->alsoF64));
    if (!fits || op->hasAttr(delos::cpu::math::kKeepAttribute))
      continue;
    ImplicitLocOpBuilder b(op->getLoc(), op);
    Value result = row->expand(b, op->getOperands());
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
  }
}

LogicalResult delos::cpu::expandVectorMath(Operation *root) {
  expandAll(root);
  RewritePatternSet polynomials(root->getContext());
  populateMathPolynomialApproximationPatterns(polynomials, [](StringRef name) {
    return name == mlir::math::ErfOp::getOperationName() || name == mlir::math::TanhOp::getOperationName();
  });
  if (failed(applyPatternsGreedily(root, std::move(polynomials))))
    return failure();
  ConversionTarget target(*root->getContext());
  target.addLegalDialect<arith::ArithDialect, func::FuncDialect, vector::VectorDialect, BuiltinDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *op) {
    return !isa_and_nonnull<mlir::math::MathDialect>(op->getDialect()) || isNative(op);
  });
  RewritePatternSet calls(root->getContext());
  populateMathToLibmConversionPatterns(calls);
  return applyPartialConversion(root, target, std::move(calls));
}
