/// Preparing a plan for execution.
#include "runtime/executor/Program.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <algorithm>
#include <numeric>

namespace delos::runtime {
namespace {

void markLinks(PreparedSegment &segment) {
  if (segment.roots.size() == 1)
    segment.tasks[segment.roots.front()].isLink = true;
  for (const Task &task : segment.tasks)
    if (task.successors.size() == 1 && segment.tasks[task.successors.front()].waitsFor == 1)
      segment.tasks[task.successors.front()].isLink = true;
}

class Preparer {
public:
  Preparer(Program &program, const std::vector<DelosKernelFn> &kernels)
      : program(program), plan(*program.plan), kernels(kernels) {}

  absl::Status run() {
    if (absl::Status status = checkInputs(); !status.ok())
      return status;
    for (const KernelRecord &kernel : plan.kernels) {
      program.firstDims.push_back(program.dimCount);
      program.dimCount += static_cast<int32_t>(kernel.dims.size());
    }
    collectValueBuffers();
    for (const Instruction &instruction : plan.body.instructions) {
      absl::Status status = std::visit([&](const auto &step) { return prepare(step); }, instruction.step);
      if (!status.ok())
        return status;
    }
    for (size_t i = 0; i < program.pointerBuffers.size(); ++i) {
      BufferKind kind = plan.buffers[program.pointerBuffers[i]].kind;
      if (kind == BufferKind::Input || kind == BufferKind::Output)
        program.movingPointers.push_back(static_cast<int32_t>(i));
    }
    return absl::OkStatus();
  }

private:
  absl::Status checkInputs() {
    if (kernels.size() != plan.kernels.size())
      return absl::InvalidArgumentError(
          absl::StrCat("plan: expected ", plan.kernels.size(), " kernels, got ", kernels.size()));
    for (size_t i = 0; i < kernels.size(); ++i)
      if (!kernels[i])
        return absl::InvalidArgumentError(
            absl::StrCat("plan: kernel '", plan.kernels[i].symbol, "' has no code"));
    for (const auto *values : {&plan.inputs, &plan.outputs})
      for (const ValueInfo &value : *values)
        if (value.kind != ValueKind::Tensor)
          return absl::UnimplementedError(
              absl::StrCat("'", value.name, "' is not a tensor; only tensors run"));
    return absl::OkStatus();
  }

  void collectValueBuffers() {
    program.outputBuffers.resize(plan.outputs.size());
    for (size_t i = 0; i < plan.buffers.size(); ++i)
      if (plan.buffers[i].kind == BufferKind::Input)
        program.inputBuffers.push_back(static_cast<int32_t>(i));
      else if (plan.buffers[i].kind == BufferKind::Output)
        program.outputBuffers[plan.buffers[i].index] = static_cast<int32_t>(i);
  }

  absl::Status prepare(const Segment &segment);
  absl::Status prepare(const Copy &copy) {
    program.steps.push_back(copy);
    return absl::OkStatus();
  }
  absl::Status prepare(const HostCall &call) {
    return absl::UnimplementedError(
        absl::StrCat("host call '", call.callee, "' (", absl::StrJoin(call.members, ", "), ") cannot run"));
  }
  absl::Status prepare(const Allocate &) {
    return absl::UnimplementedError("tensors of data-dependent size cannot run");
  }
  absl::Status prepare(const If &) { return absl::UnimplementedError("'if' instructions cannot run"); }
  absl::Status prepare(const While &) { return absl::UnimplementedError("'while' instructions cannot run"); }

  Task makeTask(const Launch &launch, const std::vector<int32_t> &pointerStarts, int32_t number) {
    Task task;
    task.kernelFn = kernels[launch.kernel];
    task.kernel = launch.kernel;
    task.launch = static_cast<int32_t>(program.launches.size()) + number;
    task.firstPointer = pointerStarts[number];
    task.firstDim = program.firstDims[launch.kernel];
    return task;
  }

  Program &program;
  const Plan &plan;
  const std::vector<DelosKernelFn> &kernels;
};

absl::Status Preparer::prepare(const Segment &segment) {
  const std::vector<Launch> &launches = segment.launches;
  auto count = static_cast<int32_t>(launches.size());
  // Pointers lie in launch order, so that a serial run walks through the table.
  std::vector<int32_t> pointerStarts;
  for (const Launch &launch : launches) {
    pointerStarts.push_back(static_cast<int32_t>(program.pointerBuffers.size()));
    program.pointerBuffers.insert(program.pointerBuffers.end(), launch.buffers.begin(), launch.buffers.end());
  }
  std::vector<int32_t> byUrgency(count), rankOf(count);
  std::iota(byUrgency.begin(), byUrgency.end(), 0);
  std::sort(byUrgency.begin(), byUrgency.end(), [&](int32_t a, int32_t b) {
    double left = launches[a].priority, right = launches[b].priority;
    return left != right ? left > right : a < b;
  });
  PreparedSegment prepared;
  for (int32_t rank = 0; rank < count; ++rank) {
    rankOf[byUrgency[rank]] = rank;
    prepared.tasks.push_back(makeTask(launches[byUrgency[rank]], pointerStarts, byUrgency[rank]));
  }
  for (int32_t number = 0; number < count; ++number) {
    std::vector<int32_t> predecessors = launches[number].predecessors;
    std::sort(predecessors.begin(), predecessors.end());
    predecessors.erase(std::unique(predecessors.begin(), predecessors.end()), predecessors.end());
    prepared.tasks[rankOf[number]].waitsFor = static_cast<int32_t>(predecessors.size());
    for (int32_t predecessor : predecessors)
      prepared.tasks[rankOf[predecessor]].successors.push_back(rankOf[number]);
    if (predecessors.empty())
      prepared.roots.push_back(rankOf[number]);
    prepared.serialOrder.push_back(rankOf[number]);
  }
  markLinks(prepared);
  for (const Launch &launch : launches)
    program.launches.push_back(&launch);
  prepared.number = program.segmentCount++;
  program.maxTasks = std::max(program.maxTasks, count);
  program.steps.push_back(std::move(prepared));
  return absl::OkStatus();
}

} // namespace

absl::StatusOr<Program> prepareProgram(std::shared_ptr<const Plan> plan,
                                       const std::vector<DelosKernelFn> &kernels) {
  if (absl::Status status = verify(*plan); !status.ok())
    return status;
  Program program;
  program.plan = std::move(plan);
  if (absl::Status status = Preparer(program, kernels).run(); !status.ok())
    return status;
  return program;
}

} // namespace delos::runtime
