// Constant evaluation of the primitives that combine or select elements by index.
#pragma once

#include "dialects/Graph/GraphOps.h"
#include "lib/Analysis/ConstantEvaluator.h"

namespace delos {

// One loop over the op's access rule. Nothing when a map of the rule is not linear (grouped convolutions).
std::optional<ConstantTensor> evaluateIndexed(graph::ReduceOp op, llvm::ArrayRef<ConstantTensor> operands,
                                              EvaluationBudget &budget);
std::optional<ConstantTensor>
evaluateIndexed(graph::WindowReduceOp op, llvm::ArrayRef<ConstantTensor> operands, EvaluationBudget &budget);
std::optional<ConstantTensor> evaluateIndexed(graph::ContractOp op, llvm::ArrayRef<ConstantTensor> operands,
                                              EvaluationBudget &budget);
std::optional<ConstantTensor> evaluateIndexed(graph::ConvOp op, llvm::ArrayRef<ConstantTensor> operands,
                                              EvaluationBudget &budget);

// Nothing when an index is out of range; scatters only when they assign.
std::optional<ConstantTensor> evaluateIndexed(graph::GatherOp op, llvm::ArrayRef<ConstantTensor> operands,
                                              EvaluationBudget &budget);
std::optional<ConstantTensor> evaluateIndexed(graph::ScatterOp op, llvm::ArrayRef<ConstantTensor> operands,
                                              EvaluationBudget &budget);

} // namespace delos
