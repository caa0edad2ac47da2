// RUN: not delos-opt %s --split-input-file --lowering-emit-rows 2>&1 | FileCheck %s

// A refusal names the op that reads an unfinished result.
// CHECK: no row kernel: graph.map: reads the result of graph.scan, which is complete only when its kernel ends
func.func @after_scan(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = graph.scan sum %x dim 0 : tensor<8xf32> -> tensor<8xf32>
  %1 = graph.map neg %0 : (tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// Element types without a register form are refused by the plan, not in the middle of emission.
// CHECK: no row kernel: graph.map: element type f8E4M3FN has no register form
func.func @narrow(%x: tensor<8xf8E4M3FN>) -> tensor<8xf8E4M3FN> {
  %0 = graph.map abs %x : (tensor<8xf8E4M3FN>) -> tensor<8xf8E4M3FN>
  return %0 : tensor<8xf8E4M3FN>
}
