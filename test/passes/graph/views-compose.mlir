// Views of views become one view, or none.
// RUN: delos-opt %s --split-input-file --graph-views | FileCheck %s

// Inverse transposes cancel, others compose; one that moves unit dims only is a reshape.
// CHECK-LABEL: func.func @transposes(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<2x3x4xf32>, %[[U:[a-z0-9]+]]: tensor<2x1x4xf32>
// CHECK-DAG: %[[T:.*]] = graph.transpose %[[X]] perm [1, 0, 2]
// CHECK-DAG: %[[R:.*]] = graph.reshape %[[U]] : tensor<2x1x4xf32> -> tensor<1x2x4xf32>
// CHECK: return %[[X]], %[[T]], %[[R]]
func.func @transposes(%x: tensor<2x3x4xf32>, %u: tensor<2x1x4xf32>) -> (tensor<2x3x4xf32>, tensor<3x2x4xf32>, tensor<1x2x4xf32>) {
  %a = graph.transpose %x perm [1, 2, 0] : tensor<2x3x4xf32> -> tensor<3x4x2xf32>
  %b = graph.transpose %a perm [2, 0, 1] : tensor<3x4x2xf32> -> tensor<2x3x4xf32>
  %c = graph.transpose %a perm [0, 2, 1] : tensor<3x4x2xf32> -> tensor<3x2x4xf32>
  %r = graph.transpose %u perm [1, 0, 2] : tensor<2x1x4xf32> -> tensor<1x2x4xf32>
  return %b, %c, %r : tensor<2x3x4xf32>, tensor<3x2x4xf32>, tensor<1x2x4xf32>
}

// -----

// Broadcasts absorb unit reshapes, transposes and regrouping of what they repeat.
// CHECK-LABEL: func.func @broadcasts(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<4xf32>
// CHECK-DAG: %[[A:.*]] = graph.broadcast %[[X]] dims [1] : tensor<4xf32> -> tensor<2x4x3xf32>
// CHECK-DAG: %[[B:.*]] = graph.broadcast %[[X]] dims [1] : tensor<4xf32> -> tensor<6x4xf32>
// CHECK-DAG: %[[C:.*]] = graph.broadcast %[[X]] dims [2] : tensor<4xf32> -> tensor<3x2x4xf32>
// CHECK: return %[[A]], %[[B]], %[[C]]
func.func @broadcasts(%x: tensor<4xf32>) -> (tensor<2x4x3xf32>, tensor<6x4xf32>, tensor<3x2x4xf32>) {
  %r = graph.reshape %x : tensor<4xf32> -> tensor<4x1xf32>
  %b = graph.broadcast %r dims [0, 1] : tensor<4x1xf32> -> tensor<4x3xf32>
  %a = graph.broadcast %b dims [1, 2] : tensor<4x3xf32> -> tensor<2x4x3xf32>
  %c = graph.broadcast %x dims [2] : tensor<4xf32> -> tensor<2x3x4xf32>
  %d = graph.reshape %c : tensor<2x3x4xf32> -> tensor<6x4xf32>
  %e = graph.transpose %c perm [1, 0, 2] : tensor<2x3x4xf32> -> tensor<3x2x4xf32>
  return %a, %d, %e : tensor<2x4x3xf32>, tensor<6x4xf32>, tensor<3x2x4xf32>
}

// -----

// Reshape of a partly repeated run of dims must stay.
// CHECK-LABEL: func.func @partly_repeated
// CHECK: graph.broadcast
// CHECK: graph.reshape
func.func @partly_repeated(%x: tensor<4xf32>) -> tensor<12xf32> {
  %c = graph.broadcast %x dims [1] : tensor<4xf32> -> tensor<3x4xf32>
  %d = graph.reshape %c : tensor<3x4xf32> -> tensor<12xf32>
  return %d : tensor<12xf32>
}

// -----

// Slices see through slices, concats, pads, broadcasts and transposes, also with symbolic sizes.
// CHECK-LABEL: func.func @slices(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x8xf32, #graph.dims<"n", 8>>, %[[Y:[a-z0-9]+]]: tensor<?x8xf32, #graph.dims<"n", 8>>
// CHECK-DAG: %[[A:.*]] = graph.slice %[[X]] starts <0, 3> strides [1, 2] : {{.*}} -> tensor<?x2xf32
// CHECK-DAG: %[[C:.*]] = graph.slice %[[Y]] starts <0, 1> strides [1, 1]
// CHECK-DAG: %[[D:.*]] = graph.slice %[[Y]] starts <0, 2> strides [1, 1]
// CHECK-DAG: %[[E:.*]] = graph.transpose %[[D]] perm [1, 0]
// CHECK: return %[[A]], %[[Y]], %[[C]], %[[E]]
func.func @slices(%x: tensor<?x8xf32, #graph.dims<"n", 8>>, %y: tensor<?x8xf32, #graph.dims<"n", 8>>)
    -> (tensor<?x2xf32, #graph.dims<"n", 2>>, tensor<?x8xf32, #graph.dims<"n", 8>>, tensor<?x3xf32, #graph.dims<"n", 3>>, tensor<2x?xf32, #graph.dims<2, "n">>) {
  %v = graph.constant dense<0.0> : tensor<f32>
  %s = graph.slice %x starts <0, 1> strides [1, 2] : tensor<?x8xf32, #graph.dims<"n", 8>> -> tensor<?x3xf32, #graph.dims<"n", 3>>
  %a = graph.slice %s starts <0, 1> strides [1, 1] : tensor<?x3xf32, #graph.dims<"n", 3>> -> tensor<?x2xf32, #graph.dims<"n", 2>>
  %k = graph.concat %x, %y dim 0 : (tensor<?x8xf32, #graph.dims<"n", 8>>, tensor<?x8xf32, #graph.dims<"n", 8>>) -> tensor<?x8xf32, #graph.dims<"2*n", 8>>
  %b = graph.slice %k starts <"n", 0> strides [1, 1] : tensor<?x8xf32, #graph.dims<"2*n", 8>> -> tensor<?x8xf32, #graph.dims<"n", 8>>
  %p = graph.pad %y with %v low <0, 2> high <1, 0> : (tensor<?x8xf32, #graph.dims<"n", 8>>, tensor<f32>) -> tensor<?x10xf32, #graph.dims<"n + 1", 10>>
  %c = graph.slice %p starts <0, 3> strides [1, 1] : tensor<?x10xf32, #graph.dims<"n + 1", 10>> -> tensor<?x3xf32, #graph.dims<"n", 3>>
  %t = graph.transpose %y perm [1, 0] : tensor<?x8xf32, #graph.dims<"n", 8>> -> tensor<8x?xf32, #graph.dims<8, "n">>
  %e = graph.slice %t starts <2, 0> strides [1, 1] : tensor<8x?xf32, #graph.dims<8, "n">> -> tensor<2x?xf32, #graph.dims<2, "n">>
  return %a, %b, %c, %e : tensor<?x2xf32, #graph.dims<"n", 2>>, tensor<?x8xf32, #graph.dims<"n", 8>>, tensor<?x3xf32, #graph.dims<"n", 3>>, tensor<2x?xf32, #graph.dims<2, "n">>
}

// -----

// A slice that crosses operands, or sees padding, must stay.
// CHECK-LABEL: func.func @slices_stay(
// CHECK: %[[K:.*]] = graph.concat
// CHECK: graph.slice %[[K]]
// CHECK: %[[P:.*]] = graph.pad
// CHECK: graph.slice %[[P]]
func.func @slices_stay(%x: tensor<4xf32>, %v: tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %k = graph.concat %x, %x dim 0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %a = graph.slice %k starts <2> strides [1] : tensor<8xf32> -> tensor<3xf32>
  %p = graph.pad %x with %v low <1> high <0> : (tensor<4xf32>, tensor<f32>) -> tensor<5xf32>
  %b = graph.slice %p starts <0> strides [1] : tensor<5xf32> -> tensor<3xf32>
  return %a, %b : tensor<3xf32>, tensor<3xf32>
}

// -----

// Concats flatten; neighbouring slices of one tensor join again; pads with one value join.
// CHECK-LABEL: func.func @joins(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<4xf32>, %[[E:[a-z0-9]+]]: tensor<0xf32>, %[[V:[a-z0-9]+]]: tensor<f32>
// CHECK-DAG: %[[A:.*]] = graph.concat %[[X]], %[[X]], %[[X]] dim 0
// CHECK-DAG: %[[P:.*]] = graph.pad %[[X]] with %[[V]] low <3> high <1>
// CHECK: return %[[A]], %[[X]], %[[P]]
func.func @joins(%x: tensor<4xf32>, %e: tensor<0xf32>, %v: tensor<f32>) -> (tensor<12xf32>, tensor<4xf32>, tensor<8xf32>) {
  %k = graph.concat %x, %x dim 0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %a = graph.concat %k, %e, %x dim 0 : (tensor<8xf32>, tensor<0xf32>, tensor<4xf32>) -> tensor<12xf32>
  %l = graph.slice %x starts <0> strides [1] : tensor<4xf32> -> tensor<3xf32>
  %h = graph.slice %x starts <3> strides [1] : tensor<4xf32> -> tensor<1xf32>
  %b = graph.concat %l, %h dim 0 : (tensor<3xf32>, tensor<1xf32>) -> tensor<4xf32>
  %p = graph.pad %x with %v low <1> high <1> : (tensor<4xf32>, tensor<f32>) -> tensor<6xf32>
  %q = graph.pad %p with %v low <2> high <0> : (tensor<6xf32>, tensor<f32>) -> tensor<8xf32>
  return %a, %b, %q : tensor<12xf32>, tensor<4xf32>, tensor<8xf32>
}

// -----

// A gather at one known position is a slice; where the position may be out of range it stays.
// CHECK-LABEL: func.func @gathers(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<9x4xf32>
// CHECK: %[[S:.*]] = graph.slice %[[X]] starts <8, 0> strides [1, 1]
// CHECK: %[[R:.*]] = graph.reshape %[[S]] : tensor<1x4xf32> -> tensor<4xf32>
// CHECK: %[[G:.*]] = graph.gather
// CHECK: return %[[R]], %[[G]]
func.func @gathers(%x: tensor<9x4xf32>, %y: tensor<?x4xf32, #graph.dims<"n", 4>>) -> (tensor<4xf32>, tensor<4xf32>) {
  %i = graph.constant dense<-1> : tensor<i64>
  %j = graph.constant dense<3> : tensor<i64>
  %a = graph.gather %x, (%i) dims [0] source affine_map<(d0) -> (0, d0)> index [affine_map<(d0) -> ()>] : (tensor<9x4xf32>, tensor<i64>) -> tensor<4xf32>
  %b = graph.gather %y, (%j) dims [0] source affine_map<(d0) -> (0, d0)> index [affine_map<(d0) -> ()>] : (tensor<?x4xf32, #graph.dims<"n", 4>>, tensor<i64>) -> tensor<4xf32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}
