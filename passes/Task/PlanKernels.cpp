// Plans every kernel and writes its record.
#include "dialects/Fusion/FusionDialect.h"
#include "lib/Cost/GroupReport.h"
#include "lib/Fusion/GroupFormation.h"
#include "lib/Fusion/KernelText.h"
#include "lib/Target/CPU/KernelCodegen.h"
#include "passes/Task/PackedInputs.h"
#include "passes/Task/Passes.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace delos::task {

#define GEN_PASS_DEF_PLANKERNELSPASS
#include "passes/Task/Passes.h.inc"

namespace {

/// The record of a kernel's text, and the packings of its constant inputs (null when there are none).
struct PlannedRecord {
  mlir::FlatSymbolRefAttr record;
  mlir::ArrayAttr packed;
  mlir::ArrayAttr members; ///< Of the kernel that the record was made for.
};

class PlanKernelsPass : public impl::PlanKernelsPassBase<PlanKernelsPass> {
public:
  using PlanKernelsPassBase::PlanKernelsPassBase;

  void runOnOperation() override {
    auto described = cpu.empty() ? absl::StatusOr<cpu::TargetDescription>(cpu::TargetDescription::host())
                                 : cpu::TargetDescription::named(std::string(cpu));
    if (!described.ok()) {
      getOperation().emitError() << std::string(described.status().message());
      return signalPassFailure();
    }
    target = *described;
    records.clear();
    names.clear();
    auto main = getOperation().lookupSymbol<mlir::func::FuncOp>("main");
    if (!main)
      return;
    auto result = main.walk([&](fusion::KernelOp kernel) {
      return mlir::failed(plan(kernel)) ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  mlir::LogicalResult plan(fusion::KernelOp kernel) {
    std::string text = kernelText(kernel);
    auto [it, inserted] = records.try_emplace(text);
    if (inserted) {
      auto record = makeRecord(kernel);
      if (mlir::failed(record))
        return mlir::failure();
      it->second = *record;
    } else if (mlir::ArrayAttr members = membersOf(kernel); members != it->second.members) {
      kernel->setAttr(kLaunchMembersAttr, members);
    }
    kernel->setAttr(kKernelRecordAttr, it->second.record);
    if (it->second.packed)
      kernel->setAttr(kPackedInputsAttr, it->second.packed);
    return mlir::success();
  }

  mlir::FailureOr<PlannedRecord> makeRecord(fusion::KernelOp kernel) {
    auto isConstant = [&](unsigned input) {
      return kernel.getInputs()[input].getDefiningOp<graph::ConstantOp>() != nullptr;
    };
    mlir::Block &body = kernel.getBody().front();
    auto fallback = kernel->getAttrOfType<mlir::StringAttr>(kFallbackAttr);
    cpu::KernelDecision decision = fallback ? cpu::planKernelWithRows(body, target, fallback.getValue())
                                            : cpu::planKernel(body, isConstant, target);
    if (!decision)
      return kernel.emitError() << "kernel \"" << kernel.getName()
                                << "\": no code generator takes it: " << decision.reason;
    GroupReport report = kernel.getReport() ? GroupReport::fromAttribute(*kernel.getReport()) : GroupReport();
    mlir::OpBuilder builder(getOperation().getBody(), getOperation().getBody()->begin());
    std::string name = uniqueName(kernel.getName().str());
    const cpu::KernelPlan &plan = *decision.plan;
    KernelOp::create(
        builder, kernel.getLoc(), builder.getStringAttr(name),
        builder.getI64IntegerAttr(kernel.getInputs().size()),
        builder.getI64IntegerAttr(kernel.getNumResults()),
        graph::dimsAttr(&getContext(), llvm::ArrayRef<int64_t>()), builder.getStringAttr(plan.tiles.str()),
        builder.getStringAttr(plan.scratchBytes.str()), membersOf(kernel),
        builder.getF64FloatAttr(report.estimate.seconds), builder.getF64FloatAttr(report.estimate.flops),
        builder.getF64FloatAttr(report.estimate.bytesRead),
        builder.getF64FloatAttr(report.estimate.bytesWritten), builder.getStringAttr(kindOf(kernel)),
        builder.getStringAttr(textOf(plan.schedule(&getContext()))));
    PlannedRecord record{mlir::FlatSymbolRefAttr::get(&getContext(), name), {}, membersOf(kernel)};
    if (!plan.packedConstants().empty())
      record.packed = packedInputsAttr(&getContext(), plan.packedConstants());
    return record;
  }

  /// The class of the member that constrains the kernel most: what its root is.
  static llvm::StringRef kindOf(fusion::KernelOp kernel) {
    auto kind = graph::AccessClass::Source;
    for (auto op : kernel.getBody().front().getOps<graph::AccessRuleOpInterface>())
      kind = std::max(kind, graph::classify(op.getAccessRule()));
    return graph::stringifyAccessClass(kind);
  }

  static std::string textOf(mlir::Attribute attribute) {
    std::string text;
    llvm::raw_string_ostream(text) << attribute;
    return text;
  }

  std::string uniqueName(std::string wish) {
    if (wish.empty())
      wish = "kernel";
    std::string name = wish;
    for (unsigned suffix = 1; !names.insert(name).second; ++suffix)
      name = wish + "_" + std::to_string(suffix);
    return name;
  }

  static mlir::ArrayAttr membersOf(fusion::KernelOp kernel) {
    llvm::SetVector<mlir::Attribute> members;
    for (mlir::Operation &op : kernel.getBody().front().without_terminator())
      if (!isRematerialized(&op))
        members.insert(mlir::StringAttr::get(kernel.getContext(), nodeNameOf(&op)));
    return mlir::ArrayAttr::get(kernel.getContext(), members.getArrayRef());
  }

  cpu::TargetDescription target;
  std::map<std::string, PlannedRecord> records;
  llvm::StringSet<> names;
};

} // namespace

} // namespace delos::task
