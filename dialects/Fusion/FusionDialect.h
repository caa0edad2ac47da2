// The fusion dialect: its registration and the ops of the seam.
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"

#include "dialects/Fusion/FusionDialect.h.inc"
#include "dialects/Fusion/FusionEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Fusion/FusionAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Fusion/MicroKernelOps.h.inc"
#define GET_OP_CLASSES
#include "dialects/Fusion/KernelOps.h.inc"
