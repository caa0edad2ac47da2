// Scratch arguments.
#include "lib/Target/CPU/Seam/Workspace.h"

using namespace mlir;

namespace delos::cpu::seam {

Value Workspace::allocate(ArrayRef<int64_t> shape, Type element) {
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  for (int64_t size : shape)
    bytes *= size;
  llvm::SmallVector<DimExpr, 6> extents(shape.begin(), shape.end());
  return loopopt::addScratchArgument(kernel, MemRefType::get(shape, element), extents, DimExpr(bytes));
}

} // namespace delos::cpu::seam
