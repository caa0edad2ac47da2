// lowering-expand-vector-math.
#include "lib/Target/CPU/VectorMath.h"
#include "passes/Lowering/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace delos::lowering {
#define GEN_PASS_DEF_EXPANDVECTORMATHPASS
#include "passes/Lowering/Passes.h.inc"
} // namespace delos::lowering

namespace {
struct ExpandVectorMathPass : delos::lowering::impl::ExpandVectorMathPassBase<ExpandVectorMathPass> {
  using Base::Base;
  void runOnOperation() override {
    if (failed(delos::cpu::expandVectorMath(getOperation(), precise)))
      signalPassFailure();
  }
};
} // namespace
