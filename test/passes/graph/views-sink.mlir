// Views move towards the results where that costs nothing elsewhere.
// RUN: delos-opt %s --split-input-file --graph-views | FileCheck %s

// A transpose meets its inverse past element-wise ops with constants, per-channel vectors and equally transposed operands.
// CHECK-LABEL: func.func @cancel(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<2x3x4xf32>, %[[Y:[a-z0-9]+]]: tensor<2x3x4xf32>, %[[B:[a-z0-9]+]]: tensor<3xf32>
// CHECK-NOT: transpose
// CHECK-DAG: %[[C:.*]] = graph.constant dense<2.000000e+00> : tensor<2x3x4xf32>
// CHECK-DAG: %[[V:.*]] = graph.broadcast %[[B]] dims [1] : tensor<3xf32> -> tensor<2x3x4xf32>
// CHECK-DAG: %[[M:.*]] = graph.map mul %[[X]], %[[C]]
// CHECK: %[[A:.*]] = graph.map add %[[M]], %[[V]]
// CHECK: %[[S:.*]] = graph.map sub %[[A]], %[[Y]]
// CHECK: %[[H:.*]] = graph.cast %[[S]] : tensor<2x3x4xf32> to tensor<2x3x4xf16>
// CHECK: return %[[H]]
func.func @cancel(%x: tensor<2x3x4xf32>, %y: tensor<2x3x4xf32>, %b: tensor<3xf32>) -> tensor<2x3x4xf16> {
  %c = graph.constant dense<2.0> : tensor<2x4x3xf32>
  %v = graph.broadcast %b dims [2] : tensor<3xf32> -> tensor<2x4x3xf32>
  %s = graph.transpose %x perm [0, 2, 1] : tensor<2x3x4xf32> -> tensor<2x4x3xf32>
  %t = graph.transpose %y perm [0, 2, 1] : tensor<2x3x4xf32> -> tensor<2x4x3xf32>
  %0 = graph.map mul %s, %c : (tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  %1 = graph.map add %0, %v : (tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  %2 = graph.map sub %1, %t : (tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  %3 = graph.cast %2 : tensor<2x4x3xf32> to tensor<2x4x3xf16>
  %4 = graph.transpose %3 perm [0, 2, 1] : tensor<2x4x3xf16> -> tensor<2x3x4xf16>
  return %4 : tensor<2x3x4xf16>
}

// -----

// Reshapes cancel the same way; a bias along a dim that is kept moves along.
// CHECK-LABEL: func.func @reshapes(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>, %[[B:[a-z0-9]+]]: tensor<8xf32>
// CHECK-NOT: reshape
// CHECK: %[[V:.*]] = graph.broadcast %[[B]] dims [2] : tensor<8xf32> -> tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>
// CHECK: %[[A:.*]] = graph.map add %[[X]], %[[V]]
// CHECK: return %[[A]]
func.func @reshapes(%x: tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>, %b: tensor<8xf32>) -> tensor<?x?x8xf32, #graph.dims<"b", "s", 8>> {
  %r = graph.reshape %x : tensor<?x?x8xf32, #graph.dims<"b", "s", 8>> -> tensor<?x8xf32, #graph.dims<"b*s", 8>>
  %v = graph.broadcast %b dims [1] : tensor<8xf32> -> tensor<?x8xf32, #graph.dims<"b*s", 8>>
  %a = graph.map add %r, %v : (tensor<?x8xf32, #graph.dims<"b*s", 8>>, tensor<?x8xf32, #graph.dims<"b*s", 8>>) -> tensor<?x8xf32, #graph.dims<"b*s", 8>>
  %s = graph.reshape %a : tensor<?x8xf32, #graph.dims<"b*s", 8>> -> tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>
  return %s : tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>
}

// -----

// A full operand without the view, or another use of the view, keeps it in place.
// CHECK-LABEL: func.func @stays(
// CHECK: %[[T:.*]] = graph.transpose
// CHECK: graph.map add %[[T]]
// CHECK: %[[U:.*]] = graph.transpose
// CHECK: graph.map exp %[[U]]
func.func @stays(%x: tensor<3x4xf32>, %y: tensor<4x3xf32>) -> (tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) {
  %t = graph.transpose %x perm [1, 0] : tensor<3x4xf32> -> tensor<4x3xf32>
  %a = graph.map add %t, %y : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %u = graph.transpose %x perm [1, 0] : tensor<3x4xf32> -> tensor<4x3xf32>
  %e = graph.map exp %u : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return %a, %e, %u : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>
}

// -----

// Element-wise ops run on what is broadcast, not on the broadcast.
// CHECK-LABEL: func.func @small(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<4xf32>, %[[Y:[a-z0-9]+]]: tensor<4xf32>
// CHECK: %[[C:.*]] = graph.constant dense<1.000000e+00> : tensor<4xf32>
// CHECK: %[[A:.*]] = graph.map add %[[X]], %[[Y]] : (tensor<4xf32>, tensor<4xf32>)
// CHECK: %[[S:.*]] = graph.map sub %[[C]], %[[A]]
// CHECK: %[[B:.*]] = graph.broadcast %[[S]] dims [1] : tensor<4xf32> -> tensor<64x4xf32>
// CHECK: return %[[B]]
func.func @small(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<64x4xf32> {
  %c = graph.constant dense<1.0> : tensor<64x4xf32>
  %a = graph.broadcast %x dims [1] : tensor<4xf32> -> tensor<64x4xf32>
  %b = graph.broadcast %y dims [1] : tensor<4xf32> -> tensor<64x4xf32>
  %s = graph.map add %a, %b : (tensor<64x4xf32>, tensor<64x4xf32>) -> tensor<64x4xf32>
  %d = graph.map sub %c, %s : (tensor<64x4xf32>, tensor<64x4xf32>) -> tensor<64x4xf32>
  return %d : tensor<64x4xf32>
}

// -----

// Broadcasts along different dims have no smaller form.
// CHECK-LABEL: func.func @outer
// CHECK: graph.map mul {{.*}} tensor<4x4xf32>
func.func @outer(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4x4xf32> {
  %a = graph.broadcast %x dims [0] : tensor<4xf32> -> tensor<4x4xf32>
  %b = graph.broadcast %y dims [1] : tensor<4xf32> -> tensor<4x4xf32>
  %s = graph.map mul %a, %b : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %s : tensor<4x4xf32>
}

// -----

// Reductions and concats of transposes; a reduction over unit dims.
// CHECK-LABEL: func.func @reductions(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<2x3x4xf32>, %[[U:[a-z0-9]+]]: tensor<2x1xf32>
// CHECK-DAG: %[[R:.*]] = graph.reduce sum %[[X]] dims [1] : tensor<2x3x4xf32> -> tensor<2x4xf32>
// CHECK-DAG: %[[T:.*]] = graph.transpose %[[R]] perm [1, 0]
// CHECK-DAG: %[[F:.*]] = graph.reshape %[[U]]
// CHECK-DAG: %[[K:.*]] = graph.concat %[[X]], %[[X]] dim 1
// CHECK-DAG: %[[L:.*]] = graph.transpose %[[K]] perm [2, 0, 1]
// CHECK: return %[[T]], %[[F]], %[[L]]
func.func @reductions(%x: tensor<2x3x4xf32>, %u: tensor<2x1xf32>) -> (tensor<4x2xf32>, tensor<2xf32>, tensor<4x2x6xf32>) {
  %t = graph.transpose %x perm [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  %s = graph.transpose %x perm [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  %r = graph.reduce sum %t dims [2] : tensor<4x2x3xf32> -> tensor<4x2xf32>
  %f = graph.reduce sum %u dims [1] : tensor<2x1xf32> -> tensor<2xf32>
  %k = graph.concat %s, %s dim 2 : (tensor<4x2x3xf32>, tensor<4x2x3xf32>) -> tensor<4x2x6xf32>
  return %r, %f, %k : tensor<4x2xf32>, tensor<2xf32>, tensor<4x2x6xf32>
}

// -----

// A reshape that merges neighbours of the transposed tensor, or splits a dim, is passed; one that merges others is not.
// CHECK-LABEL: func.func @past_reshape(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<2x4x5x6xf32>
// CHECK-DAG: %[[A:.*]] = graph.reshape %[[X]] : tensor<2x4x5x6xf32> -> tensor<2x20x3x2xf32>
// CHECK-DAG: %[[B:.*]] = graph.transpose %[[A]] perm [0, 2, 3, 1] : tensor<2x20x3x2xf32> -> tensor<2x3x2x20xf32>
// CHECK-DAG: %[[C:.*]] = graph.transpose %[[X]] perm [0, 2, 1, 3]
// CHECK-DAG: %[[D:.*]] = graph.reshape %[[C]] : tensor<2x5x4x6xf32> -> tensor<2x5x24xf32>
// CHECK: return %[[B]], %[[D]]
func.func @past_reshape(%x: tensor<2x4x5x6xf32>) -> (tensor<2x3x2x20xf32>, tensor<2x5x24xf32>) {
  %a = graph.transpose %x perm [0, 3, 1, 2] : tensor<2x4x5x6xf32> -> tensor<2x6x4x5xf32>
  %b = graph.reshape %a : tensor<2x6x4x5xf32> -> tensor<2x3x2x20xf32>
  %c = graph.transpose %x perm [0, 2, 1, 3] : tensor<2x4x5x6xf32> -> tensor<2x5x4x6xf32>
  %d = graph.reshape %c : tensor<2x5x4x6xf32> -> tensor<2x5x24xf32>
  return %b, %d : tensor<2x3x2x20xf32>, tensor<2x5x24xf32>
}

// -----

// Group normalisation splits channels and merges the rest: only the merging half of its reshape moves, past the reduction and the
// subtraction, and meets the reshape back.
// CHECK-LABEL: func.func @groups(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<2x8x3x5xf32>
// CHECK-DAG: %[[S:.*]] = graph.reshape %[[X]] : tensor<2x8x3x5xf32> -> tensor<2x4x2x3x5xf32>
// CHECK-DAG: %[[R:.*]] = graph.reduce sum %{{.*}} dims [2, 3, 4] : tensor<2x4x2x3x5xf32> -> tensor<2x4xf32>
// CHECK-DAG: %[[B:.*]] = graph.broadcast %[[R]] dims [0, 1] : tensor<2x4xf32> -> tensor<2x4x2x3x5xf32>
// CHECK: %[[D:.*]] = graph.map sub %{{.*}}, %[[B]]
// CHECK: %[[Y:.*]] = graph.reshape %[[D]] : tensor<2x4x2x3x5xf32> -> tensor<2x8x3x5xf32>
// CHECK: return %[[Y]]
func.func @groups(%x: tensor<2x8x3x5xf32>) -> tensor<2x8x3x5xf32> {
  %g = graph.reshape %x : tensor<2x8x3x5xf32> -> tensor<2x4x30xf32>
  %r = graph.reduce sum %g dims [2] : tensor<2x4x30xf32> -> tensor<2x4xf32>
  %b = graph.broadcast %r dims [0, 1] : tensor<2x4xf32> -> tensor<2x4x30xf32>
  %d = graph.map sub %g, %b : (tensor<2x4x30xf32>, tensor<2x4x30xf32>) -> tensor<2x4x30xf32>
  %y = graph.reshape %d : tensor<2x4x30xf32> -> tensor<2x8x3x5xf32>
  return %y : tensor<2x8x3x5xf32>
}
