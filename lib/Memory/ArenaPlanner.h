/// Places temporaries in one arena so that values share bytes only where one is dead before the other is
/// written, in every order in which the steps may run.
#pragma once

#include "runtime/abi/Formula.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace delos {

/// A temporary tensor.
struct ArenaValue {
  std::string name;
  runtime::Formula bytes;    ///< Non-negative for all sizes that can run.
  int32_t definition = 0;    ///< The step that writes it.
  std::vector<int32_t> uses; ///< The steps that read it, each after the definition in the partial order.
};

/// What is to be placed.
struct ArenaProblem {
  /// Per step the steps that finish before it starts, all of smaller index. Steps not ordered by them may
  /// overlap.
  std::vector<std::vector<int32_t>> predecessors;
  std::vector<ArenaValue> values;

  /// kInvalidArgument naming the value or step when an index is out of range, a use does not come after its
  /// definition, or a static size is negative.
  absl::Status check() const;
};

/// Where it lies.
struct ArenaPlan {
  static constexpr int64_t alignment = 64;

  std::vector<runtime::Formula> offsets; ///< Per value, a multiple of `alignment` for all sizes.
  runtime::Formula bytes =
      runtime::Formula::constant(0); ///< Size of the arena: the peak, known before the run.

  /// kInternal naming two values when, for these symbol values, a value is misaligned, leaves the arena or
  /// shares bytes with one whose lifetime is not ordered with its own.
  absl::Status verify(const ArenaProblem &problem, std::span<const int64_t> symbols) const;
  std::string print(const ArenaProblem &problem) const;
};

/// Solves a checked problem. Values whose sizes are multiples of one symbolic factor (batch * sequence, ...)
/// are packed together: by decreasing size into the smallest gap that fits, and in order of definition; the
/// smaller result wins. Regions of different factors lie behind each other. Deterministic; O(values^2 log
/// values + steps^2).
absl::StatusOr<ArenaPlan> planArena(const ArenaProblem &problem);

} // namespace delos
