// Legality and the nests of a group.
#include "dialects/Graph/Dims.h"
#include "dialects/Graph/GraphOps.h"
#include "lib/Target/CPU/RowEmitter/ElementOps.h"
#include "lib/Target/CPU/RowEmitter/NestPlanner.h"
#include "lib/Target/CPU/RowEmitter/RowEmitter.h"

#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <set>

using namespace mlir;
using namespace delos;
using namespace delos::cpu;
using namespace delos::cpu::rows;
using graph::dimsOf;

static bool hasOwnAlgorithm(Operation *op) { return isa<graph::ScanOp, graph::SortOp, graph::ScatterOp>(op); }

static RowDecision refuse(Operation *op, Value edge, std::string reason) {
  RowDecision decision;
  decision.reason = op->getName().getStringRef().str() + ": " + std::move(reason);
  decision.blockingOp = op;
  decision.blockingEdge = edge;
  return decision;
}

static std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// What a gather's group may hold beside it.
static RowDecision checkGather(Operation *op, Operation *terminator) {
  auto gather = dyn_cast<graph::GatherOp>(op);
  if (!gather || gather.getIndices().empty())
    return {};
  // Without elements its indices must not be read, but the loops of other outputs would pass them.
  if (graph::elementCount(dimsOf(gather.getResult())).isConstant(0) && terminator->getNumOperands() > 1)
    return refuse(op, gather.getResult(), "a gather without elements stays alone");
  return {};
}

/// The reason why an op cannot be a member here; an empty decision reason when it can.
static RowDecision checkMember(Operation *op, Operation *terminator) {
  bool own = hasOwnAlgorithm(op);
  if (!own && !isPullable(op))
    return refuse(op, op->getNumResults() ? op->getResult(0) : Value(), "no row kernel computes this op");
  for (Value value : llvm::concat<Value>(op->getOperands(), op->getResults())) {
    Type element = getElementTypeOrSelf(value.getType());
    if (!isSupported(element))
      return refuse(op, value, "element type " + textOf(element) + " has no register form");
  }
  if (RowDecision decision = checkGather(op, terminator); !decision.reason.empty())
    return decision;
  if (auto constant = dyn_cast<graph::ConstantOp>(op);
      constant && !isa<DenseElementsAttr>(constant.getValue()))
    return refuse(op, constant.getResult(), "expected a dense constant inside a kernel");
  if (own)
    for (Value result : op->getResults())
      for (Operation *user : result.getUsers())
        if (user != terminator)
          return refuse(user, result,
                        "reads the result of " + op->getName().getStringRef().str() +
                            ", which is complete only when its kernel ends");
  return {};
}

/// Every symbol that sizes, starts or pads of the group name.
static std::vector<DimExpr> dimTable(Block &body) {
  std::set<std::string> names;
  auto add = [&](ArrayRef<DimExpr> dims) {
    for (const DimExpr &dim : dims)
      if (!dim.asConstant())
        for (const std::string &name : dim.symbols())
          names.insert(name);
  };
  for (Value argument : body.getArguments())
    add(dimsOf(argument));
  for (Operation &op : body.without_terminator()) {
    for (Value result : op.getResults())
      add(dimsOf(result));
    // Element-wise ops name no size but their own.
    if (auto rule = dyn_cast<graph::AccessRuleOpInterface>(&op);
        rule && !isa<graph::MapOp, graph::CastOp>(&op))
      add(rule.getAccessRule().symbols);
    if (auto dims = dyn_cast<graph::DimsValueOp>(&op))
      add(dimsOf(dims.getDims()));
    if (auto slice = dyn_cast<graph::SliceOp>(&op))
      add(dimsOf(slice.getStarts()));
    if (auto pad = dyn_cast<graph::PadOp>(&op)) {
      add(dimsOf(pad.getLow()));
      add(dimsOf(pad.getHigh()));
    }
  }
  std::vector<DimExpr> table;
  for (const std::string &name : names)
    table.push_back(DimExpr::symbol(name));
  return table;
}

/// Outputs in the order in which nests are made: ops of their own first, then the larger shapes.
static std::vector<std::vector<unsigned>> groupOutputs(Block &body) {
  std::vector<std::vector<unsigned>> groups;
  auto outputs = body.getTerminator()->getOperands();
  auto same = [&](Value a, Value b) {
    Operation *x = a.getDefiningOp(), *y = b.getDefiningOp();
    bool ownX = x && hasOwnAlgorithm(x), ownY = y && hasOwnAlgorithm(y);
    return ownX || ownY ? x == y : dimsOf(a) == dimsOf(b);
  };
  for (unsigned index = 0; index < outputs.size(); ++index) {
    auto it =
        llvm::find_if(groups, [&](const auto &group) { return same(outputs[group[0]], outputs[index]); });
    if (it == groups.end())
      groups.push_back({index});
    else
      it->push_back(index);
  }
  auto size = [&](const std::vector<unsigned> &group) {
    return nominal(graph::elementCount(dimsOf(outputs[group[0]])));
  };
  std::sort(groups.begin(), groups.end(), [&](const auto &a, const auto &b) {
    return size(a) != size(b) ? size(a) > size(b) : a[0] < b[0];
  });
  return groups;
}

static DimExpr bytesOf(Value value) {
  int64_t bytes = laneBits(getElementTypeOrSelf(value.getType())) / 8;
  return graph::elementCount(dimsOf(value)) * bytes;
}

RowDecision delos::cpu::planRows(Block &body, const TargetDescription &target) {
  Operation *terminator = body.getTerminator();
  for (Operation &op : body.without_terminator())
    if (RowDecision decision = checkMember(&op, terminator); !decision.reason.empty())
      return decision;
  for (Value output : terminator->getOperands())
    if (!isSupported(getElementTypeOrSelf(output.getType())))
      return refuse(terminator, output, "element type " + textOf(output.getType()) + " has no register form");
  RowPlan plan;
  plan.dims = dimTable(body);
  if (llvm::is_contained(plan.dims, DimExpr::symbol("?")))
    return refuse(terminator, {}, "a dynamic size has no name");
  NestPlanner planner(body, target);
  for (const std::vector<unsigned> &group : groupOutputs(body)) {
    Operation *op = terminator->getOperand(group[0]).getDefiningOp();
    if (op && hasOwnAlgorithm(op)) {
      plan.nests.push_back(planner.planRoot(op, group));
      continue;
    }
    std::vector<unsigned> left;
    for (unsigned index : group)
      if (plan.nests.empty() || !planner.absorb(plan.nests.back(), index))
        left.push_back(index);
    if (left.empty())
      continue;
    plan.nests.push_back(planner.planOutputs(left));
    if (graph::GatherOp gather = planner.reducedAtGathered())
      return refuse(gather, gather.getSource(), "gathers from a value that its kernel reduces");
    if (Operation *again = planner.recomputed(plan.nests.back()))
      return refuse(again, again->getResult(0),
                    "would be computed many times over by the loops of its users");
  }
  plan.trafficBytes = DimExpr(0);
  for (Value value : llvm::concat<Value>(body.getArguments(), terminator->getOperands()))
    plan.trafficBytes = plan.trafficBytes + bytesOf(value);
  plan.tileCount = DimExpr(0);
  for (const RowNest &nest : plan.nests) {
    plan.tileCount = plan.tileCount + nest.tileCount;
    plan.scratchBytes = DimExpr::max(plan.scratchBytes, nest.scratchBytes);
  }
  RowDecision decision;
  decision.plan = std::move(plan);
  return decision;
}

void RowPlan::print(llvm::raw_ostream &os) const {
  for (const RowNest &nest : nests) {
    os << "nest";
    if (nest.root)
      os << " " << nest.root->getName().getStringRef();
    for (unsigned output : nest.outputs)
      os << " #" << output;
    for (const RowLoop &loop : nest.loops) {
      os << " [" << loop.name << " " << loop.extent.str() << (loop.isTile ? " tile" : "");
      if (loop.isLane)
        os << " lanes " << nest.lanes;
      if (loop.isLane && nest.panel > 1)
        os << " x " << nest.panel;
      for (const DimExpr &cut : loop.cuts)
        os << " cut at " << cut.str();
      if (loop.chunk)
        os << " chunk " << loop.chunk;
      os << "]";
    }
    os << " tiles " << nest.tileCount.str();
    for (const KeptRow &row : nest.kept)
      os << " keeps " << row.value.getDefiningOp()->getName().getStringRef() << " row of "
         << row.extent.str();
    os << "\n";
  }
  os << "tiles " << tileCount.str() << ", scratch " << scratchBytes.str() << "\n";
}
