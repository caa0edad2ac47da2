// Packings of constant inputs: from the plan of a kernel, over an attribute, to packed constants of the
// program.
#pragma once

#include "lib/LoopOpt/PackedConstant.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Support/LogicalResult.h"

namespace delos::task {

/// Discardable attribute of a fusion.kernel: how its code expects some constant inputs.
inline constexpr llvm::StringLiteral kPackedInputsAttr = "task.packed";

/// Attribute form of packings, and back; the attribute must come from packedInputsAttr.
mlir::ArrayAttr packedInputsAttr(mlir::MLIRContext *context, llvm::ArrayRef<loopopt::PackedConstant> packed);
llvm::SmallVector<loopopt::PackedConstant> packedInputsOf(mlir::ArrayAttr attr);

/// The constant in packed form, as a resource of type [lead, panels, depth, nr]. Fails when its bytes cannot
/// be read.
mlir::FailureOr<mlir::ElementsAttr> packElements(mlir::ElementsAttr value,
                                                 const loopopt::PackedConstant &packed);

} // namespace delos::task
