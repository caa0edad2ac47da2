// RUN: delos-opt %s --pass-pipeline='builtin.module(task.program(task-schedule-launches,memory-plan-arena))' | FileCheck %s

task.kernel @k inputs 1 outputs 1 dims <> tiles "1" scratch "0" members ["a"] {seconds = 1.0 : f64}
task.kernel @join inputs 2 outputs 1 dims <> tiles "1" scratch "0" members ["j"] {seconds = 1.0 : f64}

// Two branches run side by side: neither waits for the other, and they may not share bytes.
// CHECK: task.program @main arena "512" {
task.program @main {
  %x = task.input 0 "x" : tensor<64xf32>
  %y = task.output 0 "y" : tensor<64xf32>
  // CHECK-DAG: task.arena "a" offset "0"
  %a = task.arena "a" : tensor<64xf32>
  // CHECK-DAG: task.arena "b" offset "256"
  %b = task.arena "b" : tensor<64xf32>
  task.segment {
    // CHECK: task.launch @k(%{{.*}}) -> (%{{.*}}) priority 2.000000e+00
    task.launch @k(%x) -> (%a) : (tensor<64xf32>) -> tensor<64xf32>
    // CHECK: task.launch @k(%{{.*}}) -> (%{{.*}}) priority 2.000000e+00
    task.launch @k(%x) -> (%b) : (tensor<64xf32>) -> tensor<64xf32>
    // CHECK: task.launch @join(%{{.*}}) -> (%{{.*}}) after [0, 1] priority 1.000000e+00
    task.launch @join(%a, %b) -> (%y) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
  }
}
