// A program prints what it parsed.
// RUN: delos-opt %s | delos-opt | FileCheck %s
// RUN: delos-opt %s --mlir-print-op-generic | delos-opt | FileCheck %s

// CHECK: task.kernel @k0 inputs 1 outputs 1 dims <"batch"> tiles "batch" scratch "0" members ["gelu"] {flops = 1.000000e+06 : f64}
task.kernel @k0 inputs 1 outputs 1 dims <"batch"> tiles "batch" scratch "0" members ["gelu"] {flops = 1.0e6 : f64}
// CHECK: task.program @main arena "256*batch" {
task.program @main arena "256*batch" {
  // CHECK: task.input 0 "x" : tensor<?x64xf32, #graph.dims<"batch", 64>>
  %x = task.input 0 "x" : tensor<?x64xf32, #graph.dims<"batch", 64>>
  // CHECK: task.constant "w" dense<1.000000e+00> : tensor<64xf32> : tensor<64xf32>
  %w = task.constant "w" dense<1.0> : tensor<64xf32> : tensor<64xf32>
  // CHECK: task.arena "t" offset "0"
  %t = task.arena "t" offset "0" : tensor<?x64xf32, #graph.dims<"batch", 64>>
  // CHECK: task.alias %{{.*}} to tensor<?xf32, #graph.dims<"64*batch">>
  %f = task.alias %t : tensor<?x64xf32, #graph.dims<"batch", 64>> to tensor<?xf32, #graph.dims<"64*batch">>
  // CHECK: task.output 0 "y"
  %y = task.output 0 "y" : tensor<?xf32, #graph.dims<"64*batch">>
  // CHECK: task.segment {
  task.segment {
    // CHECK: task.launch @k0(%{{.*}}) -> (%{{.*}}) :
    task.launch @k0(%x) -> (%t) : (tensor<?x64xf32, #graph.dims<"batch", 64>>) -> (tensor<?x64xf32, #graph.dims<"batch", 64>>)
    // CHECK: task.launch @k0(%{{.*}}) -> (%{{.*}}) after [0] priority 1.000000e-03 :
    task.launch @k0(%t) -> (%y) after [0] priority 1.0e-3 : (tensor<?x64xf32, #graph.dims<"batch", 64>>) -> (tensor<?xf32, #graph.dims<"64*batch">>)
  }
  // CHECK: task.copy %{{.*}} to %{{.*}}
  task.copy %f to %y : tensor<?xf32, #graph.dims<"64*batch">> to tensor<?xf32, #graph.dims<"64*batch">>
}
