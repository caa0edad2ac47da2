// lowering-emit-rows.
#include "lib/Target/CPU/RowEmitter/RowEmitter.h"
#include "passes/Lowering/Passes.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace delos::lowering {
#define GEN_PASS_DEF_EMITROWSPASS
#include "passes/Lowering/Passes.h.inc"
} // namespace delos::lowering

namespace {

struct EmitRowsPass : delos::lowering::impl::EmitRowsPassBase<EmitRowsPass> {
  using EmitRowsPassBase::EmitRowsPassBase;

  void runOnOperation() override {
    absl::StatusOr<delos::cpu::TargetDescription> target = delos::cpu::TargetDescription::named(cpu);
    if (!target.ok()) {
      getOperation()->emitError() << std::string(target.status().message());
      return signalPassFailure();
    }
    auto functions = getOperation().getOps<mlir::func::FuncOp>();
    for (mlir::func::FuncOp function :
         llvm::SmallVector<mlir::func::FuncOp>(functions.begin(), functions.end()))
      if (mlir::failed(replace(function, *target)))
        return signalPassFailure();
  }

  mlir::LogicalResult replace(mlir::func::FuncOp function, const delos::cpu::TargetDescription &target) {
    mlir::Block &body = function.getBody().front();
    delos::cpu::RowDecision decision = delos::cpu::planRows(body, target);
    if (!decision)
      return decision.blockingOp->emitError() << "no row kernel: " << decision.reason;
    if (printPlan) {
      decision.plan->print(llvm::outs() << function.getName() << ": ");
      return mlir::success();
    }
    mlir::OpBuilder builder(function);
    std::string name = function.getName().str();
    function.setName(name + "$graph");
    delos::cpu::emitRows(builder, name, body, *decision.plan, target);
    function.erase();
    return mlir::success();
  }
};

} // namespace
