// Every message of the verifiers of reductions, scans and windows.
// RUN: delos-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<4xi1>) {
  // expected-error@below {{'graph.reduce' op sum is not defined for element type 'i1'}}
  %0 = graph.reduce sum %x dims [0] : tensor<4xi1> -> tensor<i1>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.reduce' op dims: dim 1 occurs twice}}
  %0 = graph.reduce sum %x dims [1, 1] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.reduce' op result: expected dims [2], got [3]}}
  %0 = graph.reduce sum %x dims [1] : tensor<2x3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.arg_reduce' op expected max or min, got sum}}
  %0 = graph.arg_reduce sum %x dim 1 : tensor<2x3xf32> -> tensor<2xi64>
  return
}

// -----

func.func @f(%x: tensor<4xi1>) {
  // expected-error@below {{'graph.arg_reduce' op max is not defined for element type 'i1'}}
  %0 = graph.arg_reduce max %x dim 0 : tensor<4xi1> -> tensor<i64>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.arg_reduce' op dim: expected dims below 2, got 2}}
  %0 = graph.arg_reduce max %x dim 2 : tensor<2x3xf32> -> tensor<2xi64>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.arg_reduce' op result: expected element type 'i64', got 'i32'}}
  %0 = graph.arg_reduce max %x dim 1 : tensor<2x3xf32> -> tensor<2xi32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.scan' op bit_or is not defined for element type 'f32'}}
  %0 = graph.scan bit_or %x dim 1 : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.scan' op dim: expected dims below 2, got 2}}
  %0 = graph.scan sum %x dim 2 : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.scan' op result: expected dims [2, 3], got [2]}}
  %0 = graph.scan sum %x dim 1 : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xi1>) {
  // expected-error@below {{'graph.window_reduce' op max is not defined for element type 'i1'}}
  %0 = graph.window_reduce max %x window [1, 2] strides [1, 1] dilations [1, 1] low [0, 0] : tensor<2x3xi1> -> tensor<2x2xi1>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.window_reduce' op window: expected entries of at least 1, got 0}}
  %0 = graph.window_reduce max %x window [1, 0] strides [1, 1] dilations [1, 1] low [0, 0] : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.window_reduce' op strides: expected 2 entries, got 1}}
  %0 = graph.window_reduce max %x window [1, 2] strides [1] dilations [1, 1] low [0, 0] : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.window_reduce' op dilations: expected entries of at least 1, got 0}}
  %0 = graph.window_reduce max %x window [1, 2] strides [1, 1] dilations [1, 0] low [0, 0] : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.window_reduce' op low: expected entries of at least 0, got -1}}
  %0 = graph.window_reduce max %x window [1, 2] strides [1, 1] dilations [1, 1] low [0, -1] : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.window_reduce' op expected a result of rank 2, got 1}}
  %0 = graph.window_reduce max %x window [1, 2] strides [1, 1] dilations [1, 1] low [0, 0] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.window_reduce' op dim 0 has no window: expected size 2, got 1}}
  %0 = graph.window_reduce max %x window [1, 2] strides [1, 1] dilations [1, 1] low [0, 0] : tensor<2x3xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.window_reduce' op result: expected element type 'f32', got 'f64'}}
  %0 = graph.window_reduce max %x window [1, 2] strides [1, 1] dilations [1, 1] low [0, 0] : tensor<2x3xf32> -> tensor<2x2xf64>
  return
}
