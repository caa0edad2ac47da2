// Constant per-channel scales go into constant weights, past a constant bias too.
// RUN: delos-opt %s --split-input-file --graph-fold-normalization --graph-views --graph-fold | FileCheck %s

// Batch normalisation with known statistics: (conv - mean) / deviation * gamma + beta.
// CHECK-LABEL: func.func @batch_norm(
// CHECK-DAG: %[[W:.*]] = graph.constant dense<{{\[\[\[}}1.500000e+00]], {{\[\[}}8.000000e+00]]]> : tensor<2x1x1xf32>
// CHECK-DAG: %[[B:.*]] = graph.constant dense<[-5.000000e-01, 0.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[Y:.*]] = graph.conv %{{.*}}, %[[W]]
// CHECK-DAG: %[[R:.*]] = graph.broadcast %[[B]] dims [1]
// CHECK: graph.map add %[[Y]], %[[R]]
// CHECK-NOT: graph.map
func.func @batch_norm(%x: tensor<1x1x5xf32>) -> tensor<1x2x5xf32> {
  %w = graph.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %mean = graph.constant dense<[1.0, 0.5]> : tensor<2xf32>
  %deviation = graph.constant dense<[2.0, 0.5]> : tensor<2xf32>
  %gamma = graph.constant dense<[3.0, 2.0]> : tensor<2xf32>
  %beta = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = graph.conv %x, %w strides [1] dilations [1] low [0] high [0] : (tensor<1x1x5xf32>, tensor<2x1x1xf32>) -> tensor<1x2x5xf32>
  %m = graph.broadcast %mean dims [1] : tensor<2xf32> -> tensor<1x2x5xf32>
  %d = graph.broadcast %deviation dims [1] : tensor<2xf32> -> tensor<1x2x5xf32>
  %g = graph.broadcast %gamma dims [1] : tensor<2xf32> -> tensor<1x2x5xf32>
  %b = graph.broadcast %beta dims [1] : tensor<2xf32> -> tensor<1x2x5xf32>
  %0 = graph.map sub %y, %m : (tensor<1x2x5xf32>, tensor<1x2x5xf32>) -> tensor<1x2x5xf32>
  %1 = graph.map div %0, %d : (tensor<1x2x5xf32>, tensor<1x2x5xf32>) -> tensor<1x2x5xf32>
  %2 = graph.map mul %1, %g : (tensor<1x2x5xf32>, tensor<1x2x5xf32>) -> tensor<1x2x5xf32>
  %3 = graph.map add %2, %b : (tensor<1x2x5xf32>, tensor<1x2x5xf32>) -> tensor<1x2x5xf32>
  return %3 : tensor<1x2x5xf32>
}

// -----

// A number, or a vector along the free dim of the weights, goes into the weights of a product.
// CHECK-LABEL: func.func @product(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<5x2xf32>
// CHECK-DAG: %[[W:.*]] = graph.constant dense<{{\[\[}}5.000000e-01, 2.000000e+00], [1.500000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[Y:.*]] = graph.contract %[[X]], %[[W]]
// CHECK: return %[[Y]]
func.func @product(%x: tensor<5x2xf32>) -> tensor<5x2xf32> {
  %w = graph.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %v = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %h = graph.constant dense<0.5> : tensor<5x2xf32>
  %b = graph.broadcast %v dims [1] : tensor<2xf32> -> tensor<5x2xf32>
  %y = graph.contract %x, %w batch [] x [] contract [1] x [0] : (tensor<5x2xf32>, tensor<2x2xf32>) -> tensor<5x2xf32>
  %0 = graph.map mul %b, %y : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x2xf32>
  %1 = graph.map mul %0, %h : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x2xf32>
  return %1 : tensor<5x2xf32>
}

// -----

// Scales along another dim, of weights that are an input, or of a value that others read, stay.
// CHECK-LABEL: func.func @stays
// CHECK-COUNT-3: graph.map mul
func.func @stays(%x: tensor<2x2xf32>, %u: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = graph.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %v = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %r = graph.broadcast %v dims [0] : tensor<2xf32> -> tensor<2x2xf32>
  %c = graph.broadcast %v dims [1] : tensor<2xf32> -> tensor<2x2xf32>
  %y = graph.contract %x, %w batch [] x [] contract [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %0 = graph.map mul %y, %r : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %z = graph.contract %x, %u batch [] x [] contract [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = graph.map mul %z, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %t = graph.contract %u, %w batch [] x [] contract [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = graph.map mul %t, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0, %1, %2, %t : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// The scale of attention scores goes through the head split and the bias into the weights of the query, with symbolic sizes too.
// CHECK-LABEL: func.func @attention_scale(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x2xf32, #graph.dims<"s", 2>>, %[[K:[a-z0-9]+]]: tensor<?x1x2xf32, #graph.dims<"s", 1, 2>>
// CHECK-DAG: %[[W:.*]] = graph.constant dense<{{\[\[}}5.000000e-01, 1.000000e+00], [1.500000e+00, 2.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[B:.*]] = graph.constant dense<[2.000000e+00, 4.000000e+00]> : tensor<2xf32>
// CHECK: graph.contract %[[X]], %[[W]]
// CHECK: %[[S:.*]] = graph.contract %{{.*}}, %[[K]]
// CHECK-NEXT: return %[[S]]
func.func @attention_scale(%x: tensor<?x2xf32, #graph.dims<"s", 2>>, %k: tensor<?x1x2xf32, #graph.dims<"s", 1, 2>>) -> tensor<1x?x?xf32, #graph.dims<1, "s", "s">> {
  %w = graph.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %bias = graph.constant dense<[4.0, 8.0]> : tensor<2xf32>
  %half = graph.constant dense<0.5> : tensor<f32>
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [0] : (tensor<?x2xf32, #graph.dims<"s", 2>>, tensor<2x2xf32>) -> tensor<?x2xf32, #graph.dims<"s", 2>>
  %1 = graph.broadcast %bias dims [1] : tensor<2xf32> -> tensor<?x2xf32, #graph.dims<"s", 2>>
  %2 = graph.map add %1, %0 : (tensor<?x2xf32, #graph.dims<"s", 2>>, tensor<?x2xf32, #graph.dims<"s", 2>>) -> tensor<?x2xf32, #graph.dims<"s", 2>>
  %3 = graph.reshape %2 : tensor<?x2xf32, #graph.dims<"s", 2>> -> tensor<?x1x2xf32, #graph.dims<"s", 1, 2>>
  %4 = graph.contract %3, %k batch [1] x [1] contract [2] x [2] : (tensor<?x1x2xf32, #graph.dims<"s", 1, 2>>, tensor<?x1x2xf32, #graph.dims<"s", 1, 2>>) -> tensor<1x?x?xf32, #graph.dims<1, "s", "s">>
  %5 = graph.broadcast %half dims [] : tensor<f32> -> tensor<1x?x?xf32, #graph.dims<1, "s", "s">>
  %6 = graph.map mul %4, %5 : (tensor<1x?x?xf32, #graph.dims<1, "s", "s">>, tensor<1x?x?xf32, #graph.dims<1, "s", "s">>) -> tensor<1x?x?xf32, #graph.dims<1, "s", "s">>
  return %6 : tensor<1x?x?xf32, #graph.dims<1, "s", "s">>
}
