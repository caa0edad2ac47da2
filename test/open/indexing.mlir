// Gathers and scatters by elements, slices and tuples are one primitive each, told apart by their index maps.
// RUN: delos-opt --open-onnx %s | FileCheck %s

// CHECK-DAG: #[[ROWS:.*]] = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-DAG: #[[PAIR:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[SAME:.*]] = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @embedding
// CHECK: graph.gather %{{.*}}, (%{{.*}}) dims [0] source #[[ROWS]] index [#[[PAIR]]] {{.*}} -> tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>
func.func @embedding(%t: tensor<30x8xf32>, %i: tensor<?x?xi64, #graph.dims<"b", "s">>) -> tensor<?x?x8xf32> {
  %0 = onnx.node "Gather"(%t, %i) opset 13 : (tensor<30x8xf32>, tensor<?x?xi64, #graph.dims<"b", "s">>) -> tensor<?x?x8xf32>
  return %0 : tensor<?x?x8xf32>
}

// CHECK-LABEL: func.func @elements
// CHECK: graph.gather %{{.*}}, (%{{.*}}) dims [1] source #[[SAME]] index [#[[SAME]]]
// CHECK: graph.scatter add %{{.*}}, %{{.*}}, (%{{.*}}) dims [1] target #[[SAME]] index [#[[SAME]]]
func.func @elements(%x: tensor<2x8xf32>, %i: tensor<2x3xi64>) -> tensor<2x8xf32> {
  %0 = onnx.node "GatherElements"(%x, %i) {axis = 1 : i64} opset 13 : (tensor<2x8xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  %1 = onnx.node "ScatterElements"(%x, %i, %0) {axis = 1 : i64, reduction = "add"} opset 18
    : (tensor<2x8xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<2x8xf32>
  return %1 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @tuples
// CHECK: graph.gather %{{.*}}, (%{{.*}}, %{{.*}}) dims [0, 1] {{.*}} -> tensor<5x6xf32>
func.func @tuples(%x: tensor<3x4x6xf32>, %i: tensor<5x2xi64>) -> tensor<5x6xf32> {
  %0 = onnx.node "GatherND"(%x, %i) opset 13 : (tensor<3x4x6xf32>, tensor<5x2xi64>) -> tensor<5x6xf32>
  return %0 : tensor<5x6xf32>
}

// CHECK-LABEL: func.func @onehot
// CHECK: graph.iota 1 : tensor<3x5xi64>
// CHECK: graph.map eq
// CHECK: graph.map select
func.func @onehot(%i: tensor<3xi64>, %v: tensor<2xf32>) -> tensor<3x5xf32> {
  %depth = onnx.constant dense<5> : tensor<i64>
  %0 = onnx.node "OneHot"(%i, %depth, %v) opset 11 : (tensor<3xi64>, tensor<i64>, tensor<2xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// Nearest reads known positions; linear adds two weighted reads.
// CHECK-LABEL: func.func @resize
// CHECK: %[[P:.*]] = graph.constant dense<[0, 0, 1, 1]> : tensor<4xi64>
// CHECK: graph.gather %{{.*}}, (%[[P]]) dims [1]
// CHECK: dense<[2.500000e-01, 7.500000e-01, 2.500000e-01, 7.500000e-01]> : tensor<4xf32>
func.func @resize(%x: tensor<1x2xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %none = onnx.none : !onnx.none
  %scales = onnx.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = onnx.node "Resize"(%x, %none, %scales) opset 13 : (tensor<1x2xf32>, !onnx.none, tensor<2xf32>) -> tensor<1x4xf32>
  %1 = onnx.node "Resize"(%x, %none, %scales) {mode = "linear"} opset 13 : (tensor<1x2xf32>, !onnx.none, tensor<2xf32>) -> tensor<1x4xf32>
  return %0, %1 : tensor<1x4xf32>, tensor<1x4xf32>
}
