// Slices, pads and splits resolve negative bounds, backward steps and symbolic sizes while opening.
// RUN: delos-opt --open-onnx %s | FileCheck %s

// CHECK-LABEL: func.func @backward
// CHECK: %[[R:.*]] = graph.reverse %{{.*}} dims [0] : tensor<10xf32>
// CHECK: graph.slice %[[R]] starts <1> strides [3] : tensor<10xf32> -> tensor<3xf32>
func.func @backward(%x: tensor<10xf32>) -> tensor<3xf32> {
  // x[-2::-3] reads 8, 5, 2.
  %start = onnx.constant dense<-2> : tensor<1xi64>
  %end = onnx.constant dense<-9223372036854775808> : tensor<1xi64>
  %axes = onnx.constant dense<0> : tensor<1xi64>
  %step = onnx.constant dense<-3> : tensor<1xi64>
  %0 = onnx.node "Slice"(%x, %start, %end, %axes, %step) opset 13
    : (tensor<10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// The last position of a sequence of any length.
// CHECK-LABEL: func.func @last
// CHECK: graph.slice %{{.*}} starts <0, "s - 1"> strides [1, 1] {{.*}} -> tensor<2x1xf32>
func.func @last(%x: tensor<2x?xf32, #graph.dims<2, "s">>) -> tensor<2x1xf32> {
  %start = onnx.constant dense<-1> : tensor<1xi64>
  %end = onnx.constant dense<9223372036854775807> : tensor<1xi64>
  %axis = onnx.constant dense<1> : tensor<1xi64>
  %0 = onnx.node "Slice"(%x, %start, %end, %axis) opset 13
    : (tensor<2x?xf32, #graph.dims<2, "s">>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// A table of positions cut to the sequence: the caller must keep s at most 512.
// CHECK-LABEL: func.func @positions
// CHECK-SAME: graph.equal_dims = [#graph.dims<"min(512, s)", "s">]
// CHECK: graph.slice %{{.*}} starts <0, 0> strides [1, 1] : tensor<1x512xf32> -> tensor<1x?xf32, #graph.dims<1, "s">>
func.func @positions(%x: tensor<2x?xf32, #graph.dims<2, "s">>, %table: tensor<1x512xf32>) -> tensor<2x?xf32> {
  %shape = onnx.node "Shape"(%x) {start = 1 : i64} opset 15 : (tensor<2x?xf32, #graph.dims<2, "s">>) -> tensor<1xi64>
  %zero = onnx.constant dense<0> : tensor<1xi64>
  %one = onnx.constant dense<1> : tensor<1xi64>
  %cut = onnx.node "Slice"(%table, %zero, %shape, %one) opset 13
    : (tensor<1x512xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %0 = onnx.node "Add"(%x, %cut) opset 14 : (tensor<2x?xf32, #graph.dims<2, "s">>, tensor<*xf32>) -> tensor<2x?xf32>
  return %0 : tensor<2x?xf32>
}

// Negative pads crop; reflection reads known positions.
// CHECK-LABEL: func.func @pads
// CHECK: graph.pad %{{.*}} low <0, 1> high <2, 0>
// CHECK: graph.slice %{{.*}} starts <1, 0> strides [1, 1] : tensor<5x5xf32> -> tensor<4x5xf32>
// CHECK: %[[P:.*]] = graph.constant dense<[2, 1, 0, 1, 2, 3, 2]> : tensor<7xi64>
// CHECK: graph.gather %{{.*}}, (%[[P]]) dims [1]
func.func @pads(%x: tensor<3x4xf32>) -> (tensor<4x5xf32>, tensor<3x7xf32>) {
  %pads = onnx.constant dense<[-1, 1, 2, 0]> : tensor<4xi64>
  %reflect = onnx.constant dense<[0, 2, 0, 1]> : tensor<4xi64>
  %0 = onnx.node "Pad"(%x, %pads) opset 13 : (tensor<3x4xf32>, tensor<4xi64>) -> tensor<4x5xf32>
  %1 = onnx.node "Pad"(%x, %reflect) {mode = "reflect"} opset 13 : (tensor<3x4xf32>, tensor<4xi64>) -> tensor<3x7xf32>
  return %0, %1 : tensor<4x5xf32>, tensor<3x7xf32>
}

// Seven elements in three parts: 3, 3, 1.
// CHECK-LABEL: func.func @split
// CHECK-SAME: -> (tensor<3xf32>, tensor<3xf32>, tensor<1xf32>)
func.func @split(%x: tensor<7xf32>) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %0:3 = onnx.node "Split"(%x) {num_outputs = 3 : i64} opset 18 : (tensor<7xf32>) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
  return %0#0, %0#1, %0#2 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func.func @tile
// CHECK: graph.broadcast %{{.*}} dims [1, 2] : tensor<2x3xf32> -> tensor<4x2x3xf32>
// CHECK: graph.reshape %{{.*}} -> tensor<8x3xf32>
func.func @tile(%x: tensor<2x3xf32>) -> tensor<8x3xf32> {
  %repeats = onnx.constant dense<[4, 1]> : tensor<2xi64>
  %0 = onnx.node "Tile"(%x, %repeats) opset 13 : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<8x3xf32>
  return %0 : tensor<8x3xf32>
}

// Unsqueeze takes axes as an attribute before version 13.
// CHECK-LABEL: func.func @unsqueeze
// CHECK: graph.reshape %{{.*}} : tensor<2x3xf32> -> tensor<1x2x3x1xf32>
func.func @unsqueeze(%x: tensor<2x3xf32>) -> tensor<1x2x3x1xf32> {
  %0 = onnx.node "Unsqueeze"(%x) {axes = array<i64: 0, -1>} opset 11 : (tensor<2x3xf32>) -> tensor<1x2x3x1xf32>
  return %0 : tensor<1x2x3x1xf32>
}
