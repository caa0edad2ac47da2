// Convolutions get channels last; transposes remain at the borders only.
// RUN: delos-opt %s --split-input-file --graph-layout | FileCheck %s

// A residual block with bias, ReLU, max-pool, global average and a swish: one transpose where the image enters, none after.
// CHECK-LABEL: func.func @block(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x3x8x8xf32>
// CHECK: %[[T:.*]] = graph.transpose %[[X]] perm [0, 2, 3, 1]
// CHECK-NOT: graph.transpose
// CHECK: graph.conv %[[T]], {{.*}} channels_last
// CHECK-NOT: graph.transpose
// CHECK: graph.window_reduce max {{.*}} window [1, 3, 3, 1] strides [1, 2, 2, 1] dilations [1, 1, 1, 1] low [0, 1, 1, 0] : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xf32>
// CHECK-NOT: graph.transpose
// CHECK: graph.reduce sum {{.*}} dims [1, 2] : tensor<1x4x4x4xf32> -> tensor<1x4xf32>
// CHECK-NOT: graph.transpose
// CHECK: return
func.func @block(%x: tensor<1x3x8x8xf32>, %v: tensor<4x3x3x3xf32>, %w: tensor<4x4x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4xf32> {
  %zero = graph.constant dense<0.0> : tensor<1x4x4x4xf32>
  %0 = graph.conv %x, %v strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32>
  %bias = graph.broadcast %b dims [1] : tensor<4xf32> -> tensor<1x4x8x8xf32>
  %1 = graph.map add %0, %bias : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %2 = graph.window_reduce max %1 window [1, 1, 3, 3] strides [1, 1, 2, 2] dilations [1, 1, 1, 1] low [0, 0, 1, 1] : tensor<1x4x8x8xf32> -> tensor<1x4x4x4xf32>
  %3 = graph.conv %2, %w strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] : (tensor<1x4x4x4xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x4x4xf32>
  %4 = graph.map add %3, %2 : (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %5 = graph.map max %4, %zero : (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %6 = graph.map sigmoid %5 : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %7 = graph.map mul %5, %6 : (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %8 = graph.reduce sum %7 dims [2, 3] : tensor<1x4x4x4xf32> -> tensor<1x4xf32>
  return %8 : tensor<1x4xf32>
}

// -----

// A scale per image and channel (squeeze and excite) comes as unit dims and moves along.
// CHECK-LABEL: func.func @excite(
// CHECK: graph.transpose
// CHECK: graph.conv {{.*}} channels_last
// CHECK-NOT: graph.transpose
// CHECK: graph.map mul {{.*}} -> tensor<2x5x5x4xf32>
// CHECK: %[[R:.*]] = graph.transpose {{.*}} perm [0, 3, 1, 2]
// CHECK-NEXT: return %[[R]]
func.func @excite(%x: tensor<2x3x5x5xf32>, %v: tensor<4x3x1x1xf32>, %s: tensor<2x4x1x1xf32>) -> tensor<2x4x5x5xf32> {
  %0 = graph.conv %x, %v strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] : (tensor<2x3x5x5xf32>, tensor<4x3x1x1xf32>) -> tensor<2x4x5x5xf32>
  %1 = graph.broadcast %s dims [0, 1, 2, 3] : tensor<2x4x1x1xf32> -> tensor<2x4x5x5xf32>
  %2 = graph.map mul %0, %1 : (tensor<2x4x5x5xf32>, tensor<2x4x5x5xf32>) -> tensor<2x4x5x5xf32>
  return %2 : tensor<2x4x5x5xf32>
}

// -----

// Patches of an image become rows of a matrix without a transpose of their own.
// CHECK-LABEL: func.func @patches(
// CHECK: graph.transpose {{.*}} perm [0, 2, 3, 1]
// CHECK: %[[C:.*]] = graph.conv {{.*}} channels_last
// CHECK: %[[R:.*]] = graph.reshape %[[C]] : tensor<1x4x4x6xf32> -> tensor<1x16x6xf32>
// CHECK: return %[[R]]
func.func @patches(%x: tensor<1x3x8x8xf32>, %v: tensor<6x3x2x2xf32>) -> tensor<1x16x6xf32> {
  %0 = graph.conv %x, %v strides [2, 2] dilations [1, 1] low [0, 0] high [0, 0] : (tensor<1x3x8x8xf32>, tensor<6x3x2x2xf32>) -> tensor<1x6x4x4xf32>
  %1 = graph.reshape %0 : tensor<1x6x4x4xf32> -> tensor<1x6x16xf32>
  %2 = graph.transpose %1 perm [0, 2, 1] : tensor<1x6x16xf32> -> tensor<1x16x6xf32>
  return %2 : tensor<1x16x6xf32>
}

// -----

// One spatial dim and three; symbolic sizes keep their names; a pad of symbolic size moves along.
// CHECK-LABEL: func.func @ranks(
// CHECK: graph.conv {{.*}} channels_last : (tensor<?x?x3xf32, #graph.dims<"n", "l", 3>>, tensor<4x3x3xf32>) -> tensor<?x?x4xf32, #graph.dims<"n", "l", 4>>
// CHECK: graph.pad {{.*}} low <0, "p", 0> high <0, 0, 0>
// CHECK: graph.transpose {{.*}} perm [0, 2, 1]
// CHECK: graph.conv {{.*}} channels_last : (tensor<1x4x5x6x2xf32>, tensor<3x2x1x1x1xf32>) -> tensor<1x4x5x6x3xf32>
func.func @ranks(%x: tensor<?x3x?xf32, #graph.dims<"n", 3, "l">>, %v: tensor<4x3x3xf32>, %y: tensor<1x2x4x5x6xf32>, %w: tensor<3x2x1x1x1xf32>)
    -> (tensor<?x4x?xf32, #graph.dims<"n", 4, "l + p">>, tensor<1x3x4x5x6xf32>) {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %0 = graph.conv %x, %v strides [1] dilations [1] low [1] high [1] : (tensor<?x3x?xf32, #graph.dims<"n", 3, "l">>, tensor<4x3x3xf32>) -> tensor<?x4x?xf32, #graph.dims<"n", 4, "l">>
  %1 = graph.pad %0 with %zero low <0, 0, "p"> high <0, 0, 0> : (tensor<?x4x?xf32, #graph.dims<"n", 4, "l">>, tensor<f32>) -> tensor<?x4x?xf32, #graph.dims<"n", 4, "l + p">>
  %2 = graph.conv %y, %w strides [1, 1, 1] dilations [1, 1, 1] low [0, 0, 0] high [0, 0, 0] : (tensor<1x2x4x5x6xf32>, tensor<3x2x1x1x1xf32>) -> tensor<1x3x4x5x6xf32>
  return %1, %2 : tensor<?x4x?xf32, #graph.dims<"n", 4, "l + p">>, tensor<1x3x4x5x6xf32>
}

// -----

// The smaller of two operands is transposed; one of equal size is not.
// CHECK-LABEL: func.func @joins(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x3x8x8xf32>, %{{.*}}: tensor<4x3x1x1xf32>, %[[Y:[a-z0-9]+]]: tensor<1x2x8x8xf32>, %[[Z:[a-z0-9]+]]: tensor<1x4x8x8xf32>
// CHECK: %[[U:.*]] = graph.transpose %[[Y]] perm [0, 2, 3, 1]
// CHECK: graph.concat %{{.*}}, %[[U]] dim 3
// CHECK: graph.conv
// CHECK: %[[B:.*]] = graph.transpose %{{.*}} perm [0, 3, 1, 2]
// CHECK: graph.map mul %[[B]], %[[Z]]
func.func @joins(%x: tensor<1x3x8x8xf32>, %v: tensor<4x3x1x1xf32>, %y: tensor<1x2x8x8xf32>, %z: tensor<1x4x8x8xf32>) -> (tensor<1x6x8x8xf32>, tensor<1x4x8x8xf32>) {
  %0 = graph.conv %x, %v strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = graph.concat %0, %y dim 1 : (tensor<1x4x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x6x8x8xf32>
  %2 = graph.map exp %x : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  %3 = graph.conv %2, %v strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
  %4 = graph.map mul %3, %z : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %1, %4 : tensor<1x6x8x8xf32>, tensor<1x4x8x8xf32>
}
