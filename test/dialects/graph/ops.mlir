// Every op prints what it parsed, and the generic form too.
// RUN: delos-opt %s | delos-opt | FileCheck %s
// RUN: delos-opt %s --mlir-print-op-generic | delos-opt | FileCheck %s

// CHECK-LABEL: func.func @sources
func.func @sources() {
  // CHECK: graph.constant dense<1.000000e+00> : tensor<2x3xf32>
  %0 = graph.constant dense<1.0> : tensor<2x3xf32>
  // CHECK: graph.dims_value <"batch", 12, "2*seq + 1"> : tensor<3xi64>
  %1 = graph.dims_value <"batch", 12, "1 + 2*seq"> : tensor<3xi64>
  // CHECK: graph.iota 1 : tensor<4x5xi64>
  %2 = graph.iota 1 : tensor<4x5xi64>
  // CHECK: graph.random normal seed 7 : tensor<4xf32>
  %3 = graph.random normal seed 7 : tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%a: tensor<?x8xf32, #graph.dims<"batch", 8>>, %c: tensor<4xi1>, %x: tensor<4xf16>) {
  // CHECK: graph.map exp %{{.*}} : (tensor<?x8xf32, #graph.dims<"batch", 8>>) -> tensor<?x8xf32, #graph.dims<"batch", 8>>
  %0 = graph.map exp %a : (tensor<?x8xf32, #graph.dims<"batch", 8>>) -> tensor<?x8xf32, #graph.dims<"batch", 8>>
  // CHECK: graph.map select
  %1 = graph.map select %c, %x, %x : (tensor<4xi1>, tensor<4xf16>, tensor<4xf16>) -> tensor<4xf16>
  // CHECK: graph.map lt {{.*}} -> tensor<4xi1>
  %2 = graph.map lt %x, %x : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xi1>
  // CHECK: graph.cast %{{.*}} : tensor<4xf16> to tensor<4xi8>
  %3 = graph.cast %x : tensor<4xf16> to tensor<4xi8>
  // CHECK: graph.cast %{{.*}} mode saturate : tensor<4xf16> to tensor<4xi8>
  %4 = graph.cast %x mode saturate : tensor<4xf16> to tensor<4xi8>
  // CHECK: graph.bitcast %{{.*}} : tensor<4xf16> to tensor<4xui16>
  %5 = graph.bitcast %x : tensor<4xf16> to tensor<4xui16>
  return
}

// CHECK-LABEL: func.func @views
func.func @views(%x: tensor<2x3x8xf32>, %b: tensor<8xf32>, %v: tensor<f32>) {
  // CHECK: graph.broadcast %{{.*}} dims [2] : tensor<8xf32> -> tensor<2x3x8xf32>
  %0 = graph.broadcast %b dims [2] : tensor<8xf32> -> tensor<2x3x8xf32>
  // CHECK: graph.reshape %{{.*}} : tensor<2x3x8xf32> -> tensor<6x2x4xf32>
  %1 = graph.reshape %x : tensor<2x3x8xf32> -> tensor<6x2x4xf32>
  // CHECK: graph.transpose %{{.*}} perm [2, 0, 1]
  %2 = graph.transpose %x perm [2, 0, 1] : tensor<2x3x8xf32> -> tensor<8x2x3xf32>
  // CHECK: graph.slice %{{.*}} starts <0, 1, 2> strides [1, 1, 3]
  %3 = graph.slice %x starts <0, 1, 2> strides [1, 1, 3] : tensor<2x3x8xf32> -> tensor<2x2x2xf32>
  // CHECK: graph.reverse %{{.*}} dims [2]
  %4 = graph.reverse %x dims [2] : tensor<2x3x8xf32>
  // CHECK: graph.concat %{{.*}}, %{{.*}} dim 1
  %5 = graph.concat %x, %x dim 1 : (tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> tensor<2x6x8xf32>
  // CHECK: graph.pad %{{.*}} with %{{.*}} low <0, 0, 1> high <0, 0, 2> interior [0, 1, 0]
  %6 = graph.pad %x with %v low <0, 0, 1> high <0, 0, 2> interior [0, 1, 0] : (tensor<2x3x8xf32>, tensor<f32>) -> tensor<2x5x11xf32>
  return
}

// CHECK-LABEL: func.func @reductions
func.func @reductions(%x: tensor<2x3x8xf32>, %w: tensor<2x8x5xf32>, %i: tensor<1x4x9x9xf32>, %f: tensor<6x2x3x3xf32>) {
  // CHECK: graph.reduce sum %{{.*}} dims [1, 2] : tensor<2x3x8xf32> -> tensor<2xf32>
  %0 = graph.reduce sum %x dims [1, 2] : tensor<2x3x8xf32> -> tensor<2xf32>
  // CHECK: graph.arg_reduce max %{{.*}} dim 1 last
  %1 = graph.arg_reduce max %x dim 1 last : tensor<2x3x8xf32> -> tensor<2x8xi64>
  // CHECK: graph.scan sum %{{.*}} dim 2 exclusive reverse
  %2 = graph.scan sum %x dim 2 exclusive reverse : tensor<2x3x8xf32> -> tensor<2x3x8xf32>
  // CHECK: graph.window_reduce max %{{.*}} window [1, 1, 3] strides [1, 1, 2] dilations [1, 1, 1] low [0, 0, 1]
  %3 = graph.window_reduce max %x window [1, 1, 3] strides [1, 1, 2] dilations [1, 1, 1] low [0, 0, 1] : tensor<2x3x8xf32> -> tensor<2x3x4xf32>
  // CHECK: graph.contract %{{.*}}, %{{.*}} batch [0] x [0] contract [2] x [1]
  %4 = graph.contract %x, %w batch [0] x [0] contract [2] x [1] : (tensor<2x3x8xf32>, tensor<2x8x5xf32>) -> tensor<2x3x5xf32>
  // CHECK: graph.conv %{{.*}}, %{{.*}} strides [2, 2] dilations [1, 1] low [1, 1] high [1, 1] groups 2
  %5 = graph.conv %i, %f strides [2, 2] dilations [1, 1] low [1, 1] high [1, 1] groups 2 : (tensor<1x4x9x9xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x5x5xf32>
  return
}

// CHECK-LABEL: func.func @indexing
func.func @indexing(%x: tensor<9x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf32>) {
  // CHECK: graph.gather %{{.*}}, (%{{.*}}) dims [0] source #{{.*}} index [#{{.*}}]
  %0 = graph.gather %x, (%i) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
  // CHECK: graph.scatter add %{{.*}}, %{{.*}}, (%{{.*}}) dims [0] target #{{.*}} index [#{{.*}}]
  %1 = graph.scatter add %x, %u, (%i) dims [0] target affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3x4xf32>, tensor<3xi64>) -> tensor<9x4xf32>
  // CHECK: graph.sort %{{.*}} dim 1 descending
  %2, %3 = graph.sort %x dim 1 descending : tensor<9x4xf32> -> tensor<9x4xf32>, tensor<9x4xi64>
  return
}
