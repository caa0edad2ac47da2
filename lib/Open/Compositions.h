// Compositions of primitives that several operator families use. Empty tensors give empty results.
#pragma once

#include "lib/Open/OpenBuilder.h"

namespace delos::open {

Tensor relu(Tensor x);
/// log(1 + exp(x)) without overflow.
Tensor softplus(Tensor x);
/// exp(x - max) / sum over dims, in the element type of x.
Tensor softmax(Tensor x, llvm::ArrayRef<int64_t> dims);
Tensor logSoftmax(Tensor x, llvm::ArrayRef<int64_t> dims);
/// max + log(sum(exp(x - max))).
Tensor logSumExp(Tensor x, llvm::ArrayRef<int64_t> dims, bool keepDims);
Tensor gelu(Tensor x, bool byTanh);

/// Mean and (biased) variance over dims, with dims kept, and x - mean: two passes, stable.
struct Moments {
  Tensor mean, variance, centred;
};
Moments moments(Tensor x, llvm::ArrayRef<int64_t> dims);

} // namespace delos::open
