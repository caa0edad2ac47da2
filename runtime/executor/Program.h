/// A plan prepared for execution: everything that does not depend on sizes or addresses, laid out for the
/// run.
#pragma once

#include "runtime/abi/KernelABI.h"
#include "runtime/abi/Plan.h"

#include "absl/status/statusor.h"

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

namespace delos::runtime {

/// One launch, at its rank: tasks of a segment are sorted by urgency, so a lower rank runs first.
struct Task {
  DelosKernelFn kernelFn = nullptr;
  int32_t kernel = 0;       ///< Index into the plan's kernels.
  int32_t launch = 0;       ///< Position in the plan, all segments counted through.
  int32_t firstPointer = 0; ///< Of its `buf` array in the table of pointers.
  int32_t firstDim = 0;     ///< Of its `dim` array in the table of dims.
  int32_t waitsFor = 0;     ///< Number of predecessors.
  bool isLink = false; ///< Nothing of the segment can run beside it, as far as its neighbours tell: the only
                       ///< root, or the only successor of the only task that it waits for.
  std::vector<int32_t> successors; ///< Ranks.
};

struct PreparedSegment {
  int32_t number = 0;               ///< Among the program's segments.
  std::vector<Task> tasks;          ///< By rank.
  std::vector<int32_t> roots;       ///< Ranks that wait for nothing.
  std::vector<int32_t> serialOrder; ///< All ranks, predecessors first.
};

/// An executable step. Copies are the plan's own.
using PreparedStep = std::variant<PreparedSegment, Copy>;

/// Immutable; shared by all runs.
struct Program {
  std::shared_ptr<const Plan> plan;
  std::vector<PreparedStep> steps;
  std::vector<const Launch *> launches; ///< By position; owned by the plan.
  std::vector<int32_t> pointerBuffers;  ///< Per entry of the table of pointers its buffer.
  std::vector<int32_t> movingPointers; ///< Entries whose address may differ in every run: inputs and outputs.
  std::vector<int32_t> firstDims;      ///< Per kernel, its first entry in the table of dims.
  std::vector<int32_t> inputBuffers;   ///< Buffers of kind Input.
  std::vector<int32_t> outputBuffers;  ///< Per output its buffer.
  int32_t dimCount = 0;
  int32_t segmentCount = 0;
  int32_t maxTasks = 0; ///< Of the largest segment.
};

/// Verifies the plan and prepares it. `kernels` runs parallel to the plan's records. kInvalidArgument for a
/// plan that does not verify or a missing kernel, kUnimplemented for instructions that the runtime cannot
/// execute, named.
absl::StatusOr<Program> prepareProgram(std::shared_ptr<const Plan> plan,
                                       const std::vector<DelosKernelFn> &kernels);

} // namespace delos::runtime
