// Reductions, scans, windows, contractions and convolutions.
#ifndef DELOS_DIALECTS_GRAPH_REDUCTIONOPS_TD
#define DELOS_DIALECTS_GRAPH_REDUCTIONOPS_TD

include "dialects/Graph/GraphBase.td"

def Graph_ReduceOp : Graph_Op<"reduce"> {
  let summary = "Combine along dims; they disappear from the result";
  let description = [{
    The element type is kept; 16-bit floats accumulate in f32, narrow integers in their own type with wrap-around. An empty reduction gives
    the neutral element (max of nothing is -inf or the least integer). max and min propagate NaN. The order of a float sum or product is
    open (the reference interpreter accumulates in f64 and rounds once).
    `graph.reduce sum %x dims [1] : tensor<4x8xf32> -> tensor<4xf32>`.
  }];
  let arguments = (ins Graph_ReduceKindAttr:$kind, AnyRankedTensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "`` $kind $input `dims` $dims attr-dict `:` type($input) `->` type($result)";
  let builders = [OpBuilder<(ins "::delos::graph::ReduceKind":$kind, "::mlir::Value":$input, "::llvm::ArrayRef<int64_t>":$dims)>];
  let hasVerifier = 1;
}

def Graph_ArgReduceOp : Graph_Op<"arg_reduce"> {
  let summary = "The i64 index of the largest or smallest element along a dim, which disappears";
  let description = [{ 
    Ties go to the first, with `last` to the last. A NaN wins over every number (NumPy's rule). An empty dim is an error of the launch
    unless the result is empty too.
  }];
  let arguments = (ins Graph_ReduceKindAttr:$kind, AnyRankedTensor:$input, I64Attr:$dim, UnitAttr:$last);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "`` $kind $input `dim` $dim (`last` $last^)? attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Graph_ScanOp : Graph_Op<"scan"> {
  let summary = "Running combination along a dim";
  let description = [{
    result[i] combines the elements up to and with i (`exclusive`: before i, starting from the neutral element), with `reverse` from the
    end. Accumulation as in `graph.reduce`: what is carried from element to element is not rounded to a 16-bit float.
  }];
  let arguments = (ins Graph_ReduceKindAttr:$kind, AnyRankedTensor:$input, I64Attr:$dim, UnitAttr:$exclusive, UnitAttr:$reverse);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    `` $kind $input `dim` $dim (`exclusive` $exclusive^)? (`reverse` $reverse^)? attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Graph_WindowReduceOp : Graph_Op<"window_reduce"> {
  let summary = "Combine over a sliding window";
  let description = [{
    One entry per dim in every array (1 and 0 where a dim has no window). Positions in the padding contribute the neutral element.
    result dim = floor((dim + low + high - ((window-1)*dilation + 1)) / stride) + 1, or larger when a pooling rounds up: the result type
    decides, and what lies outside the input is neutral.
  }];
  let arguments = (ins Graph_ReduceKindAttr:$kind, AnyRankedTensor:$input, DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$low);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    `` $kind $input `window` $window `strides` $strides `dilations` $dilations `low` $low attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Graph_ContractOp : Graph_Op<"contract"> {
  let summary = "Sum of products over contracted dims (generalised matrix product)";
  let description = [{
    Result dims: the batch dims, then the free dims of `lhs`, then those of `rhs`. Integers extend to the result's element type (by
    sign, or by zero when unsigned), multiply in it and wrap; 16-bit floats accumulate in f32, and the result rounds once. No contracted
    elements give 0. `graph.contract %a, %b batch [0] x [0] contract [2] x [1] : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>`.
  }];
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs, DenseI64ArrayAttr:$lhs_batch, DenseI64ArrayAttr:$rhs_batch,
                       DenseI64ArrayAttr:$lhs_contract, DenseI64ArrayAttr:$rhs_contract);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `batch` $lhs_batch `x` $rhs_batch `contract` $lhs_contract `x` $rhs_contract attr-dict `:`
    functional-type(operands, $result)
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$lhs, "::mlir::Value":$rhs, "::llvm::ArrayRef<int64_t>":$lhsBatch,
                                 "::llvm::ArrayRef<int64_t>":$rhsBatch, "::llvm::ArrayRef<int64_t>":$lhsContract,
                                 "::llvm::ArrayRef<int64_t>":$rhsContract, CArg<"::mlir::Type", "{}">:$elementType)>];
  let hasVerifier = 1;
}

def Graph_ConvOp : Graph_Op<"conv"> {
  let summary = "Grouped, strided, dilated convolution of any number of spatial dims";
  let description = [{
    input [N, C, spatial...] (or [N, spatial..., C] with `channels_last`), filter [O, C/groups, window...], result likewise. Padding is zeros;
    the result type decides how far the last window reaches. Arithmetic as in `graph.contract`. Group g of the output channels reads group g
    of the input channels; there is no kernel flip.
  }];
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$filter, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high, DefaultValuedAttr<I64Attr, "1">:$groups, UnitAttr:$channels_last);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `,` $filter `strides` $strides `dilations` $dilations `low` $low `high` $high (`groups` $groups^)?
    (`channels_last` $channels_last^)? attr-dict `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

#endif // DELOS_DIALECTS_GRAPH_REDUCTIONOPS_TD
