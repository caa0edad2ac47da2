// Every message of the verifiers of views.
// RUN: delos-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.broadcast' op expected 2 dims, got 1}}
  %0 = graph.broadcast %x dims [0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.broadcast' op dims: expected dims below 2, got 2}}
  %0 = graph.broadcast %x dims [0, 2] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.broadcast' op dims: dim 1 occurs twice}}
  %0 = graph.broadcast %x dims [1, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.broadcast' op expected increasing dims}}
  %0 = graph.broadcast %x dims [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.broadcast' op input dim 1 of size 3 cannot become size 4}}
  %0 = graph.broadcast %x dims [0, 1] : tensor<2x3xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.broadcast' op result: expected element type 'f32', got 'f16'}}
  %0 = graph.broadcast %x dims [0, 1] : tensor<2x3xf32> -> tensor<2x3xf16>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.reshape' op expected 6 elements, got 7}}
  %0 = graph.reshape %x : tensor<2x3xf32> -> tensor<7xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.reshape' op expected element type 'f32', got 'i32'}}
  %0 = graph.reshape %x : tensor<2x3xf32> -> tensor<6xi32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.transpose' op expected a permutation of 2 dims, got 1 entries}}
  %0 = graph.transpose %x perm [0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.transpose' op perm: dim 0 occurs twice}}
  %0 = graph.transpose %x perm [0, 0] : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.transpose' op perm: expected dims below 2, got -1}}
  %0 = graph.transpose %x perm [0, -1] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.transpose' op result: expected dims [3, 2], got [2, 3]}}
  %0 = graph.transpose %x perm [1, 0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.slice' op expected 2 starts, got 1}}
  %0 = graph.slice %x starts <0> strides [1, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.slice' op strides: expected 2 entries, got 1}}
  %0 = graph.slice %x starts <0, 0> strides [1] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.slice' op strides: expected entries of at least 1, got 0}}
  %0 = graph.slice %x starts <0, 0> strides [1, 0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.slice' op expected a result of rank 2, got 1}}
  %0 = graph.slice %x starts <0, 0> strides [1, 1] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.slice' op dim 1: start 1, size 2, stride 2 leave an input of size 3}}
  %0 = graph.slice %x starts <0, 1> strides [1, 2] : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.slice' op dim 0: start -1, size 1, stride 1 leave an input of size 2}}
  %0 = graph.slice %x starts <-1, 0> strides [1, 1] : tensor<2x3xf32> -> tensor<1x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.slice' op result: expected element type 'f32', got 'f64'}}
  %0 = graph.slice %x starts <0, 0> strides [1, 1] : tensor<2x3xf32> -> tensor<2x3xf64>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.reverse' op dims: expected dims below 2, got 2}}
  %0 = graph.reverse %x dims [2] : tensor<2x3xf32>
  return
}

// -----

func.func @f() {
  // expected-error@below {{'graph.concat' op expected at least one operand}}
  %0 = "graph.concat"() {dim = 0 : i64} : () -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.concat' op dim: expected dims below 2, got 2}}
  %0 = graph.concat %x, %x dim 2 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.concat' op expected operands of rank 1, got 2}}
  %0 = graph.concat %x dim 0 : (tensor<2x3xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.concat' op operand: expected dims [2, 4], got [2, 3]}}
  %0 = graph.concat %x, %x dim 0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.concat' op expected size 4 along dim 0, got 5}}
  %0 = graph.concat %x, %x dim 0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<5x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %v: tensor<f32>) {
  // expected-error@below {{'graph.pad' op interior: expected 2 entries, got 1}}
  %0 = graph.pad %x with %v low <0, 0> high <0, 0> interior [0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %v: tensor<1xf32>) {
  // expected-error@below {{'graph.pad' op value: expected dims [], got [1]}}
  %0 = graph.pad %x with %v low <0, 0> high <0, 0> : (tensor<2x3xf32>, tensor<1xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %v: tensor<f16>) {
  // expected-error@below {{'graph.pad' op value: expected element type 'f32', got 'f16'}}
  %0 = graph.pad %x with %v low <0, 0> high <0, 0> : (tensor<2x3xf32>, tensor<f16>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %v: tensor<f32>) {
  // expected-error@below {{'graph.pad' op expected low, high and result of rank 2}}
  %0 = graph.pad %x with %v low <0> high <0, 0> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %v: tensor<f32>) {
  // expected-error@below {{'graph.pad' op dim 1: expected padding of at least 0, got -1 and 0}}
  %0 = graph.pad %x with %v low <0, -1> high <0, 0> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %v: tensor<f32>) {
  // expected-error@below {{'graph.pad' op dim 1: expected size 6, got 5}}
  %0 = graph.pad %x with %v low <0, 1> high <0, 0> interior [0, 1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %v: tensor<f32>) {
  // expected-error@below {{'graph.pad' op result: expected element type 'f32', got 'i32'}}
  %0 = graph.pad %x with %v low <0, 0> high <0, 0> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi32>
  return
}
