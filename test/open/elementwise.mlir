// Element-wise operators become maps with explicit broadcasts; conversions and powers follow ONNX's result types.
// RUN: delos-opt --open-onnx %s | FileCheck %s

// CHECK-LABEL: func.func @broadcasts
// CHECK-SAME: (%[[X:.*]]: tensor<2x1x4xf32>, %[[Y:.*]]: tensor<3x1xf32>)
// CHECK-DAG: %[[BX:.*]] = graph.broadcast %[[X]] dims [0, 1, 2] : tensor<2x1x4xf32> -> tensor<2x3x4xf32>
// CHECK-DAG: %[[BY:.*]] = graph.broadcast %[[Y]] dims [1, 2] : tensor<3x1xf32> -> tensor<2x3x4xf32>
// CHECK: graph.map sub %[[BX]], %[[BY]]
func.func @broadcasts(%x: tensor<2x1x4xf32>, %y: tensor<3x1xf32>) -> tensor<2x3x4xf32> {
  %0 = onnx.node "Sub"(%x, %y) opset 14 : (tensor<2x1x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// Before version 7 the second operand's dims start at `axis`.
// CHECK-LABEL: func.func @axis
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>, %[[Y:.*]]: tensor<3xf32>)
// CHECK: %[[BY:.*]] = graph.broadcast %[[Y]] dims [1] : tensor<3xf32> -> tensor<2x3x4xf32>
// CHECK: graph.map add %[[X]], %[[BY]]
func.func @axis(%x: tensor<2x3x4xf32>, %y: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %0 = onnx.node "Add"(%x, %y) {axis = 1 : i64, broadcast = 1 : i64} opset 6 : (tensor<2x3x4xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @powers
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>, %[[N:.*]]: tensor<4xi32>)
// CHECK: graph.map mul %[[X]], %[[X]]
// CHECK: %[[E:.*]] = graph.cast %[[N]] : tensor<4xi32> to tensor<4xf32>
// CHECK: graph.map pow %[[X]], %[[E]]
func.func @powers(%x: tensor<4xf32>, %n: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %two = onnx.constant dense<2.0> : tensor<f32>
  %0 = onnx.node "Pow"(%x, %two) opset 15 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.node "Pow"(%x, %n) opset 15 : (tensor<4xf32>, tensor<4xi32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// Bounds of Clip are attributes before version 11 and optional operands after.
// CHECK-LABEL: func.func @clip
// CHECK: graph.map min
// CHECK-NOT: graph.map max
// CHECK: graph.map max
// CHECK-NOT: graph.map min
// CHECK: return
func.func @clip(%x: tensor<4xf32>, %low: tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = onnx.node "Clip"(%x) {max = 6.0 : f32} opset 6 : (tensor<4xf32>) -> tensor<4xf32>
  %1 = onnx.node "Clip"(%0, %low) opset 13 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// 16-bit activations are computed in f32 and rounded once.
// CHECK-LABEL: func.func @gelu
// CHECK: graph.cast %{{.*}} : tensor<4xf16> to tensor<4xf32>
// CHECK: graph.map erf {{.*}} -> tensor<4xf32>
// CHECK: graph.cast %{{.*}} : tensor<4xf32> to tensor<4xf16>
// CHECK-NOT: graph.cast
// CHECK: return
func.func @gelu(%x: tensor<4xf16>) -> tensor<4xf16> {
  %0 = onnx.node "Gelu"(%x) opset 20 : (tensor<4xf16>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// Softmax flattened the dims from its axis on before version 13.
// CHECK-LABEL: func.func @softmax
// CHECK: graph.reduce max %{{.*}} dims [1, 2]
// CHECK: graph.reduce sum %{{.*}} dims [1, 2]
// CHECK: graph.reduce max %{{.*}} dims [2]
// CHECK: graph.map exp
// CHECK: graph.reduce sum %{{.*}} dims [2]
// CHECK: graph.map div
func.func @softmax(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = onnx.node "Softmax"(%x) opset 11 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %1 = onnx.node "Softmax"(%0) opset 13 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// Dropout drops only in training; the draw is seeded by the node.
// CHECK-LABEL: func.func @dropout
// CHECK: graph.random uniform seed
func.func @dropout(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xi1>) {
  %ratio = onnx.constant dense<0.25> : tensor<f32>
  %yes = onnx.constant dense<true> : tensor<i1>
  %0:2 = onnx.node "Dropout"(%x, %ratio, %yes) {seed = 7 : i64} opset 13 id "9f86d081884c7d65" : (tensor<4xf32>, tensor<f32>, tensor<i1>) -> (tensor<4xf32>, tensor<4xi1>)
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xi1>
}
