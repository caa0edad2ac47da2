// Registration of the fusion dialect's ops and attributes.
#include "dialects/Fusion/FusionDialect.h"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

#include "dialects/Fusion/FusionDialect.cpp.inc"
#include "dialects/Fusion/FusionEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Fusion/FusionAttrs.cpp.inc"

void delos::fusion::FusionDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Fusion/FusionAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Fusion/MicroKernelOps.cpp.inc"
      ,
#define GET_OP_LIST
#include "dialects/Fusion/KernelOps.cpp.inc"
      >();
}
