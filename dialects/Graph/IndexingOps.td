// Accesses that depend on data.
#ifndef DELOS_DIALECTS_GRAPH_INDEXINGOPS_TD
#define DELOS_DIALECTS_GRAPH_INDEXINGOPS_TD

include "dialects/Graph/GraphBase.td"

def Graph_GatherOp : Graph_Op<"gather"> {
  let summary = "Read at positions that index tensors give";
  let description = [{
    For every point d of the result: result[d] = source[p] where p = source_map(d) with coordinate dims[k] replaced by
    indices[k][index_maps[k](d)]. A negative index counts from the end; one outside [-n, n) is a run-time error of the launch. Gather,
    GatherElements and GatherND are all this op:
    `graph.gather %x, (%i) dims [0] source (d0, d1) -> (0, d1) index [(d0, d1) -> (d0)] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>`.
  }];
  let arguments = (ins AnyRankedTensor:$source, Variadic<AnyRankedTensor>:$indices, DenseI64ArrayAttr:$dims, AffineMapAttr:$source_map,
                       AffineMapArrayAttr:$index_maps);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $source `,` `(` $indices `)` `dims` $dims `source` $source_map `index` $index_maps attr-dict `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

def Graph_ScatterOp : Graph_Op<"scatter"> {
  let summary = "A copy of a tensor with updates at positions that index tensors give";
  let description = [{
    For every point d of `updates`, in row-major order: p = target_map(d) with coordinate dims[k] replaced by indices[k][index_maps[k](d)];
    result[p] = combine(result[p], updates[d]), rounded to the element type each time. Indices as in `graph.gather`.
  }];
  let arguments = (ins Graph_ScatterKindAttr:$kind, AnyRankedTensor:$init, AnyRankedTensor:$updates, Variadic<AnyRankedTensor>:$indices,
                       DenseI64ArrayAttr:$dims, AffineMapAttr:$target_map, AffineMapArrayAttr:$index_maps);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    `` $kind $init `,` $updates `,` `(` $indices `)` `dims` $dims `target` $target_map `index` $index_maps attr-dict `:`
    functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

def Graph_SortOp : Graph_Op<"sort"> {
  let summary = "Stable sort along a dim: the values and their i64 positions";
  let description = [{ NaN counts as the largest value. Ties keep their order, also when `descending`. }];
  let arguments = (ins AnyRankedTensor:$input, I64Attr:$dim, UnitAttr:$descending);
  let results = (outs AnyRankedTensor:$values, AnyRankedTensor:$positions);
  let assemblyFormat = "$input `dim` $dim (`descending` $descending^)? attr-dict `:` type($input) `->` type($values) `,` type($positions)";
  let hasVerifier = 1;
}

#endif // DELOS_DIALECTS_GRAPH_INDEXINGOPS_TD
