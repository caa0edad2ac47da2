/// The inner problem of the arena planner: integer sizes and a conflict relation in, offsets out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace delos {

/// Offsets per item and the end of the last one.
struct Packing {
  std::vector<int64_t> offsets;
  int64_t bytes = 0;
};

/// True when two items may not share bytes; symmetric.
using ConflictFn = std::function<bool(size_t, size_t)>;

/// Packs items of `sizes` (all >= 0 and multiples of the wanted alignment): first by decreasing size, then in
/// index order, and keeps the smaller result. Each item takes the smallest gap between the items it conflicts
/// with that holds it, or the end. Nothing when the total overflows.
std::optional<Packing> pack(const std::vector<int64_t> &sizes, const ConflictFn &conflicts);

} // namespace delos
