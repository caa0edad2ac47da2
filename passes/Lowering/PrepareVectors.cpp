// lowering-prepare-vectors.
#include "lib/Target/CPU/LowerToLLVM.h"
#include "passes/Lowering/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace delos::lowering {
#define GEN_PASS_DEF_PREPAREVECTORSPASS
#include "passes/Lowering/Passes.h.inc"
} // namespace delos::lowering

namespace {
struct PrepareVectorsPass : delos::lowering::impl::PrepareVectorsPassBase<PrepareVectorsPass> {
  void runOnOperation() override {
    if (failed(delos::cpu::prepareVectors(getOperation())))
      signalPassFailure();
  }
};
} // namespace
