// Rules of the algebra table and casts of casts. Every rule alone is tested on values in unit/Graph.
// RUN: delos-opt %s --split-input-file --graph-algebra | FileCheck %s

// CHECK-LABEL: func.func @powers(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<4xf32>
// CHECK-DAG: %[[S:.*]] = graph.map mul %[[X]], %[[X]]
// CHECK-DAG: %[[R:.*]] = graph.map sqrt %[[S]]
// CHECK-DAG: %[[E:.*]] = graph.constant dense<1.250000e-01> : tensor<4xf32>
// CHECK-DAG: %[[D:.*]] = graph.map mul %[[R]], %[[E]]
// CHECK: return %[[D]]
func.func @powers(%x: tensor<4xf32>) -> tensor<4xf32> {
  %two = graph.constant dense<2.0> : tensor<4xf32>
  %half = graph.constant dense<0.5> : tensor<4xf32>
  %eight = graph.constant dense<8.0> : tensor<4xf32>
  %s = graph.map pow %x, %two : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %r = graph.map pow %s, %half : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %d = graph.map div %r, %eight : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %d : tensor<4xf32>
}

// -----

// With symbolic sizes constants are broadcasts of a scalar.
// CHECK-LABEL: func.func @symbolic(
// CHECK-DAG: %[[C:.*]] = graph.constant dense<6.000000e+00> : tensor<f32>
// CHECK-DAG: %[[B:.*]] = graph.broadcast %[[C]] dims []
// CHECK: %[[M:.*]] = graph.map mul %{{.*}}, %[[B]]
// CHECK: return %[[M]]
func.func @symbolic(%x: tensor<?xf32, #graph.dims<"n">>) -> tensor<?xf32, #graph.dims<"n">> {
  %a = graph.constant dense<2.0> : tensor<f32>
  %b = graph.constant dense<3.0> : tensor<f32>
  %c = graph.broadcast %a dims [] : tensor<f32> -> tensor<?xf32, #graph.dims<"n">>
  %d = graph.broadcast %b dims [] : tensor<f32> -> tensor<?xf32, #graph.dims<"n">>
  %0 = graph.map mul %c, %x : (tensor<?xf32, #graph.dims<"n">>, tensor<?xf32, #graph.dims<"n">>) -> tensor<?xf32, #graph.dims<"n">>
  %1 = graph.map mul %0, %d : (tensor<?xf32, #graph.dims<"n">>, tensor<?xf32, #graph.dims<"n">>) -> tensor<?xf32, #graph.dims<"n">>
  return %1 : tensor<?xf32, #graph.dims<"n">>
}

// -----

// What NaN, infinity or rounding could tell apart must stay on floats.
// CHECK-LABEL: func.func @stays
// CHECK: graph.map mul
// CHECK: graph.map sub
// CHECK: graph.map pow
// CHECK: graph.map div
// CHECK-COUNT-2: graph.map add
func.func @stays(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %zero = graph.constant dense<0.0> : tensor<4xf32>
  %half = graph.constant dense<0.5> : tensor<4xf32>
  %three = graph.constant dense<3.0> : tensor<4xf32>
  %0 = graph.map mul %x, %zero : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.map sub %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.map pow %x, %half : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.map div %x, %three : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = graph.map add %x, %half : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %5 = graph.map add %4, %three : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2, %3, %5 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// Casts through a wider type go; through a narrower one they stay.
// CHECK-LABEL: func.func @casts(
// CHECK-SAME: %[[H:[a-z0-9]+]]: tensor<4xf16>, %[[I:[a-z0-9]+]]: tensor<4xi32>, %[[F:[a-z0-9]+]]: tensor<4xf32>
// CHECK-DAG: %[[A:.*]] = graph.cast %[[I]] : tensor<4xi32> to tensor<4xf32>
// CHECK-DAG: %[[N:.*]] = graph.cast %[[F]] : tensor<4xf32> to tensor<4xf16>
// CHECK-DAG: %[[W:.*]] = graph.cast %[[N]] : tensor<4xf16> to tensor<4xf32>
// CHECK: return %[[H]], %[[A]], %[[W]]
func.func @casts(%h: tensor<4xf16>, %i: tensor<4xi32>, %f: tensor<4xf32>) -> (tensor<4xf16>, tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.cast %h : tensor<4xf16> to tensor<4xf32>
  %1 = graph.cast %0 : tensor<4xf32> to tensor<4xf16>
  %2 = graph.cast %i : tensor<4xi32> to tensor<4xi64>
  %3 = graph.cast %2 : tensor<4xi64> to tensor<4xf32>
  %4 = graph.cast %f : tensor<4xf32> to tensor<4xf16>
  %5 = graph.cast %4 : tensor<4xf16> to tensor<4xf32>
  return %1, %3, %5 : tensor<4xf16>, tensor<4xf32>, tensor<4xf32>
}

// -----

// A softmax divides once per row: its sum is at least 1.
// CHECK-LABEL: func.func @softmax(
// CHECK: %[[S:.*]] = graph.reduce sum %[[E:[0-9]+]] dims [1]
// CHECK: %[[R:.*]] = graph.map reciprocal %[[S]] : (tensor<4xf32>) -> tensor<4xf32>
// CHECK: %[[B:.*]] = graph.broadcast %[[R]] dims [0] : tensor<4xf32> -> tensor<4x8xf32>
// CHECK: graph.map mul %[[E]], %[[B]]
func.func @softmax(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %m = graph.reduce max %x dims [1] : tensor<4x8xf32> -> tensor<4xf32>
  %b = graph.broadcast %m dims [0] : tensor<4xf32> -> tensor<4x8xf32>
  %d = graph.map sub %x, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %e = graph.map exp %d : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %s = graph.reduce sum %e dims [1] : tensor<4x8xf32> -> tensor<4xf32>
  %t = graph.broadcast %s dims [0] : tensor<4xf32> -> tensor<4x8xf32>
  %y = graph.map div %e, %t : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// The sum of exponentials without a shift may be too small for a reciprocal; so may any input.
// CHECK-LABEL: func.func @division_stays(
// CHECK-COUNT-2: graph.map div
func.func @division_stays(%x: tensor<4x8xf32>, %s: tensor<4xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = graph.map exp %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %a = graph.reduce sum %e dims [1] : tensor<4x8xf32> -> tensor<4xf32>
  %t = graph.broadcast %a dims [0] : tensor<4xf32> -> tensor<4x8xf32>
  %y = graph.map div %e, %t : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %u = graph.broadcast %s dims [0] : tensor<4xf32> -> tensor<4x8xf32>
  %z = graph.map div %x, %u : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y, %z : tensor<4x8xf32>, tensor<4x8xf32>
}
