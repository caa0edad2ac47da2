// Choice of register tile, rows and channels for a window kernel.
#include "lib/LoopOpt/WindowPlan.h"

#include "llvm/Support/MathExtras.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;
using fusion::WindowKind;

/// What a symbolic extent is taken for when a schedule is chosen.
static constexpr int64_t typicalExtent = 64;
/// Packed weights up to this size stay in the second-level cache while the rows pass.
static constexpr int64_t residentWeights = 600 << 10;
static constexpr double tileSeconds = 40e-6;
static constexpr int64_t stackBytes = 128 << 10;

static int64_t nominal(const DimExpr &extent) { return extent.asConstant().value_or(typicalExtent); }
static int64_t roundUp(int64_t value, int64_t multiple) {
  return llvm::divideCeilSigned(value, multiple) * multiple;
}

DictionaryAttr WindowSchedule::toAttribute(MLIRContext *context) const {
  Builder b(context);
  auto number = [&](StringRef name, int64_t value) {
    return b.getNamedAttr(name, b.getI64IntegerAttr(value));
  };
  return b.getDictionaryAttr({number("channel_tile", channelTile), number("mr", mr), number("nr", nr),
                              number("row_tile", rowTile),
                              b.getNamedAttr("rows_outside", b.getBoolAttr(rowsOutside)),
                              b.getNamedAttr("sink", b.getBoolAttr(sink)), number("unroll", unroll)});
}

WindowSchedule WindowSchedule::fromAttribute(DictionaryAttr knobs) {
  WindowSchedule schedule;
  auto number = [&](StringRef name, int64_t &value) {
    if (auto attribute = knobs.getAs<IntegerAttr>(name))
      value = attribute.getInt();
  };
  auto flag = [&](StringRef name, bool &value) {
    if (auto attribute = knobs.getAs<BoolAttr>(name))
      value = attribute.getValue();
  };
  number("channel_tile", schedule.channelTile);
  number("mr", schedule.mr);
  number("nr", schedule.nr);
  number("row_tile", schedule.rowTile);
  number("unroll", schedule.unroll);
  flag("rows_outside", schedule.rowsOutside);
  flag("sink", schedule.sink);
  return schedule;
}

/// Pixels per register tile: the number from 6 to `most` that computes the fewest pixels twice, the larger
/// one of equals; at most 8 where pixels lie a multiple of 2 KiB apart and would share cache sets.
static int64_t choosePixels(int64_t width, int64_t most, int64_t pixelBytes) {
  if (pixelBytes % 2048 == 0)
    most = std::min<int64_t>(most, 8);
  if (width <= most)
    return std::max<int64_t>(width, 1);
  int64_t best = most;
  double bestWaste = 1e9;
  for (int64_t pixels = most; pixels >= std::min<int64_t>(6, most); --pixels) {
    double waste = static_cast<double>(roundUp(width, pixels)) / width;
    if (waste < bestWaste - 1e-9) {
      bestWaste = waste;
      best = pixels;
    }
  }
  return best;
}

double delos::loopopt::nominalMultiplyAdds(const WindowGroup &group) {
  double product = group.kind == WindowKind::dense ? group.inputChannels : 1;
  for (const DimExpr &extent : group.extents)
    product *= nominal(extent);
  for (int64_t extent : group.kernel)
    product *= extent;
  return product;
}

static WindowSchedule choose(const WindowGroup &group, const VectorTarget &target, int64_t elementBits,
                             bool wholeChannels) {
  WindowSchedule schedule;
  int64_t lanes = target.lanes(elementBits), channels = group.outputChannels;
  int64_t taps = 1;
  for (int64_t extent : group.kernel)
    taps *= extent;
  bool dense = group.kind == WindowKind::dense;
  int64_t vectors = std::min<int64_t>(2, llvm::divideCeilSigned(channels, lanes));
  schedule.nr = vectors * lanes;
  int64_t width = nominal(group.extents[group.spatialRank()]);
  int64_t accumulators = static_cast<int64_t>(target.vectorRegisters * 0.88);
  int64_t most = std::min<int64_t>(14, accumulators / vectors);
  if (!dense)
    most = std::min<int64_t>(most, 8);
  schedule.mr = choosePixels(width, most, group.strides.back() * group.inputChannels * group.groups * 4);
  int64_t weights = dense ? taps * group.inputChannels * roundUp(channels, schedule.nr) * 4 : 0;
  int64_t rows = nominal(group.extents[group.spatialRank() - 1]);
  double perRow = 2.0 * width * taps * (dense ? group.inputChannels : 4) * channels;
  int64_t tile = schedule.nr;
  if (!wholeChannels && (weights > residentWeights || !dense) && channels % tile == 0 && channels > tile) {
    // Weights are streamed once: channels outside, as many rows as a tile's time holds.
    schedule.channelTile = tile;
    schedule.rowsOutside = false;
    perRow = perRow * tile / channels;
  }
  int64_t wanted = std::max<int64_t>(1, static_cast<int64_t>(tileSeconds * target.flopsPerSecond / perRow));
  int64_t parallel = nominal(group.extents[0]) * (schedule.channelTile ? channels / tile : 1) * group.groups;
  int64_t needed = llvm::divideCeilSigned(target.cores * 4, std::max<int64_t>(1, parallel));
  wanted = std::min(wanted, std::max<int64_t>(1, rows / needed));
  if (schedule.channelTile)
    wanted = std::max<int64_t>(wanted, std::max<int64_t>(1, rows / needed));
  int64_t blocks = llvm::divideCeilSigned(rows, std::max<int64_t>(1, std::min(wanted, rows)));
  schedule.rowTile = llvm::divideCeilSigned(rows, blocks);
  return schedule;
}

static std::optional<Refusal> check(const WindowSchedule &schedule, const WindowGroup &group,
                                    const VectorTarget &target, int64_t bits) {
  auto refuse = [&](const char *text) { return Refusal{text, group.anchor}; };
  if (schedule.mr <= 0 || schedule.nr <= 0 || schedule.nr % target.lanes(bits) || schedule.rowTile <= 0 ||
      schedule.unroll <= 0)
    return refuse("expected positive mr, row_tile, unroll and nr a multiple of the vector length");
  if (schedule.channelTile &&
      (schedule.channelTile % schedule.nr || group.outputChannels % schedule.channelTile))
    return refuse("expected a channel_tile that is a multiple of nr and divides the channels");
  return std::nullopt;
}

/// The filter [O, I/g, K...] in panels, or [K...][C] for depthwise.
static PackedConstant packFilter(const WindowGroup &group, int64_t nr, int64_t elementBytes) {
  using Index = PackedConstant::Index;
  PackedConstant packed;
  packed.input = *group.filter;
  packed.elementBytes = elementBytes;
  bool dense = group.kind == WindowKind::dense;
  int64_t taps = 1;
  for (int64_t extent : group.kernel)
    taps *= extent;
  packed.columns = group.outputChannels;
  packed.nr = dense ? nr : group.outputChannels;
  packed.lead = dense ? group.groups : taps;
  packed.depth = dense ? taps * group.inputChannels : 1;
  packed.source = {{group.groups, dense ? Index::Lead : Index::Depth, 1},
                   {group.outputChannels, Index::Column, 1},
                   {dense ? group.inputChannels : 1, Index::Depth, 1}};
  int64_t weight = taps * (dense ? group.inputChannels : 1);
  for (int64_t extent : group.kernel) {
    weight /= extent;
    packed.source.push_back({extent, dense ? Index::Depth : Index::Lead, weight});
  }
  return packed;
}

static std::optional<Refusal> checkTypes(const WindowGroup &group) {
  auto element = [](Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); };
  Type result = element(group.product());
  bool pools = group.kind == WindowKind::max || group.kind == WindowKind::min;
  for (Value operand : group.anchor->getOperands()) {
    Type type = element(operand);
    if (type != result || type.getIntOrFloatBitWidth() < 8 ||
        (isa<FloatType>(type) && type.getIntOrFloatBitWidth() < 16))
      return Refusal{"a window over mixed, 1-bit or 8-bit float element types", group.anchor};
  }
  if (isa<IntegerType>(result) && pools && result.isUnsignedInteger())
    return Refusal{"pooling of unsigned integers", group.anchor};
  return std::nullopt;
}

std::variant<WindowPlan, Refusal>
delos::loopopt::planWindow(Block &body, const VectorTarget &target,
                           llvm::function_ref<bool(unsigned)> isConstantInput, const WindowSchedule *given) {
  auto analyzed = WindowGroup::analyze(body, isConstantInput);
  if (auto *refusal = std::get_if<Refusal>(&analyzed))
    return *refusal;
  WindowPlan plan{std::get<WindowGroup>(std::move(analyzed)), {}, {}, {}, {}, {}};
  const WindowGroup &group = plan.group;
  auto symbols = collectSymbols(body);
  if (auto *refusal = std::get_if<Refusal>(&symbols))
    return *refusal;
  plan.symbols = std::get<std::vector<DimExpr>>(std::move(symbols));
  if (auto refusal = checkTypes(group))
    return *refusal;
  auto type = cast<RankedTensorType>(group.product().getType());
  int64_t bits = isa<FloatType>(type.getElementType()) ? std::max<int64_t>(32, type.getElementTypeBitWidth())
                                                       : type.getElementTypeBitWidth();
  bool reduces = llvm::any_of(body.without_terminator(), [&](Operation &op) {
    return isa<graph::ReduceOp>(op) && group.isDependent(op.getResult(0));
  });
  plan.schedule = given ? *given : choose(group, target, bits, reduces);
  if (auto refusal = check(plan.schedule, group, target, bits))
    return *refusal;
  unsigned row = group.spatialRank() - 1;
  plan.tiles = DimExpr::ceilDiv(group.extents[row], plan.schedule.rowTile) * DimExpr(group.groups);
  for (unsigned d = 0; d < row; ++d)
    plan.tiles = plan.tiles * group.extents[d];
  int64_t channels = plan.schedule.channelTile ? plan.schedule.channelTile : group.outputChannels;
  plan.tiles = plan.tiles * DimExpr(group.outputChannels / channels);
  if (group.filter)
    plan.packed.push_back(packFilter(group, plan.schedule.nr, type.getElementTypeBitWidth() / 8));
  // The result's tile, and one more for every value that a channel reduction keeps.
  DimExpr tile = group.extents[row + 1] *
                 DimExpr(plan.schedule.rowTile * roundUp(channels, plan.schedule.nr) * bits / 8);
  int64_t kept = reduces ? llvm::range_size(body) : 1;
  DimExpr total = (DimExpr::ceilDiv(tile, 64) * DimExpr(64)) * DimExpr(kept);
  auto constant = total.asConstant();
  plan.scratchBytes = constant && *constant <= stackBytes ? DimExpr(0) : total;
  return plan;
}
