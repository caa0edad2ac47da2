// RUN: delos-opt %s -split-input-file -verify-diagnostics

func.func @pads(%x: memref<1x9x9x4xf32>, %w: memref<1x3x3x4x16xf32>, %c: memref<1x7x7x16xf32>, %p: index) {
  // expected-error @+1 {{expected 2 strides, dilations and pads}}
  fusion.conv dense {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}
      ins(%x, %w : memref<1x9x9x4xf32>, memref<1x3x3x4x16xf32>) pads(%p) outs(%c : memref<1x7x7x16xf32>)
  return
}

// -----

func.func @panels(%x: memref<1x9x9x4xf32>, %w: memref<2x3x3x4x16xf32>, %c: memref<1x7x7x16xf32>, %p: index) {
  // expected-error @+1 {{expected weights of shape [1, 3, 3, 4, 16]}}
  fusion.conv dense {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}
      ins(%x, %w : memref<1x9x9x4xf32>, memref<2x3x3x4x16xf32>) pads(%p, %p) outs(%c : memref<1x7x7x16xf32>)
  return
}

// -----

func.func @stride(%x: memref<1x9x9x4xf32>, %c: memref<1x7x7x4xf32>, %p: index) {
  // expected-error @+1 {{expected positive kernel, strides and dilations}}
  fusion.conv max {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 0, 1>, dilations = array<i64: 1, 1>}
      ins(%x : memref<1x9x9x4xf32>) pads(%p, %p) outs(%c : memref<1x7x7x4xf32>)
  return
}

// -----

func.func @weights(%x: memref<1x9x9x4xf32>, %c: memref<1x7x7x4xf32>, %p: index) {
  // expected-error @+1 {{expected weights exactly for dense and depthwise, kind is depthwise}}
  fusion.conv depthwise {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}
      ins(%x : memref<1x9x9x4xf32>) pads(%p, %p) outs(%c : memref<1x7x7x4xf32>)
  return
}

// -----

func.func @rank(%x: memref<9x9x4xf32>, %c: memref<1x7x7x4xf32>, %p: index) {
  // expected-error @+1 {{expected x and C of rank 4}}
  fusion.conv sum {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}
      ins(%x : memref<9x9x4xf32>) pads(%p, %p) outs(%c : memref<1x7x7x4xf32>)
  return
}

// -----

func.func @perm(%x: memref<1x9x9x4xf32>, %c: memref<1x7x7x4xf32>, %p: index) {
  // expected-error @+1 {{expected x_perm to be a permutation of 4 dims}}
  fusion.conv sum {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, x_perm = array<i64: 0, 1, 1, 2>}
      ins(%x : memref<1x9x9x4xf32>) pads(%p, %p) outs(%c : memref<1x7x7x4xf32>)
  return
}

// -----

func.func @groups(%x: memref<1x9x9x2x2xf32>, %c: memref<1x7x7x2x2xf32>, %p: index) {
  // expected-error @+1 {{expected 'grouped' only on a dense convolution}}
  fusion.conv sum {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, grouped}
      ins(%x : memref<1x9x9x2x2xf32>) pads(%p, %p) outs(%c : memref<1x7x7x2x2xf32>)
  return
}

// -----

func.func @type(%x: memref<1x9x9x4xi32>, %c: memref<1x7x7x4xf64>, %p: index) {
  // expected-error @+1 {{expected x of C's element type or a narrower float, got 'i32' for 'f64'}}
  fusion.conv max {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}
      ins(%x : memref<1x9x9x4xi32>) pads(%p, %p) outs(%c : memref<1x7x7x4xf64>)
  return
}
