// Lowering of kernel functions (vector, memref, arith, math, cf) to the LLVM dialect and to LLVM IR.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LogicalResult.h"

#include "absl/status/statusor.h"

#include <memory>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm
namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace delos::cpu {

struct TargetDescription;

/// Brings vector code to what the conversion takes as is: masks become comparisons, multi-dimensional
/// reductions, transposes and transfers become 1-D loads and stores. 1-D vector code passes through
/// untouched. A mask's bound must be below 2^31 (it is the rest of a row, clamped to the vector length).
mlir::LogicalResult prepareVectors(mlir::Operation *root);

/// The last step of the pipeline: one full conversion of the module to the LLVM dialect (64-bit index, bare
/// types of the kernel ABI) of scf-free code. Fails with a diagnostic on the first op it does not know.
/// Vector math must have been expanded before (lib/Target/CPU/VectorMath.h): what the LLVM dialect has no op
/// for is refused.
mlir::LogicalResult convertToLLVMDialect(mlir::ModuleOp module);

/// Translates a module in the LLVM dialect to LLVM IR in `context`, with the target's attributes on every
/// function.
absl::StatusOr<std::unique_ptr<llvm::Module>>
translateToLLVMIR(mlir::ModuleOp module, llvm::LLVMContext &context, const TargetDescription &target);

/// Registers the translation interfaces that `translateToLLVMIR` needs.
void registerLLVMTranslations(mlir::DialectRegistry &registry);

} // namespace delos::cpu
