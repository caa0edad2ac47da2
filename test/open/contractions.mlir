// Products, convolutions and windows: dims, paddings and groups resolved into the primitives' own attributes.
// RUN: delos-opt --open-onnx %s | FileCheck %s

// A weight matrix needs no batch dims.
// CHECK-LABEL: func.func @projection
// CHECK: graph.contract %{{.*}}, %{{.*}} batch [] x [] contract [2] x [0] : (tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>, tensor<8x4xf32>)
func.func @projection(%x: tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>, %w: tensor<8x4xf32>) -> tensor<?x?x4xf32> {
  %0 = onnx.node "MatMul"(%x, %w) opset 13 : (tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>, tensor<8x4xf32>) -> tensor<?x?x4xf32>
  return %0 : tensor<?x?x4xf32>
}

// CHECK-LABEL: func.func @batched
// CHECK: graph.broadcast %{{.*}} dims [0, 1, 2, 3] : tensor<1x3x5x6xf32> -> tensor<2x3x5x6xf32>
// CHECK: graph.contract %{{.*}}, %{{.*}} batch [0, 1] x [0, 1] contract [3] x [2]
func.func @batched(%x: tensor<2x3x4x5xf32>, %y: tensor<1x3x5x6xf32>) -> tensor<2x3x4x6xf32> {
  %0 = onnx.node "MatMul"(%x, %y) opset 13 : (tensor<2x3x4x5xf32>, tensor<1x3x5x6xf32>) -> tensor<2x3x4x6xf32>
  return %0 : tensor<2x3x4x6xf32>
}

// A label on both sides and in the result is a batch dim; one that vanishes is contracted.
// CHECK-LABEL: func.func @einsum
// CHECK: graph.contract %{{.*}}, %{{.*}} batch [0, 2] x [0, 2] contract [3] x [3]
// CHECK-SAME: -> tensor<2x4x3x7xf32>
func.func @einsum(%q: tensor<2x3x4x5xf32>, %k: tensor<2x7x4x5xf32>) -> tensor<2x4x3x7xf32> {
  %0 = onnx.node "Einsum"(%q, %k) {equation = "bqhd,bkhd->bhqk"} opset 12 : (tensor<2x3x4x5xf32>, tensor<2x7x4x5xf32>) -> tensor<2x4x3x7xf32>
  return %0 : tensor<2x4x3x7xf32>
}

// CHECK-LABEL: func.func @conv
// CHECK: graph.conv %{{.*}}, %{{.*}} strides [2, 2] dilations [1, 1] low [0, 0] high [1, 1] groups 2
// CHECK: graph.broadcast %{{.*}} dims [1] : tensor<4xf32> -> tensor<1x4x4x4xf32>
func.func @conv(%x: tensor<1x6x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = onnx.node "Conv"(%x, %w, %b) {auto_pad = "SAME_UPPER", group = 2 : i64, strides = array<i64: 2, 2>} opset 11
    : (tensor<1x6x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// A transposed convolution spreads its input and convolves with the reversed filter.
// CHECK-LABEL: func.func @transposed
// CHECK: graph.pad %{{.*}} interior [0, 0, 1, 1] {{.*}} -> tensor<1x2x7x7xf32>
// CHECK: graph.reverse %{{.*}} dims [2, 3]
// CHECK: graph.conv %{{.*}} strides [1, 1] dilations [1, 1] low [1, 1] high [2, 2]
func.func @transposed(%x: tensor<1x2x4x4xf32>, %w: tensor<2x5x3x3xf32>) -> tensor<1x5x8x8xf32> {
  %0 = onnx.node "ConvTranspose"(%x, %w) {output_padding = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} opset 11
    : (tensor<1x2x4x4xf32>, tensor<2x5x3x3xf32>) -> tensor<1x5x8x8xf32>
  return %0 : tensor<1x5x8x8xf32>
}

// Windows of an average that reach into the padding count fewer elements.
// CHECK-LABEL: func.func @average
// CHECK: graph.window_reduce sum %{{.*}} window [1, 1, 3] strides [1, 1, 1] dilations [1, 1, 1] low [0, 0, 1]
// CHECK: dense<[2.000000e+00, 3.000000e+00, 3.000000e+00, 2.000000e+00]> : tensor<4xf32>
// CHECK: graph.map div
func.func @average(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  %0 = onnx.node "AveragePool"(%x) {kernel_shape = array<i64: 3>, pads = array<i64: 1, 1>} opset 11 : (tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}

// Rounding up counts a last window that starts inside the input.
// CHECK-LABEL: func.func @ceiling
// CHECK: graph.window_reduce max {{.*}} : tensor<1x1x6xf32> -> tensor<1x1x3xf32>
func.func @ceiling(%x: tensor<1x1x6xf32>) -> tensor<1x1x3xf32> {
  %0 = onnx.node "MaxPool"(%x) {ceil_mode = 1 : i64, kernel_shape = array<i64: 3>, strides = array<i64: 2>} opset 12 : (tensor<1x1x6xf32>) -> tensor<1x1x3xf32>
  return %0 : tensor<1x1x3xf32>
}

// Query heads that share a key head are contracted as one group: keys are not repeated.
// CHECK-LABEL: func.func @attention
// CHECK: graph.reshape %{{.*}} : tensor<2x4x?x8xf32, #graph.dims<2, 4, "s", 8>> -> tensor<2x2x2x?x8xf32, #graph.dims<2, 2, 2, "s", 8>>
// CHECK: graph.contract %{{.*}}, %{{.*}} batch [0, 1] x [0, 1] contract [4] x [3]
// CHECK: graph.map select
// CHECK: graph.contract %{{.*}}, %{{.*}} batch [0, 1] x [0, 1] contract [4] x [2]
func.func @attention(%q: tensor<2x4x?x8xf32, #graph.dims<2, 4, "s", 8>>, %k: tensor<2x2x?x8xf32, #graph.dims<2, 2, "t", 8>>,
                     %v: tensor<2x2x?x8xf32, #graph.dims<2, 2, "t", 8>>) -> tensor<2x4x?x8xf32> {
  %0 = onnx.node "Attention"(%q, %k, %v) {is_causal = 1 : i64} opset 23
    : (tensor<2x4x?x8xf32, #graph.dims<2, 4, "s", 8>>, tensor<2x2x?x8xf32, #graph.dims<2, 2, "t", 8>>, tensor<2x2x?x8xf32, #graph.dims<2, 2, "t", 8>>) -> tensor<2x4x?x8xf32>
  return %0 : tensor<2x4x?x8xf32>
}
