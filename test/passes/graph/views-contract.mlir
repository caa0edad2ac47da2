// Contractions take over views of their operands and results.
// RUN: delos-opt %s --split-input-file --graph-views | FileCheck %s

// Head split of attention: q and k are read in place through their dim lists.
// CHECK-LABEL: func.func @scores(
// CHECK-SAME: %[[Q:[a-z0-9]+]]: tensor<2x5x3x8xf32>, %[[K:[a-z0-9]+]]: tensor<2x7x3x8xf32>
// CHECK-NEXT: %[[S:.*]] = graph.contract %[[Q]], %[[K]] batch [0, 2] x [0, 2] contract [3] x [3]
// CHECK-NEXT: return %[[S]]
func.func @scores(%q: tensor<2x5x3x8xf32>, %k: tensor<2x7x3x8xf32>) -> tensor<2x3x5x7xf32> {
  %a = graph.transpose %q perm [0, 2, 1, 3] : tensor<2x5x3x8xf32> -> tensor<2x3x5x8xf32>
  %b = graph.transpose %k perm [0, 2, 3, 1] : tensor<2x7x3x8xf32> -> tensor<2x3x8x7xf32>
  %s = graph.contract %a, %b batch [0, 1] x [0, 1] contract [3] x [2] : (tensor<2x3x5x8xf32>, tensor<2x3x8x7xf32>) -> tensor<2x3x5x7xf32>
  return %s : tensor<2x3x5x7xf32>
}

// -----

// A transpose that exchanges free dims must stay.
// CHECK-LABEL: func.func @free_order
// CHECK: graph.transpose
// CHECK: graph.contract
func.func @free_order(%x: tensor<3x4x8xf32>, %w: tensor<8x5xf32>) -> tensor<4x3x5xf32> {
  %t = graph.transpose %x perm [1, 0, 2] : tensor<3x4x8xf32> -> tensor<4x3x8xf32>
  %c = graph.contract %t, %w batch [] x [] contract [2] x [0] : (tensor<4x3x8xf32>, tensor<8x5xf32>) -> tensor<4x3x5xf32>
  return %c : tensor<4x3x5xf32>
}

// -----

// A transposed result is the contraction of the exchanged operands, or of batch dims in another order.
// CHECK-LABEL: func.func @result(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<3x8xf32>, %[[W:[a-z0-9]+]]: tensor<8x5xf32>, %[[B:[a-z0-9]+]]: tensor<2x6x3x8xf32>
// CHECK-DAG: %[[C:.*]] = graph.contract %[[W]], %[[X]] batch [] x [] contract [0] x [1] : (tensor<8x5xf32>, tensor<3x8xf32>) -> tensor<5x3xf32>
// CHECK-DAG: %[[D:.*]] = graph.contract %[[B]], %[[B]] batch [1, 0] x [1, 0] contract [3] x [3] : {{.*}} -> tensor<6x2x3x3xf32>
// CHECK: return %[[C]], %[[D]]
func.func @result(%x: tensor<3x8xf32>, %w: tensor<8x5xf32>, %b: tensor<2x6x3x8xf32>) -> (tensor<5x3xf32>, tensor<6x2x3x3xf32>) {
  %c = graph.contract %x, %w batch [] x [] contract [1] x [0] : (tensor<3x8xf32>, tensor<8x5xf32>) -> tensor<3x5xf32>
  %t = graph.transpose %c perm [1, 0] : tensor<3x5xf32> -> tensor<5x3xf32>
  %d = graph.contract %b, %b batch [0, 1] x [0, 1] contract [3] x [3] : (tensor<2x6x3x8xf32>, tensor<2x6x3x8xf32>) -> tensor<2x6x3x3xf32>
  %u = graph.transpose %d perm [1, 0, 2, 3] : tensor<2x6x3x3xf32> -> tensor<6x2x3x3xf32>
  return %t, %u : tensor<5x3xf32>, tensor<6x2x3x3xf32>
}

// -----

// The context's way back (batch dims between free dims) and a constant right operand must stay.
// CHECK-LABEL: func.func @result_stays
// CHECK: graph.contract
// CHECK: graph.transpose {{.*}} perm [0, 2, 1, 3]
// CHECK: graph.contract
// CHECK: graph.transpose {{.*}} perm [1, 0]
func.func @result_stays(%p: tensor<2x3x5x7xf32>, %v: tensor<2x3x7x8xf32>, %x: tensor<3x2xf32>) -> (tensor<2x5x3x8xf32>, tensor<4x3xf32>) {
  %w = graph.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %c = graph.contract %p, %v batch [0, 1] x [0, 1] contract [3] x [2] : (tensor<2x3x5x7xf32>, tensor<2x3x7x8xf32>) -> tensor<2x3x5x8xf32>
  %t = graph.transpose %c perm [0, 2, 1, 3] : tensor<2x3x5x8xf32> -> tensor<2x5x3x8xf32>
  %d = graph.contract %x, %w batch [] x [] contract [1] x [0] : (tensor<3x2xf32>, tensor<2x4xf32>) -> tensor<3x4xf32>
  %u = graph.transpose %d perm [1, 0] : tensor<3x4xf32> -> tensor<4x3xf32>
  return %t, %u : tensor<2x5x3x8xf32>, tensor<4x3xf32>
}

// -----

// Rows that an exporter flattens before a matrix product and splits after it.
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>, %[[W:[a-z0-9]+]]: tensor<8x5xf32>
// CHECK-NEXT: %[[C:.*]] = graph.contract %[[X]], %[[W]] batch [] x [] contract [2] x [0]
// CHECK-NEXT: return %[[C]]
func.func @rows(%x: tensor<?x?x8xf32, #graph.dims<"b", "s", 8>>, %w: tensor<8x5xf32>) -> tensor<?x?x5xf32, #graph.dims<"b", "s", 5>> {
  %r = graph.reshape %x : tensor<?x?x8xf32, #graph.dims<"b", "s", 8>> -> tensor<?x8xf32, #graph.dims<"b*s", 8>>
  %c = graph.contract %r, %w batch [] x [] contract [1] x [0] : (tensor<?x8xf32, #graph.dims<"b*s", 8>>, tensor<8x5xf32>) -> tensor<?x5xf32, #graph.dims<"b*s", 5>>
  %s = graph.reshape %c : tensor<?x5xf32, #graph.dims<"b*s", 5>> -> tensor<?x?x5xf32, #graph.dims<"b", "s", 5>>
  return %s : tensor<?x?x5xf32, #graph.dims<"b", "s", 5>>
}

// -----

// A reshape of contracted dims must stay.
// CHECK-LABEL: func.func @contracted
// CHECK: graph.reshape
// CHECK: graph.contract
func.func @contracted(%x: tensor<3x2x4xf32>, %w: tensor<8x5xf32>) -> tensor<3x5xf32> {
  %r = graph.reshape %x : tensor<3x2x4xf32> -> tensor<3x8xf32>
  %c = graph.contract %r, %w batch [] x [] contract [1] x [0] : (tensor<3x8xf32>, tensor<8x5xf32>) -> tensor<3x5xf32>
  return %c : tensor<3x5xf32>
}

// -----

// Query heads that share a key head: the copy of the keys disappears, its batch dim becomes a free one.
// CHECK-LABEL: func.func @repeated_heads(
// CHECK-SAME: %[[Q:[a-z0-9]+]]: tensor<1x6x5x8xf32>, %[[K:[a-z0-9]+]]: tensor<1x2x7x8xf32>
// CHECK-NEXT: %[[G:.*]] = graph.reshape %[[Q]] : tensor<1x6x5x8xf32> -> tensor<1x2x3x5x8xf32>
// CHECK-NEXT: %[[S:.*]] = graph.contract %[[G]], %[[K]] batch [0, 1] x [0, 1] contract [4] x [3]
// CHECK-NEXT: graph.reshape %[[S]] : tensor<1x2x3x5x7xf32> -> tensor<1x6x5x7xf32>
func.func @repeated_heads(%q: tensor<1x6x5x8xf32>, %k: tensor<1x2x7x8xf32>) -> tensor<1x6x5x7xf32> {
  %b = graph.broadcast %k dims [0, 1, 3, 4] : tensor<1x2x7x8xf32> -> tensor<1x2x3x7x8xf32>
  %r = graph.reshape %b : tensor<1x2x3x7x8xf32> -> tensor<1x6x7x8xf32>
  %s = graph.contract %q, %r batch [0, 1] x [0, 1] contract [3] x [3] : (tensor<1x6x5x8xf32>, tensor<1x6x7x8xf32>) -> tensor<1x6x5x7xf32>
  return %s : tensor<1x6x5x7xf32>
}
