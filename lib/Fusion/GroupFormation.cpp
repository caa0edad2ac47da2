// Collecting the fusion problem and applying its plan.
#include "lib/Fusion/GroupFormation.h"

#include "dialects/Fusion/FusionDialect.h"
#include "dialects/Graph/GraphOps.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

#include <algorithm>

namespace delos {

using mlir::Operation;
using mlir::Value;

//===-- Names
//----------------------------------------------------------------------------------------------------------------------===//

static std::string nameOf(mlir::Location location) {
  if (auto name = mlir::dyn_cast<mlir::NameLoc>(location))
    return name.getName().str();
  if (auto call = mlir::dyn_cast<mlir::CallSiteLoc>(location))
    return nameOf(call.getCallee());
  if (auto fused = mlir::dyn_cast<mlir::FusedLoc>(location))
    for (mlir::Location part : fused.getLocations())
      if (std::string name = nameOf(part); !name.empty())
        return name;
  return {};
}

std::string nodeNameOf(Operation *op) {
  std::string name = nameOf(op->getLoc());
  return name.empty() ? op->getName().stripDialect().str() : name;
}

/// A readable identifier made of the members' nodes, each once, at most 48 characters.
static std::string kernelName(llvm::ArrayRef<Operation *> members) {
  constexpr size_t kLongest = 48;
  llvm::StringSet<> seen;
  std::string name;
  for (Operation *op : members) {
    std::string node = nodeNameOf(op);
    if (!seen.insert(node).second)
      continue;
    if (!name.empty())
      name += '_';
    for (char c : node)
      name += llvm::isAlnum(c) ? c : '_';
  }
  return name.substr(0, kLongest);
}

//===-- Sources and views
//----------------------------------------------------------------------------------------------------------===//

static bool isInlineConstant(graph::ConstantOp constant) {
  auto type = mlir::cast<mlir::ShapedType>(constant.getValue().getType());
  auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(constant.getValue());
  return dense && (dense.isSplat() || type.getNumElements() <= kMaxInlineConstantElements);
}

bool isRematerialized(Operation *op) {
  if (auto constant = mlir::dyn_cast<graph::ConstantOp>(op))
    return isInlineConstant(constant);
  return mlir::isa<graph::IotaOp, graph::DimsValueOp>(op);
}

static bool isView(Operation *op) {
  return mlir::isa<graph::BroadcastOp, graph::ReshapeOp, graph::TransposeOp, graph::SliceOp,
                   graph::ReverseOp>(op);
}

void duplicateViews(mlir::func::FuncOp function) {
  mlir::OpBuilder builder(function.getContext());
  // Users come after their operands: from the back, the users of a view are final when it is reached.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front()))) {
    if (!isView(&op))
      continue;
    // In the order of the block: the order of a use list depends on how the IR was made.
    llvm::SmallVector<Operation *> users(op.user_begin(), op.user_end());
    llvm::sort(users, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    users.erase(llvm::unique(users), users.end());
    for (Operation *user : llvm::drop_begin(users)) {
      builder.setInsertionPoint(user);
      user->replaceUsesOfWith(op.getResult(0), builder.clone(op)->getResult(0));
    }
  }
}

/// True when the op's value is asked for as it is (by the function's return), so that some kernel must write
/// it.
static bool isReturned(Operation *op) {
  return llvm::any_of(op->getUsers(), [](Operation *user) {
    return user->hasTrait<mlir::OpTrait::IsTerminator>() ||
           (mlir::isa<graph::ReshapeOp>(user) && isReturned(user));
  });
}

static bool isFusionNode(Operation &op) {
  if (!mlir::isa<graph::AccessRuleOpInterface>(op) || mlir::isa<graph::ConstantOp>(op))
    return false;
  return !isRematerialized(&op) || isReturned(&op);
}

static bool reduces(mlir::Operation &op) {
  auto rule = mlir::cast<graph::AccessRuleOpInterface>(op).getAccessRule();
  return graph::classify(rule) == graph::AccessClass::Reduction;
}

FusionRegion collectFusionRegion(mlir::func::FuncOp function) {
  FusionRegion region;
  llvm::DenseMap<Operation *, int32_t> indices;
  for (Operation &op : function.getBody().front()) {
    if (!isFusionNode(op))
      continue;
    int32_t index = region.ops.size();
    indices[&op] = index;
    region.ops.push_back(&op);
    // The importer's order does not depend on the file's, so the position identifies the op.
    std::string position = std::to_string(index);
    region.problem.nodes.push_back({nodeNameOf(&op),
                                    std::string(8 - std::min<size_t>(8, position.size()), '0') + position,
                                    reduces(op)});
    llvm::SetVector<Value> operands(op.operand_begin(), op.operand_end());
    for (Value operand : operands)
      if (auto it = indices.find(operand.getDefiningOp()); it != indices.end())
        region.problem.edges.push_back({it->second, index, nodeNameOf(operand.getDefiningOp())});
  }
  return region;
}

//===-- Kernels
//--------------------------------------------------------------------------------------------------------------------===//

namespace {

/// The ops that a kernel of these members holds: all but reshapes at the border, which only rename a buffer.
llvm::SetVector<Operation *> coreOf(llvm::ArrayRef<Operation *> members) {
  llvm::SetVector<Operation *> core(members.begin(), members.end());
  auto isBorder = [&](Operation *op) {
    if (!mlir::isa<graph::ReshapeOp>(op))
      return false;
    bool leads = !core.contains(op->getOperand(0).getDefiningOp());
    bool trails = llvm::none_of(op->getUsers(), [&](Operation *user) { return core.contains(user); });
    return leads || trails;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (Operation *op : llvm::SmallVector<Operation *>(core.begin(), core.end()))
      changed |= isBorder(op) && core.remove(op);
  }
  return core;
}

/// The values that the core reads from outside, and the results that something outside reads.
struct Interface {
  llvm::SetVector<Value> inputs;
  llvm::SetVector<Value> outputs;
  llvm::SetVector<Operation *> sources;
};

Interface interfaceOf(const llvm::SetVector<Operation *> &core) {
  Interface interface;
  for (Operation *op : core) {
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (producer && core.contains(producer))
        continue;
      if (producer && isRematerialized(producer))
        interface.sources.insert(producer);
      else
        interface.inputs.insert(operand);
    }
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !core.contains(user); }))
        interface.outputs.insert(result);
  }
  return interface;
}

} // namespace

Operation *buildKernel(mlir::OpBuilder &builder, llvm::ArrayRef<Operation *> members, llvm::StringRef name,
                       llvm::SmallVectorImpl<Value> &outputs) {
  llvm::SetVector<Operation *> core = coreOf(members);
  if (core.empty())
    return nullptr;
  Interface interface = interfaceOf(core);
  outputs.assign(interface.outputs.begin(), interface.outputs.end());
  auto types = llvm::map_to_vector(outputs, [](Value value) { return value.getType(); });
  mlir::Location location =
      builder.getFusedLoc(llvm::map_to_vector(core, [](Operation *op) { return op->getLoc(); }));
  auto kernel =
      fusion::KernelOp::create(builder, location, types, interface.inputs.getArrayRef(),
                               builder.getStringAttr(name), fusion::ScheduleAttr(), fusion::ReportAttr());
  mlir::OpBuilder::InsertionGuard guard(builder);
  mlir::Block *body = builder.createBlock(&kernel.getBody());
  mlir::IRMapping mapping;
  for (Value input : interface.inputs)
    mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
  for (Operation *source : interface.sources)
    builder.clone(*source, mapping);
  for (Operation *op : core)
    builder.clone(*op, mapping);
  fusion::YieldOp::create(builder, location,
                          llvm::map_to_vector(outputs, [&](Value value) { return mapping.lookup(value); }));
  return kernel;
}

/// Moves the group's border reshapes to `builder`: those whose operand is already in place.
static void moveReshapes(mlir::OpBuilder &builder, llvm::SetVector<Operation *> &reshapes,
                         const llvm::DenseSet<Operation *> &replaced) {
  for (Operation *op : llvm::SmallVector<Operation *>(reshapes.begin(), reshapes.end())) {
    Operation *producer = op->getOperand(0).getDefiningOp();
    bool pending = producer && (replaced.contains(producer) || reshapes.contains(producer));
    if (pending)
      continue;
    op->moveBefore(builder.getBlock(), builder.getInsertionPoint());
    reshapes.remove(op);
  }
}

/// Writes one group at the builder's position.
static void applyGroup(mlir::OpBuilder &builder, llvm::ArrayRef<Operation *> members,
                       const GroupReport &report, llvm::DenseSet<Operation *> &replaced) {
  llvm::SetVector<Operation *> core = coreOf(members), reshapes;
  for (Operation *op : members)
    if (!core.contains(op))
      reshapes.insert(op);
  replaced.insert(core.begin(), core.end());
  moveReshapes(builder, reshapes, replaced);
  llvm::SmallVector<Value> outputs;
  if (auto kernel =
          mlir::cast_or_null<fusion::KernelOp>(buildKernel(builder, members, kernelName(members), outputs))) {
    kernel.setReportAttr(mlir::cast<fusion::ReportAttr>(report.toAttribute(kernel.getContext())));
    if (auto schedule = mlir::dyn_cast_or_null<fusion::ScheduleAttr>(report.schedule))
      kernel.setScheduleAttr(schedule);
    for (auto [output, result] : llvm::zip(outputs, kernel.getResults()))
      output.replaceUsesWithIf(result, [&](mlir::OpOperand &use) { return !core.contains(use.getOwner()); });
  }
  moveReshapes(builder, reshapes, replaced);
}

void applyFusionPlan(mlir::func::FuncOp function, const FusionRegion &region, const FusionPlan &plan) {
  mlir::Block &body = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(body))
    if (mlir::isa<graph::ConstantOp>(op))
      op.moveBefore(&body, body.begin());
  mlir::OpBuilder builder(body.getTerminator());
  llvm::DenseSet<Operation *> replaced;
  for (auto [nodes, report] : llvm::zip(plan.groups, plan.reports)) {
    auto members = llvm::map_to_vector(nodes, [&](int32_t node) { return region.ops[node]; });
    applyGroup(builder, members, report, replaced);
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (replaced.contains(&op) || (op.use_empty() && isRematerialized(&op)))
      op.erase();
}

} // namespace delos
