// Branches whose condition is known and loops whose trip count is known disappear.
// RUN: delos-opt --open-onnx %s | FileCheck %s

// CHECK-LABEL: func.func @branch
// CHECK-NEXT: %[[Y:.*]] = graph.map neg
// CHECK-NEXT: return %[[Y]]
func.func @branch(%x: tensor<2xf32>) -> tensor<2xf32> {
  %no = onnx.constant dense<false> : tensor<i1>
  %y = onnx.node "If"(%no) opset 16 bodies ["then_branch", "else_branch"] {
    onnx.yield %x : tensor<2xf32>
  }, {
    %neg = onnx.node "Neg"(%x) opset 13 : (tensor<2xf32>) -> tensor<2xf32>
    onnx.yield %neg : tensor<2xf32>
  } : (tensor<i1>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// Three trips: the carried value is doubled three times, every trip's value is stacked.
// CHECK-LABEL: func.func @trips
// CHECK-SAME: -> (tensor<2xf32>, tensor<3x2xf32>)
// CHECK-COUNT-3: graph.map add
// CHECK: graph.concat %{{.*}}, %{{.*}}, %{{.*}} dim 0
func.func @trips(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>) {
  %count = onnx.constant dense<3> : tensor<i64>
  %yes = onnx.constant dense<true> : tensor<i1>
  %y:2 = onnx.node "Loop"(%count, %yes, %x) opset 16 bodies ["body"] {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %v: tensor<2xf32>):
    %next = onnx.node "Add"(%v, %v) opset 14 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    onnx.yield %c, %next, %next : tensor<i1>, tensor<2xf32>, tensor<2xf32>
  } : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>)
  return %y#0, %y#1 : tensor<2xf32>, tensor<3x2xf32>
}

// CHECK-LABEL: func.func @scan
// CHECK-SAME: -> (tensor<2xf32>, tensor<3x2xf32>)
// CHECK-COUNT-3: graph.map add
func.func @scan(%s: tensor<2xf32>, %x: tensor<3x2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>) {
  %y:2 = onnx.node "Scan"(%s, %x) {num_scan_inputs = 1 : i64} opset 16 bodies ["body"] {
  ^bb0(%sum: tensor<2xf32>, %row: tensor<2xf32>):
    %next = onnx.node "Add"(%sum, %row) opset 14 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    onnx.yield %next, %next : tensor<2xf32>, tensor<2xf32>
  } : (tensor<2xf32>, tensor<3x2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>)
  return %y#0, %y#1 : tensor<2xf32>, tensor<3x2xf32>
}
