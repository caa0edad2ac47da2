// Scatter of a dense constant into panels.
#include "lib/LoopOpt/PackedConstant.h"

#include <cassert>
#include <cstring>

using namespace delos::loopopt;

namespace {

/// Position in the three indices of a packed constant.
struct Point {
  int64_t lead = 0, column = 0, depth = 0;
  int64_t &at(PackedConstant::Index index) {
    return index == PackedConstant::Index::Lead     ? lead
           : index == PackedConstant::Index::Column ? column
                                                    : depth;
  }
};

/// Scatters elements of `Bits` width; the source is walked in order, so reads stream.
template <typename Bits>
class Scatter {
public:
  Scatter(const PackedConstant &packed, const std::byte *source, std::byte *target)
      : packed(packed), source(source), target(target) {}

  void walk(size_t dim, Point point) {
    if (dim == packed.source.size())
      return put(point);
    const PackedConstant::SourceDim &along = packed.source[dim];
    for (int64_t i = 0; i < along.extent; ++i) {
      Point next = point;
      next.at(along.index) += i * along.weight;
      walk(dim + 1, next);
    }
  }

private:
  void put(const Point &point) {
    int64_t panel = point.lead * packed.panels() + point.column / packed.nr;
    int64_t offset = (panel * packed.depth + point.depth) * packed.nr + point.column % packed.nr;
    std::memcpy(target + offset * static_cast<int64_t>(sizeof(Bits)), source, sizeof(Bits));
    source += sizeof(Bits);
  }

  const PackedConstant &packed;
  const std::byte *source;
  std::byte *target;
};

} // namespace

void delos::loopopt::packConstant(const PackedConstant &packed, std::span<const std::byte> source,
                                  std::span<std::byte> target) {
  assert(target.size() == packed.bytes() && "expected a target of packed.bytes()");
  std::memset(target.data(), 0, target.size());
  switch (packed.elementBytes) {
  case 1:
    return Scatter<uint8_t>(packed, source.data(), target.data()).walk(0, {});
  case 2:
    return Scatter<uint16_t>(packed, source.data(), target.data()).walk(0, {});
  case 4:
    return Scatter<uint32_t>(packed, source.data(), target.data()).walk(0, {});
  default:
    return Scatter<uint64_t>(packed, source.data(), target.data()).walk(0, {});
  }
}
