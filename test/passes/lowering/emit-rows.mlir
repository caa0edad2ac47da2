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
// PLAN: columns: nest #0 [%d{{[0-9]+}} 768 tile lanes 16 x 8 chunk 128] tiles 6
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

// A scan along the lanes goes by vectors; exchanging lanes with zeros would chain one vector to the next.
// CHECK-LABEL: func.func @prefix
// CHECK: vector.load
// CHECK-COUNT-4: vector.shuffle
// CHECK-NOT: memref.load
func.func @prefix(%x: tensor<8x640xf32>) -> tensor<8x640xf32> {
  %0 = graph.scan sum %x dim 1 : tensor<8x640xf32> -> tensor<8x640xf32>
  return %0 : tensor<8x640xf32>
}

// Each part of a concat has a loop of its own; a guard in every step would cost more than the copy.
// CHECK-LABEL: func.func @parts
// CHECK-NOT: scf.if
// CHECK: return
// PLAN: parts: nest #0 [%d{{[0-9]+}} 8 tile] [%d{{[0-9]+}} 96 lanes 16 cut at 32] tiles 8
func.func @parts(%x: tensor<8x32xf32>, %y: tensor<8x64xf32>) -> tensor<8x96xf32> {
  %0 = graph.concat %x, %y dim 1 : (tensor<8x32xf32>, tensor<8x64xf32>) -> tensor<8x96xf32>
  return %0 : tensor<8x96xf32>
}

// Every second element is loaded with those between and sorted out in registers; a gather takes them one by one.
// CHECK-LABEL: func.func @even
// CHECK: vector.load
// CHECK: vector.load
// CHECK: vector.shuffle
// CHECK-NOT: vector.gather
// CHECK: return
func.func @even(%x: tensor<8x128xf32>) -> tensor<8x64xf32> {
  %0 = graph.slice %x starts <0, 0> strides [1, 2] : tensor<8x128xf32> -> tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// What is larger than the last cache is stored past it, where the vectors are aligned, and ordered before the return.
// CHECK-LABEL: func.func @large
// CHECK: scf.if
// CHECK: vector.store {{.*}}nontemporal = true
// CHECK: } else {
// CHECK: llvm.call_intrinsic "llvm.x86.sse.sfence"
func.func @large(%x: tensor<1048576x256xf32>) -> tensor<1048576x256xf32> {
  %0 = graph.map neg %x : (tensor<1048576x256xf32>) -> tensor<1048576x256xf32>
  return %0 : tensor<1048576x256xf32>
}
