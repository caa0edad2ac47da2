// RUN: delos-opt %s | delos-opt | FileCheck %s
// RUN: delos-opt %s -one-shot-bufferize="bufferize-function-boundaries" | FileCheck %s --check-prefix=BUF

// Dense weights come as panels of nr channels; pads are operands.
// CHECK-LABEL: func @dense
// CHECK: fusion.conv dense
// CHECK-SAME: pads(%[[P:.*]], %[[P]]) outs
// BUF-LABEL: func @dense
// BUF-NOT: memref.copy
// BUF: fusion.conv dense
func.func @dense(%x: tensor<1x56x56x64xf32>, %w: tensor<4x3x3x64x32xf32>) -> tensor<1x56x56x100xf32> {
  %one = arith.constant 1 : index
  %c = tensor.empty() : tensor<1x56x56x100xf32>
  %r = fusion.conv dense {mr = 8, nr = 32, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}
      ins(%x, %w : tensor<1x56x56x64xf32>, tensor<4x3x3x64x32xf32>) pads(%one, %one) outs(%c : tensor<1x56x56x100xf32>)
      -> tensor<1x56x56x100xf32>
  return %r : tensor<1x56x56x100xf32>
}

// Grouped, channels first: the group dim stands before the channels of a group on both sides.
// CHECK-LABEL: func @grouped
// CHECK: grouped{{.*}}x_perm = array<i64: 0, 3, 4, 1, 2>
func.func @grouped(%x: tensor<2x4x8x15x15xf32>, %w: tensor<4x1x3x3x8x16xf32>, %c: tensor<2x7x7x4x12xf32>) -> tensor<2x7x7x4x12xf32> {
  %zero = arith.constant 0 : index
  %r = fusion.conv dense {mr = 7, nr = 16, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, grouped,
      x_perm = array<i64: 0, 3, 4, 1, 2>}
      ins(%x, %w : tensor<2x4x8x15x15xf32>, tensor<4x1x3x3x8x16xf32>) pads(%zero, %zero) outs(%c : tensor<2x7x7x4x12xf32>)
      -> tensor<2x7x7x4x12xf32>
  return %r : tensor<2x7x7x4x12xf32>
}

// Pooling has no weights.
// CHECK-LABEL: func @pool
// CHECK: fusion.conv max {{.*}} ins(%{{.*}} : tensor<1x9x5xf32>) pads(%{{.*}}) outs
func.func @pool(%x: tensor<1x9x5xf32>, %c: tensor<1x5x5xf32>) -> tensor<1x5x5xf32> {
  %one = arith.constant 1 : index
  %r = fusion.conv max {mr = 4, nr = 16, kernel = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>}
      ins(%x : tensor<1x9x5xf32>) pads(%one) outs(%c : tensor<1x5x5xf32>) -> tensor<1x5x5xf32>
  return %r : tensor<1x5x5xf32>
}
