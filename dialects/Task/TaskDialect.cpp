// Registration and verifiers of the task dialect.
#include "dialects/Task/TaskDialect.h"

#include "lib/Support/DimExpr.h"

#include "mlir/IR/Builders.h"

#include "dialects/Task/TaskDialect.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Task/TaskOps.cpp.inc"

namespace delos::task {

using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

void TaskDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/Task/TaskOps.cpp.inc"
      >();
}

LogicalResult KernelOp::verify() {
  for (auto [what, text] : {std::pair("tiles", getTiles()), std::pair("scratch", getScratch())})
    if (!DimExpr::parse({text.data(), text.size()}))
      return emitOpError() << what << ": expected a formula of dims, got \"" << text << "\"";
  if (static_cast<int64_t>(getNumInputs()) < 0 || static_cast<int64_t>(getNumOutputs()) < 0)
    return emitOpError() << "expected buffer counts of at least 0";
  return success();
}

/// Same element type and as many elements, as far as is known.
static LogicalResult expectSameBytes(mlir::Operation *op, mlir::Type from, mlir::Type to) {
  auto source = mlir::cast<mlir::RankedTensorType>(from), target = mlir::cast<mlir::RankedTensorType>(to);
  if (source.getElementType() != target.getElementType())
    return op->emitOpError() << "expected element type " << source.getElementType() << ", got "
                             << target.getElementType();
  DimExpr left = graph::elementCount(graph::dimsOf(from)), right = graph::elementCount(graph::dimsOf(to));
  if (!graph::mayBeEqual(left, right))
    return op->emitOpError() << "expected " << left.str() << " elements, got " << right.str();
  return success();
}

LogicalResult AliasOp::verify() {
  return expectSameBytes(*this, getSource().getType(), getBuffer().getType());
}
LogicalResult CopyOp::verify() {
  return expectSameBytes(*this, getSource().getType(), getDestination().getType());
}

LogicalResult SegmentOp::verifyRegions() {
  for (mlir::Operation &op : getBody().front())
    if (!mlir::isa<LaunchOp>(op))
      return op.emitOpError() << "expected only task.launch inside a segment";
  return success();
}

LogicalResult LaunchOp::verify() {
  auto kernel = mlir::SymbolTable::lookupNearestSymbolFrom<KernelOp>(
      (*this)->getParentOfType<ProgramOp>()->getParentOp(), getKernelAttr());
  if (!kernel)
    return emitOpError() << "expected a task.kernel named " << getKernelAttr();
  if (getInputs().size() != kernel.getNumInputs() || getOutputs().size() != kernel.getNumOutputs())
    return emitOpError() << "expected " << kernel.getNumInputs() << " inputs and " << kernel.getNumOutputs()
                         << " outputs, got " << getInputs().size() << " and " << getOutputs().size();
  int64_t position = std::distance((*this)->getBlock()->begin(), (*this)->getIterator());
  for (int64_t before : getAfter().value_or(llvm::ArrayRef<int64_t>()))
    if (before < 0 || before >= position)
      return emitOpError() << "expected to run after launches before position " << position << ", got "
                           << before;
  return success();
}

} // namespace delos::task
