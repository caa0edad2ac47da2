/// Sizes and addresses of a run.
#include "runtime/executor/RunState.h"

#include "runtime/abi/DType.h"
#include "runtime/executor/ShapeBinding.h"

#include "absl/strings/str_cat.h"

#include <algorithm>

namespace delos::runtime {
namespace {

absl::Status impossible(const std::string &what) {
  return absl::InvalidArgumentError(absl::StrCat(what, " overflows or is negative for these input shapes"));
}

int64_t divideUp(int64_t value, int64_t divisor) { return value / divisor + (value % divisor != 0); }

} // namespace

RunState::RunState(const Program &program, int participants, int threads)
    : program(program), plan(*program.plan), participants(participants), threads(threads),
      dimValues(program.dimCount), bufferBytes(plan.buffers.size()), bufferOffsets(plan.buffers.size()),
      launchSizes(program.launches.size()), shapes(plan.outputs.size()), stagingBlocks(plan.inputs.size()),
      addresses(plan.buffers.size()), table(program.pointerBuffers.size()) {}

absl::Status RunState::resize(const std::vector<int64_t> &symbols) {
  if (isSized && symbols == sizedFor)
    return absl::OkStatus();
  isSized = false;
  if (absl::Status status = evaluate(symbols); !status.ok())
    return status;
  if (!arena.reserve(arenaSize))
    return absl::ResourceExhaustedError(absl::StrCat("no memory for an arena of ", arenaSize, " bytes"));
  int64_t scratchTotal = 0;
  if (__builtin_mul_overflow(scratchStride, participants, &scratchTotal) ||
      !scratchBlock.reserve(scratchTotal))
    return absl::ResourceExhaustedError(
        absl::StrCat("no memory for ", participants, " times ", scratchStride, " bytes of scratch"));
  for (size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer &buffer = plan.buffers[i];
    if (buffer.kind == BufferKind::Arena)
      addresses[i] = arena.data() + bufferOffsets[i];
    else if (buffer.kind == BufferKind::Constant)
      addresses[i] = const_cast<void *>(plan.constants[buffer.index].data.get());
  }
  for (size_t i = 0; i < table.size(); ++i)
    table[i] = addresses[program.pointerBuffers[i]];
  sizedFor = symbols;
  isSized = true;
  return absl::OkStatus();
}

absl::Status RunState::evaluate(const std::vector<int64_t> &symbols) {
  auto total = plan.arenaBytes.evaluate(symbols);
  if (!total || *total < 0)
    return impossible("the arena's size");
  arenaSize = *total;
  for (size_t i = 0; i < plan.outputs.size(); ++i)
    if (absl::Status status = evaluateShape(plan.outputs[i], symbols, shapes[i]); !status.ok())
      return status;
  if (absl::Status status = evaluateBuffers(symbols); !status.ok())
    return status;
  if (absl::Status status = evaluateValueBytes(symbols); !status.ok())
    return status;
  int64_t scratchBytes = 0;
  if (absl::Status status = evaluateKernels(symbols, scratchBytes); !status.ok())
    return status;
  if (scratchBytes > INT64_MAX - DELOS_BUFFER_ALIGNMENT)
    return impossible("the scratch of a kernel");
  scratchStride = divideUp(scratchBytes, DELOS_BUFFER_ALIGNMENT) * DELOS_BUFFER_ALIGNMENT;
  return absl::OkStatus();
}

absl::Status RunState::evaluateBuffers(std::span<const int64_t> symbols) {
  for (size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer &buffer = plan.buffers[i];
    auto bytes = buffer.bytes.evaluate(symbols);
    if (!bytes || *bytes < 0)
      return impossible(absl::StrCat("the size of buffer ", i));
    bufferBytes[i] = *bytes;
    if (buffer.kind != BufferKind::Arena)
      continue;
    auto offset = buffer.offset.evaluate(symbols);
    if (!offset || *offset < 0 || *offset % DELOS_BUFFER_ALIGNMENT != 0 || *offset > arenaSize ||
        *bytes > arenaSize - *offset)
      return absl::InvalidArgumentError(
          absl::StrCat("plan: buffer ", i, " leaves the arena of ", arenaSize, " bytes"));
    bufferOffsets[i] = *offset;
  }
  return absl::OkStatus();
}

/// The buffers of inputs and outputs must be as large as their tensors, or kernels would leave them.
absl::Status RunState::evaluateValueBytes(std::span<const int64_t> symbols) {
  std::vector<int64_t> shape;
  for (size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer &buffer = plan.buffers[i];
    if (buffer.kind != BufferKind::Input && buffer.kind != BufferKind::Output)
      continue;
    const ValueInfo &value =
        buffer.kind == BufferKind::Input ? plan.inputs[buffer.index] : plan.outputs[buffer.index];
    if (absl::Status status = evaluateShape(value, symbols, shape); !status.ok())
      return status;
    int64_t count = 1;
    for (int64_t extent : shape)
      if (__builtin_mul_overflow(count, extent, &count))
        return impossible(absl::StrCat("the size of '", value.name, "'"));
    if (byteSize(value.dtype, count) != bufferBytes[i])
      return absl::InvalidArgumentError(absl::StrCat("plan: buffer ", i, " has ", bufferBytes[i],
                                                     " bytes, expected those of '", value.name, "', ",
                                                     byteSize(value.dtype, count).value_or(-1)));
  }
  return absl::OkStatus();
}

absl::Status RunState::evaluateKernels(std::span<const int64_t> symbols, int64_t &scratchBytes) {
  std::vector<int64_t> kernelTiles;
  for (size_t i = 0; i < plan.kernels.size(); ++i) {
    const KernelRecord &kernel = plan.kernels[i];
    for (size_t dim = 0; dim < kernel.dims.size(); ++dim) {
      auto value = kernel.dims[dim].evaluate(symbols);
      if (!value)
        return impossible(absl::StrCat("a dimension of kernel '", kernel.symbol, "'"));
      dimValues[program.firstDims[i] + dim] = *value;
    }
    auto tiles = kernel.tiles.evaluate(symbols), scratch = kernel.scratchBytes.evaluate(symbols);
    if (!tiles || *tiles < 0 || !scratch || *scratch < 0)
      return impossible(absl::StrCat("the tile count or scratch of kernel '", kernel.symbol, "'"));
    kernelTiles.push_back(*tiles);
    scratchBytes = std::max(scratchBytes, *scratch);
  }
  sizeLaunches(kernelTiles);
  return absl::OkStatus();
}

void RunState::sizeLaunches(const std::vector<int64_t> &kernelTiles) {
  segmentSizes.clear();
  for (const PreparedStep &step : program.steps) {
    const auto *segment = std::get_if<PreparedSegment>(&step);
    if (!segment)
      continue;
    for (const Task &task : segment->tasks)
      launchSizes[task.launch] = sizeLaunch(kernelTiles[task.kernel], secondsOf(task), threads);
    segmentSizes.push_back(sizeSegment(*segment, launchSizes, threads));
  }
}

/// The record's estimate is for representative sizes; the buffers say how far this run is from them.
double RunState::secondsOf(const Task &task) const {
  const KernelRecord &kernel = plan.kernels[task.kernel];
  if (plan.symbols.empty() || kernel.seconds <= 0 || kernel.bytes <= 0)
    return kernel.seconds;
  double bytes = 0;
  for (int32_t i = 0; i < kernel.numInputs + kernel.numOutputs; ++i)
    bytes += static_cast<double>(bufferBytes[program.pointerBuffers[task.firstPointer + i]]);
  return kernel.seconds * bytes / kernel.bytes;
}

void RunState::setPointers(std::span<void *const> inputs, std::span<void *const> outputs) {
  for (size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer &buffer = plan.buffers[i];
    if (buffer.kind == BufferKind::Input)
      addresses[i] = inputs[buffer.index];
    else if (buffer.kind == BufferKind::Output)
      addresses[i] = outputs[buffer.index];
  }
  for (int32_t entry : program.movingPointers)
    table[entry] = addresses[program.pointerBuffers[entry]];
}

} // namespace delos::runtime
