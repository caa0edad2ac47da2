// Access rules, composed along the way from an output to the inputs.
#include "lib/Target/CPU/RowEmitter/AccessWalk.h"

#include "dialects/Graph/Dims.h"

using namespace mlir;
using namespace delos;
using namespace delos::cpu::rows;
using graph::AccessRule;
using graph::dimsOf;

bool delos::cpu::rows::isReducing(Operation *op) {
  return isa<graph::ReduceOp, graph::ArgReduceOp, graph::WindowReduceOp, graph::ContractOp, graph::ConvOp>(
      op);
}

bool delos::cpu::rows::isPullable(Operation *op) {
  return isReducing(op) ||
         isa<graph::MapOp, graph::CastOp, graph::BitcastOp, graph::BroadcastOp, graph::ReshapeOp,
             graph::TransposeOp, graph::SliceOp, graph::ReverseOp, graph::ConcatOp, graph::PadOp,
             graph::GatherOp, graph::ConstantOp, graph::DimsValueOp, graph::IotaOp, graph::RandomOp>(op);
}

Position delos::cpu::rows::operandPosition(Operation *op, unsigned index, const Position &position,
                                           const Ranges &ranges) {
  // Element-wise ops read where they write, in whatever form the position has.
  if (isa<graph::MapOp, graph::CastOp, graph::BitcastOp>(op))
    return position;
  graph::Dims dims = dimsOf(op->getResult(0));
  if (isa<graph::ReshapeOp>(op))
    return Position::atOffset(position.offset(dims));
  AccessRule rule = cast<graph::AccessRuleOpInterface>(op).getAccessRule();
  return Position::atCoordinates(
      ranges.evaluate(rule.operands[index].map, position.coordinates(dims, ranges), rule.symbols));
}

ReductionSpace delos::cpu::rows::reductionSpace(Operation *op, const Ranges &ranges) {
  auto rule = std::make_shared<AccessRule>(cast<graph::AccessRuleOpInterface>(op).getAccessRule());
  ReductionSpace space;
  // Iteration dims that the result's map names are its coordinates; the others are the loops.
  llvm::SmallVector<int> slotOf(rule->extents.size(), -1);
  AffineMap result = rule->results[0].map;
  for (auto [coordinate, expr] : llvm::enumerate(result.getResults()))
    slotOf[cast<AffineDimExpr>(expr).getPosition()] = coordinate;
  llvm::SmallVector<unsigned> loopDims;
  for (unsigned dim = 0; dim < slotOf.size(); ++dim)
    if (slotOf[dim] < 0) {
      loopDims.push_back(dim);
      space.extents.push_back(rule->extents[dim]);
    }
  for (const graph::Access &access : rule->operands)
    space.mayExceed |= access.mayExceed;
  space.operandAt = [rule, slotOf, loopDims, &ranges](unsigned operand, ArrayRef<DimExpr> coordinates,
                                                      ArrayRef<DimExpr> loops) {
    llvm::SmallVector<DimExpr> dims(slotOf.size());
    for (auto [dim, slot] : llvm::enumerate(slotOf))
      if (slot >= 0)
        dims[dim] = coordinates[slot];
    for (auto [loop, dim] : llvm::enumerate(loopDims))
      dims[dim] = loops[loop];
    return Position::atCoordinates(ranges.evaluate(rule->operands[operand].map, dims, rule->symbols));
  };
  return space;
}

void AccessWalk::visit(Value value, const Position &position, int request) {
  if (!done.insert({value.getAsOpaquePointer(), position.key()}).second)
    return;
  visited[value.getAsOpaquePointer()].push_back(position);
  Operation *op = value.getDefiningOp();
  if (!op || isa<graph::ConstantOp>(op)) {
    leaves.push_back({value, position.offset(dimsOf(value)), request});
    return;
  }
  if (isReducing(op))
    return visitReduction(op, position, request);
  if (auto gather = dyn_cast<graph::GatherOp>(op))
    return visitGather(gather, position, request);
  if (isa<graph::PadOp>(op)) {
    visit(op->getOperand(0), operandPosition(op, 0, position, ranges), request);
    return visit(op->getOperand(1), Position::atCoordinates({}), request);
  }
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    visit(op->getOperand(i), operandPosition(op, i, position, ranges), request);
}

void AccessWalk::visitReduction(Operation *op, const Position &position, int request) {
  ReductionSpace space = reductionSpace(op, ranges);
  ReductionRequest made{op, position, variablesOf(position), {}, request};
  llvm::SmallVector<DimExpr> loops;
  for (const DimExpr &extent : space.extents) {
    std::string name = "%r" + std::to_string(serial++);
    ranges.bound(name, extent);
    made.loops.push_back(name);
    loops.push_back(variable(name));
  }
  int index = requests.size();
  requests.push_back(made);
  const Coordinates &coordinates = position.coordinates(dimsOf(op->getResult(0)), ranges);
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    visit(op->getOperand(i), space.operandAt(i, coordinates, loops), index);
}

void AccessWalk::visitGather(graph::GatherOp op, const Position &position, int request) {
  const Coordinates &point = position.coordinates(dimsOf(op.getResult()), ranges);
  Coordinates source = ranges.evaluate(op.getSourceMap(), point, {});
  graph::Dims sourceDims = dimsOf(op.getSource());
  for (auto [k, index] : llvm::enumerate(op.getIndices())) {
    AffineMap map = cast<AffineMapAttr>(op.getIndexMaps()[k]).getValue();
    Position at = Position::atCoordinates(ranges.evaluate(map, point, {}));
    visit(index, at, request);
    std::string name = "%g" + std::to_string(serial++);
    opaque[name] = variablesOf(at);
    gathers[name] = op;
    int64_t dim = op.getDims()[k];
    ranges.bound(name, sourceDims[dim]);
    source[dim] = variable(name);
  }
  visit(op.getSource(), Position::atCoordinates(source), request);
}

ArrayRef<Position> AccessWalk::positionsOf(Value value) const {
  auto it = visited.find(value.getAsOpaquePointer());
  return it == visited.end() ? ArrayRef<Position>() : ArrayRef<Position>(it->second);
}

void AccessWalk::forEachVisited(llvm::function_ref<void(Value, const Position &)> action) const {
  for (const auto &[value, positions] : visited)
    for (const Position &position : positions)
      action(Value::getFromOpaquePointer(value), position);
}

std::set<std::string> AccessWalk::variablesOf(const DimExpr &expr) const {
  std::set<std::string> names;
  for (const std::string &symbol : expr.symbols()) {
    auto it = opaque.find(symbol);
    if (it != opaque.end())
      names.insert(it->second.begin(), it->second.end());
    else if (ranges.extentOf(symbol))
      names.insert(symbol);
  }
  return names;
}

std::set<std::string> AccessWalk::variablesOf(const Position &position) const {
  std::set<std::string> names;
  for (const std::string &symbol : position.symbols())
    for (const std::string &name : variablesOf(variable(symbol)))
      names.insert(name);
  return names;
}

graph::GatherOp AccessWalk::gatherBehind(const Position &position) const {
  for (const std::string &symbol : position.symbols())
    if (auto it = gathers.find(symbol); it != gathers.end())
      return it->second;
  return {};
}

static bool divides(const DimExpr &expr) {
  for (const DimExpr::Term &term : expr.terms())
    for (const auto &atom : term.factors)
      if (atom->kind == DimExpr::AtomKind::FloorDiv || atom->kind == DimExpr::AtomKind::Mod)
        return true;
  return false;
}

bool AccessWalk::hasDivisions() const {
  for (const LeafAccess &leaf : leaves)
    if (divides(leaf.offset))
      return true;
  // Where coordinates themselves are values or conditions, they would be computed for every element.
  bool found = false;
  forEachVisited([&](Value value, const Position &position) {
    Operation *op = value.getDefiningOp();
    if (op && isa<graph::IotaOp, graph::DimsValueOp, graph::PadOp, graph::ConcatOp>(op))
      for (const DimExpr &coordinate : position.coordinates(dimsOf(value), ranges))
        found |= divides(coordinate);
  });
  return found;
}
