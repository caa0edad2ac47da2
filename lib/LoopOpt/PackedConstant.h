// Constant operands in the layout that the inner loops read: how the engine makes them, once, at compile
// time.
#pragma once

#include "lib/Support/DimExpr.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace delos::loopopt {

/// The panel layout `[lead][ceil(columns / nr)][depth][nr]`, zero beyond `columns`, of a dense constant.
///
/// Every source dim counts towards one of three indices: lead, column or depth. Example: a convolution's
/// filter [O, I, 3, 3] becomes [ceil(O/nr)][3][3][I][nr] with O = column(1), I = depth(1), the window dims =
/// depth(3*I) and depth(I).
struct PackedConstant {
  enum class Index { Lead, Column, Depth };
  struct SourceDim {
    int64_t extent;
    Index index;
    /// What one step along this dim adds to that index.
    int64_t weight;
  };

  /// Kernel input that is replaced by the packed form.
  unsigned input = 0;
  int64_t elementBytes = 4;
  /// The dims of the source, outermost first.
  std::vector<SourceDim> source;
  int64_t lead = 1, columns = 1, depth = 1, nr = 1;
  /// Output tile m of F(m x m, 3 x 3), or 0: the source's last two dims are 3 x 3 windows of f32, packed as
  /// their transforms. `source` describes the transformed filter.
  int64_t winograd = 0;

  int64_t panels() const { return (columns + nr - 1) / nr; }
  size_t bytes() const { return static_cast<size_t>(lead * panels() * depth * nr * elementBytes); }
  /// Bytes of the dense source.
  size_t sourceBytes() const;
  friend bool operator==(const PackedConstant &, const PackedConstant &) = default;
};

inline bool operator==(const PackedConstant::SourceDim &a, const PackedConstant::SourceDim &b) {
  return a.extent == b.extent && a.index == b.index && a.weight == b.weight;
}

/// Fills `target` (packed.bytes() long) from the dense row-major `source`. Both sizes must match; nothing
/// overlaps.
void packConstant(const PackedConstant &packed, std::span<const std::byte> source,
                  std::span<std::byte> target);

} // namespace delos::loopopt
