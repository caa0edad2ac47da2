// Candidate shapes and lane dims of a nest, compared by the memory accesses they make.
#include "lib/Target/CPU/RowEmitter/NestPlanner.h"

#include "dialects/Graph/Dims.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/RowEmitter/RowReduction.h"

#include <algorithm>

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

/// Value of a symbol in estimates: a typical sequence or batch size.
static constexpr int64_t kNominalSize = 96;
/// Elements of a tile of an element-wise nest: long enough to hide the call, short enough to share.
static constexpr int64_t kElementChunk = 4096;
/// Vectors that reductions along other loops than the lanes' go through memory with side by side.
static constexpr int64_t kPanelVectors = 8;

/// More parts than this in one row are left to guards.
static constexpr size_t kMostCuts = 5;

/// Combining the lanes of a row reduction, in element accesses.
static constexpr double kClosingCost = 6;
/// A member this dear (in multiply-adds) is kept rather than computed again in the next phase of a row.
static constexpr double kDearFlops = 10;

double delos::cpu::rows::nominal(const DimExpr &expr) {
  return static_cast<double>(
      expr.evaluate([](std::string_view) { return kNominalSize; }).value_or(kNominalSize));
}

NestPlanner::NestPlanner(Block &body, const TargetDescription &target) : body(body), target(target) {}

static Value outputOf(Block &body, unsigned index) { return body.getTerminator()->getOperand(index); }

/// Sizes without the dims that have one element.
static llvm::SmallVector<DimExpr> dropUnits(ArrayRef<DimExpr> dims) {
  llvm::SmallVector<DimExpr> kept;
  for (const DimExpr &dim : dims)
    if (!dim.isConstant(1))
      kept.push_back(dim);
  return kept;
}

/// The output's own shape and the other shapes its elements have along reshapes of the group.
llvm::SmallVector<llvm::SmallVector<DimExpr>> NestPlanner::candidateShapes(Value output) const {
  llvm::SmallVector<llvm::SmallVector<DimExpr>> shapes = {dropUnits(dimsOf(output))};
  DimExpr count = graph::elementCount(dimsOf(output));
  body.walk([&](graph::ReshapeOp reshape) {
    for (Value value : {reshape.getInput(), reshape.getResult()}) {
      llvm::SmallVector<DimExpr> shape = dropUnits(dimsOf(value));
      if (graph::elementCount(dimsOf(value)) == count && !llvm::is_contained(shapes, shape) &&
          shapes.size() < 6)
        shapes.push_back(shape);
    }
  });
  return shapes;
}

Position NestPlanner::positionIn(const Trial &trial) const {
  DimExpr offset;
  Coordinates strides = stridesOf(trial.extents);
  for (size_t k = 0; k < trial.names.size(); ++k)
    offset = offset + variable(trial.names[k]) * strides[k];
  return Position::atOffset(offset);
}

AccessWalk NestPlanner::walk(ArrayRef<unsigned> outputs, const Trial &trial) const {
  Ranges ranges;
  for (size_t k = 0; k < trial.names.size(); ++k)
    ranges.bound(trial.names[k], trial.extents[k]);
  AccessWalk walk(ranges);
  for (unsigned output : outputs)
    walk.visit(outputOf(body, output), positionIn(trial));
  return walk;
}

/// Joins neighbouring loops as long as every access stays a polynomial of the loop variables.
NestPlanner::Trial NestPlanner::merge(ArrayRef<unsigned> outputs, Trial trial) const {
  bool divided = walk(outputs, trial).hasDivisions();
  for (size_t k = trial.names.size(); k-- > 1;) {
    Trial joined = trial;
    joined.extents[k - 1] = trial.extents[k - 1] * trial.extents[k];
    joined.names.erase(joined.names.begin() + k);
    joined.extents.erase(joined.extents.begin() + k);
    if (!divided && !walk(outputs, joined).hasDivisions())
      trial = joined;
  }
  return trial;
}

static bool contiguousAlong(const DimExpr &offset, const std::string &name) {
  auto coefficient = linearCoefficient(offset, name);
  return coefficient && coefficient->isConstant(1);
}

namespace {

/// Cost of the accesses of a nest under one arrangement of its loops.
class AccessCost {
public:
  AccessCost(const AccessWalk &walk, const RowNest &nest, int64_t rowLanes)
      : walk(walk), nest(nest), rowLanes(rowLanes) {
    for (size_t r = 0; r < walk.requests.size(); ++r)
      multiplicities.push_back(multiplicityOf(walk.requests[r]));
    for (const RowLoop &loop : nest.loops)
      points *= nominal(loop.extent);
  }

  /// Points that requests evaluate beyond one evaluation per result element; `worst` gets the largest part.
  double repeated(Operation *&worst) const {
    double sum = 0, largest = 0;
    for (auto [index, request] : llvm::enumerate(walk.requests)) {
      double inner = 1;
      for (const std::string &name : request.loops)
        inner *= nominal(*walk.ranges.extentOf(name));
      double results = nominal(graph::elementCount(dimsOf(request.op->getResult(0))));
      double extra = std::max(0.0, multiplicities[index] - results) * inner;
      sum += extra;
      if (extra > largest)
        largest = extra, worst = request.op;
    }
    return sum;
  }

  /// Points of the nest and of its reductions, each once.
  double necessary() const {
    double sum = points;
    for (const ReductionRequest &request : walk.requests) {
      double inner = nominal(graph::elementCount(dimsOf(request.op->getResult(0))));
      for (const std::string &name : request.loops)
        inner *= nominal(*walk.ranges.extentOf(name));
      sum += inner;
    }
    return sum;
  }

  double total(ArrayRef<Value> outputs) const {
    double sum = 0;
    for (const LeafAccess &leaf : walk.leaves)
      sum += leafCost(leaf);
    for (auto [index, output] : llvm::enumerate(outputs))
      sum += points * laneCost(nest.positions[index].offset(dimsOf(output)));
    return sum;
  }

private:
  /// How often a request is evaluated: once per iteration of the loops up to the innermost one it depends on.
  double multiplicityOf(const ReductionRequest &request) const {
    double outer = 1, product = 1;
    for (const RowLoop &loop : nest.loops) {
      product *= nominal(loop.extent);
      if (request.variables.count(loop.name) || loop.isTile)
        outer = product;
    }
    for (int up = request.parent; up >= 0; up = walk.requests[up].parent) {
      double inside = 1, needed = 0;
      for (const std::string &name : walk.requests[up].loops) {
        inside *= nominal(*walk.ranges.extentOf(name));
        if (request.variables.count(name))
          needed = inside;
      }
      if (needed > 0)
        return std::max(outer, multiplicityOf(walk.requests[up]) * needed);
    }
    return outer;
  }

  const RowLoop *lane() const {
    for (const RowLoop &loop : nest.loops)
      if (loop.isLane)
        return &loop;
    return nullptr;
  }

  /// Cost of one element of an access in the nest's own lanes.
  double laneCost(const DimExpr &offset) const {
    const RowLoop *loop = lane();
    if (!loop)
      return 1;
    double filled = std::min<double>(nest.lanes, std::max(1.0, nominal(loop->extent)));
    if (!walk.variablesOf(offset).count(loop->name))
      return 1 / filled;
    auto coefficient = linearCoefficient(offset, loop->name);
    if (!coefficient)
      return 3;
    for (const RowLoop &other : nest.loops)
      if (other.isTransposed && !coefficient->isConstant(1) && contiguousAlong(offset, other.name))
        return 3 / filled;
    if (coefficient->isConstant(1))
      return 1 / filled;
    return coefficient->isConstant(-1) ? 2 / filled : 1;
  }

  double leafCost(const LeafAccess &leaf) const {
    if (leaf.request < 0)
      return points * laneCost(leaf.offset);
    const ReductionRequest &request = walk.requests[leaf.request];
    double count = multiplicities[leaf.request];
    double best = 1;
    for (const std::string &name : request.loops) {
      double extent = nominal(*walk.ranges.extentOf(name));
      count *= extent;
      auto coefficient = linearCoefficient(leaf.offset, name);
      if (coefficient && coefficient->isConstant(1))
        best = 1 / std::min<double>(rowLanes, std::max(1.0, extent));
    }
    const RowLoop *loop = lane();
    bool inLanes = loop && request.variables.count(loop->name);
    // Combining lanes at the end of a row costs a few steps.
    return inLanes ? count * laneCost(leaf.offset)
                   : count * best + multiplicities[leaf.request] * kClosingCost;
  }

  const AccessWalk &walk;
  const RowNest &nest;
  /// Lanes of a reduction along its own loops.
  int64_t rowLanes;
  std::vector<double> multiplicities;
  double points = 1;
};

} // namespace

/// Register transposes are squares of at most this many lanes.
static constexpr int64_t kTransposeLanes = 16;

/// Blocks that a tile takes side by side, so that longer pieces of the input's rows are read together.
static constexpr int64_t kTransposeBlocks = 4;
/// Rows so many elements apart share few sets of a cache.
static constexpr int64_t kAliasingElements = 128;

/// Where the lanes of an input lie apart but another loop walks it contiguously, that loop becomes the other
/// side of a square block, next to the lane loop.
void NestPlanner::transposeBlocks(RowNest &nest, const AccessWalk &walk) const {
  if (nest.loops.size() < 2 || !nest.loops.back().isLane)
    return;
  // A block is loaded once for all its rows; behind a guard (concat, pad) only some of them would load it.
  if (!body.getOps<graph::ConcatOp>().empty() || !body.getOps<graph::PadOp>().empty())
    return;
  const std::string lane = nest.loops.back().name;
  auto isApart = [&](const LeafAccess &leaf) {
    auto coefficient = linearCoefficient(leaf.offset, lane);
    return coefficient && !coefficient->isConstant(0) && !coefficient->isConstant(1) &&
           walk.variablesOf(leaf.offset).count(lane);
  };
  for (size_t k = 0; k + 1 < nest.loops.size(); ++k) {
    bool useful = llvm::any_of(walk.leaves, [&](const LeafAccess &leaf) {
      return isApart(leaf) && contiguousAlong(leaf.offset, nest.loops[k].name);
    });
    auto extent = nest.loops[k].extent.asConstant();
    int64_t lanes = std::min(nest.lanes, kTransposeLanes);
    if (!useful || (extent && *extent < lanes))
      continue;
    nest.lanes = lanes;
    nest.loops.back().isTile = false;
    std::rotate(nest.loops.begin() + k, nest.loops.begin() + k + 1, nest.loops.end() - 1);
    RowLoop &other = nest.loops[nest.loops.size() - 2];
    // Output rows that lie powers of two apart would drive each other out of the cache.
    auto pitch = linearCoefficient(nest.positions[0].offset({}), other.name);
    auto elements = pitch ? pitch->asConstant() : std::nullopt;
    other.chunk = elements && *elements % kAliasingElements != 0 ? kTransposeBlocks * lanes : lanes;
    other.isTransposed = true;
    return;
  }
}

RowNest NestPlanner::arrange(ArrayRef<unsigned> outputs, const Trial &trial, const AccessWalk &walk,
                             int lane) const {
  RowNest nest;
  nest.outputs.assign(outputs.begin(), outputs.end());
  nest.positions.assign(outputs.size(), positionIn(trial));
  auto asked = [&](const std::string &name) {
    return llvm::count_if(walk.requests, [&](const ReductionRequest &request) {
      return request.parent < 0 && request.variables.count(name);
    });
  };
  int64_t roots =
      llvm::count_if(walk.requests, [](const ReductionRequest &request) { return request.parent < 0; });
  for (size_t k = 0; k < trial.names.size(); ++k) {
    RowLoop loop{trial.names[k], trial.extents[k]};
    loop.isLane = static_cast<int>(k) == lane;
    loop.isTile = asked(loop.name) == roots;
    nest.loops.push_back(loop);
  }
  // What requests depend on stands outside; of equals the lane loop is the innermost.
  auto outside = [&](const RowLoop &a, const RowLoop &b) {
    int64_t left = asked(a.name), right = asked(b.name);
    return left != right ? left > right : !a.isLane && b.isLane;
  };
  for (size_t k = 1; k < nest.loops.size(); ++k)
    for (size_t j = k; j > 0 && outside(nest.loops[j], nest.loops[j - 1]); --j)
      std::swap(nest.loops[j], nest.loops[j - 1]);
  nest.lanes = 1;
  if (lane >= 0)
    nest.lanes = target.lanes(widestLane(walk, trial.names[lane]));
  if (lane >= 0 && asked(trial.names[lane])) {
    nest.panel = kPanelVectors;
    if (auto count = trial.extents[lane].asConstant())
      while (nest.panel > 1 && nest.lanes * nest.panel > *count)
        nest.panel /= 2;
  }
  if (roots == 0)
    transposeBlocks(nest, walk);
  for (RowLoop &loop : nest.loops)
    if (loop.isLane && loop.isTile) {
      auto count = loop.extent.asConstant();
      loop.chunk = roots ? std::max<int64_t>(4, nest.panel) * nest.lanes : kElementChunk;
      // A short lane loop is not worth splitting.
      if (count && *count <= loop.chunk)
        loop.chunk = 0;
      loop.isTile = loop.chunk != 0;
    }
  llvm::SmallVector<Value> values;
  for (unsigned output : outputs)
    values.push_back(outputOf(body, output));
  nest.cost = AccessCost(walk, nest, target.lanes(32)).total(values);
  return nest;
}

void NestPlanner::finish(RowNest &nest) const {
  nest.tileCount = DimExpr(1);
  for (const RowLoop &loop : nest.loops)
    if (loop.isTile)
      nest.tileCount =
          nest.tileCount * (loop.chunk ? DimExpr::ceilDiv(loop.extent, loop.chunk) : loop.extent);
}

/// Coordinates along dim `dim` of a concat or pad at which another part begins.
static std::vector<DimExpr> partBounds(Operation *op, size_t dim) {
  std::vector<DimExpr> bounds;
  DimExpr at(0);
  if (auto concat = dyn_cast<graph::ConcatOp>(op)) {
    if (static_cast<size_t>(concat.getDim()) != dim)
      return {};
    for (Value input : concat.getInputs().drop_back())
      bounds.push_back(at = at + dimsOf(input)[dim]);
    return bounds;
  }
  auto pad = cast<graph::PadOp>(op);
  if (pad.getInterior() && (*pad.getInterior())[dim] != 0)
    return {};
  DimExpr low = dimsOf(pad.getLow())[dim], high = dimsOf(pad.getHigh())[dim];
  if (!low.isConstant(0))
    bounds.push_back(low);
  if (!high.isConstant(0))
    bounds.push_back(low + dimsOf(pad.getInput())[dim]);
  return bounds;
}

/// Cuts the lane loop where concats and pads change from part to part, when that is at places known before
/// it.
void NestPlanner::cutLanes(RowNest &nest, const AccessWalk &walk) const {
  if (nest.loops.empty() || !nest.loops.back().isLane || nest.loops.back().isTile)
    return;
  RowLoop &lane = nest.loops.back();
  std::vector<DimExpr> cuts;
  bool isOrdered = true;
  walk.forEachVisited([&](Value value, const Position &position) {
    Operation *op = value.getDefiningOp();
    if (!op || !isa<graph::ConcatOp, graph::PadOp>(op))
      return;
    const Coordinates &point = position.coordinates(dimsOf(value), walk.ranges);
    for (size_t dim = 0; dim < point.size(); ++dim) {
      DimExpr origin = point[dim] - variable(lane.name);
      if (!walk.variablesOf(origin).empty())
        continue;
      for (const DimExpr &bound : partBounds(op, dim)) {
        DimExpr cut = bound - origin;
        if (llvm::is_contained(cuts, cut) || cut.isConstant(0) || cut == lane.extent)
          continue;
        // Cuts stand in order, inside the loop, or there are none.
        DimExpr before = cuts.empty() ? DimExpr(0) : cuts.back();
        isOrdered &= walk.ranges.isNonNegative(cut - before) && walk.ranges.isNonNegative(lane.extent - cut);
        cuts.push_back(cut);
      }
    }
  });
  auto extent = lane.extent.asConstant();
  bool areLong = !extent || *extent >= nest.lanes * static_cast<int64_t>(cuts.size() + 1);
  if (isOrdered && areLong && cuts.size() <= kMostCuts)
    lane.cuts = std::move(cuts);
}

RowNest NestPlanner::planOutputs(ArrayRef<unsigned> outputs) {
  std::optional<RowNest> best;
  std::optional<AccessWalk> bestWalk;
  for (ArrayRef<DimExpr> shape : candidateShapes(outputOf(body, outputs[0]))) {
    Trial trial;
    for (const DimExpr &extent : shape) {
      trial.names.push_back("%d" + std::to_string(serial++));
      trial.extents.push_back(extent);
    }
    trial = merge(outputs, trial);
    AccessWalk accesses = walk(outputs, trial);
    for (int lane = static_cast<int>(trial.names.size()) - 1; lane >= -1; --lane) {
      RowNest nest = arrange(outputs, trial, accesses, lane);
      if (!best || nest.cost < best->cost * 0.999) {
        best = nest;
        bestWalk = accesses;
      }
    }
  }
  finish(*best);
  cutLanes(*best, *bestWalk);
  lastWalk = bestWalk;
  keepRows(*best);
  orderPhases(*best);
  return *best;
}

Operation *NestPlanner::recomputed(const RowNest &nest) const {
  AccessCost cost(*lastWalk, nest, target.lanes(32));
  Operation *worst = nullptr;
  double repeated = cost.repeated(worst);
  return repeated > 2 * cost.necessary() ? worst : nullptr;
}

graph::GatherOp NestPlanner::reducedAtGathered() const {
  for (const ReductionRequest &request : lastWalk->requests)
    if (graph::GatherOp gather = lastWalk->gatherBehind(request.position))
      return gather;
  return {};
}

/// The coordinates of a position as text, with `name` (a loop over a row) made anonymous; empty when it does
/// not occur.
std::string delos::cpu::rows::rowKey(const Position &position, ArrayRef<DimExpr> dims, const Ranges &ranges,
                                     const std::string &name) {
  if (!position.mentionsVariable(name))
    return {};
  std::string text;
  bool found = false;
  for (const DimExpr &coordinate : position.coordinates(dims, ranges)) {
    found |= mentions(coordinate, name);
    text += coordinate
                .substitute([&](std::string_view symbol) -> std::optional<DimExpr> {
                  return symbol == name ? std::optional(variable("#")) : std::nullopt;
                })
                .str() +
            ";";
  }
  return found ? text : std::string();
}

/// Reductions below a part of their user's domain (pad, concat) wait for their guard.
void NestPlanner::orderPhases(RowNest &nest) const {
  for (Operation &op : body.without_terminator())
    if (isa<graph::PadOp, graph::ConcatOp, graph::WindowReduceOp, graph::ConvOp>(op))
      return;
  for (const ReductionRequest &request : lastWalk->requests)
    if (request.parent < 0)
      nest.phases.push_back({request.op->getResult(0), request.position});
}

/// Keeps members that are dear, needed in several phases of a row, and used where a phase ends.
void NestPlanner::keepRows(RowNest &nest) const {
  const RowLoop *lane = nullptr;
  for (const RowLoop &loop : nest.loops)
    if (loop.isLane && !loop.isTile)
      lane = &loop;
  if (!lane)
    return;
  // The phases a member is needed in: the nest's own lane loop and requests with one loop over the same
  // extent.
  std::map<std::string, std::string> rowLoops = {{lane->name, lane->name}};
  for (const ReductionRequest &request : lastWalk->requests)
    if (request.parent < 0 && request.loops.size() == 1 &&
        *lastWalk->ranges.extentOf(request.loops[0]) == lane->extent)
      rowLoops[request.loops[0]] = request.loops[0];
  if (rowLoops.size() < 2)
    return;
  llvm::DenseMap<Value, unsigned> known;
  auto phases = [&](Value value) -> unsigned {
    if (lastWalk->positionsOf(value).size() < 2)
      return lastWalk->positionsOf(value).size();
    auto [slot, isFirst] = known.try_emplace(value, 0);
    if (!isFirst)
      return slot->second;
    std::map<std::string, unsigned> keys;
    for (const Position &position : lastWalk->positionsOf(value))
      for (const auto &[name, unused] : rowLoops)
        if (std::string key = rowKey(position, dimsOf(value), lastWalk->ranges, name); !key.empty())
          ++keys[key];
    unsigned most = 0;
    for (const auto &[key, count] : keys)
      most = std::max(most, count);
    return known[value] = most;
  };
  llvm::DenseMap<Value, double> flops;
  DimExpr offset(0);
  for (Operation &op : body.without_terminator()) {
    if (!isa<graph::MapOp, graph::CastOp>(op))
      continue;
    Value value = op.getResult(0);
    double own = isa<graph::MapOp>(op) ? graph::describe(cast<graph::MapOp>(op).getFn()).flops : 1;
    for (Value operand : op.getOperands())
      own += flops.lookup(operand);
    flops[value] = own;
    if (own < kDearFlops)
      continue;
    unsigned here = phases(value);
    if (here < 2)
      continue;
    bool endsPhase = llvm::any_of(value.getUsers(), [&](Operation *user) {
      return user->getNumResults() != 1 || phases(user->getResult(0)) < here;
    });
    if (!endsPhase)
      continue;
    nest.kept.push_back({value, lane->extent, offset});
    DimExpr bytes = lane->extent * (laneBits(getElementTypeOrSelf(value.getType())) / 8);
    offset = offset + DimExpr::ceilDiv(bytes, DimExpr(64)) * 64;
    flops[value] = 0;
  }
  nest.scratchBytes = offset;
}

bool NestPlanner::absorb(RowNest &nest, unsigned index) {
  if (nest.root || !lastWalk)
    return false;
  Value output = outputOf(body, index);
  graph::Dims dims = dimsOf(output);
  for (const Position &position : lastWalk->positionsOf(output)) {
    // One loop variable per dim, all of the nest's outer loops up to the innermost of them: then each element
    // is passed once.
    std::set<std::string> used;
    // Dims of size 1 are left out of coordinates: reached through reshapes, their place may be one that only
    // a guard or a check of an index makes 0.
    const Coordinates &coordinates = position.coordinates(dims, lastWalk->ranges);
    bool simple = position.offset(dims) == Position::atCoordinates(coordinates).offset(dims);
    for (auto [coordinate, size] : llvm::zip_equal(coordinates, dims)) {
      if (size.isConstant(1) && coordinate.isConstant(0))
        continue;
      bool matches = false;
      for (const RowLoop &loop : nest.loops)
        if (coordinate == variable(loop.name) && loop.extent == size)
          matches = used.insert(loop.name).second;
      simple &= matches;
    }
    size_t depth = 0;
    while (depth < nest.loops.size() && used.count(nest.loops[depth].name))
      ++depth;
    bool tilesCovered =
        llvm::all_of(llvm::drop_begin(nest.loops, depth), [](const RowLoop &loop) { return !loop.isTile; });
    if (simple && depth == used.size() && tilesCovered) {
      nest.outputs.push_back(index);
      nest.positions.push_back(position);
      return true;
    }
  }
  return false;
}

RowNest NestPlanner::planRoot(Operation *root, ArrayRef<unsigned> outputs) {
  RowNest nest;
  nest.root = root;
  nest.outputs.assign(outputs.begin(), outputs.end());
  nest.tileCount = DimExpr(1);
  nest.scratchBytes = DimExpr(0);
  auto own = [&](int64_t dim, bool mayLane) {
    graph::Dims dims = dimsOf(root->getOperand(0));
    unsigned bits = laneBits(getElementTypeOrSelf(root->getOperand(0).getType()));
    for (int64_t k = 0; k < static_cast<int64_t>(dims.size()); ++k) {
      if (k == dim)
        continue;
      RowLoop loop{"%d" + std::to_string(serial++), dims[k]};
      loop.isTile = true;
      if (mayLane && k + 1 == static_cast<int64_t>(dims.size())) {
        nest.lanes = target.lanes(std::max(32u, bits));
        nest.panel = kPanelVectors;
        loop.isLane = true;
        loop.chunk = nest.lanes * nest.panel;
      }
      nest.loops.push_back(loop);
    }
    finish(nest);
    return dims;
  };
  if (auto scan = dyn_cast<graph::ScanOp>(root)) {
    own(scan.getDim(), /*mayLane=*/true);
  } else if (auto sort = dyn_cast<graph::SortOp>(root)) {
    graph::Dims dims = own(sort.getDim(), /*mayLane=*/false);
    // Two rows of keys and two of positions, each aligned.
    DimExpr row = DimExpr::ceilDiv(dims[sort.getDim()] * 8, DimExpr(64)) * 64;
    nest.scratchBytes = row * 4;
  }
  return nest;
}
