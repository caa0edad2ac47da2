/// Reachability in a partial order of steps.
#include "lib/Schedule/StepOrder.h"

namespace delos {

std::vector<StepSet> stepsAfter(std::span<const std::vector<int32_t>> predecessors) {
  auto steps = static_cast<int32_t>(predecessors.size());
  std::vector<StepSet> after(predecessors.size(), StepSet(steps));
  for (int32_t step = steps; step-- > 0;)
    for (int32_t predecessor : predecessors[step]) {
      after[predecessor].unite(after[step]);
      after[predecessor].insert(step);
    }
  return after;
}

} // namespace delos
