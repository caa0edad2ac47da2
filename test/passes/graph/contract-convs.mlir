// RUN: delos-opt %s --graph-contract-convs | FileCheck %s

// Without the gather a dense convolution would be one reduction per output element.
// CHECK-LABEL: func.func @dense
// CHECK-SAME: %[[X:.*]]: tensor<1x8x9x16xf32>
func.func @dense(%x: tensor<1x8x9x16xf32>) -> tensor<1x4x5x32xf32> {
  %w = graph.constant dense_resource<w> : tensor<32x16x3x3xf32>
  // CHECK: graph.pad %[[X]] with %{{.*}} low <0, 1, 1, 0> high <0, 0, 1, 0> {{.*}} -> tensor<1x9x11x16xf32>
  // CHECK: graph.gather %{{.*}}, () dims [] source #[[MAP:.*]] index [] {{.*}} -> tensor<1x4x5x3x3x16xf32>
  // CHECK: graph.reshape %{{.*}} -> tensor<1x4x5x144xf32>
  // CHECK: graph.transpose %{{.*}} perm [2, 3, 1, 0] {{.*}} -> tensor<3x3x16x32xf32>
  // CHECK: graph.contract %{{.*}} batch [] x [] contract [3] x [0]
  // CHECK-NOT: graph.conv
  %y = graph.conv %x, %w strides [2, 2] dilations [1, 1] low [1, 1] high [0, 1] channels_last : (tensor<1x8x9x16xf32>, tensor<32x16x3x3xf32>) -> tensor<1x4x5x32xf32>
  return %y : tensor<1x4x5x32xf32>
}

// A 1x1 filter reads the input itself, or every second position of it.
// CHECK-LABEL: func.func @pointwise
// CHECK-NOT: graph.gather
// CHECK: graph.contract %arg0,
// CHECK: %[[S:.*]] = graph.slice %arg0 starts <0, 0, 0, 0> strides [1, 2, 2, 1]
// CHECK: graph.contract %[[S]],
func.func @pointwise(%x: tensor<?x8x8x16xf32, #graph.dims<"n", 8, 8, 16>>) -> (tensor<?x8x8x4xf32, #graph.dims<"n", 8, 8, 4>>, tensor<?x4x4x4xf32, #graph.dims<"n", 4, 4, 4>>) {
  %w = graph.constant dense_resource<v> : tensor<4x16x1x1xf32>
  %0 = graph.conv %x, %w strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] channels_last : (tensor<?x8x8x16xf32, #graph.dims<"n", 8, 8, 16>>, tensor<4x16x1x1xf32>) -> tensor<?x8x8x4xf32, #graph.dims<"n", 8, 8, 4>>
  %1 = graph.conv %x, %w strides [2, 2] dilations [1, 1] low [0, 0] high [0, 0] channels_last : (tensor<?x8x8x16xf32, #graph.dims<"n", 8, 8, 16>>, tensor<4x16x1x1xf32>) -> tensor<?x4x4x4xf32, #graph.dims<"n", 4, 4, 4>>
  return %0, %1 : tensor<?x8x8x4xf32, #graph.dims<"n", 8, 8, 4>>, tensor<?x4x4x4xf32, #graph.dims<"n", 4, 4, 4>>
}

// Grouped convolutions, integers, filters known at run time only and channels first stay.
// CHECK-LABEL: func.func @stays
// CHECK-COUNT-4: graph.conv
func.func @stays(%x: tensor<1x8x8x16xf32>, %i: tensor<1x8x8x16xi32>, %v: tensor<4x16x1x1xf32>, %c: tensor<1x16x8x8xf32>) {
  %w = graph.constant dense_resource<u> : tensor<16x1x3x3xf32>
  %k = graph.constant dense<1> : tensor<4x16x1x1xi32>
  %f = graph.constant dense_resource<t> : tensor<4x16x1x1xf32>
  %0 = graph.conv %x, %w strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] groups 16 channels_last : (tensor<1x8x8x16xf32>, tensor<16x1x3x3xf32>) -> tensor<1x8x8x16xf32>
  %1 = graph.conv %i, %k strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] channels_last : (tensor<1x8x8x16xi32>, tensor<4x16x1x1xi32>) -> tensor<1x8x8x4xi32>
  %2 = graph.conv %x, %v strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] channels_last : (tensor<1x8x8x16xf32>, tensor<4x16x1x1xf32>) -> tensor<1x8x8x4xf32>
  %3 = graph.conv %c, %f strides [1, 1] dilations [1, 1] low [0, 0] high [0, 0] : (tensor<1x16x8x8xf32>, tensor<4x16x1x1xf32>) -> tensor<1x4x8x8xf32>
  return
}
