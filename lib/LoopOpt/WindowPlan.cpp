// Choice of register tile, rows and channels for a window kernel.
#include "lib/LoopOpt/WindowPlan.h"

#include "lib/LoopOpt/Winograd.h"

#include "llvm/Support/MathExtras.h"
#include "mlir/IR/Builders.h"

#include <algorithm>
#include <vector>

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;
using fusion::WindowKind;

/// What a symbolic extent is taken for when a schedule is chosen.
static constexpr int64_t typicalExtent = 64;
/// Packed weights up to this size stay in the second-level cache while the rows pass.
static constexpr int64_t residentWeights = 600 << 10;
/// With fewer input channels a pixel is too little work to check its place.
static constexpr int64_t leastChannelsInPlace = 8;
/// Products per sum up to which reading and writing results counts.
static constexpr int64_t shortSum = 256;
/// With fewer channels the transforms of F(m x m, 3 x 3) cost what it saves; with fewer pixels its filters
/// do.
static constexpr int64_t leastTransformedChannels = 32, leastTransformedPixels = 150;
/// Tiles transformed together: their planes stay in the second-level cache.
static constexpr int64_t mostTiles = 32;
/// Channels from which two parts may transform the input each for itself.
static constexpr int64_t leastSplitChannels = 256;
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
  return b.getDictionaryAttr(
      {number("channel_tile", channelTile), b.getNamedAttr("halo", b.getBoolAttr(halo)), number("mr", mr),
       number("nr", nr), number("row_tile", rowTile),
       b.getNamedAttr("rows_outside", b.getBoolAttr(rowsOutside)),
       b.getNamedAttr("sink", b.getBoolAttr(sink)), number("unroll", unroll), number("winograd", winograd)});
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
  number("winograd", schedule.winograd);
  flag("halo", schedule.halo);
  flag("rows_outside", schedule.rowsOutside);
  flag("sink", schedule.sink);
  return schedule;
}

/// Pixels per register tile: the number from 6 to `most` that computes the fewest pixels twice, the larger
/// one of equals.
static int64_t choosePixels(int64_t width, int64_t most) {
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

/// True when the extents of an input tile are known and its rows are dense.
static bool mayCopy(const WindowGroup &group) {
  unsigned last = group.inputShape.size() - 1, column = group.inputPerm[group.spatialRank()];
  bool channelsLast = column + 1 == last && group.inputPerm[group.channelDim()] == static_cast<int64_t>(last);
  return group.kind == WindowKind::dense && !group.isGrouped() && (channelsLast || column == last) &&
         group.inputShape[column].asConstant() && group.extents[group.spatialRank()].asConstant();
}

/// Extents of the input tile with its border, in the order of the input's dims.
static llvm::SmallVector<int64_t> haloShape(const WindowGroup &group, int64_t rowTile) {
  llvm::SmallVector<int64_t> shape(group.inputShape.size(), 1);
  unsigned spatial = group.spatialRank();
  for (unsigned s = 0; s < spatial; ++s) {
    int64_t tile = s + 1 == spatial ? *group.extents[s + 1].asConstant() : s + 2 == spatial ? rowTile : 1;
    shape[group.inputPerm[s + 1]] =
        (tile - 1) * group.strides[s] + (group.kernel[s] - 1) * group.dilations[s] + 1;
  }
  shape[group.inputPerm[group.channelDim()]] = group.inputChannels;
  return shape;
}

/// Bytes of such a tile; its rows (all dims from `column` on) are rounded up to vectors.
static int64_t haloBytes(ArrayRef<int64_t> shape, unsigned column, int64_t bits, const VectorTarget &target) {
  int64_t rows = 1, row = 1;
  for (auto [d, extent] : llvm::enumerate(shape))
    (d < column ? rows : row) *= extent;
  return roundUp(rows * roundUp(row, target.lanes(bits)) * bits / 8, 64);
}

WinogradBuffers delos::loopopt::winogradBuffers(int64_t outputTile, int64_t rows, int64_t columns,
                                                int64_t inputChannels, int64_t nr, int64_t lanes) {
  return {llvm::divideCeilSigned(rows, outputTile), llvm::divideCeilSigned(columns, outputTile),
          roundUp(inputChannels, lanes) + lanes, nr + lanes};
}

/// Bytes of those buffers.
static int64_t winogradBytes(const WindowGroup &group, const WindowSchedule &schedule,
                             const VectorTarget &target) {
  WinogradBuffers buffers =
      winogradBuffers(schedule.winograd, schedule.rowTile, *group.extents[2].asConstant(),
                      group.inputChannels, schedule.nr, target.lanes(32));
  int64_t planes = (schedule.winograd + 2) * (schedule.winograd + 2);
  return 4 * planes * buffers.tiles() * (buffers.inputWidth + buffers.productWidth) + 128;
}

/// True for what F(m x m, 3 x 3) computes: f32, windows of 3x3, channels last, columns of known number.
static bool mayTransform(const WindowGroup &group) {
  auto all = [](ArrayRef<int64_t> values, int64_t wanted) {
    return values.size() == 2 && llvm::all_of(values, [&](int64_t value) { return value == wanted; });
  };
  bool inOrder = llvm::all_of(llvm::enumerate(group.inputPerm), [](const auto &dim) {
    return dim.value() == static_cast<int64_t>(dim.index());
  });
  return group.kind == WindowKind::dense && !group.isGrouped() && all(group.kernel, 3) &&
         all(group.strides, 1) && all(group.dilations, 1) && inOrder && group.extents[2].asConstant() &&
         cast<RankedTensorType>(group.product().getType()).getElementType().isF32();
}

/// True when F(m x m, 3 x 3) is faster than the direct sum: enough channels to pay for the transforms, and
/// filters that stay in the last-level cache beside everything else while all tiles use them.
static bool paysTransform(const WindowGroup &group, const VectorTarget &target, int64_t tile) {
  if (!mayTransform(group))
    return false;
  int64_t filters = 4 * (tile + 2) * (tile + 2) * group.inputChannels * group.outputChannels;
  return std::min(group.inputChannels, group.outputChannels) >= leastTransformedChannels &&
         nominal(group.extents[1]) * nominal(group.extents[2]) >= leastTransformedPixels &&
         filters <= target.l3Bytes / 4;
}

/// How much longer the busiest core works than the average, with `blocks` of `rows` rows (the last one fewer)
/// of each of `copies` images, handed out in order.
static double imbalance(int64_t rows, int64_t total, int64_t copies, int64_t cores) {
  std::vector<int64_t> loads(std::max<int64_t>(cores, 1));
  for (int64_t copy = 0; copy < std::min<int64_t>(copies, 64); ++copy)
    for (int64_t row = 0; row < total; row += rows)
      *std::min_element(loads.begin(), loads.end()) += std::min(rows, total - row);
  int64_t sum = 0;
  for (int64_t load : loads)
    sum += load;
  return static_cast<double>(*std::max_element(loads.begin(), loads.end())) * loads.size() / sum;
}

/// Rows of tiles that are transformed together, and channels: enough tiles to use each filter often, few
/// enough to stay near, and an even share for every core.
static void chooseWinograd(WindowSchedule &schedule, const WindowGroup &group, const VectorTarget &target,
                           int64_t tile, bool wholeChannels) {
  int64_t tileRows = llvm::divideCeilSigned(nominal(group.extents[1]), tile);
  int64_t tileColumns = llvm::divideCeilSigned(nominal(group.extents[2]), tile);
  int64_t images = nominal(group.extents[0]), channels = group.outputChannels;
  bool maySplit = !wholeChannels && channels % (2 * schedule.nr) == 0 && channels >= leastSplitChannels;
  double best = 1e9;
  for (int64_t rows = 1; rows <= tileRows && (rows == 1 || rows * tileColumns <= mostTiles); ++rows)
    for (int64_t parts = 1; parts <= (maySplit ? 2 : 1); ++parts) {
      int64_t tiles = rows * tileColumns, mr = choosePixels(tiles, 8);
      double cost = imbalance(rows, tileRows, images * parts, target.cores) * roundUp(tiles, mr) / tiles *
                    (1 + 2.0 / tiles) * (parts == 1 ? 1 : 1.08);
      if (cost >= best)
        continue;
      best = cost;
      schedule.mr = mr;
      schedule.rowTile = rows * tile;
      schedule.channelTile = parts == 1 ? 0 : channels / parts;
    }
  schedule.rowsOutside = true;
  schedule.winograd = tile;
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
  // A panel of three vectors leaves no rest panel of one, whose few sums wait for each other.
  if (dense && target.vectorRegisters >= 32 && channels > 2 * lanes && channels <= 3 * lanes)
    vectors = 3;
  schedule.nr = vectors * lanes;
  int64_t width = nominal(group.extents[group.spatialRank()]);
  int64_t accumulators = static_cast<int64_t>(target.vectorRegisters * 0.88);
  int64_t most = std::min<int64_t>(14, accumulators / vectors);
  if (!dense)
    most = std::min<int64_t>(most, 8);
  // Pixels that lie a multiple of 1 KiB apart share cache sets; short sums leave little time to fetch what
  // the epilogue reads of many pixels.
  if ((taps * group.inputChannels <= shortSum && vectors > 1) ||
      group.strides.back() * group.inputChannels * group.groups * 4 % 2048 == 0 ||
      channels * group.groups * 4 % 1024 == 0)
    most = std::min<int64_t>(most, 8);
  schedule.mr = choosePixels(width, most);
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
  schedule.halo = taps > 1 && group.inputChannels < leastChannelsInPlace && mayCopy(group);
  for (int64_t tile = target.winograd; tile >= 2; tile -= 2)
    if (paysTransform(group, target, tile)) {
      chooseWinograd(schedule, group, target, tile, wholeChannels);
      break;
    }
  return schedule;
}

/// The filter [O, I/g, K...] in panels, or [K...][C] for depthwise.
static PackedConstant packFilter(const WindowGroup &group, const WindowSchedule &schedule,
                                 int64_t elementBytes) {
  int64_t nr = schedule.nr;
  using Index = PackedConstant::Index;
  PackedConstant packed;
  packed.input = *group.filter;
  packed.elementBytes = elementBytes;
  bool dense = group.kind == WindowKind::dense;
  llvm::SmallVector<int64_t, 3> window(group.kernel);
  if (schedule.winograd)
    window.assign(2, schedule.winograd + 2);
  packed.winograd = schedule.winograd;
  int64_t taps = 1;
  for (int64_t extent : window)
    taps *= extent;
  packed.columns = group.outputChannels;
  packed.nr = dense ? nr : group.outputChannels;
  packed.lead = dense ? group.groups : taps;
  packed.depth = dense ? taps * group.inputChannels : 1;
  packed.source = {{group.groups, dense ? Index::Lead : Index::Depth, 1},
                   {group.outputChannels, Index::Column, 1},
                   {dense ? group.inputChannels : 1, Index::Depth, 1}};
  int64_t weight = taps * (dense ? group.inputChannels : 1);
  for (int64_t extent : window) {
    weight /= extent;
    packed.source.push_back({extent, dense ? Index::Depth : Index::Lead, weight});
  }
  return packed;
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
  if (schedule.halo && !mayCopy(group))
    return refuse("expected halo only with dense rows of known length");
  if (schedule.winograd && (!winogradTransform(schedule.winograd) || !mayTransform(group) || schedule.halo ||
                            schedule.rowTile % schedule.winograd))
    return refuse(
        "expected winograd of 2 or 4 dividing row_tile, on a dense f32 3x3 convolution of stride 1");
  return std::nullopt;
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
  WindowPlan plan{std::get<WindowGroup>(std::move(analyzed)), {}, {}, {}, {}, {}, {}};
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
    plan.packed.push_back(packFilter(group, plan.schedule, type.getElementTypeBitWidth() / 8));
  // The result's tile, and one more for every value that a channel reduction keeps.
  DimExpr tile = group.extents[row + 1] *
                 DimExpr(plan.schedule.rowTile * roundUp(channels, plan.schedule.nr) * bits / 8);
  int64_t kept = reduces ? llvm::range_size(body) : 1;
  DimExpr total = (DimExpr::ceilDiv(tile, 64) * DimExpr(64)) * DimExpr(kept);
  DimExpr copied = 0;
  if (plan.schedule.halo) {
    plan.halo = haloShape(group, plan.schedule.rowTile);
    copied =
        haloBytes(plan.halo, group.inputPerm[group.spatialRank()], type.getElementTypeBitWidth(), target);
  }
  if (plan.schedule.winograd)
    copied = winogradBytes(group, plan.schedule, target);
  auto constant = total.asConstant();
  bool fitsStack = constant && *constant <= stackBytes && copied.isConstant(0);
  plan.scratchBytes = fitsStack ? DimExpr(0) : total + copied;
  return plan;
}
