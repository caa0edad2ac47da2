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

// A value of one element that is an output, and that a gather reads through a reshape: it was written where the gather reads it.
func.func @gathered_scalar_is_an_output(%x: tensor<1xf32>, %index1: tensor<2xi32>) -> (tensor<1xf32>, tensor<2x1xf32>) {
  %0 = graph.map floor %x : (tensor<1xf32>) -> tensor<1xf32>
  %1 = graph.reshape %0 : tensor<1xf32> -> tensor<1x1xf32>
  %2 = graph.gather %1, (%index1) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<1x1xf32>, tensor<2xi32>) -> tensor<2x1xf32>
  return %0, %2 : tensor<1xf32>, tensor<2x1xf32>
}

// A product over a symbolic size, all rows in one block: its columns were not tiled, for want of the whole of k.
func.func @product_over_a_symbolic_size(%x: tensor<2x?xf32, #graph.dims<2, "n7">>, %w: tensor<?x?xf32, #graph.dims<"n17", "n7">>) -> tensor<2x?xf32, #graph.dims<2, "n17">> {
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [1] : (tensor<2x?xf32, #graph.dims<2, "n7">>, tensor<?x?xf32, #graph.dims<"n17", "n7">>) -> tensor<2x?xf32, #graph.dims<2, "n17">>
  %1 = graph.map sign %0 : (tensor<2x?xf32, #graph.dims<2, "n17">>) -> tensor<2x?xf32, #graph.dims<2, "n17">>
  return %1 : tensor<2x?xf32, #graph.dims<2, "n17">>
}

// The same with a computed left-hand side.
func.func @computed_product_over_a_symbolic_size(%x: tensor<2x?xf32, #graph.dims<2, "n7">>, %w: tensor<?x?xf32, #graph.dims<"n17", "n7">>) -> tensor<2x?xf32, #graph.dims<2, "n17">> {
  %0 = graph.map sign %x : (tensor<2x?xf32, #graph.dims<2, "n7">>) -> tensor<2x?xf32, #graph.dims<2, "n7">>
  %1 = graph.contract %0, %w batch [] x [] contract [1] x [1] : (tensor<2x?xf32, #graph.dims<2, "n7">>, tensor<?x?xf32, #graph.dims<"n17", "n7">>) -> tensor<2x?xf32, #graph.dims<2, "n17">>
  %2 = graph.map sign %1 : (tensor<2x?xf32, #graph.dims<2, "n17">>) -> tensor<2x?xf32, #graph.dims<2, "n17">>
  return %2 : tensor<2x?xf32, #graph.dims<2, "n17">>
}

// Sine and cosine of one argument: LLVM calls sincos, which the linker did not know.
func.func @sine_and_cosine(%x: tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>, tensor<f64>) {
  %0 = graph.map sin %x : (tensor<5xf64>) -> tensor<5xf64>
  %1 = graph.map cos %x : (tensor<5xf64>) -> tensor<5xf64>
  %2 = graph.map mul %0, %1 : (tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  %3 = graph.reduce sum %2 dims [0] : tensor<5xf64> -> tensor<f64>
  %4 = graph.map sin %3 : (tensor<f64>) -> tensor<f64>
  %5 = graph.map cos %3 : (tensor<f64>) -> tensor<f64>
  %6 = graph.map mul %4, %5 : (tensor<f64>, tensor<f64>) -> tensor<f64>
  return %0, %1, %6 : tensor<5xf64>, tensor<5xf64>, tensor<f64>
}

// Softmax rows that are needed as they are and reversed: both were kept in the room of one.
func.func @kept_row_that_is_also_reversed(%x: tensor<7x2x13x4xf32>) -> (tensor<7x2x13x4xf32>, tensor<7x2x13x4xf32>, tensor<7x2x13x4xf32>) {
  %0 = graph.reduce max %x dims [3] : tensor<7x2x13x4xf32> -> tensor<7x2x13xf32>
  %1 = graph.broadcast %0 dims [0, 1, 2] : tensor<7x2x13xf32> -> tensor<7x2x13x4xf32>
  %2 = graph.map sub %x, %1 : (tensor<7x2x13x4xf32>, tensor<7x2x13x4xf32>) -> tensor<7x2x13x4xf32>
  %3 = graph.map exp %2 : (tensor<7x2x13x4xf32>) -> tensor<7x2x13x4xf32>
  %4 = graph.reduce sum %3 dims [3] : tensor<7x2x13x4xf32> -> tensor<7x2x13xf32>
  %5 = graph.broadcast %4 dims [0, 1, 2] : tensor<7x2x13xf32> -> tensor<7x2x13x4xf32>
  %6 = graph.map div %3, %5 : (tensor<7x2x13x4xf32>, tensor<7x2x13x4xf32>) -> tensor<7x2x13x4xf32>
  %7 = graph.map add %6, %6 : (tensor<7x2x13x4xf32>, tensor<7x2x13x4xf32>) -> tensor<7x2x13x4xf32>
  %8 = graph.reverse %6 dims [2, 3] : tensor<7x2x13x4xf32>
  return %7, %8, %3 : tensor<7x2x13x4xf32>, tensor<7x2x13x4xf32>, tensor<7x2x13x4xf32>
}

// A product over a symbolic size that is 0, whose right-hand side is packed block by block of k: no block, and nothing was written.
func.func @product_over_nothing(%x: tensor<?x?x16xf32, #graph.dims<"n7", "n0", 16>>, %w: tensor<?x64x?xf32, #graph.dims<"n7", 64, "n0">>) -> tensor<?x16x64xf32, #graph.dims<"n7", 16, 64>> {
  %0 = graph.contract %x, %w batch [0] x [0] contract [1] x [2] : (tensor<?x?x16xf32, #graph.dims<"n7", "n0", 16>>, tensor<?x64x?xf32, #graph.dims<"n7", 64, "n0">>) -> tensor<?x16x64xf32, #graph.dims<"n7", 16, 64>>
  return %0 : tensor<?x16x64xf32, #graph.dims<"n7", 16, 64>>
}

// An epilogue that gives back one of its inputs whatever the product is: its op folds away, and with it what wrote the output.
func.func @epilogue_that_is_its_input(%x: tensor<4x33xi32>, %w: tensor<33x17xi32>, %y: tensor<4x17xi32>) -> tensor<4x17xi32> {
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [0] : (tensor<4x33xi32>, tensor<33x17xi32>) -> tensor<4x17xi32>
  %1 = graph.map eq %0, %y : (tensor<4x17xi32>, tensor<4x17xi32>) -> tensor<4x17xi1>
  %2 = graph.map select %1, %0, %y : (tensor<4x17xi1>, tensor<4x17xi32>, tensor<4x17xi32>) -> tensor<4x17xi32>
  return %2 : tensor<4x17xi32>
}

// The sum of a product of one row, and what follows from it: no value has the row's dim, so that its loop had no size.
func.func @sum_of_a_row_and_more(%x: tensor<1x?xf64, #graph.dims<1, "n3">>, %w: tensor<?x67xf64, #graph.dims<"n3", 67>>, %y: tensor<f64>) -> (tensor<f64>, tensor<f64>) {
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [0] : (tensor<1x?xf64, #graph.dims<1, "n3">>, tensor<?x67xf64, #graph.dims<"n3", 67>>) -> tensor<1x67xf64>
  %1 = graph.reduce sum %0 dims [0, 1] : tensor<1x67xf64> -> tensor<f64>
  %2 = graph.map mul %1, %y : (tensor<f64>, tensor<f64>) -> tensor<f64>
  return %1, %2 : tensor<f64>, tensor<f64>
}
