// Nodes that cannot be opened are errors that name node, operator, version and element type, all of them in one run.
// RUN: delos-opt --open-onnx --split-input-file --verify-diagnostics %s

func.func @two(%x: tensor<2x3xf32>, %y: tensor<4x5xf32>, %a: tensor<1xi64> {onnx.name = "axes"}) -> (tensor<*xf32>, tensor<*xf32>) {
  // expected-error @below {{invalid: node 'sum' (ai.onnx:Add v13, f32): shapes [2, 3] and [4, 5] do not broadcast}}
  %0 = onnx.node "Add"(%x, %y) opset 13 name "sum" : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<*xf32>
  // expected-error @below {{unsupported: node 'r' (ai.onnx:ReduceSum v13, f32): the value of operand 1 is not known at compile time; it comes from input 'axes'}}
  %1 = onnx.node "ReduceSum"(%x, %a) opset 13 name "r" : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @operator(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  // expected-error @below {{unsupported: node 'Mystery' (com.example:Mystery v1, f32): no opener}}
  %0 = onnx.node "Mystery"(%x) domain "com.example" opset 1 : (tensor<2x3xf32>) -> tensor<*xf32>
  // What depends on a failed node is not reported again.
  %1 = onnx.node "Relu"(%0) opset 13 : (tensor<*xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @operands(%x: tensor<2x3xf32>, %i: tensor<2x3xi32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xi32>) {
  // expected-error @below {{expected 2 to 2 operands, got 1}}
  %0 = onnx.node "Add"(%x) opset 13 : (tensor<2x3xf32>) -> tensor<*xf32>
  // expected-error @below {{expected operands of element type i32, got f32}}
  %1 = onnx.node "Add"(%x, %i) opset 13 : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<*xf32>
  // expected-error @below {{expected an axis in [-2, 2), got 2}}
  %2 = onnx.node "Softmax"(%x) {axis = 2 : i64} opset 13 : (tensor<2x3xf32>) -> tensor<*xf32>
  // expected-error @below {{exp is not defined for i32}}
  %3 = onnx.node "Exp"(%i) opset 13 : (tensor<2x3xi32>) -> tensor<*xi32>
  return %0, %1, %2, %3 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xi32>
}

// -----

func.func @reshape(%x: tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %five = onnx.constant dense<[5]> : tensor<1xi64>
  %huge = onnx.constant dense<[9223372036854775807, 9223372036854775807, 3]> : tensor<3xi64>
  // expected-error @below {{cannot reshape [2, 3] to [5]: 6 elements are not 5}}
  %0 = onnx.node "Reshape"(%x, %five) opset 13 : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  // expected-error @below {{do not broadcast}}
  %1 = onnx.node "Expand"(%x, %huge) opset 13 : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<*xf32>
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @size(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %huge = onnx.constant dense<[9223372036854775807, 2, 3]> : tensor<3xi64>
  // expected-error @below {{expected at most 2^40 elements}}
  %0 = onnx.node "Expand"(%x, %huge) opset 13 : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
