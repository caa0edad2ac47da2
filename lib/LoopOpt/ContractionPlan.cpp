// Choice of register tile, row block, columns and order for a contraction kernel.
#include "lib/LoopOpt/ContractionPlan.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"
#include "mlir/IR/Builders.h"

#include <algorithm>

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;

/// What a symbolic extent is taken for when a schedule is chosen.
static constexpr int64_t typicalExtent = 128;
/// Multiply-adds that a parallel tile should take: long against handing it over, short against the imbalance
/// of the last one.
static constexpr double tileSeconds = 40e-6;
/// Parallel tiles that balance the cores.
static constexpr int64_t tilesPerCore = 4;
/// Multiply-adds that are worth several tiles: about ten microseconds where each reads an element.
static constexpr double leastToSplit = 1 << 18;
/// Bounds of the rows of a register tile (addresses take registers too) and of a parallel tile.
static constexpr int64_t mostRows = 14, mostRowsPerTile = 256;
/// Register tiles keep this share of the registers for accumulators; the rest holds operands.
static constexpr double accumulatorShare = 0.8;

static int64_t roundUp(int64_t value, int64_t multiple) {
  return llvm::divideCeilSigned(value, multiple) * multiple;
}

//===-- Attribute form -----------------------------------------------------------------------------===//

DictionaryAttr ContractionSchedule::toAttribute(MLIRContext *context) const {
  Builder b(context);
  auto number = [&](StringRef name, int64_t value) {
    return b.getNamedAttr(name, b.getI64IntegerAttr(value));
  };
  return b.getDictionaryAttr(
      {number("column_chunk", columnChunk), number("column_tile", columnTile), number("k_block", kBlock),
       number("mr", mr), number("nr", nr), number("row_block", rowBlock),
       b.getNamedAttr("rows_outside", b.getBoolAttr(rowsOutside)),
       b.getNamedAttr("tail", b.getStringAttr(tail == TailPolicy::Clamp ? "clamp" : "narrow")),
       number("unroll", unroll)});
}

ContractionSchedule ContractionSchedule::fromAttribute(DictionaryAttr knobs) {
  ContractionSchedule schedule;
  auto number = [&](StringRef name, int64_t &value) {
    if (auto attribute = knobs.getAs<IntegerAttr>(name))
      value = attribute.getInt();
  };
  number("column_chunk", schedule.columnChunk);
  number("column_tile", schedule.columnTile);
  number("k_block", schedule.kBlock);
  number("mr", schedule.mr);
  number("nr", schedule.nr);
  number("row_block", schedule.rowBlock);
  number("unroll", schedule.unroll);
  if (auto order = knobs.getAs<BoolAttr>("rows_outside"))
    schedule.rowsOutside = order.getValue();
  if (auto tail = knobs.getAs<StringAttr>("tail"))
    schedule.tail = tail.getValue() == "narrow" ? TailPolicy::Narrow : TailPolicy::Clamp;
  return schedule;
}

//===-- Choice -------------------------------------------------------------------------------------===//

namespace {

/// Sizes in numbers: those of the group, symbolic ones taken as typical.
struct Sizes {
  int64_t m, n, k, batch;
  bool dynamicM;
};

/// How the right-hand side reaches the register tiles: panels made at compile time; its rows; or panels that
/// the kernel transposes.
enum class BForm { Panels, Rows, Columns };

} // namespace

/// Cycles of the k loops of a whole product per step of k, by register tiles of `rows` x `vectors`.
static double cyclesPerStep(const VectorTarget &target, int64_t lanes, const Sizes &sizes, BForm form,
                            int64_t rows, int64_t vectors) {
  auto tile = [&](int64_t width) {
    double multiplyAdds = rows * width, loads = rows + width;
    double bound = std::max({multiplyAdds / target.multiplyAddsPerCycle, loads / target.loadsPerCycle,
                             target.multiplyAddLatency});
    // Equal bounds: loads compete with everything else.
    return bound * (1 + 0.05 * loads / multiplyAdds);
  };
  int64_t all = llvm::divideCeilSigned(sizes.n, lanes), rest = all % vectors;
  double row = static_cast<double>(all / vectors) * tile(vectors) + (rest ? tile(rest) : 0);
  // Rows of B that are one panel are read as they lie, others are copied first.
  double copies = form == BForm::Rows && all != vectors ? 1.03 : 1;
  return copies * row * static_cast<double>(llvm::divideCeilSigned(sizes.m, rows));
}

/// The register tile with the fewest cycles; of equal ones the first in the order of widths.
static void chooseRegisterTile(ContractionSchedule &schedule, const VectorTarget &target, int64_t lanes,
                               const Sizes &sizes, BForm form) {
  int64_t accumulators = static_cast<int64_t>(target.vectorRegisters * accumulatorShare);
  double best = 0;
  for (int64_t vectors : {3, 2, 4, 1, 6, 8}) {
    int64_t most = std::min<int64_t>(accumulators / vectors, mostRows);
    if (vectors > llvm::divideCeilSigned(sizes.n, lanes) && vectors > 1)
      continue;
    int64_t least = sizes.dynamicM ? most : 1;
    for (int64_t rows = std::min(most, std::max(sizes.m, least)); rows >= least && rows > 0; --rows) {
      double cycles = cyclesPerStep(target, lanes, sizes, form, rows, vectors);
      if (best && cycles > 0.985 * best)
        continue;
      best = cycles;
      schedule.mr = rows;
      schedule.nr = vectors * lanes;
    }
  }
}

/// Rows of a parallel tile. Panels made at compile time stream through the caches and need few rows; one that
/// the kernel makes costs a row block that is slower, which many rows outweigh.
static int64_t chooseRows(const VectorTarget &target, const Sizes &sizes, BForm form, bool wholeRows,
                          double columnsPerTile, int64_t nr) {
  int64_t rows = sizes.m >= 64 ? 32 : 16;
  if (form != BForm::Panels && !wholeRows) {
    int64_t panels = llvm::divideCeilSigned(sizes.n, nr);
    rows = mostRowsPerTile;
    while (rows > 64 && sizes.batch * sizes.m * panels < rows * target.cores * tilesPerCore)
      rows /= 2;
  }
  // A short k leaves little work per row: longer row blocks then.
  while (rows < 128 && static_cast<double>(rows) * sizes.n * 4 < columnsPerTile)
    rows *= 2;
  return rows;
}

/// Rows and columns of a parallel tile.
static void chooseTiles(ContractionSchedule &schedule, const VectorTarget &target, const Sizes &sizes,
                        BForm form, bool wholeRows) {
  double columnsPerTile = tileSeconds * target.flopsPerSecond / (2.0 * std::max<int64_t>(sizes.k, 1));
  int64_t rowTarget = chooseRows(target, sizes, form, wholeRows, columnsPerTile, schedule.nr);
  int64_t blocks = std::max<int64_t>(1, llvm::divideCeilSigned(sizes.m, rowTarget));
  if (wholeRows)
    blocks = std::max(blocks, std::min(target.cores, llvm::divideCeilSigned(sizes.m, schedule.mr)));
  schedule.rowBlock = roundUp(std::max<int64_t>(1, llvm::divideCeilSigned(sizes.m, blocks)), schedule.mr);
  if (sizes.dynamicM)
    schedule.rowBlock = roundUp(rowTarget, schedule.mr);
  int64_t paddedN = roundUp(sizes.n, schedule.nr);
  schedule.columnTile = std::min(paddedN, std::max<int64_t>(1, 384 / schedule.nr) * schedule.nr);
  schedule.columnChunk = 0;
  schedule.rowsOutside = wholeRows;
  if (wholeRows)
    return;
  int64_t columns = static_cast<int64_t>(columnsPerTile / schedule.rowBlock);
  // Rows of B read in place come in long stretches.
  if (form == BForm::Rows && sizes.m <= 64)
    columns = std::max(columns, schedule.columnTile);
  int64_t perCore = llvm::divideCeilSigned(sizes.n * blocks * sizes.batch, target.cores * tilesPerCore);
  columns = std::max(schedule.nr, roundUp(std::min(columns, perCore), schedule.nr));
  if (columns >= schedule.columnTile)
    columns = roundUp(columns, schedule.columnTile);
  else
    schedule.columnTile = columns;
  if (columns < paddedN)
    schedule.columnChunk = columns;
}

/// True when some value behind the contraction needs whole rows.
static bool reducesRows(const ContractionGroup &group) {
  return llvm::any_of(group.block->without_terminator(), [&](Operation &op) {
    return isa<graph::ReduceOp>(op) && group.isDependent(op.getResult(0));
  });
}

static bool computesLhs(const ContractionGroup &group) {
  return !SeamGroup::asViewedInput(group.lhs(), group.lhsDims);
}

static BForm formOfRhs(const ContractionGroup &group) {
  if (group.packsConstant)
    return BForm::Panels;
  auto input = SeamGroup::asViewedInput(group.rhs(), group.rhsDims);
  const DimMap &dims = input->access.dims;
  bool rows = !dims.empty() && group.coarseOf(dims.back()) == static_cast<int>(group.nDim());
  return rows ? BForm::Rows : BForm::Columns;
}

static ContractionSchedule choose(const ContractionGroup &group, const VectorTarget &target,
                                  int64_t accumulatorBits) {
  auto number = [](const DimExpr &extent) {
    return std::max<int64_t>(1, extent.asConstant().value_or(typicalExtent));
  };
  Sizes sizes{number(group.m), number(group.n), number(group.k), 1, !group.m.asConstant()};
  for (const DimExpr &extent : group.batch)
    sizes.batch *= number(extent);
  ContractionSchedule schedule;
  BForm form = formOfRhs(group);
  chooseRegisterTile(schedule, target, target.lanes(accumulatorBits), sizes, form);
  bool wholeRows = reducesRows(group) || (computesLhs(group) && sizes.m > schedule.mr);
  chooseTiles(schedule, target, sizes, form, wholeRows);
  return schedule;
}

//===-- Checks -------------------------------------------------------------------------------------===//

static std::optional<Refusal> checkSchedule(const ContractionSchedule &schedule,
                                            const ContractionGroup &group) {
  auto refuse = [&](const Twine &text) { return Refusal{text.str(), group.anchor}; };
  if (schedule.mr <= 0 || schedule.nr <= 0 || schedule.rowBlock <= 0 || schedule.unroll <= 0)
    return refuse("expected positive mr, nr, row_block and unroll");
  if (schedule.columnTile <= 0 || schedule.columnTile % schedule.nr)
    return refuse("expected a column_tile that is a multiple of nr");
  if (schedule.columnChunk % schedule.columnTile)
    return refuse("expected a column_chunk that is a multiple of column_tile");
  if (schedule.columnChunk && reducesRows(group))
    return refuse("expected column_chunk = 0 where rows are reduced");
  return std::nullopt;
}

/// Refuses a row reduction that would leave cores without tiles while one reads all of a large operand.
static std::optional<Refusal> checkParallelism(const ContractionSchedule &schedule,
                                               const ContractionGroup &group, const VectorTarget &target) {
  auto rows = group.m.asConstant();
  bool idles = rows && llvm::divideCeilSigned(*rows, schedule.rowBlock) < target.cores &&
               llvm::all_of(group.batch, [](const DimExpr &extent) { return extent.isConstant(1); });
  if (!idles || nominalMultiplyAdds(group) < leastToSplit)
    return std::nullopt;
  for (Operation &op : group.block->without_terminator())
    if (isa<graph::ReduceOp>(op) && group.isDependent(op.getResult(0)))
      return Refusal{"a row reduction that would leave cores without tiles", &op};
  return std::nullopt;
}

static std::optional<Refusal> checkTypes(const ContractionGroup &group) {
  auto element = [](Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); };
  Type lhs = element(group.lhs()), rhs = element(group.rhs()), result = element(group.product());
  auto refuse = [&](StringRef text) { return Refusal{text.str(), group.anchor}; };
  if (isa<FloatType>(result)) {
    for (Type type : {lhs, rhs})
      if (!isa<FloatType>(type) || type.getIntOrFloatBitWidth() < 16 ||
          type.getIntOrFloatBitWidth() > std::max(32u, result.getIntOrFloatBitWidth()))
        return refuse("operands that do not extend to the accumulator's type");
    return result.getIntOrFloatBitWidth() < 16 ? std::optional(refuse("a contraction in an 8-bit float type"))
                                               : std::nullopt;
  }
  for (Type type : {lhs, rhs, result})
    if (!isa<IntegerType>(type) || type.getIntOrFloatBitWidth() < 8 ||
        type.getIntOrFloatBitWidth() > result.getIntOrFloatBitWidth())
      return refuse("a contraction of mixed or 1-bit element types");
  return std::nullopt;
}

/// The packing of the right-hand side into panels, in the coarse indices.
static PackedConstant packRhs(const ContractionGroup &group, int64_t nr) {
  Value rhs = group.rhs();
  auto input = SeamGroup::asViewedInput(rhs, group.rhsDims);
  PackedConstant packed;
  packed.input = input->input;
  packed.elementBytes = cast<RankedTensorType>(rhs.getType()).getElementTypeBitWidth() / 8;
  packed.nr = nr;
  auto value = [](const DimExpr &extent) { return extent.asConstant().value_or(1); };
  packed.columns = value(group.n);
  packed.depth = value(group.k);
  // Weight of a fine dim: the extents of the later fine dims that share its index.
  auto indexOf = [&](int fine) {
    int coarse = group.coarseOf(fine);
    return coarse == static_cast<int>(group.nDim())   ? PackedConstant::Index::Column
           : coarse == static_cast<int>(group.kDim()) ? PackedConstant::Index::Depth
                                                      : PackedConstant::Index::Lead;
  };
  auto present = [&](int fine) { return llvm::is_contained(input->access.dims, fine); };
  auto weightOf = [&](int fine) {
    int64_t weight = 1;
    for (int later = fine + 1; later < static_cast<int>(group.fineDims.size()); ++later)
      if (present(later) && indexOf(later) == indexOf(fine))
        weight *= value(group.fineDims[later].extent);
    return weight;
  };
  for (auto [extent, fine] : llvm::zip_equal(input->access.shape, input->access.dims)) {
    packed.source.push_back({value(extent), indexOf(fine), weightOf(fine)});
    if (indexOf(fine) == PackedConstant::Index::Lead)
      packed.lead *= value(extent);
  }
  return packed;
}

//===-- Sizes and memory ---------------------------------------------------------------------------===//

/// Local buffers up to this sum stay on the stack.
static constexpr int64_t stackBytes = 128 << 10;

/// Values of the epilogue, as wide as the rows, that an op behind a row reduction reads again.
static int64_t countKeptRows(const ContractionGroup &group) {
  llvm::DenseMap<Value, int> levels;
  llvm::DenseSet<Value> kept;
  auto base = [](Value value) {
    while (value.getDefiningOp() &&
           isa<graph::TransposeOp, graph::ReshapeOp, graph::BroadcastOp>(value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
    return value;
  };
  for (Operation &op : group.block->without_terminator()) {
    if (!group.isDependent(op.getResult(0)))
      continue;
    int level = 0;
    for (Value operand : op.getOperands())
      level = std::max(level, levels.lookup(base(operand)) + (isa<graph::ReduceOp>(op) ? 1 : 0));
    levels[op.getResult(0)] = level;
    for (Value operand : op.getOperands())
      if (Value source = base(operand); !isa<graph::ReduceOp>(op) && group.isDependent(source) &&
                                        !source.getDefiningOp<graph::ReduceOp>() &&
                                        levels.lookup(source) < level)
        kept.insert(source);
  }
  return kept.size();
}

/// Scratch for the wide local buffers, or none when they fit the stack.
static DimExpr planScratch(const ContractionGroup &group, const ContractionSchedule &schedule,
                           int64_t elementBytes) {
  auto bytes = [&](const DimExpr &columns) {
    return DimExpr::ceilDiv(columns * DimExpr(schedule.rowBlock * elementBytes), 64) * DimExpr(64);
  };
  DimExpr total = bytes(schedule.columnTile);
  if (computesLhs(group))
    total = total + bytes(group.k);
  total = total + bytes(group.n) * DimExpr(countKeptRows(group));
  auto constant = total.asConstant();
  return constant && *constant <= stackBytes ? DimExpr(0) : total;
}

double delos::loopopt::nominalMultiplyAdds(const ContractionGroup &group) {
  auto number = [](const DimExpr &extent) {
    return static_cast<double>(extent.asConstant().value_or(typicalExtent));
  };
  double product = number(group.m) * number(group.n) * number(group.k);
  for (const DimExpr &extent : group.batch)
    product *= number(extent);
  return product;
}

/// True for sizes that index arithmetic can compute.
static bool isAffine(const DimExpr &expr) {
  return llvm::all_of(expr.terms(), [](const DimExpr::Term &term) {
    return llvm::all_of(term.factors, [](const auto &factor) {
      return factor->kind != DimExpr::AtomKind::Min && factor->kind != DimExpr::AtomKind::Max &&
             llvm::all_of(factor->operands, isAffine);
    });
  });
}

std::variant<std::vector<DimExpr>, Refusal> delos::loopopt::collectSymbols(Block &body) {
  std::vector<std::string> names;
  auto add = [&](Type type) {
    for (const DimExpr &dim : graph::dimsOf(type)) {
      if (!isAffine(dim))
        return false;
      for (std::string &name : dim.symbols())
        names.push_back(std::move(name));
    }
    return true;
  };
  for (Type type : body.getArgumentTypes())
    if (!add(type))
      return Refusal{"a size that is a minimum or maximum", body.getTerminator()};
  for (Operation &op : body.without_terminator())
    for (Type type : op.getResultTypes())
      if (!add(type))
        return Refusal{"a size that is a minimum or maximum", &op};
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<DimExpr> symbols;
  for (const std::string &name : names)
    symbols.push_back(DimExpr::symbol(name));
  return symbols;
}

std::variant<ContractionPlan, Refusal>
delos::loopopt::planContraction(Block &body, const VectorTarget &target,
                                llvm::function_ref<bool(unsigned)> isConstantInput,
                                const ContractionSchedule *given) {
  auto analyzed = ContractionGroup::analyze(body, isConstantInput);
  if (auto *refusal = std::get_if<Refusal>(&analyzed))
    return *refusal;
  ContractionPlan plan{std::get<ContractionGroup>(std::move(analyzed)), {}, {}, {}, {}, {}};
  auto symbols = collectSymbols(body);
  if (auto *refusal = std::get_if<Refusal>(&symbols))
    return *refusal;
  plan.symbols = std::get<std::vector<DimExpr>>(std::move(symbols));
  const ContractionGroup &group = plan.group;
  if (auto refusal = checkTypes(group))
    return *refusal;
  unsigned bits = cast<RankedTensorType>(group.product().getType()).getElementTypeBitWidth();
  bool isFloat = isa<FloatType>(cast<RankedTensorType>(group.product().getType()).getElementType());
  plan.schedule = given ? *given : choose(group, target, isFloat ? std::max(bits, 32u) : bits);
  if (auto refusal = checkSchedule(plan.schedule, group))
    return *refusal;
  if (auto refusal = given ? std::nullopt : checkParallelism(plan.schedule, group, target))
    return *refusal;
  plan.tiles = DimExpr::ceilDiv(group.m, plan.schedule.rowBlock);
  if (plan.schedule.columnChunk)
    plan.tiles = plan.tiles * DimExpr::ceilDiv(group.n, plan.schedule.columnChunk);
  for (const DimExpr &extent : group.batch)
    plan.tiles = plan.tiles * extent;
  if (group.packsConstant)
    plan.packed.push_back(packRhs(group, plan.schedule.nr));
  plan.scratchBytes = planScratch(group, plan.schedule, std::max(bits, 32u) / 8);
  return plan;
}
