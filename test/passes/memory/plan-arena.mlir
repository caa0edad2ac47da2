// RUN: delos-opt %s --pass-pipeline='builtin.module(task.program(task-schedule-launches,memory-plan-arena))' | FileCheck %s

task.kernel @k inputs 1 outputs 1 dims <"n"> tiles "n" scratch "0" members ["a"]

// In a chain the third temporary takes the bytes of the first; sizes are formulas of the dims.
// CHECK: task.program @main arena "512*n" {
task.program @main {
  %x = task.input 0 "x" : tensor<?x64xf32, #graph.dims<"n", 64>>
  %y = task.output 0 "y" : tensor<?x64xf32, #graph.dims<"n", 64>>
  // CHECK: task.arena "a" offset "0"
  %a = task.arena "a" : tensor<?x64xf32, #graph.dims<"n", 64>>
  // CHECK: task.arena "b" offset "256*n"
  %b = task.arena "b" : tensor<?x64xf32, #graph.dims<"n", 64>>
  // CHECK: task.arena "c" offset "0"
  %c = task.arena "c" : tensor<?x64xf32, #graph.dims<"n", 64>>
  task.segment {
    task.launch @k(%x) -> (%a) : (tensor<?x64xf32, #graph.dims<"n", 64>>) -> tensor<?x64xf32, #graph.dims<"n", 64>>
    task.launch @k(%a) -> (%b) : (tensor<?x64xf32, #graph.dims<"n", 64>>) -> tensor<?x64xf32, #graph.dims<"n", 64>>
    task.launch @k(%b) -> (%c) : (tensor<?x64xf32, #graph.dims<"n", 64>>) -> tensor<?x64xf32, #graph.dims<"n", 64>>
    task.launch @k(%c) -> (%y) : (tensor<?x64xf32, #graph.dims<"n", 64>>) -> tensor<?x64xf32, #graph.dims<"n", 64>>
  }
}
