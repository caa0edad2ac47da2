// The printed form of access rules, one op per class.
// RUN: delos-opt %s --graph-print-access-rules -o /dev/null 2>&1 | FileCheck %s

func.func @rules(%x: tensor<?x3xf32, #graph.dims<"n", 3>>, %w: tensor<3x5xf32>, %i: tensor<2xi64>, %m: tensor<1x4x9xf32>) {
  // CHECK: graph.map element-wise: [parallel n, parallel 3] reads (d0, d1) -> (d0, d1) writes (d0, d1) -> (d0, d1) flops 1.200000e+01
  %0 = graph.map exp %x : (tensor<?x3xf32, #graph.dims<"n", 3>>) -> tensor<?x3xf32, #graph.dims<"n", 3>>
  // CHECK: graph.reverse view: [parallel n, parallel 3] s0=n - 1 reads (d0, d1)[s0] -> (-d0 + s0, d1) writes {{.*}} flops 0.000000e+00
  %1 = graph.reverse %x dims [0] : tensor<?x3xf32, #graph.dims<"n", 3>>
  // CHECK: graph.reduce reduction: [parallel n, reduction 3] reads (d0, d1) -> (d0, d1) writes (d0, d1) -> (d0)
  %2 = graph.reduce sum %x dims [1] : tensor<?x3xf32, #graph.dims<"n", 3>> -> tensor<?xf32, #graph.dims<"n">>
  // CHECK: graph.contract contraction: [parallel n, parallel 5, reduction 3] reads (d0, d1, d2) -> (d0, d2) reads (d0, d1, d2) -> (d2, d1)
  %3 = graph.contract %x, %w batch [] x [] contract [1] x [0] : (tensor<?x3xf32, #graph.dims<"n", 3>>, tensor<3x5xf32>) -> tensor<?x5xf32, #graph.dims<"n", 5>>
  // CHECK: graph.gather data-dependent: [parallel 2, parallel 5] reads (d0, d1) -> (0, d1) data-dependent reads (d0, d1) -> (d0)
  %4 = graph.gather %w, (%i) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<3x5xf32>, tensor<2xi64>) -> tensor<2x5xf32>
  // CHECK: graph.window_reduce window: [parallel 1, parallel 4, parallel 4, window 3] reads (d0, d1, d2, d3) -> (d0, d1, d2 * 2 + d3) may-exceed
  %5 = graph.window_reduce max %m window [1, 1, 3] strides [1, 1, 2] dilations [1, 1, 1] low [0, 0, 0] : tensor<1x4x9xf32> -> tensor<1x4x4xf32>
  // CHECK: graph.scan scan: [parallel 1, parallel 4, sequential 9]
  %6 = graph.scan sum %m dim 2 : tensor<1x4x9xf32> -> tensor<1x4x9xf32>
  // CHECK: graph.iota source: [parallel 7]
  %7 = graph.iota 0 : tensor<7xi64>
  return
}
