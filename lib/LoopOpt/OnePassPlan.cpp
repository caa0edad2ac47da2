// Roles of loops, and tiles of one-pass kernels.
#include "lib/LoopOpt/OnePassPlan.h"

#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/Builders.h"

#include <algorithm>

using namespace mlir;
using namespace delos;
using namespace delos::loopopt;
using Kind = ScalarExpr::Kind;

/// What a symbolic extent is taken for.
static constexpr int64_t typicalExtent = 128;
/// Heads are at most this deep: a tile of transposed rows stays in L1 with the scores.
static constexpr int64_t maxDepth = 512;

static int64_t numberOf(const DimExpr &extent) { return extent.asConstant().value_or(typicalExtent); }

//===-- Operands -----------------------------------------------------------------------------------===//

/// The value of a splat constant behind views.
static std::optional<double> splatOf(Value value) {
  while (value.getDefiningOp() && isa<graph::BroadcastOp, graph::ReshapeOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  auto constant = value.getDefiningOp<graph::ConstantOp>();
  auto splat = constant ? dyn_cast<SplatElementsAttr>(constant.getValue()) : SplatElementsAttr();
  if (!splat || !isa<FloatType>(splat.getElementType()))
    return std::nullopt;
  return splat.getSplatValue<llvm::APFloat>().convertToDouble();
}

/// The access of an operand that is a view of an input times scalars, which are added to `scales`.
static std::optional<StridedAccess> scaledAccess(const IterationSpace &space, OpOperand *use,
                                                 llvm::SmallVectorImpl<double> &scales) {
  while (true) {
    if (auto access = space.accessAt(*use))
      return access;
    // Views do not change which loops an element belongs to.
    Operation *op = use->get().getDefiningOp();
    if (op && isa<graph::TransposeOp, graph::BroadcastOp, graph::ReshapeOp>(op)) {
      use = &op->getOpOperand(0);
      continue;
    }
    auto map = dyn_cast_or_null<graph::MapOp>(op);
    if (!map || map.getFn() != graph::ScalarFn::mul)
      return std::nullopt;
    auto left = splatOf(map->getOperand(0)), right = splatOf(map->getOperand(1));
    if (!left && !right)
      return std::nullopt;
    scales.push_back(right ? *right : *left);
    use = &map->getOpOperand(right ? 0 : 1);
  }
}

static Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

namespace {

/// Finds the parts of a group one after the other.
class Analysis {
public:
  explicit Analysis(Block &body) { group.block = &body; }

  std::variant<OnePassGroup, Refusal> run() {
    for (auto step :
         {&Analysis::findProducts, &Analysis::findSpace, &Analysis::derive, &Analysis::findOperands,
          &Analysis::findRoles, &Analysis::checkLeaves, &Analysis::findOutput})
      if (auto refusal = (this->*step)())
        return *refusal;
    return std::move(group);
  }

private:
  using Check = std::optional<Refusal>;
  Check findProducts();
  Check findSpace();
  Check derive();
  Check findOperands();
  Check findRoles();
  Check checkLeaves();
  Check checkLeaf(const ScalarExpr *expr, Operation *op);
  Check findOutput();

  OnePassGroup group;
  Operation *scores = nullptr, *weighted = nullptr;
  unsigned keySide = 1;
};

} // namespace

std::optional<Refusal> Analysis::findProducts() {
  for (Operation &op : group.block->without_terminator()) {
    if (!isa<graph::ContractOp>(op))
      continue;
    if (weighted)
      return Refusal{"three contractions in one kernel", &op};
    (scores ? weighted : scores) = &op;
  }
  if (!weighted)
    return Refusal{"no second contraction in the kernel", scores};
  for (Operation *op : {scores, weighted})
    for (Type type : llvm::concat<const Type>(llvm::to_vector(op->getOperandTypes()),
                                              llvm::to_vector(op->getResultTypes())))
      if (!cast<RankedTensorType>(type).getElementType().isF32())
        return Refusal{"products of rescaled reductions in another type than f32", op};
  if (group.block->getTerminator()->getNumOperands() != 1)
    return Refusal{"a second value that leaves the kernel", group.block->getTerminator()};
  return std::nullopt;
}

std::optional<Refusal> Analysis::findSpace() {
  auto space = IterationSpace::of(*group.block);
  if (auto *conflict = std::get_if<IterationSpace::Conflict>(&space))
    return Refusal{"a dim that would be two loops at once", conflict->op};
  group.space = std::make_shared<IterationSpace>(std::get<IterationSpace>(std::move(space)));
  auto contract = cast<graph::ContractOp>(weighted);
  llvm::SmallVector<int> over;
  for (int64_t dim : contract.getLhsContract())
    llvm::append_range(over, group.space->loopsAt(weighted->getOpOperand(0))[dim]);
  if (over.size() != 1)
    return Refusal{"a product over several dims, or none", weighted};
  group.axis = over[0];
  return std::nullopt;
}

std::optional<Refusal> Analysis::derive() {
  auto derived = deriveOnePass(*group.block, *group.space, group.axis);
  if (auto *refusal = std::get_if<OnePassRefusal>(&derived))
    return Refusal{refusal->reason, refusal->blocking};
  group.form = std::get<OnePassForm>(std::move(derived));
  if (!group.form.maximum)
    return Refusal{"two contractions without a rescaled reduction between them", weighted};
  bool found = false;
  for (auto [i, reduction] : llvm::enumerate(group.form.reductions)) {
    if (reduction.op == weighted) {
      group.productIndex = i;
      found = true;
    }
    auto reduce = dyn_cast<graph::ReduceOp>(reduction.op);
    if (reduce && reduction.leaf != group.form.maximum && reduce.getKind() != graph::ReduceKind::sum)
      return Refusal{"a second extremum over the axis: " + reduction.leaf->str(), reduction.op};
    if (reduce && !elementOf(reduce.getResult()).isF32())
      return Refusal{"a rescaled reduction in another type than f32", reduction.op};
  }
  if (!found)
    return Refusal{"a product that does not reduce the axis", weighted};
  return std::nullopt;
}

std::optional<Refusal> Analysis::findOperands() {
  const IterationSpace &space = *group.space;
  auto varies = [&](unsigned side) {
    return llvm::any_of(space.loopsAt(scores->getOpOperand(side)),
                        [&](const auto &loops) { return llvm::is_contained(loops, group.axis); });
  };
  if (varies(0) == varies(1))
    return Refusal{"scores whose operands both vary along the axis, or neither", scores};
  keySide = varies(1) ? 1 : 0;
  auto query = scaledAccess(space, &scores->getOpOperand(1 - keySide), group.scales);
  auto key = scaledAccess(space, &scores->getOpOperand(keySide), group.scales);
  auto value = space.accessAt(weighted->getOpOperand(1 - group.product().operand));
  if (!query || !key || !value)
    return Refusal{"an operand of a product that is computed in the kernel",
                   query && key ? weighted : scores};
  group.query = *query;
  group.key = *key;
  group.value = *value;
  return std::nullopt;
}

std::optional<Refusal> Analysis::findRoles() {
  const IterationSpace &space = *group.space;
  auto contract = cast<graph::ContractOp>(scores);
  llvm::SmallVector<int> over;
  for (int64_t dim : contract.getLhsContract())
    llvm::append_range(over, space.loopsAt(scores->getOpOperand(0))[dim]);
  if (over.size() != 1)
    return Refusal{"scores over several dims, or none", scores};
  group.depth = over[0];
  llvm::SmallVector<int, 6> scoreLoops = space.flatLoopsOf(scores->getResult(0));
  for (int loop : space.flatLoopsOf(weighted->getResult(0))) {
    if (!llvm::is_contained(scoreLoops, loop)) {
      if (group.column >= 0)
        return Refusal{"a value with several free dims", weighted};
      group.column = loop;
      continue;
    }
    bool isRow = group.key.address.of(loop).isConstant(0) && group.value.address.of(loop).isConstant(0);
    (isRow ? group.rows : group.batch).push_back(loop);
  }
  if (group.column < 0)
    return Refusal{"a value without a free dim", weighted};
  for (int loop : scoreLoops)
    if (loop != group.axis && !llvm::is_contained(group.rows, loop) && !llvm::is_contained(group.batch, loop))
      return Refusal{"scores that are reduced over a second dim", weighted};
  for (int loop : {group.depth, group.column})
    if (int64_t size = group.extent(loop).asConstant().value_or(0); size < 1 || size > maxDepth)
      return Refusal{"expected a static depth of at most 512, got " + group.extent(loop).str(), scores};
  llvm::SmallVector<int, 8> outer{group.axis};
  outer.append(group.rows.begin(), group.rows.end());
  outer.append(group.batch.begin(), group.batch.end());
  for (int loop : outer)
    if (group.extent(loop).isConstant(0))
      return Refusal{"a product without elements", scores};
  return std::nullopt;
}

std::optional<Refusal> Analysis::checkLeaf(const ScalarExpr *expr, Operation *op) {
  for (const ScalarExpr *operand : expr->operands)
    if (expr->kind != Kind::Reduction)
      if (auto refusal = checkLeaf(operand, op))
        return refusal;
  for (const auto &[loop, coefficient] : expr->access.address.coefficients)
    if (loop != group.axis && !llvm::is_contained(group.rows, loop) && !llvm::is_contained(group.batch, loop))
      return Refusal{"a factor that varies along the columns: " + expr->str(), op};
  unsigned bits = elementOf(expr->value).getIntOrFloatBitWidth();
  if (expr->kind == Kind::Input && bits > 32)
    return Refusal{"a score of 64-bit inputs: " + expr->str(), op};
  return std::nullopt;
}

std::optional<Refusal> Analysis::checkLeaves() {
  if (auto refusal = checkLeaf(group.form.score, scores))
    return refusal;
  for (const OnePassReduction &reduction : group.form.reductions)
    for (const ScalarFactor &factor : llvm::concat<const ScalarFactor>(reduction.weight, reduction.post))
      if (reduction.leaf != group.form.maximum)
        if (auto refusal = checkLeaf(factor.expr, reduction.op))
          return refusal;
  return std::nullopt;
}

std::optional<Refusal> Analysis::findOutput() {
  Operation *terminator = group.block->getTerminator();
  auto factors = factorsBeside(group.form.outputs[0], group.product().leaf);
  if (!factors)
    return Refusal{"a function of the product that is no factor: " + group.form.outputs[0]->str(),
                   terminator};
  for (const ScalarFactor &factor : *factors)
    if (auto refusal = checkLeaf(factor.expr, weighted))
      return refusal;
  group.finish = *factors;
  Value yielded = terminator->getOperand(0);
  if (!yielded.getDefiningOp() || !elementOf(yielded).isF32())
    return Refusal{"an output in another type than f32", terminator};
  group.output = group.space->addressOf(yielded);
  for (int loop : group.rows)
    if (group.output.of(loop).isConstant(0))
      return Refusal{"an output without the rows", terminator};
  return std::nullopt;
}

std::variant<OnePassGroup, Refusal> OnePassGroup::analyze(Block &body) { return Analysis(body).run(); }

//===-- Schedule -----------------------------------------------------------------------------------===//

DictionaryAttr OnePassSchedule::toAttribute(MLIRContext *context) const {
  Builder b(context);
  auto number = [&](StringRef name, int64_t value) {
    return b.getNamedAttr(name, b.getI64IntegerAttr(value));
  };
  return b.getDictionaryAttr({number("accumulators", accumulators), number("axis_block", axisBlock),
                              number("prefetch_bytes", prefetchBytes), number("row_vectors", rowVectors),
                              number("tail_vectors", tailVectors)});
}

/// The row loop that lies in the lanes: the longest, a symbolic one before static ones.
static int chooseLaneRow(const OnePassGroup &group) {
  int best = -1;
  for (int loop : group.rows) {
    auto size = group.extent(loop).asConstant(), known = best < 0 ? 0 : group.extent(best).asConstant();
    if (best < 0 || (known && (!size || *size > *known)))
      best = loop;
  }
  return best;
}

/// Rows, those of empty lanes included, that tiles of `vectors` and a shorter last one compute; and that last
/// one.
static std::pair<int64_t, int64_t> coverRows(int64_t rows, int64_t vectors, int64_t lanes) {
  int64_t width = vectors * lanes, rest = rows % width, tail = llvm::divideCeilSigned(rest, lanes);
  if (tail == vectors)
    tail = 0;
  return {(tail || !rest ? rows / width : rows / width + 1) * width + tail * lanes, tail};
}

/// Vectors of rows per tile: what wastes least, wider first where it is equal.
static void chooseRowVectors(OnePassSchedule &schedule, const VectorTarget &target, int64_t lanes,
                             std::optional<int64_t> rows) {
  bool wide = target.vectorRegisters >= 32;
  // Four vectors leave 6 x 4 accumulators, three 8 x 3; both keep the multiply-adds busy.
  static constexpr int64_t wideOrder[] = {3, 4, 2, 1}, narrowOrder[] = {2, 1};
  double least = 1e300;
  for (int64_t vectors : wide ? llvm::ArrayRef<int64_t>(wideOrder) : llvm::ArrayRef<int64_t>(narrowOrder)) {
    auto [covered, tail] = coverRows(rows.value_or(typicalExtent), vectors, lanes);
    // A narrower tile loads more per multiply-add.
    auto price = [](int64_t vectors) { return vectors >= 3 ? 1.0 : vectors == 2 ? 1.06 : 1.35; };
    double cost = (covered - tail * lanes) * price(vectors) + tail * lanes * price(tail);
    if (cost < least) {
      least = cost;
      schedule.rowVectors = vectors;
      // Of an unknown number of rows it may be that a single vector holds all.
      schedule.tailVectors = rows ? tail : vectors > 1 ? 1 : 0;
    }
  }
}

/// Rows of all row loops; 0 when some are symbolic.
static int64_t countRows(const OnePassGroup &group) {
  int64_t rows = 1;
  for (int loop : group.rows)
    rows *= group.extent(loop).asConstant().value_or(0);
  return rows;
}

/// A few rows do not fill lanes; the depth and the columns do where they are contiguous.
static bool hasFewRows(const OnePassGroup &group, int64_t lanes) {
  int64_t rows = countRows(group);
  auto fills = [&](int loop, const LinearForm &address) {
    return *group.extent(loop).asConstant() % lanes == 0 && address.of(loop).isConstant(1);
  };
  return rows >= 1 && rows <= lanes / 2 && fills(group.depth, group.key.address) &&
         fills(group.depth, group.query.address) && fills(group.column, group.value.address) &&
         group.output.of(group.column).isConstant(1);
}

/// Keys and values are read once from wherever they lie: ahead by what a core has in flight.
static OnePassSchedule chooseForFewRows(const VectorTarget &target) {
  OnePassSchedule schedule;
  schedule.rowVectors = schedule.tailVectors = 0;
  schedule.accumulators = target.vectorRegisters / 2;
  schedule.axisBlock = 512;
  schedule.prefetchBytes = 8 << 10;
  return schedule;
}

static OnePassSchedule choose(const OnePassGroup &group, int laneRow, const VectorTarget &target,
                              int64_t lanes) {
  OnePassSchedule schedule;
  chooseRowVectors(schedule, target, lanes, group.extent(laneRow).asConstant());
  schedule.accumulators = target.vectorRegisters * 3 / 4;
  int64_t tileRows = schedule.tileRows(schedule.rowVectors);
  // Scores of a block stay in L1 beside a row of the key and a panel of the query.
  int64_t fits = target.l1Bytes / 2 / (schedule.rowVectors * lanes * 4);
  int64_t block = std::clamp<int64_t>(fits, 32, 256);
  // Blocks of one length: a short last one costs as much overhead as a long one.
  if (auto axis = group.extent(group.axis).asConstant())
    block = llvm::divideCeilSigned(*axis, llvm::divideCeilSigned(*axis, block));
  schedule.axisBlock = llvm::divideCeilSigned(block, tileRows) * tileRows;
  return schedule;
}

//===-- Plan ---------------------------------------------------------------------------------------===//

/// Operations per score: both products, and what else varies along the axis.
static int64_t flopsPerScore(const OnePassGroup &group) {
  double flops = 2.0 * (numberOf(group.extent(group.depth)) + numberOf(group.extent(group.column)));
  for (Operation &op : group.block->without_terminator()) {
    llvm::SmallVector<int, 6> loops =
        op.getNumResults() ? group.space->flatLoopsOf(op.getResult(0)) : llvm::SmallVector<int, 6>();
    if (isa<graph::MapOp, graph::CastOp>(op) && llvm::is_contained(loops, group.axis))
      flops += cast<graph::AccessRuleOpInterface>(op).getAccessRule().flopsPerPoint;
  }
  return static_cast<int64_t>(flops);
}

/// Rows as the estimate counts them. Every generator fills whole vectors, so what counts is what tiles add to
/// that; fewer rows than lanes other generators do not pad.
static int64_t countedRows(int64_t rows, int64_t covered, int64_t lanes) {
  if (rows < lanes)
    return covered;
  return rows * covered / (llvm::divideCeilSigned(rows, lanes) * lanes);
}

/// All of them, those of lanes without a row included.
static DimExpr flopsOf(const OnePassPlan &plan, int64_t lanes) {
  const OnePassGroup &group = plan.group;
  DimExpr scores = group.extent(group.axis), covered = plan.laneRow < 0 ? 1 : group.extent(plan.laneRow);
  if (auto rows = covered.asConstant(); rows && plan.laneRow >= 0)
    covered = countedRows(*rows, coverRows(*rows, plan.schedule.rowVectors, lanes).first, lanes);
  for (int loop : llvm::concat<const int>(group.rows, group.batch))
    scores = scores * (loop == plan.laneRow ? covered : group.extent(loop));
  // A bound that moves with the rows leaves half of the plane.
  bool triangular = llvm::any_of(
      group.form.upperBounds, [&](const LinearForm &bound) { return !bound.of(plan.laneRow).isConstant(0); });
  return scores * DimExpr(flopsPerScore(group) / (triangular ? 2 : 1));
}

/// Collects the inputs below `expr` that must be laid out by lanes.
static void collectStaged(const ScalarExpr *expr, int laneRow, OnePassPlan &plan) {
  if (expr->kind == Kind::Reduction)
    return;
  for (const ScalarExpr *operand : expr->operands)
    collectStaged(operand, laneRow, plan);
  if (expr->kind != Kind::Input)
    return;
  const LinearForm &address = expr->access.address;
  DimExpr along = address.of(laneRow);
  bool contiguous = along.isConstant(1) && expr->onAxis;
  if (!along.isConstant(0) && !contiguous && !llvm::is_contained(plan.staged, expr))
    plan.staged.push_back(expr);
}

static void collectStaged(OnePassPlan &plan) {
  const OnePassGroup &group = plan.group;
  collectStaged(group.form.score, plan.laneRow, plan);
  for (const OnePassReduction &reduction : group.form.reductions)
    for (const ScalarFactor &factor : llvm::concat<const ScalarFactor>(reduction.weight, reduction.post))
      if (reduction.leaf != group.form.maximum)
        collectStaged(factor.expr, plan.laneRow, plan);
  for (const ScalarFactor &factor : group.finish)
    collectStaged(factor.expr, plan.laneRow, plan);
}

static DimExpr tilesOf(const OnePassPlan &plan, int64_t lanes) {
  const OnePassGroup &group = plan.group;
  DimExpr tiles = 1;
  for (int loop : group.batch)
    tiles = tiles * group.extent(loop);
  if (plan.laneRow < 0)
    return tiles;
  for (int loop : group.rows)
    tiles =
        tiles * (loop == plan.laneRow ? DimExpr::ceilDiv(group.extent(loop), plan.schedule.rowVectors * lanes)
                                      : group.extent(loop));
  return tiles;
}

/// Scratch of a tile of few rows: query, result, scores of a block, one vector of decays and one of factors.
static int64_t scratchOfFewRows(const OnePassPlan &plan, int64_t lanes) {
  const OnePassGroup &group = plan.group;
  int64_t rows = llvm::PowerOf2Ceil(static_cast<uint64_t>(countRows(group)));
  int64_t elements =
      rows * (*group.extent(group.depth).asConstant() + *group.extent(group.column).asConstant());
  return (elements + plan.schedule.axisBlock * rows + 2 * lanes) * 4;
}

/// Every size in an access or bound must stand in the dim table.
static std::optional<Refusal> checkSymbols(const OnePassPlan &plan) {
  std::vector<std::string> names;
  for (const DimExpr &symbol : plan.symbols)
    names.push_back(symbol.str());
  const OnePassGroup &group = plan.group;
  auto known = [&](const DimExpr &expr) {
    return llvm::all_of(expr.symbols(),
                        [&](const std::string &name) { return llvm::is_contained(names, name); });
  };
  auto isKnown = [&](const LinearForm &form) {
    return known(form.offset) &&
           llvm::all_of(form.coefficients, [&](const auto &entry) { return known(entry.second); });
  };
  llvm::SmallVector<const LinearForm *> forms{&group.query.address, &group.key.address, &group.value.address};
  for (const LinearForm &form :
       llvm::concat<const LinearForm>(group.form.lowerBounds, group.form.upperBounds))
    forms.push_back(&form);
  if (!llvm::all_of(forms, [&](const LinearForm *form) { return isKnown(*form); }))
    return Refusal{"an access that depends on a size of no tensor in the kernel", group.product().op};
  return std::nullopt;
}

/// Scratch of a tile: query and result by lanes, scores, the result by rows, staged inputs, a row of factors.
static int64_t scratchOf(const OnePassPlan &plan, int64_t lanes) {
  const OnePassGroup &group = plan.group;
  int64_t width = plan.schedule.rowVectors * lanes;
  auto padded = [&](int loop) { return llvm::divideCeilSigned(numberOf(group.extent(loop)), lanes) * lanes; };
  int64_t rows = padded(group.depth) + 2 * padded(group.column) + plan.schedule.axisBlock + 14 +
                 static_cast<int64_t>(group.form.reductions.size());
  for (const ScalarExpr *leaf : plan.staged)
    rows += leaf->onAxis ? plan.schedule.axisBlock + lanes : 1;
  return rows * width * 4;
}

std::variant<OnePassPlan, Refusal> delos::loopopt::planOnePass(Block &body, const VectorTarget &target) {
  auto analyzed = OnePassGroup::analyze(body);
  if (auto *refusal = std::get_if<Refusal>(&analyzed))
    return *refusal;
  OnePassPlan plan;
  plan.group = std::get<OnePassGroup>(std::move(analyzed));
  auto symbols = collectSymbols(body);
  if (auto *refusal = std::get_if<Refusal>(&symbols))
    return *refusal;
  plan.symbols = std::get<std::vector<DimExpr>>(std::move(symbols));
  const OnePassGroup &group = plan.group;
  int64_t lanes = target.lanes(32);
  if (lanes < 4)
    return Refusal{"vectors of fewer than four lanes", group.product().op};
  if (hasFewRows(group, lanes)) {
    plan.schedule = chooseForFewRows(target);
  } else {
    plan.laneRow = chooseLaneRow(group);
    if (plan.laneRow < 0)
      return Refusal{"a single row whose depth or columns do not fill vectors", group.product().op};
    plan.schedule = choose(group, plan.laneRow, target, lanes);
  }
  plan.tiles = tilesOf(plan, lanes);
  if (auto refusal = checkSymbols(plan))
    return *refusal;
  if (plan.laneRow >= 0)
    collectStaged(plan);
  plan.scratchBytes = plan.laneRow >= 0 ? scratchOf(plan, lanes) : scratchOfFewRows(plan, lanes);
  plan.flops = flopsOf(plan, lanes);
  return plan;
}

//===-- Text ---------------------------------------------------------------------------------------===//

static void printFactors(llvm::raw_ostream &os, llvm::StringRef name, llvm::ArrayRef<ScalarFactor> factors) {
  if (factors.empty())
    return;
  os << " " << name;
  for (const ScalarFactor &factor : factors)
    os << (factor.inverse ? " 1/" : " ") << factor.expr->str();
}

void OnePassPlan::print(llvm::raw_ostream &os) const {
  const OnePassForm &form = group.form;
  os << "score " << form.score->str() << "\n";
  for (const OnePassReduction &reduction : form.reductions) {
    os << "  " << reduction.op->getName().stripDialect() << (reduction.rescaled ? " rescaled" : "");
    printFactors(os, "weight", reduction.weight);
    printFactors(os, "post", reduction.post);
    os << "\n";
  }
  if (!group.finish.empty()) {
    os << " ";
    printFactors(os, "finish", group.finish);
    os << "\n";
  }
  if (!form.lowerBounds.empty() || !form.upperBounds.empty())
    os << "  axis bounds: " << form.lowerBounds.size() << " lower, " << form.upperBounds.size() << " upper\n";
  os << "  tiles " << tiles.str() << ", scratch " << scratchBytes.str() << ", staged " << staged.size()
     << ", row vectors " << schedule.rowVectors << ", tail " << schedule.tailVectors << ", axis block "
     << schedule.axisBlock << "\n  flops " << flops.str() << "\n";
}
