// Functions that a random graph was reduced to when it found a mistake, each with what broke. recorded.py draws their inputs; a
// symbol `n<k>` has the size k, arguments named %index<k> hold indices from -k to k - 1.

// A window over a tensor without elements: the choice of its tiles divided by zero.
func.func @window_without_elements(%x: tensor<17x16x64x0xf64>) -> tensor<17x17x62x0xf64> {
  %0 = graph.window_reduce sum %x window [1, 2, 3, 1] strides [1, 1, 1, 1] dilations [1, 1, 1, 1] low [0, 1, 0, 0] : tensor<17x16x64x0xf64> -> tensor<17x17x62x0xf64>
  return %0 : tensor<17x17x62x0xf64>
}

// A row that is kept for the next phase while a reduction inside it opens loops of its own: the name of the lanes was read after it
// was gone.
func.func @kept_row_with_a_reduction_inside(%x: tensor<1xf32>, %s: tensor<f32>, %size: tensor<?xf32, #graph.dims<"n64">>) -> tensor<?xf32, #graph.dims<"n64">> {
  %0 = graph.broadcast %x dims [1] : tensor<1xf32> -> tensor<8x?xf32, #graph.dims<8, "n64">>
  %1 = graph.reduce sum %0 dims [0] : tensor<8x?xf32, #graph.dims<8, "n64">> -> tensor<?xf32, #graph.dims<"n64">>
  %2 = graph.broadcast %s dims [] : tensor<f32> -> tensor<?xf32, #graph.dims<"n64">>
  %3 = graph.map mul %1, %2 : (tensor<?xf32, #graph.dims<"n64">>, tensor<?xf32, #graph.dims<"n64">>) -> tensor<?xf32, #graph.dims<"n64">>
  %4 = graph.map asinh %3 : (tensor<?xf32, #graph.dims<"n64">>) -> tensor<?xf32, #graph.dims<"n64">>
  %5 = graph.reduce max %4 dims [0] : tensor<?xf32, #graph.dims<"n64">> -> tensor<f32>
  %6 = graph.broadcast %5 dims [] : tensor<f32> -> tensor<?xf32, #graph.dims<"n64">>
  %7 = graph.map sub %4, %6 : (tensor<?xf32, #graph.dims<"n64">>, tensor<?xf32, #graph.dims<"n64">>) -> tensor<?xf32, #graph.dims<"n64">>
  return %7 : tensor<?xf32, #graph.dims<"n64">>
}
