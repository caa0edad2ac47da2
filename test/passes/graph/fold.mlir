// Ops of constant operands are evaluated; what would grow, is random or fails at run time stays.
// RUN: delos-opt %s --split-input-file --graph-fold | FileCheck %s

// A chain leaves one constant; the intermediate ones go.
// CHECK-LABEL: func.func @chain
// CHECK-NEXT: %[[C:.*]] = graph.constant dense<[2.500000e+00, -5.000000e-01]> : tensor<2xf32>
// CHECK-NEXT: return %[[C]]
func.func @chain() -> tensor<2xf32> {
  %a = graph.constant dense<[1.0, -2.0]> : tensor<2xf32>
  %b = graph.constant dense<1.5> : tensor<2xf32>
  %n = graph.map neg %b : (tensor<2xf32>) -> tensor<2xf32>
  %s = graph.map sub %a, %n : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %s : tensor<2xf32>
}

// -----

// Views, casts and reductions.
// CHECK-LABEL: func.func @views
// CHECK-DAG: %[[T:.*]] = graph.constant dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi64>
// CHECK-DAG: %[[S:.*]] = graph.constant dense<{{\[\[}}3], [6]]> : tensor<2x1xi64>
// CHECK-DAG: %[[R:.*]] = graph.constant dense<{{\[\[}}3, 2, 1], [6, 5, 4]]> : tensor<2x3xi64>
// CHECK-DAG: %[[K:.*]] = graph.constant dense<{{\[\[}}1, 2, 3, 3], [4, 5, 6, 6]]> : tensor<2x4xi64>
// CHECK-DAG: %[[P:.*]] = graph.constant dense<{{\[\[}}9, 1, 9, 2, 9, 3], [9, 4, 9, 5, 9, 6]]> : tensor<2x6xi64>
// CHECK-DAG: %[[F:.*]] = graph.constant dense<[6.000000e+00, 1.500000e+01]> : tensor<2xf32>
// CHECK: return %[[T]], %[[S]], %[[R]], %[[K]], %[[P]], %[[F]]
func.func @views() -> (tensor<3x2xi64>, tensor<2x1xi64>, tensor<2x3xi64>, tensor<2x4xi64>, tensor<2x6xi64>, tensor<2xf32>) {
  %x = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  %v = graph.constant dense<9> : tensor<i64>
  %t = graph.transpose %x perm [1, 0] : tensor<2x3xi64> -> tensor<3x2xi64>
  %s = graph.slice %x starts <0, 2> strides [1, 1] : tensor<2x3xi64> -> tensor<2x1xi64>
  %r = graph.reverse %x dims [1] : tensor<2x3xi64>
  %k = graph.concat %x, %s dim 1 : (tensor<2x3xi64>, tensor<2x1xi64>) -> tensor<2x4xi64>
  %p = graph.pad %x with %v low <0, 1> high <0, 0> interior [0, 1] : (tensor<2x3xi64>, tensor<i64>) -> tensor<2x6xi64>
  %c = graph.cast %x : tensor<2x3xi64> to tensor<2x3xf32>
  %f = graph.reduce sum %c dims [1] : tensor<2x3xf32> -> tensor<2xf32>
  return %t, %s, %r, %k, %p, %f : tensor<3x2xi64>, tensor<2x1xi64>, tensor<2x3xi64>, tensor<2x4xi64>, tensor<2x6xi64>, tensor<2xf32>
}

// -----

// Contractions, convolutions with their padding, gathers and scatters.
// CHECK-LABEL: func.func @indexed
// CHECK-DAG: %[[M:.*]] = graph.constant dense<{{\[\[}}7, 10], [15, 22]]> : tensor<2x2xi32>
// CHECK-DAG: %[[C:.*]] = graph.constant dense<{{\[\[\[}}2.100000e+01, 3.200000e+01, 1.000000e+01]]]> : tensor<1x1x3xf32>
// CHECK-DAG: %[[G:.*]] = graph.constant dense<{{\[\[}}3, 4], [1, 2]]> : tensor<2x2xi32>
// CHECK-DAG: %[[S:.*]] = graph.constant dense<{{\[\[}}1, 2], [8, 9]]> : tensor<2x2xi32>
// CHECK: return %[[M]], %[[C]], %[[G]], %[[S]]
func.func @indexed() -> (tensor<2x2xi32>, tensor<1x1x3xf32>, tensor<2x2xi32>, tensor<2x2xi32>) {
  %x = graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %m = graph.contract %x, %x batch [] x [] contract [1] x [0] : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %i = graph.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %w = graph.constant dense<[[[0.0, 1.0, 10.0]]]> : tensor<1x1x3xf32>
  %c = graph.conv %i, %w strides [1] dilations [1] low [1] high [1] : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  %n = graph.constant dense<[10.0, 9.0, 10.0]> : tensor<3xf32>
  %b = graph.broadcast %n dims [2] : tensor<3xf32> -> tensor<1x1x3xf32>
  %d = graph.map min %c, %b : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  %e = graph.map sub %c, %d : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  %f = graph.map add %e, %b : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  %p = graph.constant dense<[1, -2]> : tensor<2xi64>
  %g = graph.gather %x, (%p) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<2x2xi32>, tensor<2xi64>) -> tensor<2x2xi32>
  %u = graph.constant dense<[[8, 9]]> : tensor<1x2xi32>
  %q = graph.constant dense<1> : tensor<1xi64>
  %s = graph.scatter assign %x, %u, (%q) dims [0] target affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<2x2xi32>, tensor<1x2xi32>, tensor<1xi64>) -> tensor<2x2xi32>
  return %m, %f, %g, %s : tensor<2x2xi32>, tensor<1x1x3xf32>, tensor<2x2xi32>, tensor<2x2xi32>
}

// -----

// A splat of any size is one element, also through maps.
// CHECK-LABEL: func.func @splat
// CHECK-NEXT: graph.constant dense<3.000000e+00> : tensor<1000x1000x1000xf32>
// CHECK-NEXT: return
func.func @splat() -> tensor<1000x1000x1000xf32> {
  %a = graph.constant dense<1.0> : tensor<f32>
  %b = graph.broadcast %a dims [] : tensor<f32> -> tensor<1000x1000x1000xf32>
  %c = graph.map add %b, %b : (tensor<1000x1000x1000xf32>, tensor<1000x1000x1000xf32>) -> tensor<1000x1000x1000xf32>
  %d = graph.map add %c, %b : (tensor<1000x1000x1000xf32>, tensor<1000x1000x1000xf32>) -> tensor<1000x1000x1000xf32>
  return %d : tensor<1000x1000x1000xf32>
}

// -----

// Bools, half precision, integer wrap-around and saturation.
// CHECK-LABEL: func.func @types
// CHECK-DAG: graph.constant dense<[true, false]> : tensor<2xi1>
// CHECK-DAG: graph.constant dense<[-126, -128]> : tensor<2xi8>
// CHECK-DAG: graph.constant dense<[127, 0]> : tensor<2xi8>
// CHECK-DAG: graph.constant dense<[1.000000e+00, 0x7E00]> : tensor<2xf16>
func.func @types() -> (tensor<2xi1>, tensor<2xi8>, tensor<2xi8>, tensor<2xf16>) {
  %a = graph.constant dense<[3.0e9, 0x7FC00000]> : tensor<2xf32>
  %n = graph.map is_nan %a : (tensor<2xf32>) -> tensor<2xi1>
  %b = graph.map bit_not %n : (tensor<2xi1>) -> tensor<2xi1>
  %i = graph.constant dense<[127, -127]> : tensor<2xi8>
  %j = graph.constant dense<[3, -1]> : tensor<2xi8>
  %k = graph.map add %i, %j : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
  %s = graph.cast %a mode saturate : tensor<2xf32> to tensor<2xi8>
  %d = graph.map div %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %h = graph.cast %d : tensor<2xf32> to tensor<2xf16>
  return %b, %k, %s, %h : tensor<2xi1>, tensor<2xi8>, tensor<2xi8>, tensor<2xf16>
}

// -----

// Random numbers, index counting, an index out of range, and an outer product of constants that would grow stay.
// CHECK-LABEL: func.func @stays
// CHECK: graph.random
// CHECK: graph.iota
// CHECK: graph.gather
// CHECK: graph.map mul
func.func @stays() -> (tensor<4xf32>, tensor<8xi64>, tensor<1xf32>, tensor<2000x2000xf32>) {
  %r = graph.random uniform seed 1 : tensor<4xf32>
  %o = graph.iota 0 : tensor<8xi64>
  %x = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %i = graph.constant dense<2> : tensor<1xi64>
  %g = graph.gather %x, (%i) dims [0] source affine_map<(d0) -> (0)> index [affine_map<(d0) -> (d0)>] : (tensor<2xf32>, tensor<1xi64>) -> tensor<1xf32>
  %k = graph.iota 0 : tensor<2000xf32>
  %a = graph.broadcast %k dims [0] : tensor<2000xf32> -> tensor<2000x2000xf32>
  %b = graph.broadcast %k dims [1] : tensor<2000xf32> -> tensor<2000x2000xf32>
  %c = graph.map mul %a, %b : (tensor<2000x2000xf32>, tensor<2000x2000xf32>) -> tensor<2000x2000xf32>
  return %r, %o, %g, %c : tensor<4xf32>, tensor<8xi64>, tensor<1xf32>, tensor<2000x2000xf32>
}

// -----

// A repetition of a constant is read in place.
// CHECK-LABEL: func.func @broadcast_stays
// CHECK: graph.broadcast
func.func @broadcast_stays() -> tensor<3x2xf32> {
  %x = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %a = graph.broadcast %x dims [1] : tensor<2xf32> -> tensor<3x2xf32>
  return %a : tensor<3x2xf32>
}
