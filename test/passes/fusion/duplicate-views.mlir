// RUN: delos-opt %s --fusion-duplicate-views | FileCheck %s

// Without the copies a view read by two groups would have to be written to memory.
// CHECK-LABEL: func.func @two_users
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
func.func @two_users(%x: tensor<2x3xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  // CHECK: %[[A:.*]] = graph.transpose %[[X]]
  // CHECK: graph.map exp %[[A]]
  // CHECK: %[[B:.*]] = graph.transpose %[[X]]
  // CHECK: graph.map neg %[[B]]
  %t = graph.transpose %x perm [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %0 = graph.map exp %t : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %1 = graph.map neg %t : (tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0, %1 : tensor<3x2xf32>, tensor<3x2xf32>
}

// A chain of views is copied whole.
// CHECK-LABEL: func.func @chain
// CHECK-COUNT-2: graph.reshape
// CHECK-NOT: graph.reshape
func.func @chain(%x: tensor<2x3xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  %r = graph.reshape %x : tensor<2x3xf32> -> tensor<2x3x1xf32>
  %t = graph.transpose %r perm [1, 0, 2] : tensor<2x3x1xf32> -> tensor<3x2x1xf32>
  %0 = graph.reduce sum %t dims [2] : tensor<3x2x1xf32> -> tensor<3x2xf32>
  %1 = graph.reduce max %t dims [2] : tensor<3x2x1xf32> -> tensor<3x2xf32>
  return %0, %1 : tensor<3x2xf32>, tensor<3x2xf32>
}

// One user twice, and work that is not a view, stay single.
// CHECK-LABEL: func.func @stays
// CHECK-COUNT-1: graph.broadcast
// CHECK-NOT: graph.broadcast
// CHECK-COUNT-1: graph.map exp
// CHECK-NOT: graph.map exp
func.func @stays(%x: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %b = graph.broadcast %x dims [1] : tensor<3xf32> -> tensor<2x3xf32>
  %m = graph.map mul %b, %b : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %e = graph.map exp %m : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %0 = graph.map neg %e : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %e, %0 : tensor<2x3xf32>, tensor<2x3xf32>
}
