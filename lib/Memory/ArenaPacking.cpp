/// Best-fit packing under a conflict relation.
#include "lib/Memory/ArenaPacking.h"

#include <algorithm>
#include <numeric>

namespace delos {
namespace {

struct Placed {
  int64_t begin;
  int64_t end;
};

/// The start of the smallest gap below the last of `taken` (sorted by begin) that holds `size`, else the end
/// of all.
int64_t findPlace(const std::vector<Placed> &taken, int64_t size) {
  int64_t covered = 0, best = -1, bestGap = 0;
  for (const Placed &other : taken) {
    int64_t gap = other.begin - covered;
    if (gap >= size && gap > 0 && (best < 0 || gap < bestGap)) {
      best = covered;
      bestGap = gap;
    }
    covered = std::max(covered, other.end);
  }
  return best < 0 ? covered : best;
}

Packing packInOrder(const std::vector<size_t> &order, const std::vector<int64_t> &sizes,
                    const ConflictFn &conflicts) {
  Packing result;
  result.offsets.assign(sizes.size(), 0);
  std::vector<size_t> placed;
  std::vector<Placed> taken;
  for (size_t item : order) {
    if (sizes[item] == 0)
      continue;
    taken.clear();
    for (size_t other : placed)
      if (conflicts(item, other))
        taken.push_back({result.offsets[other], result.offsets[other] + sizes[other]});
    std::sort(taken.begin(), taken.end(), [](const Placed &a, const Placed &b) { return a.begin < b.begin; });
    result.offsets[item] = findPlace(taken, sizes[item]);
    result.bytes = std::max(result.bytes, result.offsets[item] + sizes[item]);
    placed.push_back(item);
  }
  return result;
}

} // namespace

std::optional<Packing> pack(const std::vector<int64_t> &sizes, const ConflictFn &conflicts) {
  int64_t total = 0;
  for (int64_t size : sizes)
    if (__builtin_add_overflow(total, size, &total))
      return std::nullopt;
  std::vector<size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  Packing inOrder = packInOrder(order, sizes, conflicts);
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return sizes[a] != sizes[b] ? sizes[a] > sizes[b] : a < b; });
  Packing bySize = packInOrder(order, sizes, conflicts);
  return inOrder.bytes < bySize.bytes ? inOrder : bySize;
}

} // namespace delos
