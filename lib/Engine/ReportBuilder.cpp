// Reports of compiles.
#include "lib/Engine/ReportBuilder.h"

#include "dialects/Graph/GraphOps.h"
#include "dialects/Onnx/OnnxDialect.h"
#include "dialects/Task/TaskDialect.h"

namespace delos {

void countNodes(mlir::ModuleOp module, CompileReport &report) {
  module.walk([&](onnx::NodeOp) { ++report.nodes; });
}

void describePartition(const FusionRegion &region, const FusionPlan &plan, CompileReport &report) {
  report.primitives += static_cast<int64_t>(region.ops.size());
  for (auto [edge, verdict] : llvm::zip(region.problem.edges, plan.verdicts)) {
    EdgeReport &entry = report.edges.emplace_back();
    entry.producer = region.problem.nodes[edge.producer].name;
    entry.consumer = region.problem.nodes[edge.consumer].name;
    entry.value = edge.value;
    entry.fused = verdict.fused;
    entry.layer = verdict.layer;
    entry.reason = verdict.reason;
    entry.fusedSeconds = verdict.fusedSeconds;
    entry.separateSeconds = verdict.separateSeconds;
  }
}

void describeKernels(mlir::ModuleOp module, const std::vector<int64_t> &codeBytes, CompileReport &report) {
  for (auto [index, kernel] : llvm::enumerate(module.getOps<task::KernelOp>())) {
    KernelReport &entry = report.kernels.emplace_back();
    entry.name = kernel.getSymName().str();
    for (llvm::StringRef member : kernel.getMembers().getAsValueRange<mlir::StringAttr>())
      entry.members.push_back(member.str());
    entry.kind = kernel.getKind().str();
    entry.schedule = kernel.getSchedule().str();
    entry.tiles = kernel.getTiles().str();
    entry.flops = kernel.getFlops().convertToDouble();
    entry.bytesRead = kernel.getBytesRead().convertToDouble();
    entry.bytesWritten = kernel.getBytesWritten().convertToDouble();
    entry.seconds = kernel.getSeconds().convertToDouble();
    auto scratch = DimExpr::parse({kernel.getScratch().data(), kernel.getScratch().size()});
    entry.scratchBytes = scratch ? scratch->asConstant().value_or(0) : 0;
    entry.codeBytes = codeBytes[index];
  }
}

void finishReport(CompiledProgram &program) {
  for (const runtime::Instruction &instruction : program.plan.body.instructions)
    if (auto *segment = std::get_if<runtime::Segment>(&instruction.step))
      for (const runtime::Launch &launch : segment->launches)
        ++program.report.kernels[launch.kernel].launches;
  for (const runtime::Constant &constant : program.plan.constants)
    program.report.constantBytes += constant.bytes;
  std::vector<std::string> names;
  for (const runtime::Symbol &symbol : program.plan.symbols)
    names.push_back(symbol.name);
  program.report.arenaBytes = program.plan.arenaBytes.print(names);
}

} // namespace delos
