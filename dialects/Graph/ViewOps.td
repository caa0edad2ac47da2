// Views: index-map compositions with no work of their own.
#ifndef DELOS_DIALECTS_GRAPH_VIEWOPS_TD
#define DELOS_DIALECTS_GRAPH_VIEWOPS_TD

include "dialects/Graph/GraphBase.td"

def Graph_BroadcastOp : Graph_Op<"broadcast"> {
  let summary = "Repeat along dims";
  let description = [{
    `dims[i]` is the result dim that input dim i becomes (strictly increasing). An input dim is 1 or equal to its result dim; every
    other result dim repeats. `graph.broadcast %b dims [1] : tensor<8xf32> -> tensor<4x8xf32>`.
  }];
  let arguments = (ins AnyRankedTensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input `dims` $dims attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_ReshapeOp : Graph_Op<"reshape"> {
  let summary = "The same elements in row-major order under another shape";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_TransposeOp : Graph_Op<"transpose"> {
  let summary = "Permute dims: result dim i is input dim perm[i]";
  let arguments = (ins AnyRankedTensor:$input, DenseI64ArrayAttr:$perm);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input `perm` $perm attr-dict `:` type($input) `->` type($result)";
  let builders = [OpBuilder<(ins "::mlir::Value":$input, "::llvm::ArrayRef<int64_t>":$perm)>];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_SliceOp : Graph_Op<"slice"> {
  let summary = "A strided sub-box: result[i] = input[start + i * stride]";
  let description = [{
    `starts` has an integer or the text of a `DimExpr` per dim, `strides` are positive integers, sizes are the result's dims. Bounds are
    checked statically where known. Backward slices are `graph.reverse` and a slice.
  }];
  let arguments = (ins AnyRankedTensor:$input, Graph_DimsAttr:$starts, DenseI64ArrayAttr:$strides);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input `starts` $starts `strides` $strides attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_ReverseOp : Graph_Op<"reverse", [SameOperandsAndResultType]> {
  let summary = "Reverse the order of elements along dims";
  let arguments = (ins AnyRankedTensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input `dims` $dims attr-dict `:` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_ConcatOp : Graph_Op<"concat"> {
  let summary = "Tensors one after the other along a dim";
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, I64Attr:$dim);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$inputs `dim` $dim attr-dict `:` functional-type($inputs, $result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_PadOp : Graph_Op<"pad"> {
  let summary = "Surround with (and, for `interior`, put between the elements) copies of a scalar";
  let description = [{
    `low` and `high` have an integer or the text of a `DimExpr` per dim, never negative (a crop is a slice). `interior[i]` copies stand between
    neighbours along dim i (transposed convolution); it defaults to none.
  }];
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$value, Graph_DimsAttr:$low, Graph_DimsAttr:$high,
                       OptionalAttr<DenseI64ArrayAttr>:$interior);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `with` $value `low` $low `high` $high (`interior` $interior^)? attr-dict `:` functional-type(operands, $result)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

#endif // DELOS_DIALECTS_GRAPH_VIEWOPS_TD
