// Shape arithmetic over symbolic sizes folds: without it every reshape of an exported transformer would be unsupported.
// RUN: delos-opt --open-onnx %s | FileCheck %s

// Shape -> Gather -> Concat -> Reshape splits a hidden size into heads.
// CHECK-LABEL: func.func @heads
// CHECK-SAME: (%[[X:.*]]: tensor<?x?x64xf32, #graph.dims<"b", "s", 64>>) -> tensor<?x?x4x16xf32, #graph.dims<"b", "s", 4, 16>>
// CHECK-NEXT: %[[Y:.*]] = graph.reshape %[[X]]
// CHECK-NEXT: return %[[Y]]
func.func @heads(%x: tensor<?x?x64xf32, #graph.dims<"b", "s", 64>>) -> tensor<?x?x4x16xf32> {
  %shape = onnx.node "Shape"(%x) opset 13 : (tensor<?x?x64xf32, #graph.dims<"b", "s", 64>>) -> !onnx.unknown
  %zero = onnx.constant dense<0> : tensor<1xi64>
  %end = onnx.constant dense<2> : tensor<1xi64>
  %lead = onnx.node "Slice"(%shape, %zero, %end) opset 13 : (!onnx.unknown, tensor<1xi64>, tensor<1xi64>) -> !onnx.unknown
  %tail = onnx.constant dense<[4, -1]> : tensor<2xi64>
  %to = onnx.node "Concat"(%lead, %tail) {axis = 0 : i64} opset 13 : (!onnx.unknown, tensor<2xi64>) -> !onnx.unknown
  %y = onnx.node "Reshape"(%x, %to) opset 13 : (tensor<?x?x64xf32, #graph.dims<"b", "s", 64>>, !onnx.unknown) -> tensor<?x?x4x16xf32>
  return %y : tensor<?x?x4x16xf32>
}

// A shape that leaves the model is a list of sizes.
// CHECK-LABEL: func.func @sizes
// CHECK: %[[S:.*]] = graph.dims_value <"b", "2*s", 3> : tensor<3xi64>
// CHECK-NEXT: return %[[S]]
func.func @sizes(%x: tensor<?x?x3xf32, #graph.dims<"b", "s", 3>>) -> tensor<3xi64> {
  %shape = onnx.node "Shape"(%x) opset 13 : (tensor<?x?x3xf32, #graph.dims<"b", "s", 3>>) -> !onnx.unknown
  %factors = onnx.constant dense<[1, 2, 1]> : tensor<3xi64>
  %y = onnx.node "Mul"(%shape, %factors) opset 14 : (!onnx.unknown, tensor<3xi64>) -> tensor<3xi64>
  return %y : tensor<3xi64>
}

// Two symbols that must agree are noted for the caller to check.
// CHECK-LABEL: func.func @assumed
// CHECK-SAME: graph.equal_dims = [#graph.dims<"a", "b">]
func.func @assumed(%x: tensor<?xf32, #graph.dims<"a">>, %y: tensor<?xf32, #graph.dims<"b">>) -> tensor<?xf32> {
  %z = onnx.node "Add"(%x, %y) opset 14 : (tensor<?xf32, #graph.dims<"a">>, tensor<?xf32, #graph.dims<"b">>) -> tensor<?xf32>
  return %z : tensor<?xf32>
}

// An input whose value is given decides shapes as a constant does, and stays in the signature.
// CHECK-LABEL: func.func @given
// CHECK-SAME: %{{.*}}: tensor<2xi64> {onnx.value = dense<[3, -1]> : tensor<2xi64>}) -> tensor<3x4xf32>
func.func @given(%x: tensor<2x6xf32>, %s: tensor<2xi64> {onnx.value = dense<[3, -1]> : tensor<2xi64>}) -> tensor<*xf32> {
  %y = onnx.node "Reshape"(%x, %s) opset 14 : (tensor<2x6xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}
