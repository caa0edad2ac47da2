/// What one run needs besides the program: sizes, addresses, memory. Kept between runs and used by one run at
/// a time.
#pragma once

#include "runtime/executor/LaunchSizes.h"
#include "runtime/executor/Program.h"
#include "runtime/memory/MemoryBlock.h"

#include "absl/status/status.h"

#include <cstdint>
#include <span>
#include <vector>

namespace delos::runtime {

class RunState {
public:
  /// `participants`: everybody who may ever run a kernel, each with scratch of its own; `threads`: how many
  /// do so at once, which tiles are dealt out for.
  RunState(const Program &program, int participants, int threads);

  /// Evaluates every formula for `symbols`, reserves arena and scratch, and sets the addresses inside them.
  /// Free when the symbols are those of the last call. kInvalidArgument when a formula has no value or a size
  /// is impossible, kResourceExhausted without memory.
  absl::Status resize(const std::vector<int64_t> &symbols);

  /// Sets the addresses of inputs and outputs; `resize` comes first.
  void setPointers(std::span<void *const> inputs, std::span<void *const> outputs);

  void *const *pointers(const Task &task) const { return table.data() + task.firstPointer; }
  const int64_t *dims(const Task &task) const { return dimValues.data() + task.firstDim; }
  void *scratch(int participant) const {
    return scratchStride ? scratchBlock.data() + participant * scratchStride : nullptr;
  }
  const LaunchSize &size(const Task &task) const { return launchSizes[task.launch]; }
  const SegmentSize &size(const PreparedSegment &segment) const { return segmentSizes[segment.number]; }
  void *address(int32_t buffer) const { return addresses[buffer]; }
  int64_t bytes(int32_t buffer) const { return bufferBytes[buffer]; }
  const std::vector<std::vector<int64_t>> &outputShapes() const { return shapes; }
  int64_t arenaBytes() const { return arenaSize; }
  char *arenaData() const { return arena.data(); }
  /// Room for packed copies of inputs, one per input.
  std::vector<MemoryBlock> &staging() { return stagingBlocks; }

private:
  absl::Status evaluate(const std::vector<int64_t> &symbols);
  absl::Status evaluateBuffers(std::span<const int64_t> symbols);
  absl::Status evaluateValueBytes(std::span<const int64_t> symbols);
  absl::Status evaluateKernels(std::span<const int64_t> symbols, int64_t &scratchBytes);
  void sizeLaunches(const std::vector<int64_t> &kernelTiles);
  double secondsOf(const Task &task) const;

  const Program &program;
  const Plan &plan;
  const int participants, threads;
  bool isSized = false;
  std::vector<int64_t> sizedFor;
  std::vector<int64_t> dimValues, bufferBytes, bufferOffsets;
  std::vector<LaunchSize> launchSizes;
  std::vector<SegmentSize> segmentSizes;
  std::vector<std::vector<int64_t>> shapes;
  int64_t arenaSize = 0, scratchStride = 0;
  MemoryBlock arena, scratchBlock;
  std::vector<MemoryBlock> stagingBlocks;
  std::vector<void *> addresses, table;
};

} // namespace delos::runtime
