// Every message of the verifiers of sources and element-wise ops, and of the encoding.
// RUN: delos-opt %s --split-input-file --verify-diagnostics

func.func @f() {
  // expected-error@below {{'graph.dims_value' op result: expected dims [2], got [3]}}
  %0 = graph.dims_value <"a", 2> : tensor<3xi64>
  return
}

// -----

func.func @f() {
  // expected-error@below {{'graph.dims_value' op result: expected element type 'i64', got 'i32'}}
  %0 = graph.dims_value <"a", 2> : tensor<2xi32>
  return
}

// -----

func.func @f() {
  // expected-error@below {{expected a dim expression, got "a +"}}
  %0 = graph.dims_value <"a +"> : tensor<1xi64>
  return
}

// -----

func.func @f() {
  // expected-error@below {{'graph.iota' op expected a numeric element type, got 'i1'}}
  %0 = graph.iota 0 : tensor<4xi1>
  return
}

// -----

func.func @f() {
  // expected-error@below {{'graph.iota' op dim: expected dims below 1, got 1}}
  %0 = graph.iota 1 : tensor<4xi64>
  return
}

// -----

func.func @f() {
  // expected-error@below {{'graph.random' op expected a float element type, got 'i32'}}
  %0 = graph.random uniform seed 1 : tensor<4xi32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@below {{'graph.map' op add: expected 2 operands, got 1}}
  %0 = graph.map add %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@below {{'graph.map' op select: expected an i1 condition, got 'f32'}}
  %0 = graph.map select %x, %x, %x : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xi32>) {
  // expected-error@below {{'graph.map' op exp is not defined for element type 'i32'}}
  %0 = graph.map exp %x : (tensor<4xi32>) -> tensor<4xi32>
  return
}

// -----

func.func @f(%x: tensor<4xi32>, %y: tensor<4xi64>) {
  // expected-error@below {{'graph.map' op expected operands of element type 'i32', got 'i64'}}
  %0 = graph.map add %x, %y : (tensor<4xi32>, tensor<4xi64>) -> tensor<4xi32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>, %y: tensor<5xf32>) {
  // expected-error@below {{'graph.map' op operand: expected dims [4], got [5]}}
  %0 = graph.map add %x, %y : (tensor<4xf32>, tensor<5xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@below {{'graph.map' op operand: expected dims [4, 1], got [4]}}
  %0 = graph.map neg %x : (tensor<4xf32>) -> tensor<4x1xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@below {{'graph.map' op result: expected element type 'i1', got 'f32'}}
  %0 = graph.map lt %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xcomplex<f32>>) {
  // expected-error@below {{'graph.cast' op expected float, integer or bool element types, got 'complex<f32>' to 'f32'}}
  %0 = graph.cast %x : tensor<4xcomplex<f32>> to tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@below {{'graph.cast' op result: expected dims [4], got [2]}}
  %0 = graph.cast %x : tensor<4xf32> to tensor<2xf16>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@below {{'graph.bitcast' op expected element types of one width, got 'f32' and 'i64'}}
  %0 = graph.bitcast %x : tensor<4xf32> to tensor<4xi64>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@below {{'graph.bitcast' op result: expected dims [4], got [4, 1]}}
  %0 = graph.bitcast %x : tensor<4xf32> to tensor<4x1xi32>
  return
}

// -----

// expected-error@below {{#graph.dims has 1 entries for a tensor of rank 2}}
func.func private @f(tensor<?x2xf32, #graph.dims<"a">>)

// -----

// expected-error@below {{#graph.dims entry 3 : i64 does not describe dim size 2}}
func.func private @f(tensor<?x2xf32, #graph.dims<"a", 3>>)

// -----

// expected-error@below {{#graph.dims entry "b" does not describe dim size 2}}
func.func private @f(tensor<?x2xf32, #graph.dims<"a", "b">>)
