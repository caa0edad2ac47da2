// RUN: delos-opt %s -split-input-file -verify-diagnostics

func.func @panels(%a: memref<4x8xf32>, %b: memref<2x8x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected 1 panels of B, got 2}}
  fusion.microkernel {mr = 4, nr = 16, packed} ins(%a, %b : memref<4x8xf32>, memref<2x8x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

func.func @lanes(%a: memref<4x8xf32>, %b: memref<1x8x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected a packed B whose last extent is nr = 32}}
  fusion.microkernel {mr = 4, nr = 32, packed} ins(%a, %b : memref<4x8xf32>, memref<1x8x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

func.func @depth(%a: memref<4x8xf32>, %b: memref<9x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected extent 8 of iteration dim 2, got 9 in B}}
  fusion.microkernel {mr = 4, nr = 16} ins(%a, %b : memref<4x8xf32>, memref<9x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

func.func @types(%a: memref<4x8xf64>, %b: memref<8x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected operands of C's class}}
  fusion.microkernel {mr = 4, nr = 16} ins(%a, %b : memref<4x8xf64>, memref<8x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

func.func @unsignedFloat(%a: memref<4x8xf32>, %b: memref<8x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected a_unsigned and b_unsigned only on integers}}
  fusion.microkernel {mr = 4, nr = 16, b_unsigned} ins(%a, %b : memref<4x8xf32>, memref<8x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

func.func @tile(%a: memref<4x8xf32>, %b: memref<8x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected a positive register tile, got 0 x 16}}
  fusion.microkernel {mr = 0, nr = 16} ins(%a, %b : memref<4x8xf32>, memref<8x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

#m = affine_map<(m, n, k) -> (m, n)>
func.func @map(%a: memref<4x8xf32>, %b: memref<8x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected a_map to use k and m and not n}}
  fusion.microkernel {mr = 4, nr = 16, a_map = #m} ins(%a, %b : memref<4x8xf32>, memref<8x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

#m = affine_map<(m, n, k) -> (k, n)>
func.func @packedMap(%a: memref<4x8xf32>, %b: memref<1x8x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected b_map of a packed B to end with n, k}}
  fusion.microkernel {mr = 4, nr = 16, packed, b_map = #m} ins(%a, %b : memref<4x8xf32>, memref<1x8x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

#m = affine_map<(m, n, k) -> (k, n)>
func.func @mapRank(%a: memref<4x8xf32>, %b: memref<2x8x16xf32>, %c: memref<4x16xf32>) {
  // expected-error @+1 {{expected b_map with 3 results, one per dim of the operand}}
  fusion.microkernel {mr = 4, nr = 16, b_map = #m} ins(%a, %b : memref<4x8xf32>, memref<2x8x16xf32>) outs(%c : memref<4x16xf32>)
  return
}

// -----

func.func @results(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>, %c: tensor<4x16xf32>) {
  // expected-error @+1 {{expected one result of C's type on tensors and none on buffers}}
  fusion.microkernel {mr = 4, nr = 16} ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) outs(%c : tensor<4x16xf32>)
  return
}
