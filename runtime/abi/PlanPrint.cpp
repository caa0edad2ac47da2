/// The textual form of a plan.
#include "runtime/abi/DType.h"
#include "runtime/abi/Plan.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace delos::runtime {
namespace {

class PlanPrinter {
public:
  explicit PlanPrinter(const Plan &plan) : plan(plan) {
    for (const Symbol &symbol : plan.symbols)
      symbolNames.push_back(symbol.name);
  }

  std::string run() {
    absl::StrAppend(&text, "plan '", plan.model, "' arena ", formula(plan.arenaBytes), " bytes\n");
    printSymbols();
    for (size_t i = 0; i < plan.inputs.size(); ++i)
      printValue("input", i, plan.inputs[i]);
    for (size_t i = 0; i < plan.outputs.size(); ++i)
      printValue("output", i, plan.outputs[i]);
    printConstants();
    for (size_t i = 0; i < plan.buffers.size(); ++i)
      printBuffer(i);
    for (size_t i = 0; i < plan.kernels.size(); ++i)
      printKernel(i);
    printRegion(plan.body, 0);
    return std::move(text);
  }

private:
  std::string formula(const Formula &value) const { return value.print(symbolNames); }
  std::string formulas(const std::vector<Formula> &values) const {
    return absl::StrJoin(
        values, ", ", [&](std::string *out, const Formula &value) { absl::StrAppend(out, formula(value)); });
  }

  void printSymbols() {
    for (const SizeEquality &equality : plan.equalities)
      absl::StrAppend(&text, "equal ", formula(equality.left), " and ", formula(equality.right), "\n");
    for (size_t i = 0; i < plan.symbols.size(); ++i) {
      const Symbol &symbol = plan.symbols[i];
      absl::StrAppend(&text, "symbol ", i, " '", symbol.name, "' = ");
      if (symbol.input == Symbol::definedByInstruction)
        absl::StrAppend(&text, "set by a host call\n");
      else
        absl::StrAppend(&text, "input ", symbol.input, " dim ", symbol.dim, "\n");
    }
  }

  void printValue(const char *role, size_t number, const ValueInfo &value) {
    static constexpr const char *kinds[] = {"", "sequence ", "optional ", "map ", "strings "};
    absl::StrAppend(&text, role, " ", number, " '", value.name, "': ", kinds[static_cast<size_t>(value.kind)],
                    dtypeName(value.dtype), "[", formulas(value.shape), "]\n");
  }

  void printConstants() {
    for (size_t i = 0; i < plan.constants.size(); ++i) {
      const Constant &constant = plan.constants[i];
      absl::StrAppend(&text, "constant ", i, " '", constant.name, "': ", dtypeName(constant.dtype), "[",
                      absl::StrJoin(constant.shape, ", "), "] ", constant.bytes, " bytes\n");
    }
  }

  void printBuffer(size_t number) {
    static constexpr const char *kinds[] = {"input ", "output ", "constant ", "arena", "host"};
    const Buffer &buffer = plan.buffers[number];
    absl::StrAppend(&text, "buffer ", number, ": ", kinds[static_cast<size_t>(buffer.kind)]);
    if (buffer.kind < BufferKind::Arena)
      absl::StrAppend(&text, buffer.index);
    if (buffer.kind == BufferKind::Arena)
      absl::StrAppend(&text, " at ", formula(buffer.offset));
    absl::StrAppend(&text, ", ", formula(buffer.bytes), " bytes\n");
  }

  void printKernel(size_t number) {
    const KernelRecord &kernel = plan.kernels[number];
    absl::StrAppend(&text, "kernel ", number, " @", kernel.symbol, " (", kernel.numInputs, " -> ",
                    kernel.numOutputs, ") dims [", formulas(kernel.dims), "] tiles ", formula(kernel.tiles),
                    " scratch ", formula(kernel.scratchBytes));
    absl::StrAppend(&text, " members {", absl::StrJoin(kernel.members, ", "), "}\n");
  }

  void printRegion(const Region &region, int depth) {
    for (const Instruction &instruction : region.instructions)
      std::visit([&](const auto &step) { printStep(step, std::string(2 * depth, ' '), depth); },
                 instruction.step);
  }

  void printStep(const Segment &segment, const std::string &indent, int) {
    absl::StrAppend(&text, indent, "segment\n");
    for (size_t i = 0; i < segment.launches.size(); ++i) {
      const Launch &launch = segment.launches[i];
      std::string callee = static_cast<size_t>(launch.kernel) < plan.kernels.size()
                               ? plan.kernels[launch.kernel].symbol
                               : absl::StrCat("kernel ", launch.kernel);
      absl::StrAppend(&text, indent, "  launch ", i, " @", callee, "(", absl::StrJoin(launch.buffers, ", "),
                      ")");
      absl::StrAppend(&text, " after [", absl::StrJoin(launch.predecessors, ", "), "]");
      if (!launch.members.empty())
        absl::StrAppend(&text, " members {", absl::StrJoin(launch.members, ", "), "}");
      text += '\n';
    }
  }
  void printStep(const Copy &copy, const std::string &indent, int) {
    absl::StrAppend(&text, indent, "copy ", copy.source, " to ", copy.destination, "\n");
  }
  void printStep(const HostCall &call, const std::string &indent, int) {
    absl::StrAppend(&text, indent, "host call '", call.callee, "'(", absl::StrJoin(call.inputs, ", "),
                    ") -> (", absl::StrJoin(call.outputs, ", "), ") symbols [",
                    absl::StrJoin(call.symbols, ", "), "]\n");
  }
  void printStep(const Allocate &allocate, const std::string &indent, int) {
    absl::StrAppend(&text, indent, "allocate ", allocate.buffer, "\n");
  }
  void printStep(const If &branch, const std::string &indent, int depth) {
    absl::StrAppend(&text, indent, "if ", branch.condition, "\n");
    printRegion(branch.thenRegion, depth + 1);
    absl::StrAppend(&text, indent, "else\n");
    printRegion(branch.elseRegion, depth + 1);
  }
  void printStep(const While &loop, const std::string &indent, int depth) {
    absl::StrAppend(&text, indent, "while ", loop.condition, "\n");
    printRegion(loop.conditionRegion, depth + 1);
    absl::StrAppend(&text, indent, "do\n");
    printRegion(loop.bodyRegion, depth + 1);
  }

  const Plan &plan;
  std::vector<std::string> symbolNames;
  std::string text;
};

} // namespace

std::string print(const Plan &plan) { return PlanPrinter(plan).run(); }

} // namespace delos::runtime
