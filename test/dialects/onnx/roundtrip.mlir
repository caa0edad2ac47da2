// Every op and type of the dialect prints what it parses: if not, --until-after and reproducers would lose parts of a model.
// RUN: delos-opt %s | delos-opt | FileCheck %s
// RUN: delos-opt --mlir-print-op-generic %s | delos-opt | FileCheck %s

// CHECK-LABEL: func.func @node
// CHECK-SAME: %[[X:.*]]: tensor<2x8xf32> {onnx.name = "x"}
func.func @node(%x: tensor<2x8xf32> {onnx.name = "x"}, %w: tensor<4x8xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[NONE:.*]] = onnx.none : !onnx.none
  %none = onnx.none : !onnx.none
  // CHECK: onnx.node "Gemm"(%[[X]], %{{.*}}, %[[NONE]]) {alpha = 5.000000e-01 : f32, transB = 1 : i64} opset 13
  // CHECK-SAME: id "9f86d081884c7d65" name "fc1" outputs ["y"] : (tensor<2x8xf32>, tensor<4x8xf32>, !onnx.none) -> tensor<2x4xf32>
  %y = onnx.node "Gemm"(%x, %w, %none) {alpha = 0.5 : f32, transB = 1 : i64} opset 13 id "9f86d081884c7d65" name "fc1" outputs ["y"]
    : (tensor<2x8xf32>, tensor<4x8xf32>, !onnx.none) -> tensor<2x4xf32>
  // CHECK: onnx.node "Gelu"(%{{.*}}) domain "com.microsoft" opset 1 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %z = onnx.node "Gelu"(%y) domain "com.microsoft" opset 1 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %z : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @attributes
func.func @attributes() {
  // CHECK: onnx.node "Custom"() {floats = array<f32: 1.000000e+00>, ints = array<i64: 1, 2>, s = "text", strings = ["a", "b"],
  // CHECK-SAME: t = dense<[1, 2]> : tensor<2xi64>, tensors = [dense<1> : tensor<i32>], tp = tensor<*xf32>, tps = [tensor<2xf16>]} opset 1
  // CHECK-SAME: : () -> !onnx.unknown
  %0 = onnx.node "Custom"() {floats = array<f32: 1.0>, ints = array<i64: 1, 2>, s = "text", strings = ["a", "b"],
    t = dense<[1, 2]> : tensor<2xi64>, tensors = [dense<1> : tensor<i32>], tp = tensor<*xf32>, tps = [tensor<2xf16>]} opset 1
    : () -> !onnx.unknown
  return
}

// CHECK-LABEL: func.func @bodies
func.func @bodies(%cond: tensor<i1>, %x: tensor<2xf32>) {
  // CHECK: onnx.node "If"(%{{.*}}) opset 16 bodies ["then_branch", "else_branch"] {
  // CHECK: onnx.yield %{{.*}} : tensor<2xf32>
  // CHECK: }, {
  // CHECK: onnx.yield
  // CHECK: } : (tensor<i1>) -> tensor<2xf32>
  %y = onnx.node "If"(%cond) opset 16 bodies ["then_branch", "else_branch"] {
    onnx.yield %x : tensor<2xf32>
  }, {
    %neg = onnx.node "Neg"(%x) opset 13 : (tensor<2xf32>) -> tensor<2xf32>
    onnx.yield %neg : tensor<2xf32>
  } : (tensor<i1>) -> tensor<2xf32>
  // CHECK: ^bb0(%{{.*}}: tensor<i64>, %{{.*}}: tensor<i1>):
  %trip = onnx.constant dense<3> : tensor<i64>
  onnx.node "Loop"(%trip, %cond) opset 16 bodies ["body"] {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>):
    onnx.yield %c : tensor<i1>
  } : (tensor<i64>, tensor<i1>) -> ()
  return
}

// CHECK-LABEL: func.func @constants
func.func @constants() {
  // CHECK: onnx.constant "w" dense_resource<w> : tensor<3xi4>
  %w = onnx.constant "w" dense_resource<w> : tensor<3xi4>
  // CHECK: onnx.constant dense<["a", "b\0A"]> : tensor<2x!onnx.string>
  %s = onnx.constant dense<["a", "b\0A"]> : tensor<2x!onnx.string>
  // CHECK: onnx.constant dense<(1.000000e+00,2.000000e+00)> : tensor<complex<f32>>
  %c = onnx.constant dense<(1.0, 2.0)> : tensor<complex<f32>>
  // CHECK: onnx.constant dense<1.000000e+00> : tensor<2xf8E4M3FN>
  %f8 = onnx.constant dense<1.0> : tensor<2xf8E4M3FN>
  return
}

// CHECK-LABEL: func.func private @types
// CHECK-SAME: (!onnx.seq<tensor<?x4xf32>>, !onnx.optional<!onnx.seq<tensor<f32>>>, !onnx.map<!onnx.string, tensor<f32>>,
// CHECK-SAME: !onnx.map<i64, !onnx.map<ui8, tensor<2x!onnx.string>>>, !onnx.unknown, tensor<*xbf16>, tensor<2xf4E2M1FN>, tensor<ui2>)
func.func private @types(!onnx.seq<tensor<?x4xf32>>, !onnx.optional<!onnx.seq<tensor<f32>>>, !onnx.map<!onnx.string, tensor<f32>>,
  !onnx.map<i64, !onnx.map<ui8, tensor<2x!onnx.string>>>, !onnx.unknown, tensor<*xbf16>, tensor<2xf4E2M1FN>, tensor<ui2>)

{-# dialect_resources: { builtin: { w: "0x040000002103" } } #-}
