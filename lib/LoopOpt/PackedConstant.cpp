// Scatter of a dense constant into panels.
#include "lib/LoopOpt/PackedConstant.h"

#include "lib/LoopOpt/Winograd.h"

#include <algorithm>
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
    if (packed.source.empty())
      return put(point);
    const PackedConstant::SourceDim &along = packed.source[dim];
    if (dim + 1 == packed.source.size())
      return line(along, point);
    for (int64_t i = 0; i < along.extent; ++i) {
      Point next = point;
      next.at(along.index) += i * along.weight;
      walk(dim + 1, next);
    }
  }

private:
  int64_t offsetOf(const Point &point) const {
    int64_t panel = point.lead * packed.panels() + point.column / packed.nr;
    return (panel * packed.depth + point.depth) * packed.nr + point.column % packed.nr;
  }

  void put(const Point &point) {
    std::memcpy(target + offsetOf(point) * width, source, width);
    source += width;
  }

  /// The innermost source dim: depth moves by a constant distance, columns in runs that end with their panel.
  void line(const PackedConstant::SourceDim &along, Point point) {
    if (along.index == PackedConstant::Index::Depth) {
      std::byte *at = target + offsetOf(point) * width;
      for (int64_t i = 0; i < along.extent; ++i, at += along.weight * packed.nr * width, source += width)
        std::memcpy(at, source, width);
      return;
    }
    bool runs = along.index == PackedConstant::Index::Column && along.weight == 1;
    for (int64_t i = 0; i < along.extent;) {
      Point next = point;
      next.at(along.index) += i * along.weight;
      int64_t count = runs ? std::min(along.extent - i, packed.nr - next.column % packed.nr) : 1;
      std::memcpy(target + offsetOf(next) * width, source, count * width);
      source += count * width;
      i += count;
    }
  }

  static constexpr int64_t width = sizeof(Bits);
  const PackedConstant &packed;
  const std::byte *source;
  std::byte *target;
};

} // namespace

size_t PackedConstant::sourceBytes() const {
  int64_t elements = 1;
  for (const SourceDim &dim : source)
    elements *= dim.extent;
  if (const WinogradTransform *transform = winogradTransform(winograd))
    elements = elements / (transform->inputTile * transform->inputTile) * 9;
  return static_cast<size_t>(elements * elementBytes);
}

void delos::loopopt::packConstant(const PackedConstant &packed, std::span<const std::byte> source,
                                  std::span<std::byte> target) {
  assert(target.size() == packed.bytes() && "expected a target of packed.bytes()");
  if (const WinogradTransform *transform = winogradTransform(packed.winograd)) {
    std::vector<float> filters(source.size() / sizeof(float));
    std::memcpy(filters.data(), source.data(), source.size());
    std::vector<float> tiles(filters.size() / 9 * transform->inputTile * transform->inputTile);
    transformFilters(*transform, filters, tiles);
    PackedConstant plain = packed;
    plain.winograd = 0;
    return packConstant(plain, std::as_bytes(std::span(tiles)), target);
  }
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
