// Runs kernels of the contraction path and compares them with the reference interpreter in double.
#pragma once

#include "lib/LoopOpt/ContractionPlan.h"
#include "lib/LoopOpt/WindowPlan.h"
#include "lib/Target/CPU/TargetDescription.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace delos::test {

/// One run of a kernel: `text` is a function of graph ops, `dims` the sizes of its symbols.
struct SeamCase {
  std::string text;
  std::map<std::string, int64_t> dims = {};
  /// Inputs that are compile-time constants.
  std::vector<unsigned> constants = {};
  /// Given knobs; chosen by the plan when null.
  const loopopt::ContractionSchedule *schedule = nullptr;
  const loopopt::WindowSchedule *windowSchedule = nullptr;
  cpu::TargetDescription target = cpu::TargetDescription::host();
  /// Integers are drawn from [-magnitude, magnitude] (from 0 when unsigned).
  int64_t magnitude = 100;
};

/// What a run showed.
struct SeamOutcome {
  /// Empty, or why the kernel was refused or could not be compiled.
  std::string failure;
  std::string blockingOp;
  /// max |got - expected| / (max |expected| + 1e-30) over all outputs; infinity when a NaN stands where none
  /// should or an element was not written.
  double error = 0;
  bool guardsIntact = true;
  int64_t tiles = 0;
};

/// A compiled case with its buffers, ready to be called.
class PreparedSeamCase {
public:
  PreparedSeamCase(const SeamCase &test, unsigned seed);
  ~PreparedSeamCase();
  /// Runs tiles [begin, end) of the kernel; true when it returned 0.
  bool run(int64_t begin, int64_t end);
  /// Failure, tiles and blocking op are set; the rest by `check`.
  SeamOutcome &outcome() { return result; }
  /// Compares the outputs with the reference.
  void check();
  /// The bytes of an output.
  std::vector<std::byte> output(unsigned index) const;

private:
  struct State;
  std::unique_ptr<State> state;
  SeamOutcome result;
};

/// Plans, compiles and runs the case: tiles in two halves, last one first; outputs are filled with NaN
/// (integers: a pattern) before, with guard zones around; inputs are random, fresh per seed.
SeamOutcome runSeamCase(const SeamCase &test, unsigned seed = 1);

} // namespace delos::test
