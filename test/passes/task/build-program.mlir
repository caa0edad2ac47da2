// RUN: delos-opt %s --task-build-program | FileCheck %s

// CHECK: task.kernel @k
task.kernel @k inputs 1 outputs 1 dims <> tiles "1" scratch "0" members ["a"]

// Without the direct output the result would be computed into the arena and copied.
// CHECK: task.program @main {
// CHECK: %[[X:.*]] = task.input 0 "x" : tensor<6xf32>
// CHECK: %[[Y:.*]] = task.output 0 "y" : tensor<2x3xf32>
// CHECK: %[[YFLAT:.*]] = task.alias %[[Y]] : tensor<2x3xf32> to tensor<6xf32>
// CHECK: %[[ECHO:.*]] = task.output 1 "output1" : tensor<6xf32>
// CHECK: %[[AGAIN:.*]] = task.output 2 "output2" : tensor<6xf32>
// CHECK: %[[T:.*]] = task.arena "t0" : tensor<6xf32>
// CHECK: task.segment {
// CHECK:   task.launch @k(%[[X]]) -> (%[[T]])
// CHECK:   task.launch @k(%[[T]]) -> (%[[YFLAT]])
// CHECK: }
// A returned input and a value returned twice are copies.
// CHECK: task.copy %[[X]] to %[[ECHO]]
// CHECK: task.copy %[[YFLAT]] to %[[AGAIN]]
func.func @main(%x: tensor<6xf32> {onnx.name = "x"}) -> (tensor<2x3xf32> {onnx.name = "y"}, tensor<6xf32>, tensor<6xf32>) {
  %0 = fusion.kernel "a"(%x) attributes {task.kernel = @k} {
  ^bb0(%a: tensor<6xf32>):
    %e = graph.map exp %a : (tensor<6xf32>) -> tensor<6xf32>
    fusion.yield %e : tensor<6xf32>
  } : (tensor<6xf32>) -> tensor<6xf32>
  %1 = fusion.kernel "b"(%0) attributes {task.kernel = @k} {
  ^bb0(%a: tensor<6xf32>):
    %e = graph.map exp %a : (tensor<6xf32>) -> tensor<6xf32>
    fusion.yield %e : tensor<6xf32>
  } : (tensor<6xf32>) -> tensor<6xf32>
  %2 = graph.reshape %1 : tensor<6xf32> -> tensor<2x3xf32>
  return %2, %x, %1 : tensor<2x3xf32>, tensor<6xf32>, tensor<6xf32>
}
