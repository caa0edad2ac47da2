// Every message of the verifiers of contractions and convolutions.
// RUN: delos-opt %s --split-input-file --verify-diagnostics

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error@below {{'graph.contract' op batch: expected as many dims of the right operand as of the left (1), got 0}}
  %0 = graph.contract %a, %b batch [0] x [] contract [1] x [0] : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error@below {{'graph.contract' op contract: expected dims below 2, got 2}}
  %0 = graph.contract %a, %b batch [] x [] contract [2] x [0] : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error@below {{'graph.contract' op contract: expected dims below 2, got 3}}
  %0 = graph.contract %a, %b batch [] x [] contract [1] x [3] : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error@below {{'graph.contract' op contract dims differ: 2 and 3}}
  %0 = graph.contract %a, %b batch [] x [] contract [0] x [0] : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error@below {{'graph.contract' op left dims: dim 1 occurs twice}}
  %0 = graph.contract %a, %b batch [1] x [0] contract [1] x [0] : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @f(%a: tensor<3x3xf32>) {
  // expected-error@below {{'graph.contract' op right dims: dim 1 occurs twice}}
  %0 = graph.contract %a, %a batch [0] x [1] contract [1] x [1] : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @f(%a: tensor<3x3xi1>) {
  // expected-error@below {{'graph.contract' op expected numeric operands, got 'i1' and 'i1'}}
  %0 = graph.contract %a, %a batch [] x [] contract [1] x [0] : (tensor<3x3xi1>, tensor<3x3xi1>) -> tensor<3x3xi1>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error@below {{'graph.contract' op result: expected dims [2, 5], got [5, 2]}}
  %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<5x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %w: tensor<6x4xf32>) {
  // expected-error@below {{'graph.conv' op expected input, filter and result of one rank of at least 3}}
  %0 = graph.conv %x, %w strides [] dilations [] low [] high [] : (tensor<1x4xf32>, tensor<6x4xf32>) -> tensor<1x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<6x2x3xf32>) {
  // expected-error@below {{'graph.conv' op strides: expected entries of at least 1, got 0}}
  %0 = graph.conv %x, %w strides [0] dilations [1] low [0] high [0] groups 2 : (tensor<1x4x9xf32>, tensor<6x2x3xf32>) -> tensor<1x6x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<6x2x3xf32>) {
  // expected-error@below {{'graph.conv' op dilations: expected 1 entries, got 2}}
  %0 = graph.conv %x, %w strides [1] dilations [1, 1] low [0] high [0] groups 2 : (tensor<1x4x9xf32>, tensor<6x2x3xf32>) -> tensor<1x6x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<6x2x3xf32>) {
  // expected-error@below {{'graph.conv' op low: expected entries of at least 0, got -1}}
  %0 = graph.conv %x, %w strides [1] dilations [1] low [-1] high [0] groups 2 : (tensor<1x4x9xf32>, tensor<6x2x3xf32>) -> tensor<1x6x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<6x2x3xf32>) {
  // expected-error@below {{'graph.conv' op high: expected entries of at least 0, got -1}}
  %0 = graph.conv %x, %w strides [1] dilations [1] low [0] high [-1] groups 2 : (tensor<1x4x9xf32>, tensor<6x2x3xf32>) -> tensor<1x6x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<6x2x3xf32>) {
  // expected-error@below {{'graph.conv' op expected 4 input channels = filter's 2 x groups 1}}
  %0 = graph.conv %x, %w strides [1] dilations [1] low [0] high [0] : (tensor<1x4x9xf32>, tensor<6x2x3xf32>) -> tensor<1x6x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<5x2x3xf32>) {
  // expected-error@below {{'graph.conv' op expected output channels 5 to be a multiple of groups 2}}
  %0 = graph.conv %x, %w strides [1] dilations [1] low [0] high [0] groups 2 : (tensor<1x4x9xf32>, tensor<5x2x3xf32>) -> tensor<1x5x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<6x2x3xf32>) {
  // expected-error@below {{'graph.conv' op result: expected dims [1, 6, 7], got [1, 6, 9]}}
  %0 = graph.conv %x, %w strides [1] dilations [1] low [0] high [0] groups 2 : (tensor<1x4x9xf32>, tensor<6x2x3xf32>) -> tensor<1x6x9xf32>
  return
}
