// Pads become the padding of convolutions and windows.
// RUN: delos-opt %s --split-input-file --graph-fold-padding | FileCheck %s

// CHECK-LABEL: func.func @conv(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x3x8x9xf32>
// CHECK-NOT: graph.pad
// CHECK: graph.conv %[[X]], %{{.*}} strides [2, 2] dilations [1, 1] low [2, 2] high [0, 4]
func.func @conv(%x: tensor<1x3x8x9xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x4x7xf32> {
  %v = graph.constant dense<0.0> : tensor<f32>
  %p = graph.pad %x with %v low <0, 0, 1, 2> high <0, 0, 0, 3> : (tensor<1x3x8x9xf32>, tensor<f32>) -> tensor<1x3x9x14xf32>
  %y = graph.conv %p, %w strides [2, 2] dilations [1, 1] low [1, 0] high [0, 1] : (tensor<1x3x9x14xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x4x7xf32>
  return %y : tensor<1x4x4x7xf32>
}

// -----

// Other values than zero, padded channels and holes between the elements stay.
// CHECK-LABEL: func.func @conv_stays
// CHECK-COUNT-3: graph.pad
func.func @conv_stays(%x: tensor<1x3x8xf32>, %w: tensor<4x3x3xf32>, %u: tensor<4x4x3xf32>) -> (tensor<1x4x8xf32>, tensor<1x4x6xf32>, tensor<1x4x13xf32>) {
  %v = graph.constant dense<1.0> : tensor<f32>
  %z = graph.constant dense<0.0> : tensor<f32>
  %p = graph.pad %x with %v low <0, 0, 1> high <0, 0, 1> : (tensor<1x3x8xf32>, tensor<f32>) -> tensor<1x3x10xf32>
  %a = graph.conv %p, %w strides [1] dilations [1] low [0] high [0] : (tensor<1x3x10xf32>, tensor<4x3x3xf32>) -> tensor<1x4x8xf32>
  %q = graph.pad %x with %z low <0, 1, 0> high <0, 0, 0> : (tensor<1x3x8xf32>, tensor<f32>) -> tensor<1x4x8xf32>
  %b = graph.conv %q, %u strides [1] dilations [1] low [0] high [0] : (tensor<1x4x8xf32>, tensor<4x4x3xf32>) -> tensor<1x4x6xf32>
  %i = graph.pad %x with %z low <0, 0, 0> high <0, 0, 0> interior [0, 0, 1] : (tensor<1x3x8xf32>, tensor<f32>) -> tensor<1x3x15xf32>
  %c = graph.conv %i, %w strides [1] dilations [1] low [0] high [0] : (tensor<1x3x15xf32>, tensor<4x3x3xf32>) -> tensor<1x4x13xf32>
  return %a, %b, %c : tensor<1x4x8xf32>, tensor<1x4x6xf32>, tensor<1x4x13xf32>
}

// -----

// A maximum takes -inf, a sum takes zero; the wrong one stays.
// CHECK-LABEL: func.func @window(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x3x8xf32>
// CHECK-DAG: %[[P:.*]] = graph.pad
// CHECK-DAG: graph.window_reduce max %[[X]] {{.*}} low [0, 0, 1] : tensor<1x3x8xf32> -> tensor<1x3x8xf32>
// CHECK: graph.window_reduce sum %[[P]] {{.*}} low [0, 0, 0]
func.func @window(%x: tensor<1x3x8xf32>) -> (tensor<1x3x8xf32>, tensor<1x3x8xf32>) {
  %v = graph.constant dense<0xFF800000> : tensor<f32>
  %p = graph.pad %x with %v low <0, 0, 1> high <0, 0, 1> : (tensor<1x3x8xf32>, tensor<f32>) -> tensor<1x3x10xf32>
  %a = graph.window_reduce max %p window [1, 1, 3] strides [1, 1, 1] dilations [1, 1, 1] low [0, 0, 0] : tensor<1x3x10xf32> -> tensor<1x3x8xf32>
  %b = graph.window_reduce sum %p window [1, 1, 3] strides [1, 1, 1] dilations [1, 1, 1] low [0, 0, 0] : tensor<1x3x10xf32> -> tensor<1x3x8xf32>
  return %a, %b : tensor<1x3x8xf32>, tensor<1x3x8xf32>
}
