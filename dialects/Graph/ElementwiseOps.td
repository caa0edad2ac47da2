// Sources and element-wise primitives.
#ifndef DELOS_DIALECTS_GRAPH_ELEMENTWISEOPS_TD
#define DELOS_DIALECTS_GRAPH_ELEMENTWISEOPS_TD

include "dialects/Graph/GraphBase.td"

def Graph_ConstantOp : Graph_Op<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "A constant tensor";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def Graph_DimsValueOp : Graph_Op<"dims_value"> {
  let summary = "A rank-1 i64 tensor of dim sizes that are known at run time";
  let description = [{
    Each entry is an integer or the text of a `DimExpr`: `graph.dims_value <"batch", 12, "seq"> : tensor<3xi64>`. Shape arithmetic of the
    model folds into these.
  }];
  let arguments = (ins Graph_DimsAttr:$dims);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$dims attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Graph_IotaOp : Graph_Op<"iota"> {
  let summary = "The index along one dim, converted to the element type";
  let arguments = (ins I64Attr:$dim);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$dim attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Graph_RandomOp : Graph_Op<"random"> {
  let summary = "Philox4x32-10 random numbers, counter = linear index";
  let description = [{
    uniform: [0, 1); normal: mean 0, deviation 1 (Box-Muller). Scale and shift are `graph.map`s after it. The same seed gives the same
    tensor for any thread count. Element i takes the four 32-bit words of counter (low(i), high(i), 0, 0) under key (low(seed),
    high(seed)). uniform is the leading p bits of word 0 times 2^-p, p = 24 for f32, 11 for f16, 8 for bf16 (f64: the leading 53 of words 0
    and 1). normal is sqrt(-2 ln(1 - u)) cos(2 pi v) with u and v the leading 24 bits of words 0 and 2 times 2^-24 (f64: 53 bits of
    words 0 and 1, and of 2 and 3), rounded to the element type.
  }];
  let arguments = (ins Graph_RandomKindAttr:$kind, I64Attr:$seed);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "`` $kind `seed` $seed attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Graph_MapOp : Graph_Op<"map"> {
  let summary = "An element-wise function of tensors of one shape";
  let description = [{
    All operands and the result have the same dims (broadcasts are explicit). Comparisons give i1; `select` takes an i1 tensor first.
    Integer `div` truncates and `rem_floor`/`rem_trunc` follow Python's % and C's %; division by zero gives 0 (all bits defined). `max`
    and `min` propagate NaN. f16/bf16 functions compute in f32 and round once. `shift_right` is logical (ONNX has only unsigned
    shifts) and shifts of at least the width (or by negative amounts) give 0. Remainders by integer zero are 0; those of floats are
    NumPy's `mod` and C's `fmod`. Integer sums, products and powers wrap; an integer power with a negative exponent is the truncated
    quotient. `sign` of NaN is NaN, of -0 is 0; which zero `max` and `min` of 0 and -0 give is open. Example: `%2 = graph.map add %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>`.
  }];
  let arguments = (ins Graph_ScalarFnAttr:$fn, Variadic<AnyRankedTensor>:$inputs);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "`` $fn $inputs attr-dict `:` functional-type($inputs, $result)";
  let builders = [
    // Infers the result type from the function and the first data operand.
    OpBuilder<(ins "::delos::graph::ScalarFn":$fn, "::mlir::ValueRange":$inputs)>
  ];
  let hasVerifier = 1;
}

def Graph_CastOp : Graph_Op<"cast"> {
  let summary = "Element type conversion";
  let description = [{
    Float to float rounds to nearest even. Float to integer truncates; NaN and values outside the range give, with `saturate`, 0 and the
    nearest bound, with `wrap`, the low bits of the 64-bit conversion (the least i64 for NaN and values outside i64, but ui64 holds up to
    2^64 and has 0 from there on). Integer to float rounds once, to nearest even. Integer to integer keeps the low bits (`wrap`) or clamps
    (`saturate`). To i1: x != 0. For float8 targets `saturate` clamps to the largest finite value.
  }];
  let arguments = (ins AnyRankedTensor:$input, DefaultValuedAttr<Graph_CastModeAttr, "::delos::graph::CastMode::wrap">:$mode);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input (`mode` `` $mode^)? attr-dict `:` type($input) `to` type($result)";
  let builders = [OpBuilder<(ins "::mlir::Value":$input, "::mlir::Type":$elementType,
                             CArg<"::delos::graph::CastMode", "::delos::graph::CastMode::wrap">:$mode)>];
  let hasVerifier = 1;
}

def Graph_BitcastOp : Graph_Op<"bitcast"> {
  let summary = "The same bits as another element type of the same width";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasVerifier = 1;
}

#endif // DELOS_DIALECTS_GRAPH_ELEMENTWISEOPS_TD
