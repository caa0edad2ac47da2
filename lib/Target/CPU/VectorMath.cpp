// Applies the expansions and sends what is left to libm.
#include "lib/Target/CPU/VectorMath.h"

#include "lib/Target/CPU/Lanes.h"

#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace delos::cpu;

static const delos::cpu::math::ExpansionRow *rowOf(StringRef name) {
  for (ArrayRef<delos::cpu::math::ExpansionRow> rows :
       {delos::cpu::math::exponentialExpansions(), delos::cpu::math::logarithmicExpansions(),
        delos::cpu::math::trigonometricExpansions()})
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

/// f32 operands through an f64 expansion, rounded once.
static Value roundedWide(ImplicitLocOpBuilder &b, delos::cpu::math::Expansion wide, ValueRange operands) {
  Type type = operands.front().getType();
  Type wideType = delos::cpu::math::Lanes(b, type).shaped(b.getF64Type());
  SmallVector<Value> extended;
  for (Value operand : operands)
    extended.push_back(arith::ExtFOp::create(b, wideType, operand));
  return arith::TruncFOp::create(b, type, wide(b, extended));
}

/// The expansion of an op, or null where libm has to compute it.
static Value expansionOf(Operation *op, bool isPrecise) {
  const delos::cpu::math::ExpansionRow *row = rowOf(op->getName().getStringRef());
  if (!row || op->hasAttr(delos::cpu::math::kKeepAttribute))
    return {};
  ImplicitLocOpBuilder b(op->getLoc(), op);
  if (elementOf(op).isF64())
    return row->wideServesF64 ? row->wide(b, op->getOperands()) : Value();
  if (!elementOf(op).isF32())
    return {};
  return isPrecise && row->wide ? roundedWide(b, row->wide, op->getOperands())
                                : row->fast(b, op->getOperands());
}

static void expandAll(Operation *root, bool isPrecise) {
  SmallVector<Operation *> worklist;
  root->walk([&](Operation *op) {
    if (isa_and_nonnull<mlir::math::MathDialect>(op->getDialect()) && !isNative(op))
      worklist.push_back(op);
  });
  for (Operation *op : worklist) {
    bool isHalf = elementOf(op).isF16() || elementOf(op).isBF16();
    if (isHalf)
      widen(op);
    // The fast form is far more exact than a 16-bit result can show.
    if (Value result = expansionOf(op, isPrecise && !isHalf)) {
      op->getResult(0).replaceAllUsesWith(result);
      op->erase();
    }
  }
}

Value delos::cpu::math::Lanes::branch(Value condition, llvm::function_ref<Value()> rare,
                                      llvm::function_ref<Value()> common) const {
  Value any = isa<VectorType>(condition.getType())
                  ? vector::ReductionOp::create(b, vector::CombiningKind::OR, condition).getResult()
                  : condition;
  auto choice = scf::IfOp::create(b, TypeRange{type}, any, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  Value other = rare();
  scf::YieldOp::create(b, select(condition, other, common()));
  b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(b, common());
  return choice.getResult(0);
}

LogicalResult delos::cpu::expandVectorMath(Operation *root, bool isPrecise) {
  expandAll(root, isPrecise);
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
