// The ABI frame of a one-pass kernel and its loop over tiles.
#include "lib/Target/CPU/OnePass/OnePassKernel.h"

#include "lib/Target/CPU/OnePass/DepthForm.h"
#include "lib/Target/CPU/OnePass/RowForm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace delos::cpu {
namespace onepass {

Value KernelFrame::times(Value value, const DimExpr &factor) {
  if (auto constant = factor.asConstant())
    return *constant == 0 ? seam::index(b, 0) : seam::scaled(b, value, *constant);
  if (getConstantIntValue(value) == 0)
    return value;
  return arith::MulIOp::create(b, value, size(factor));
}

Value KernelFrame::scratch(Type element, int64_t rows, int64_t width) {
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  Value memory = abi.scratch(element, constant(scratchBytes), {constant(rows), constant(width)});
  scratchBytes += rows * width * 4;
  return memory;
}

Value KernelFrame::splat(double value) {
  return seam::splatConstant(b, vectorType, b.getF32FloatAttr(static_cast<float>(value)));
}

} // namespace onepass

using namespace onepass;

/// The loops of a tile: its index is split over the batch and row loops, the lanes' blocks run fastest.
static LoopValues splitTile(KernelFrame &frame, Value tile) {
  Builder &b = frame.b;
  const loopopt::OnePassPlan &plan = frame.plan;
  SmallVector<int> order(plan.group.batch.begin(), plan.group.batch.end());
  llvm::copy_if(plan.group.rows, std::back_inserter(order), [&](int loop) { return loop != plan.laneRow; });
  LoopValues loops;
  auto split = [&](int loop) {
    Value extent = frame.extent(loop);
    loops[loop] = arith::RemUIOp::create(b, tile, extent);
    tile = arith::DivUIOp::create(b, tile, extent);
  };
  if (plan.laneRow < 0) {
    for (int loop : llvm::reverse(plan.group.batch))
      split(loop);
    return loops;
  }
  int64_t width = plan.schedule.rowVectors * frame.lanes;
  Value blocks = frame.size(DimExpr::ceilDiv(plan.group.extent(plan.laneRow), width));
  loops[plan.laneRow] = seam::scaled(b, arith::RemUIOp::create(b, tile, blocks), width);
  tile = arith::DivUIOp::create(b, tile, blocks);
  for (int loop : llvm::reverse(order))
    split(loop);
  return loops;
}

/// A full tile, or the narrower code for the last rows.
static void emitTile(KernelFrame &frame, const LoopValues &loops) {
  const loopopt::OnePassPlan &plan = frame.plan;
  auto form = [&](int64_t vectors) {
    frame.reuseScratch();
    RowForm(frame, loops, vectors).emit();
  };
  if (plan.laneRow < 0)
    return DepthForm(frame, loops).emit();
  int64_t tail = plan.schedule.tailVectors;
  if (!tail)
    return form(plan.schedule.rowVectors);
  Builder &b = frame.b;
  Value rest = seam::minus(b, frame.extent(plan.laneRow), loops.at(plan.laneRow));
  Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, rest, seam::index(b, tail * frame.lanes));
  seam::branch(b, fits, [&] { form(tail); }, [&] { form(plan.schedule.rowVectors); });
}

FailureOr<SeamKernel> applyOnePass(ModuleOp module, StringRef name, const loopopt::OnePassPlan &plan,
                                   const TargetDescription &target) {
  Block &body = *plan.group.block;
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Location loc = plan.group.product().op->getLoc();
  SizeTable sizes(module.getContext(), plan.symbols);
  std::vector<KernelBuffer> buffers;
  auto add = [&](Type type) {
    buffers.push_back({cast<RankedTensorType>(type).getElementType(), {}, /*isFlat=*/true});
  };
  for (Type type : body.getArgumentTypes())
    add(type);
  add(body.getTerminator()->getOperand(0).getType());
  Builder b(loc, builder);
  KernelFunction abi(b, loc, name, buffers, sizes.size());
  KernelFrame frame(b, abi, sizes, plan, target);
  auto loop = scf::ForOp::create(b, abi.begin(), abi.end(), seam::index(b, 1));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    emitTile(frame, splitTile(frame, loop.getInductionVar()));
  }
  b.setInsertionPointAfter(loop);
  abi.finish();
  return SeamKernel{abi.function(), plan.symbols, plan.tiles, plan.scratchBytes};
}

} // namespace delos::cpu
