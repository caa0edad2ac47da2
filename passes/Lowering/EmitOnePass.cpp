// lowering-emit-one-pass: chains of two contractions and rescalable reductions to kernel functions.
#include "lib/Target/CPU/OnePass/OnePassKernel.h"
#include "passes/Lowering/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace delos::lowering {
#define GEN_PASS_DEF_EMITONEPASSPASS
#include "passes/Lowering/Passes.h.inc"
} // namespace delos::lowering

using namespace delos;

namespace {

struct EmitOnePassPass : lowering::impl::EmitOnePassPassBase<EmitOnePassPass> {
  using EmitOnePassPassBase::EmitOnePassPassBase;

  void runOnOperation() override {
    absl::StatusOr<cpu::TargetDescription> target = cpu::TargetDescription::named(cpu);
    if (!target.ok()) {
      getOperation()->emitError() << std::string(target.status().message());
      return signalPassFailure();
    }
    auto functions = getOperation().getOps<mlir::func::FuncOp>();
    for (auto function : llvm::SmallVector<mlir::func::FuncOp>(functions.begin(), functions.end()))
      if (mlir::failed(replace(function, *target)))
        return signalPassFailure();
  }

  mlir::LogicalResult replace(mlir::func::FuncOp function, const cpu::TargetDescription &target) {
    auto planned = loopopt::planOnePass(function.getBody().front(), cpu::vectorTargetOf(target));
    if (auto *refusal = std::get_if<loopopt::Refusal>(&planned)) {
      if (!printPlan)
        return function.emitError() << "not one pass: " << refusal->reason;
      llvm::outs() << function.getName() << ": refused: " << refusal->reason << "\n";
      return mlir::success();
    }
    auto &plan = std::get<loopopt::OnePassPlan>(planned);
    if (printPlan) {
      plan.print(llvm::outs() << function.getName() << ": ");
      return mlir::success();
    }
    std::string name = function.getName().str();
    function.setName(name + "$graph");
    if (mlir::failed(cpu::applyOnePass(getOperation(), name, plan, target)))
      return mlir::failure();
    function.erase();
    return mlir::success();
  }
};

} // namespace
