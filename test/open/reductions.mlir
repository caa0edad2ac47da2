// Reductions, normalisations and scans: axes from attributes or operands, by version.
// RUN: delos-opt --open-onnx %s | FileCheck %s

// CHECK-LABEL: func.func @axes
// CHECK: graph.reduce sum %{{.*}} dims [1] : tensor<2x3x4xf32> -> tensor<2x4xf32>
// CHECK: graph.reduce max %{{.*}} dims [0, 1]
// CHECK-SAME: -> tensor<f32>
func.func @axes(%x: tensor<2x3x4xf32>) -> tensor<f32> {
  %axes = onnx.constant dense<-2> : tensor<1xi64>
  %0 = onnx.node "ReduceSum"(%x, %axes) {keepdims = 0 : i64} opset 13 : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<2x4xf32>
  %1 = onnx.node "ReduceMax"(%0) {keepdims = 0 : i64} opset 13 : (tensor<2x4xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// A mean over a symbolic dim divides by its size.
// CHECK-LABEL: func.func @mean
// CHECK: graph.reduce sum
// CHECK: graph.dims_value <"s">
// CHECK: graph.map div
func.func @mean(%x: tensor<2x?xf32, #graph.dims<2, "s">>) -> tensor<2x1xf32> {
  %0 = onnx.node "ReduceMean"(%x) {axes = array<i64: 1>} opset 13 : (tensor<2x?xf32, #graph.dims<2, "s">>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// Statistics in f32, the scale in the data's type; the inverse deviation can be asked for.
// CHECK-LABEL: func.func @layer
// CHECK-SAME: -> (tensor<2x8xf16>, tensor<2x1xf32>)
// CHECK: graph.cast %{{.*}} : tensor<2x8xf16> to tensor<2x8xf32>
// CHECK: graph.map rsqrt {{.*}} -> tensor<2x1xf32>
func.func @layer(%x: tensor<2x8xf16>, %s: tensor<8xf16>) -> (tensor<2x8xf16>, tensor<2x1xf32>) {
  %none = onnx.none : !onnx.none
  %0:3 = onnx.node "LayerNormalization"(%x, %s, %none) opset 17 : (tensor<2x8xf16>, tensor<8xf16>, !onnx.none) -> (tensor<2x8xf16>, !onnx.none, tensor<2x1xf32>)
  return %0#0, %0#2 : tensor<2x8xf16>, tensor<2x1xf32>
}

// Outside training the statistics are operands: one multiply-add per element, with per-channel constants.
// CHECK-LABEL: func.func @batch
// CHECK: graph.map rsqrt {{.*}} -> tensor<3xf32>
// CHECK-NOT: graph.reduce
// CHECK: return
func.func @batch(%x: tensor<2x3x4x4xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<2x3x4x4xf32> {
  %0 = onnx.node "BatchNormalization"(%x, %s, %b, %m, %v) opset 15
    : (tensor<2x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4x4xf32>
  return %0 : tensor<2x3x4x4xf32>
}

// CHECK-LABEL: func.func @top
// CHECK: %[[V:.*]], %[[P:.*]] = graph.sort %{{.*}} dim 1 descending
// CHECK: graph.slice %[[V]] {{.*}} -> tensor<2x3xf32>
// CHECK: graph.slice %[[P]] {{.*}} -> tensor<2x3xi64>
func.func @top(%x: tensor<2x8xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>) {
  %k = onnx.constant dense<3> : tensor<1xi64>
  %0:2 = onnx.node "TopK"(%x, %k) opset 11 : (tensor<2x8xf32>, tensor<1xi64>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  return %0#0, %0#1 : tensor<2x3xf32>, tensor<2x3xi64>
}

// CHECK-LABEL: func.func @running
// CHECK: graph.scan sum %{{.*}} dim 1 exclusive reverse
func.func @running(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %axis = onnx.constant dense<-1> : tensor<i64>
  %0 = onnx.node "CumSum"(%x, %axis) {exclusive = 1 : i64, reverse = 1 : i64} opset 14 : (tensor<2x8xf32>, tensor<i64>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}
