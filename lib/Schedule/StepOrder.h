/// Reachability in a partial order of steps.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace delos {

/// A set of steps, one bit each.
class StepSet {
public:
  explicit StepSet(int32_t steps, bool full = false) : words((steps + 63) / 64, full ? ~uint64_t{0} : 0) {}

  bool contains(int32_t step) const { return words[step / 64] >> (step % 64) & 1; }
  void insert(int32_t step) { words[step / 64] |= uint64_t{1} << (step % 64); }
  void unite(const StepSet &other) {
    for (size_t i = 0; i < words.size(); ++i)
      words[i] |= other.words[i];
  }
  void intersect(const StepSet &other) {
    for (size_t i = 0; i < words.size(); ++i)
      words[i] &= other.words[i];
  }

private:
  std::vector<uint64_t> words;
};

/// For every step the set of steps that start only after it has finished, itself excluded. `predecessors[s]`
/// lists steps with smaller index than s. Time and memory grow with steps * steps / 64.
std::vector<StepSet> stepsAfter(std::span<const std::vector<int32_t>> predecessors);

} // namespace delos
