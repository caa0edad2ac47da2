/// Bounds checks of a plan of unknown origin.
#include "runtime/abi/DType.h"
#include "runtime/abi/Plan.h"

#include "absl/strings/str_cat.h"

#include <optional>

namespace delos::runtime {
namespace {

template <typename T>
bool isIndexOf(int64_t index, const std::vector<T> &elements) {
  return index >= 0 && index < static_cast<int64_t>(elements.size());
}

template <typename... Args>
absl::Status invalid(const Args &...args) {
  return absl::InvalidArgumentError(absl::StrCat("plan: ", args...));
}

/// Walks a plan; the first violation is the result.
class PlanVerifier {
public:
  explicit PlanVerifier(const Plan &plan) : plan(plan) {}

  absl::Status run() {
    for (auto step :
         {&PlanVerifier::verifySymbols, &PlanVerifier::verifyValues, &PlanVerifier::verifyConstants,
          &PlanVerifier::verifyBuffers, &PlanVerifier::verifyKernels, &PlanVerifier::verifyBody})
      if (absl::Status status = (this->*step)(); !status.ok())
        return status;
    return absl::OkStatus();
  }

private:
  absl::Status verifySymbols();
  absl::Status verifyValues();
  absl::Status verifyValue(const ValueInfo &value, const char *role);
  absl::Status verifyConstants();
  absl::Status verifyBuffers();
  absl::Status verifyBuffer(const Buffer &buffer, size_t number);
  absl::Status verifyKernels();
  absl::Status verifyBody() { return verifyRegion(plan.body, 0); }
  absl::Status verifyRegion(const Region &region, int depth);
  absl::Status verifyLaunch(const Segment &segment, size_t number);
  absl::Status verifyStep(const Segment &segment, int depth);
  absl::Status verifyStep(const Copy &copy, int depth);
  absl::Status verifyStep(const HostCall &call, int depth);
  absl::Status verifyStep(const Allocate &allocate, int depth);
  absl::Status verifyStep(const If &branch, int depth);
  absl::Status verifyStep(const While &loop, int depth);

  bool isFormula(const Formula &formula) const {
    return formula.check(static_cast<int64_t>(plan.symbols.size()));
  }
  bool isReadable(int32_t buffer) const { return isIndexOf(buffer, plan.buffers); }
  bool isWritable(int32_t buffer) const {
    if (!isReadable(buffer))
      return false;
    BufferKind kind = plan.buffers[buffer].kind;
    return kind == BufferKind::Output || kind == BufferKind::Arena || kind == BufferKind::Host;
  }
  /// A buffer that can hold the bool that steers an If or While.
  bool isCondition(int32_t buffer) const {
    return isReadable(buffer) && plan.buffers[buffer].bytes.constantValue().value_or(0) >= 1;
  }

  const Plan &plan;
};

absl::Status PlanVerifier::verifySymbols() {
  for (const SizeEquality &equality : plan.equalities)
    if (!isFormula(equality.left) || !isFormula(equality.right))
      return absl::InvalidArgumentError("a size equality has an ill-formed formula");
  for (const Symbol &symbol : plan.symbols) {
    if (symbol.input == Symbol::definedByInstruction)
      continue;
    if (!isIndexOf(symbol.input, plan.inputs) || !isIndexOf(symbol.dim, plan.inputs[symbol.input].shape))
      return invalid("symbol '", symbol.name, "' is bound to dimension ", symbol.dim, " of input ",
                     symbol.input, ", which does not exist");
  }
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyValue(const ValueInfo &value, const char *role) {
  if (value.kind == ValueKind::Tensor && !hasBytes(value.dtype))
    return invalid(role, " '", value.name, "' has element type ", dtypeName(value.dtype));
  if (value.dimNames.size() != value.shape.size())
    return invalid(role, " '", value.name, "' has ", value.shape.size(), " dims but ", value.dimNames.size(),
                   " dim names");
  for (const Formula &dim : value.shape)
    if (!isFormula(dim))
      return invalid(role, " '", value.name, "' has an ill-formed shape");
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyValues() {
  for (const ValueInfo &input : plan.inputs)
    if (absl::Status status = verifyValue(input, "input"); !status.ok())
      return status;
  for (const ValueInfo &output : plan.outputs)
    if (absl::Status status = verifyValue(output, "output"); !status.ok())
      return status;
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyConstants() {
  for (const Constant &constant : plan.constants) {
    std::optional<int64_t> elements = 1;
    for (int64_t extent : constant.shape)
      if (int64_t next = 0; extent < 0 || __builtin_mul_overflow(*elements, extent, &next))
        return invalid("constant '", constant.name, "' has an impossible shape");
      else
        elements = next;
    if (byteSize(constant.dtype, *elements) != constant.bytes)
      return invalid("constant '", constant.name, "' has ", constant.bytes, " bytes, expected ",
                     byteSize(constant.dtype, *elements).value_or(-1));
    if (!constant.data || reinterpret_cast<uintptr_t>(constant.data.get()) % DELOS_BUFFER_ALIGNMENT != 0)
      return invalid("constant '", constant.name, "' has no aligned data");
  }
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyBuffer(const Buffer &buffer, size_t number) {
  if (!isFormula(buffer.bytes))
    return invalid("buffer ", number, " has an ill-formed size");
  switch (buffer.kind) {
  case BufferKind::Input:
    return isIndexOf(buffer.index, plan.inputs) ? absl::OkStatus()
                                                : invalid("buffer ", number, " names no input");
  case BufferKind::Output:
    return isIndexOf(buffer.index, plan.outputs) ? absl::OkStatus()
                                                 : invalid("buffer ", number, " names no output");
  case BufferKind::Constant:
    if (!isIndexOf(buffer.index, plan.constants))
      return invalid("buffer ", number, " names no constant");
    return buffer.bytes.constantValue() == plan.constants[buffer.index].bytes
               ? absl::OkStatus()
               : invalid("buffer ", number, " differs in size from its constant");
  case BufferKind::Arena:
    return isFormula(buffer.offset) ? absl::OkStatus()
                                    : invalid("buffer ", number, " has an ill-formed offset");
  case BufferKind::Host:
    return absl::OkStatus();
  }
  return invalid("buffer ", number, " is of no known kind");
}

absl::Status PlanVerifier::verifyBuffers() {
  std::vector<int> outputBuffers(plan.outputs.size());
  for (size_t i = 0; i < plan.buffers.size(); ++i) {
    if (absl::Status status = verifyBuffer(plan.buffers[i], i); !status.ok())
      return status;
    if (plan.buffers[i].kind == BufferKind::Output && ++outputBuffers[plan.buffers[i].index] > 1)
      return invalid("output '", plan.outputs[plan.buffers[i].index].name, "' has two buffers");
  }
  for (size_t i = 0; i < plan.outputs.size(); ++i)
    if (outputBuffers[i] == 0)
      return invalid("output '", plan.outputs[i].name, "' has no buffer");
  return isFormula(plan.arenaBytes) ? absl::OkStatus() : invalid("the arena has an ill-formed size");
}

absl::Status PlanVerifier::verifyKernels() {
  for (const KernelRecord &kernel : plan.kernels) {
    bool formulas = isFormula(kernel.tiles) && isFormula(kernel.scratchBytes);
    for (const Formula &dim : kernel.dims)
      formulas = formulas && isFormula(dim);
    if (!formulas)
      return invalid("kernel '", kernel.symbol, "' has an ill-formed formula");
    if (kernel.numInputs < 0 || kernel.numOutputs < 0)
      return invalid("kernel '", kernel.symbol, "' has a negative operand count");
  }
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyRegion(const Region &region, int depth) {
  if (depth > maxRegionDepth)
    return invalid("regions are nested deeper than ", maxRegionDepth);
  for (const Instruction &instruction : region.instructions) {
    absl::Status status =
        std::visit([&](const auto &step) { return verifyStep(step, depth); }, instruction.step);
    if (!status.ok())
      return status;
  }
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyLaunch(const Segment &segment, size_t number) {
  const Launch &launch = segment.launches[number];
  if (!isIndexOf(launch.kernel, plan.kernels))
    return invalid("launch ", number, " names kernel ", launch.kernel, " of ", plan.kernels.size());
  const KernelRecord &kernel = plan.kernels[launch.kernel];
  if (static_cast<int64_t>(launch.buffers.size()) != int64_t{kernel.numInputs} + kernel.numOutputs)
    return invalid("launch ", number, " of '", kernel.symbol, "' has ", launch.buffers.size(),
                   " buffers, expected ", int64_t{kernel.numInputs} + kernel.numOutputs);
  for (size_t i = 0; i < launch.buffers.size(); ++i) {
    bool isInput = i < static_cast<size_t>(kernel.numInputs);
    if (isInput ? !isReadable(launch.buffers[i]) : !isWritable(launch.buffers[i]))
      return invalid("launch ", number, " of '", kernel.symbol, "': operand ", i, " is buffer ",
                     launch.buffers[i], ", which it cannot ", isInput ? "read" : "write");
  }
  for (int32_t predecessor : launch.predecessors)
    if (predecessor < 0 || static_cast<size_t>(predecessor) >= number)
      return invalid("launch ", number, " has predecessor ", predecessor, ", expected one before it");
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyStep(const Segment &segment, int) {
  for (size_t i = 0; i < segment.launches.size(); ++i)
    if (absl::Status status = verifyLaunch(segment, i); !status.ok())
      return status;
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyStep(const Copy &copy, int) {
  if (!isReadable(copy.source) || !isWritable(copy.destination))
    return invalid("copy from buffer ", copy.source, " to buffer ", copy.destination, " is impossible");
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyStep(const HostCall &call, int) {
  for (int32_t buffer : call.inputs)
    if (!isReadable(buffer))
      return invalid("host call '", call.callee, "' reads buffer ", buffer, ", which does not exist");
  for (int32_t buffer : call.outputs)
    if (!isWritable(buffer))
      return invalid("host call '", call.callee, "' writes buffer ", buffer, ", which cannot be written");
  for (int32_t symbol : call.symbols)
    if (!isIndexOf(symbol, plan.symbols) || plan.symbols[symbol].input != Symbol::definedByInstruction)
      return invalid("host call '", call.callee, "' sets symbol ", symbol, ", which is not its to set");
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyStep(const Allocate &allocate, int) {
  if (!isWritable(allocate.buffer) || plan.buffers[allocate.buffer].kind == BufferKind::Arena)
    return invalid("allocate: buffer ", allocate.buffer, " is neither a host buffer nor an output");
  return absl::OkStatus();
}

absl::Status PlanVerifier::verifyStep(const If &branch, int depth) {
  if (!isCondition(branch.condition))
    return invalid("if: buffer ", branch.condition, " cannot hold its condition");
  absl::Status status = verifyRegion(branch.thenRegion, depth + 1);
  return status.ok() ? verifyRegion(branch.elseRegion, depth + 1) : status;
}

absl::Status PlanVerifier::verifyStep(const While &loop, int depth) {
  if (!isCondition(loop.condition))
    return invalid("while: buffer ", loop.condition, " cannot hold its condition");
  absl::Status status = verifyRegion(loop.conditionRegion, depth + 1);
  return status.ok() ? verifyRegion(loop.bodyRegion, depth + 1) : status;
}

} // namespace

absl::Status verify(const Plan &plan) { return PlanVerifier(plan).run(); }

} // namespace delos::runtime
