// Shape arithmetic on symbolic sizes becomes lists of sizes.
// RUN: delos-opt %s --split-input-file --graph-fold | FileCheck %s

// Slices, gathers, arithmetic, casts and concatenation, as exporters write the target of a reshape.
// CHECK-LABEL: func.func @reshape_target
// CHECK-NEXT: %[[D:.*]] = graph.dims_value <"batch", "seq", 12, 64> : tensor<4xi64>
// CHECK-NEXT: %[[P:.*]] = graph.dims_value <"2*batch*seq"> : tensor<1xi64>
// CHECK-NEXT: %[[S:.*]] = graph.reshape %[[P]] : tensor<1xi64> -> tensor<i64>
// CHECK-NEXT: return %[[D]], %[[S]]
func.func @reshape_target() -> (tensor<4xi64>, tensor<i64>) {
  %d = graph.dims_value <"batch", "seq", 768> : tensor<3xi64>
  %zero = graph.constant dense<0> : tensor<i64>
  %one = graph.constant dense<1> : tensor<i64>
  %b = graph.gather %d, (%zero) dims [0] source affine_map<() -> (0)> index [affine_map<() -> ()>] : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  %s = graph.gather %d, (%one) dims [0] source affine_map<() -> (0)> index [affine_map<() -> ()>] : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  %c = graph.cast %b : tensor<i64> to tensor<i32>
  %e = graph.cast %c : tensor<i32> to tensor<i64>
  %b1 = graph.reshape %e : tensor<i64> -> tensor<1xi64>
  %s1 = graph.reshape %s : tensor<i64> -> tensor<1xi64>
  %h = graph.slice %d starts <2> strides [1] : tensor<3xi64> -> tensor<1xi64>
  %twelve = graph.constant dense<12> : tensor<1xi64>
  %w = graph.map div %h, %twelve : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %all = graph.concat %b1, %s1, %twelve, %w dim 0 : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %two = graph.constant dense<2> : tensor<1xi64>
  %f = graph.slice %d starts <0> strides [1] : tensor<3xi64> -> tensor<2xi64>
  %g = graph.concat %f, %two dim 0 : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  %p = graph.reduce prod %g dims [0] : tensor<3xi64> -> tensor<i64>
  return %all, %p : tensor<4xi64>, tensor<i64>
}

// -----

// Where the sizes cancel, a constant remains; comparisons that hold for all sizes are decided.
// CHECK-LABEL: func.func @cancels
// CHECK-DAG: graph.constant dense<768> : tensor<1xi64>
// CHECK-DAG: graph.constant dense<true> : tensor<1xi1>
func.func @cancels() -> (tensor<1xi64>, tensor<1xi1>) {
  %d = graph.dims_value <"batch", "batch + 768"> : tensor<2xi64>
  %a = graph.slice %d starts <0> strides [1] : tensor<2xi64> -> tensor<1xi64>
  %b = graph.slice %d starts <1> strides [1] : tensor<2xi64> -> tensor<1xi64>
  %c = graph.map sub %b, %a : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %g = graph.map gt %b, %a : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  return %c, %g : tensor<1xi64>, tensor<1xi1>
}

// -----

// An unknown element, and a comparison that depends on the sizes, stay.
// CHECK-LABEL: func.func @stays
// CHECK: graph.map mul
// CHECK: graph.map eq
func.func @stays(%x: tensor<2xi64>) -> (tensor<2xi64>, tensor<2xi1>) {
  %d = graph.dims_value <"batch", "seq"> : tensor<2xi64>
  %one = graph.constant dense<1> : tensor<2xi64>
  %a = graph.map mul %d, %x : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %e = graph.map eq %d, %one : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>
  return %a, %e : tensor<2xi64>, tensor<2xi1>
}
