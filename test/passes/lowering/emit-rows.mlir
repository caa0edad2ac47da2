// RUN: delos-opt %s --lowering-emit-rows | FileCheck %s
// RUN: delos-opt %s --lowering-emit-rows=print-plan=true -o /dev/null | FileCheck %s --check-prefix=PLAN

// The main loop must stay unmasked; only the rest of a row is.
// CHECK-LABEL: func.func @add
// CHECK: scf.for %{{.*}} step %
// CHECK-NOT: vector.maskedload
// CHECK: vector.store
// CHECK: scf.if
// CHECK: vector.maskedstore
// PLAN: add: nest #0 [%d{{[0-9]+}} n tile lanes 16 chunk 4096] tiles ceildiv(n, 4096)
func.func @add(%x: tensor<?xf32, #graph.dims<"n">>, %y: tensor<?xf32, #graph.dims<"n">>) -> tensor<?xf32, #graph.dims<"n">> {
  %0 = graph.map add %x, %y : (tensor<?xf32, #graph.dims<"n">>, tensor<?xf32, #graph.dims<"n">>) -> tensor<?xf32, #graph.dims<"n">>
  return %0 : tensor<?xf32, #graph.dims<"n">>
}

// Softmax is three phases of one row: without the kept row exp would be evaluated twice.
// CHECK-LABEL: func.func @softmax
// CHECK-COUNT-4: math.exp
// CHECK-NOT: math.exp
// PLAN: softmax: nest #0 [%d{{[0-9]+}} 32 tile] [%d{{[0-9]+}} 64 lanes 16] tiles 32 keeps graph.map row of 64
func.func @softmax(%x: tensor<32x64xf32>) -> tensor<32x64xf32> {
  %m = graph.reduce max %x dims [1] : tensor<32x64xf32> -> tensor<32xf32>
  %mb = graph.broadcast %m dims [0] : tensor<32xf32> -> tensor<32x64xf32>
  %s = graph.map sub %x, %mb : (tensor<32x64xf32>, tensor<32x64xf32>) -> tensor<32x64xf32>
  %e = graph.map exp %s : (tensor<32x64xf32>) -> tensor<32x64xf32>
  %z = graph.reduce sum %e dims [1] : tensor<32x64xf32> -> tensor<32xf32>
  %zb = graph.broadcast %z dims [0] : tensor<32xf32> -> tensor<32x64xf32>
  %q = graph.map div %e, %zb : (tensor<32x64xf32>, tensor<32x64xf32>) -> tensor<32x64xf32>
  return %q : tensor<32x64xf32>
}

// A column sum runs over columns in lanes; a row at a time would read with strides.
// PLAN: columns: nest #0 [%d{{[0-9]+}} 768 tile lanes 16 chunk 64] tiles 12
func.func @columns(%x: tensor<128x768xf32>) -> tensor<768xf32> {
  %0 = graph.reduce sum %x dims [0] : tensor<128x768xf32> -> tensor<768xf32>
  return %0 : tensor<768xf32>
}

// A transpose loads along one dim and stores along the other: no gather.
// CHECK-LABEL: func.func @transpose
// CHECK-NOT: vector.gather
// CHECK-COUNT-64: vector.shuffle
func.func @transpose(%x: tensor<32x64xf32>) -> tensor<64x32xf32> {
  %0 = graph.transpose %x perm [1, 0] : tensor<32x64xf32> -> tensor<64x32xf32>
  return %0 : tensor<64x32xf32>
}

// A reshape between equal runs of dims is no division in the loops.
// CHECK-LABEL: func.func @views
// CHECK-NOT: divui
// PLAN: views: nest #0 [%d{{[0-9]+}} 96 tile] [%d{{[0-9]+}} 64 lanes 16] tiles 96
func.func @views(%x: tensor<8x12x64xf32>, %b: tensor<64xf32>) -> tensor<96x64xf32> {
  %0 = graph.reshape %x : tensor<8x12x64xf32> -> tensor<96x64xf32>
  %1 = graph.broadcast %b dims [1] : tensor<64xf32> -> tensor<96x64xf32>
  %2 = graph.map add %0, %1 : (tensor<96x64xf32>, tensor<96x64xf32>) -> tensor<96x64xf32>
  return %2 : tensor<96x64xf32>
}
