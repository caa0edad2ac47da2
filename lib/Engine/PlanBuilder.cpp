// Translation of task programs into plans.
#include "lib/Engine/PlanBuilder.h"

#include "dialects/Graph/StoredSize.h"
#include "dialects/Task/TaskDialect.h"
#include "lib/Engine/ConstantBytes.h"
#include "lib/Engine/ElementTypes.h"
#include "lib/Support/DimFormula.h"
#include "passes/Task/Passes.h"

#include "absl/strings/str_cat.h"

namespace delos {

namespace {

using runtime::Formula;

class PlanBuilder {
public:
  PlanBuilder(mlir::ModuleOp module, std::shared_ptr<void> keepAlive)
      : module(module), keepAlive(std::move(keepAlive)) {}

  absl::StatusOr<runtime::Plan> build(std::string modelName) {
    plan.model = std::move(modelName);
    auto programs = module.getOps<task::ProgramOp>();
    if (programs.empty())
      return absl::InternalError("the module has no task.program");
    task::ProgramOp program = *programs.begin();
    for (task::KernelOp kernel : module.getOps<task::KernelOp>())
      addKernel(kernel);
    for (mlir::Operation &op : program.getBody().front())
      if (absl::Status status = translate(&op); !status.ok())
        return status;
    if (auto pairs = program->getAttrOfType<mlir::ArrayAttr>(kEqualDimsAttr))
      for (auto pair : pairs.getAsRange<graph::DimsAttr>()) {
        graph::Dims sides = graph::dimsOf(pair);
        plan.equalities.push_back({toFormula(sides[0], symbols), toFormula(sides[1], symbols)});
      }
    if (auto bytes = program.getArenaBytes())
      plan.arenaBytes = formulaOf(*bytes);
    if (absl::Status status = bindSymbols(); !status.ok())
      return status;
    return std::move(plan);
  }

private:
  Formula formulaOf(llvm::StringRef text) {
    return toFormula(DimExpr::parse({text.data(), text.size()}).value_or(DimExpr::invalid()), symbols);
  }

  static mlir::RankedTensorType typeOf(mlir::Value buffer) {
    return mlir::cast<mlir::RankedTensorType>(buffer.getType());
  }

  Formula bytesOf(mlir::Value buffer) { return toFormula(graph::storedBytes(buffer.getType()), symbols); }

  static std::vector<std::string> namesOf(mlir::ArrayAttr nodes) {
    std::vector<std::string> names;
    for (mlir::StringRef name : nodes.getAsValueRange<mlir::StringAttr>())
      names.push_back(name.str());
    return names;
  }

  void addKernel(task::KernelOp kernel) {
    kernelIndex[kernel.getSymName()] = plan.kernels.size();
    runtime::KernelRecord &record = plan.kernels.emplace_back();
    record.symbol = kernel.getSymName().str();
    record.members = namesOf(kernel.getMembers());
    record.numInputs = kernel.getNumInputs();
    record.numOutputs = kernel.getNumOutputs();
    for (const DimExpr &dim : graph::dimsOf(kernel.getDims()))
      record.dims.push_back(toFormula(dim, symbols));
    record.tiles = formulaOf(kernel.getTiles());
    record.scratchBytes = formulaOf(kernel.getScratch());
    record.seconds = kernel.getSeconds().convertToDouble();
    record.flops = kernel.getFlops().convertToDouble();
    record.bytes = kernel.getBytesRead().convertToDouble() + kernel.getBytesWritten().convertToDouble();
  }

  runtime::ValueInfo infoOf(llvm::StringRef name, mlir::Value buffer) {
    runtime::ValueInfo info;
    info.name = name.str();
    info.dtype = dtypeOf(typeOf(buffer).getElementType());
    for (const DimExpr &dim : graph::dimsOf(buffer)) {
      info.shape.push_back(toFormula(dim, symbols));
      info.dimNames.push_back(dim.asConstant() ? "" : dim.str());
    }
    return info;
  }

  void addBuffer(mlir::Value value, runtime::BufferKind kind, size_t index, Formula offset = {}) {
    buffers[value] = plan.buffers.size();
    plan.buffers.push_back({kind, static_cast<int32_t>(index), std::move(offset), bytesOf(value)});
  }

  absl::Status translate(mlir::Operation *op) {
    if (auto input = mlir::dyn_cast<task::InputOp>(op)) {
      addBuffer(input, runtime::BufferKind::Input, plan.inputs.size());
      plan.inputs.push_back(infoOf(input.getName(), input));
    } else if (auto output = mlir::dyn_cast<task::OutputOp>(op)) {
      addBuffer(output, runtime::BufferKind::Output, plan.outputs.size());
      plan.outputs.push_back(infoOf(output.getName(), output));
    } else if (auto constant = mlir::dyn_cast<task::ConstantOp>(op)) {
      return addConstant(constant);
    } else if (auto arena = mlir::dyn_cast<task::ArenaOp>(op)) {
      addBuffer(arena, runtime::BufferKind::Arena, 0, formulaOf(arena.getOffset().value_or("0")));
    } else if (auto alias = mlir::dyn_cast<task::AliasOp>(op)) {
      buffers[alias.getBuffer()] = buffers.at(alias.getSource());
    } else if (auto segment = mlir::dyn_cast<task::SegmentOp>(op)) {
      addSegment(segment);
    } else if (auto copy = mlir::dyn_cast<task::CopyOp>(op)) {
      plan.body.instructions.push_back(
          {runtime::Copy{buffers.at(copy.getSource()), buffers.at(copy.getDestination())}});
    } else {
      return absl::InternalError(absl::StrCat("no plan for ", op->getName().getStringRef().str()));
    }
    return absl::OkStatus();
  }

  absl::Status addConstant(task::ConstantOp constant) {
    auto bytes = constantBytes(constant.getValue(), keepAlive);
    if (!bytes.ok())
      return bytes.status();
    addBuffer(constant, runtime::BufferKind::Constant, plan.constants.size());
    runtime::Constant &entry = plan.constants.emplace_back();
    entry.name = constant.getName().str();
    entry.dtype = dtypeOf(typeOf(constant).getElementType());
    entry.shape.assign(typeOf(constant).getShape().begin(), typeOf(constant).getShape().end());
    entry.data = bytes->data;
    entry.bytes = bytes->size;
    return absl::OkStatus();
  }

  void addSegment(task::SegmentOp segment) {
    runtime::Segment steps;
    for (task::LaunchOp launch : segment.getBody().getOps<task::LaunchOp>()) {
      runtime::Launch &step = steps.launches.emplace_back();
      step.kernel = kernelIndex.at(launch.getKernel());
      for (mlir::Value buffer : launch.getOperands())
        step.buffers.push_back(buffers.at(buffer));
      auto after = launch.getAfter().value_or(llvm::ArrayRef<int64_t>());
      step.predecessors.assign(after.begin(), after.end());
      if (auto members = launch->getAttrOfType<mlir::ArrayAttr>(kLaunchMembersAttr))
        step.members = namesOf(members);
      step.priority = launch.getPriority() ? launch.getPriority()->convertToDouble() : 0;
    }
    plan.body.instructions.push_back({std::move(steps)});
  }

  /// Every symbol is the size of some input's dim.
  absl::Status bindSymbols() {
    for (const std::string &name : symbols.names()) {
      runtime::Symbol symbol;
      symbol.name = name;
      for (size_t input = 0; input < plan.inputs.size(); ++input)
        for (size_t dim = 0; dim < plan.inputs[input].dimNames.size(); ++dim)
          if (symbol.input < 0 && plan.inputs[input].dimNames[dim] == name) {
            symbol.input = static_cast<int32_t>(input);
            symbol.dim = static_cast<int32_t>(dim);
          }
      if (symbol.input < 0)
        return absl::UnimplementedError(absl::StrCat(
            "dim '", name,
            "' cannot be read off the shape of any input: it occurs there only inside an expression"));
      plan.symbols.push_back(std::move(symbol));
    }
    return absl::OkStatus();
  }

  mlir::ModuleOp module;
  std::shared_ptr<void> keepAlive;
  runtime::Plan plan;
  SymbolNumbering symbols;
  llvm::StringMap<int32_t> kernelIndex;
  llvm::DenseMap<mlir::Value, int32_t> buffers;
};

} // namespace

absl::StatusOr<runtime::Plan> buildPlan(mlir::ModuleOp module, std::string modelName,
                                        std::shared_ptr<void> keepAlive) {
  return PlanBuilder(module, std::move(keepAlive)).build(std::move(modelName));
}

} // namespace delos
