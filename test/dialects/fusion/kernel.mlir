// Groups, kernels, schedules and reports print what they parsed.
// RUN: delos-opt %s | delos-opt | FileCheck %s
// RUN: delos-opt %s --mlir-print-op-generic | delos-opt | FileCheck %s

// CHECK-LABEL: func.func @group
func.func @group(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: fusion.group report <refused, {producer = "a", reason = "r"}> {
  // CHECK:   fusion.yield %{{.*}} : tensor<8xf32>
  // CHECK: } : tensor<8xf32>
  %y = fusion.group report <refused, {reason = "r", producer = "a"}> {
    %0 = graph.map exp %x : (tensor<8xf32>) -> tensor<8xf32>
    fusion.yield %0 : tensor<8xf32>
  } : tensor<8xf32>
  return %y : tensor<8xf32>
}

// CHECK-LABEL: func.func @kernel
func.func @kernel(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: fusion.kernel "exp_1"(%{{.*}}) schedule <rows, {unroll = 4 : i64}> report <ok, {flops = 9.600000e+01 : f64}> {
  // CHECK: ^bb0(%{{.*}}: tensor<8xf32>):
  // CHECK: } : (tensor<8xf32>) -> tensor<8xf32>
  %y = fusion.kernel "exp_1"(%x) schedule <rows, {unroll = 4 : i64}> report <ok, {flops = 96.0 : f64}> {
  ^bb0(%a: tensor<8xf32>):
    %0 = graph.map exp %a : (tensor<8xf32>) -> tensor<8xf32>
    fusion.yield %0 : tensor<8xf32>
  } : (tensor<8xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}
