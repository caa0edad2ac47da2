// RUN: delos-opt %s | delos-opt | FileCheck %s
// RUN: delos-opt %s -one-shot-bufferize="bufferize-function-boundaries" | FileCheck %s --check-prefix=BUF

// A packed operand, the default maps and a zero-initialised destination print and parse back.
// CHECK-LABEL: func @packed
// CHECK: fusion.microkernel {mr = 8 : i64, nr = 48 : i64, packed, zero_init} ins(%{{.*}}, %{{.*}} : tensor<127x770xf32>, tensor<63x770x48xf32>)
// CHECK-SAME: outs(%{{.*}} : tensor<127x3000xf32>) -> tensor<127x3000xf32>
// With beta = 0 the destination is not read: no copy of it is made.
// BUF-LABEL: func @packed
// BUF-NOT: memref.copy
// BUF: fusion.microkernel
func.func @packed(%a: tensor<127x770xf32>, %b: tensor<63x770x48xf32>) -> tensor<127x3000xf32> {
  %c = tensor.empty() : tensor<127x3000xf32>
  %r = fusion.microkernel {mr = 8, nr = 48, packed, zero_init}
      ins(%a, %b : tensor<127x770xf32>, tensor<63x770x48xf32>) outs(%c : tensor<127x3000xf32>) -> tensor<127x3000xf32>
  return %r : tensor<127x3000xf32>
}

// Attention scores read Q and K as they lie in memory: heads inside, K transposed.
// CHECK-LABEL: func @scores
// CHECK: a_map = #{{.*}}, b_map = #{{.*}}, mr = 6
#q = affine_map<(b, h, m, n, k) -> (b, m, h, k)>
#kt = affine_map<(b, h, m, n, k) -> (b, n, h, k)>
func.func @scores(%a: tensor<2x?x12x64xf32>, %b: tensor<2x?x12x64xf32>, %c: tensor<2x12x?x?xf32>) -> tensor<2x12x?x?xf32> {
  %r = fusion.microkernel {mr = 6, nr = 64, zero_init, a_map = #q, b_map = #kt}
      ins(%a, %b : tensor<2x?x12x64xf32>, tensor<2x?x12x64xf32>) outs(%c : tensor<2x12x?x?xf32>) -> tensor<2x12x?x?xf32>
  return %r : tensor<2x12x?x?xf32>
}

// One B for all batch entries, and integers.
// CHECK-LABEL: func @shared
// CHECK: a_unsigned
#b2 = affine_map<(b, m, n, k) -> (k, n)>
func.func @shared(%a: tensor<3x5x7xi8>, %b: tensor<7x11xi8>, %c: tensor<3x5x11xi32>) -> tensor<3x5x11xi32> {
  %r = fusion.microkernel {mr = 8, nr = 32, b_map = #b2, a_unsigned}
      ins(%a, %b : tensor<3x5x7xi8>, tensor<7x11xi8>) outs(%c : tensor<3x5x11xi32>) -> tensor<3x5x11xi32>
  return %r : tensor<3x5x11xi32>
}
